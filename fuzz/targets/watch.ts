import { SEVERITIES, type Severity } from '../../src/rules/finding.js';
import { command } from '../command.js';
import { broken } from '../invariants/broken.js';
import { checkText } from '../invariants/formats.js';
import { checkNdjson } from '../invariants/json.js';
import { scratchFile } from '../scratch.js';
import type { Target } from './target.js';

interface Line {
  readonly type: 'finding' | 'settled' | 'summary';
  readonly rule: string;
  readonly connection: number;
  readonly endpoint: string | null;
  readonly severity: Severity;
}

/**
 * What `watch` has reported and not withdrawn, at the end, is what a report finds of the severity asked for: nothing
 * else, nothing less, and as severe.
 */
export const watch: Target = {
  name: 'watch',
  async run(input, random) {
    const least = random.of(SEVERITIES);
    const path = scratchFile('watched', input);
    const report = await command('analyze', path, '--format', 'json');
    const watched = await command('watch', path, '--format', 'ndjson', '--severity', least);
    const text = await command('watch', path, '--severity', least);
    if (watched.code !== report.code || text.code !== report.code)
      broken(`watch exits with ${watched.code} and ${text.code}, analyze with ${report.code}`);
    checkText(text.stdout);
    if (report.code !== 0) return new Set(['refused']);
    checkText(watched.stdout);
    checkNdjson(watched.stdout);
    const standing = new Map<string, Severity>();
    const behaviour = new Set<string>();
    for (const line of watched.stdout.trimEnd().split('\n')) {
      const reported = JSON.parse(line) as Line;
      behaviour.add(`${reported.type} ${reported.rule ?? ''}`);
      if (reported.type === 'finding') standing.set(nameOf(reported), reported.severity);
      else if (reported.type === 'settled' && !standing.delete(nameOf(reported)))
        broken(`${nameOf(reported)} is withdrawn but was not reported`);
    }
    const shown = SEVERITIES.slice(0, SEVERITIES.indexOf(least) + 1);
    const { findings } = JSON.parse(report.stdout) as { findings: readonly Line[] };
    const found = new Map(
      findings
        .filter(({ severity }) => shown.includes(severity))
        .map((each) => [nameOf(each), each.severity]),
    );
    for (const [name, severity] of standing) {
      if (!found.has(name)) broken(`${name} was reported and not withdrawn, but is not found`);
      if (found.get(name) !== severity)
        broken(`${name} was reported as ${severity}, but is ${found.get(name)}`);
    }
    for (const name of found.keys())
      if (!standing.has(name)) broken(`${name} is found, but was not reported`);
    return behaviour;
  },
};

function nameOf({ rule, connection, endpoint }: Line): string {
  return `${rule} of connection ${connection}, ${endpoint ?? 'no end'}`;
}
