import { PATTERNS } from '../../src/rules/catalog.js';
import { command } from '../command.js';
import { broken } from '../invariants/broken.js';
import { scratchFile, scratchPath, takeFile } from '../scratch.js';
import type { Target } from './target.js';

interface Report {
  readonly captures: readonly { readonly endAt: string }[];
  readonly connections: readonly {
    readonly id: number;
    /** Null in captures without times. */
    readonly startAt: string | null;
    readonly endAt: string;
    readonly client: object;
    readonly server: object;
    readonly frames: number;
    readonly quality: { readonly clockSetBack: object | null };
    readonly endpoints: Readonly<Record<'client' | 'server', { readonly finalState: string }>>;
  }[];
  readonly findings: readonly {
    readonly rule: string;
    readonly connection: number;
    readonly endpoint: string | null;
    readonly severity: string;
    readonly confidence: string;
    readonly title: string;
  }[];
}

/** How a pattern grades a finding depends on other connections, which an extract does not have. */
const UNGRADED = PATTERNS.filter(({ grades }) => grades !== undefined).flatMap(({ id }) => [
  '--rule',
  `${id}=off`,
]);

/** With its fraction. */
const LAST_SECOND = /^2106-02-07T06:28:15.*/;

/** One connection in a capture of its own, with payload or without: analysing that gives the same findings. */
export const extract: Target = {
  name: 'extract',
  async run(input, random) {
    const path = scratchFile('whole', input);
    const before = await reportOn(path);
    if (before === null) return new Set(['refused']);
    if (before.connections.length === 0) return new Set(['nothing to extract']);
    const { id, quality, endAt } = random.of(before.connections);
    // If the clock was set back between other connections' frames, the extract cannot show it, nor the capture's end.
    if (quality.clockSetBack !== null || endAt > before.captures[0].endAt)
      return new Set(['the clock was set back']);
    const output = scratchPath('extract.pcapng');
    const strip = random.below(2) === 0 ? ['--strip-payload'] : [];
    const { code, stderr } = await command('extract', path, '-c', String(id), '-o', output, ...strip);
    if (code === 2) {
      if (strip.length === 0) broken(`connection ${id} cannot be extracted: ${stderr}`);
      return new Set(['refused to alter']);
    }
    if (code !== 0) broken(`extract exits with ${code}: ${stderr}`);
    const bytes = takeFile(output);
    // Frames that could not be altered are left out, and the story differs without them.
    if (stderr.includes('left out')) return new Set(['left out frames']);
    const after = await reportOn(scratchFile('extracted', bytes));
    if (after === null) broken('the extract cannot be read');
    const [one, other] = [storyOf(before, id), storyOf(after, twinOf(before, id, after))];
    if (one !== other) broken(`connection ${id} told ${one}; its extract ${other}`);
    return new Set(JSON.parse(one).findings.map(({ rule }: { rule: string }) => rule));
  },
};

async function reportOn(path: string): Promise<Report | null> {
  const { code, stdout } = await command('analyze', path, '--format', 'json', ...UNGRADED);
  return code === 0 ? (JSON.parse(stdout) as Report) : null;
}

/** The connection of the extract that starts as this one does. */
function twinOf(before: Report, id: number, after: Report): number {
  // Times beyond the last that can be written become that one, to the nanosecond, whatever the interface's resolution.
  const key = ({ startAt, client, server, frames }: Report['connections'][number]): string =>
    JSON.stringify({ startAt: startAt?.replace(LAST_SECOND, ''), client, server, frames });
  const wanted = before.connections.find((each) => each.id === id)!;
  const twin = after.connections.find((each) => key(each) === key(wanted));
  if (twin === undefined)
    broken(
      `connection ${id}, ${key(wanted)}, is not in its extract, which has ${after.connections.map(key)}`,
    );
  return twin.id;
}

function storyOf({ connections, findings }: Report, id: number): string {
  const { endpoints } = connections.find((each) => each.id === id)!;
  return JSON.stringify({
    states: [endpoints.client.finalState, endpoints.server.finalState],
    findings: findings
      .filter(({ connection }) => connection === id)
      .map(({ rule, endpoint, severity, confidence, title }) => ({
        rule,
        endpoint,
        severity,
        confidence,
        title,
      })),
  });
}
