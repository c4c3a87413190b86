/** Requests that met the end of an idle connection, as the findings say. */
import type { Finding } from '../finding.js';

/**
 * For how many seconds the server had sent nothing when it closed, if the next request crossed its FIN: it did not know
 * of that request. Null for no such race.
 */
export function idleBeforeRace(findings: readonly Finding[]): number | null {
  for (const { rule, endpoint, facts } of findings) {
    const isRace = rule === 'rst-on-close-race' && endpoint === 'server' && facts.kind === 'keep-alive-race';
    const isGoodbye = facts.bothClosed === true || facts.mayBeTlsAlert === true;
    if (isRace && !isGoodbye) return Number(facts.idleBeforeCloseSeconds);
  }
  return null;
}
