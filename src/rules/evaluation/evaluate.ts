import { type Connection, isOver, isToItself } from '../../connections/connection.js';
import type { Timestamp } from '../../core/time.js';
import { NOTHING } from '../evidence/evidence.js';
import type { Finding, Severity } from '../finding.js';
import type { OptionValues, Rule } from '../rule.js';
import { limitsOf, optionValues, type RuleSettings, type SeverityChoice } from './settings.js';
import { signsOf, waitsFor } from './signs.js';

/**
 * All enabled rules' findings on one connection; `captureEnd` is the time of the last frame read so far. Without
 * `captureStart` the capture starts with the connection.
 */
export type Evaluate = (
  connection: Connection,
  captureEnd: Timestamp,
  captureStart?: Timestamp,
) => readonly Finding[];

/** Programs hold the connection of Multipath TCP, not its subflows (RFC 8684 §3.3.3). */
const ON_SUBFLOW =
  ' This is a subflow of Multipath TCP: its end is not that of the connection the programs opened.';
const SEEN_ON_SUBFLOW =
  'Nothing while another subflow of the same Multipath TCP connection lives. Otherwise, on the last one: ';
const ABOUT_ENDS = new Set(['teardown', 'reset', 'liveness']);

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

const NEVER: Timestamp = { seconds: 0, nanoseconds: 0 };

interface PreparedRule {
  readonly rule: Rule;
  readonly mask: number;
  /** One object for all connections: only start and end of the capture change. */
  readonly context: { captureStart: Timestamp; captureEnd: Timestamp; readonly options: OptionValues };
  readonly choice: SeverityChoice | undefined;
  readonly limits: OptionValues | null;
}

/** Prepares `rules` for many connections; `settings` must have passed `checkSettings`. */
export function prepareRules(rules: readonly Rule[], settings: RuleSettings = {}): Evaluate {
  const prepared: PreparedRule[] = rules
    .map((rule) => ({
      rule,
      mask: waitsFor(rule),
      context: { captureStart: NEVER, captureEnd: NEVER, options: optionValues(rule, settings) },
      choice: settings.severities?.[rule.id],
      limits: limitsOf(rule, settings),
    }))
    .filter(({ choice }) => choice !== 'off');

  return (connection, captureEnd, captureStart = connection.start) => {
    const signs = signsOf(connection);
    const oneSided = connection.quality.unseen !== null;
    const toItself = isToItself(connection);
    // A connection that is over may be handed on before the capture ends: what follows must not change what is said.
    const until = isOver(connection) ? connection.end : (connection.quality.pausedAt ?? captureEnd);
    let findings: Finding[] | null = null;
    for (let i = 0; i < prepared.length; i++) {
      const { rule, mask, context, limits } = prepared[i];
      if ((signs & mask) === 0 || (oneSided && rule.needs === 'both')) continue;
      if (toItself !== (rule.needs === 'itself')) continue;
      context.captureStart = captureStart;
      context.captureEnd = until;
      const found = rule.check(connection, context);
      if (found.length === 0) continue;
      findings ??= [];
      findings.push(...(limits === null ? found : found.map((finding) => ({ limits, ...finding }))));
    }
    return findings === null ? NOTHING : settle(findings, connection, prepared);
  };
}

/** Grades findings by what else was found, by the capture and by the user, and puts the worst first. */
function settle(
  findings: readonly Finding[],
  connection: Connection,
  prepared: readonly PreparedRule[],
): readonly Finding[] {
  const ruleOf = (id: string): PreparedRule => prepared.find(({ rule }) => rule.id === id)!;
  const graded = findings.map((finding) => {
    const { rule, choice } = ruleOf(finding.rule);
    const cause = findings.find(
      (other) =>
        ruleOf(other.rule).rule.explains.includes(finding.rule) &&
        RANK[other.severity] >= RANK[finding.severity],
    );
    const { multipath } = connection.quality;
    const isSubflow = multipath && (rule.family === 'teardown' || rule.family === 'reset');
    const severity = choice ?? (cause !== undefined || isSubflow ? 'info' : finding.severity);
    const told = multipath && ABOUT_ENDS.has(rule.family) ? ofSubflow(finding) : finding;
    const settled = severity === told.severity ? told : { ...told, severity: severity as Severity };
    return cause === undefined ? settled : { ...settled, explainedBy: cause.rule };
  });
  return graded.sort((a, b) => RANK[b.severity] - RANK[a.severity]);
}

/** What is inferred about programs does not follow from a subflow. */
function ofSubflow(finding: Finding): Finding {
  return {
    ...finding,
    confidence: finding.confidence === 'inferred' ? 'possible' : finding.confidence,
    explanation: finding.explanation + ON_SUBFLOW,
    applicationSees: SEEN_ON_SUBFLOW + finding.applicationSees,
  };
}
