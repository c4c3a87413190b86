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
}

/**
 * What `watch` has told and not taken back, at the end, are the findings of a report: none that the report does not
 * have, and of what is to be told none is missing.
 */
export const watch: Target = {
  name: 'watch',
  async run(input) {
    const path = scratchFile('watched', input);
    const report = await command('analyze', path, '--format', 'json');
    const watched = await command('watch', path, '--format', 'ndjson', '--severity', 'info');
    const text = await command('watch', path, '--severity', 'info');
    if (watched.code !== report.code || text.code !== report.code)
      broken(`watch exits with ${watched.code} and ${text.code}, analyze with ${report.code}`);
    checkText(text.stdout);
    if (report.code !== 0) return new Set(['refused']);
    checkText(watched.stdout);
    checkNdjson(watched.stdout);
    const told = new Map<string, number>();
    const behaviour = new Set<string>();
    const lines = watched.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    for (const line of lines) {
      behaviour.add(`${line.type} ${line.rule ?? ''}`);
      if (line.type === 'summary') continue;
      const name = nameOf(line);
      const before = told.get(name) ?? 0;
      if (line.type === 'settled' && before === 0) broken(`${name} is taken back and was not told`);
      told.set(name, line.type === 'finding' ? before + 1 : 0);
    }
    const { findings } = JSON.parse(report.stdout) as { findings: readonly Line[] };
    const found = new Set(findings.map(nameOf));
    for (const [name, times] of told) {
      if (times > 0 && !found.has(name)) broken(`${name} was told and not taken back, but is not found`);
    }
    for (const name of found) if ((told.get(name) ?? 0) === 0) broken(`${name} is found, but was not told`);
    return behaviour;
  },
};

function nameOf({ rule, connection, endpoint }: Line): string {
  return `${rule} of connection ${connection}, ${endpoint ?? 'no end'}`;
}
