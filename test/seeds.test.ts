/** What `docs/seeds.md` says that finwait shows of a fixture is what it really shows. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../src/analysis.js';
import type { Connection, Role } from '../src/connections/connection.js';
import { readCapture } from '../src/node/read-capture.js';
import { CATALOG } from '../src/rules/catalog.js';
import { captureOf, scenarios } from './support/fixtures.js';

/** `fixture`, perhaps at the server: what it shows, perhaps with a remark. */
const ENTRY = /^`([a-z0-9-]+)`( at the server)?: ([^(]+?)(?: \(.*\))?$/;
const STATES = /^(client|server) ([A-Z0-9-]+(?: → [A-Z0-9-]+)+)$/;
/** Why no fixture can show a statement. */
const REASON = /^(nothing to capture|no packet)/;

const rows = [...readFileSync('docs/seeds.md', 'utf8').matchAll(/^\| ([AB]\d+) \|.*\| ([^|]+) \|$/gm)].map(
  ([, row, shown]) => ({ row, cells: shown.split('; ') }),
);
const entries = rows.flatMap(({ row, cells }) =>
  cells
    .filter((cell) => !REASON.test(cell))
    .map((cell) => {
      const [, fixture, atServer, shown] = ENTRY.exec(cell) ?? [];
      const side: Role = atServer === undefined ? 'client' : 'server';
      return { row, cell, fixture, side, shown: shown?.split(', ') ?? [] };
    }),
);

interface Found {
  readonly all: Set<string>;
  /** Without those that another finding explains. */
  readonly unexplained: Set<string>;
  readonly connections: Connection[];
}

async function findIn(path: string): Promise<Found> {
  const found: Found = { all: new Set(), unexplained: new Set(), connections: [] };
  const note = ({ rule, explainedBy }: { rule: string; explainedBy?: string }): void => {
    found.all.add(rule);
    if (explainedBy === undefined) found.unexplained.add(rule);
  };
  const analysis = new Analysis({
    reporters: [
      {
        connection: (connection, findings) => {
          found.connections.push(connection);
          findings.forEach(note);
        },
        end: ({ patterns }) => patterns.forEach(note),
      },
    ],
  });
  analysis.endCapture(await readCapture(path, analysis.begin()));
  analysis.finish();
  return found;
}

function timelineOf(connection: Connection, role: Role): string {
  const standing = connection[role].timeline.filter(({ retractedBy }) => retractedBy === null);
  return ` → ${standing.map(({ state }) => state).join(' → ')} → `;
}

describe('the table of the notes', () => {
  it('numbers its statements one after another', () => {
    const numbers = (letter: string) => rows.map(({ row }) => row).filter((row) => row.startsWith(letter));
    for (const letter of ['A', 'B'])
      expect(numbers(letter)).toEqual(numbers(letter).map((_, place) => `${letter}${place + 1}`));
    expect(rows.length).toBeGreaterThan(50);
  });

  it.each(entries)('$row: $cell', async ({ fixture, side, shown }) => {
    expect(scenarios).toContain(fixture);
    const { all, unexplained, connections } = await findIn(captureOf(fixture, side));
    const rules = shown.filter((item) => item.startsWith('`')).map((item) => item.slice(1, -1));
    for (const item of shown) {
      const [, role, states] = STATES.exec(item) ?? [];
      if (states !== undefined) {
        const timelines = connections.map((connection) => timelineOf(connection, role as Role));
        expect(timelines.some((timeline) => timeline.includes(` → ${states} → `))).toBe(true);
      } else if (item !== 'no finding') {
        expect(CATALOG.map(({ id }) => `\`${id}\``)).toContain(item);
      }
    }
    if (shown.includes('no finding')) expect([...all]).toEqual([]);
    // Where findings are named, none that stands for itself is left out.
    if (rules.length > 0) for (const rule of unexplained) expect(rules).toContain(rule);
    for (const rule of rules) expect(all).toContain(rule);
  });
});
