import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/connections/connection.js';
import { type Dossier, DossierReporter } from '../../src/report/dossier.js';
import type { LadderItem } from '../../src/report/ladder/recorder.js';
import type { AnalysisEnd } from '../../src/report/reporter.js';
import type { Finding } from '../../src/rules/finding.js';
import { at, connection, enters } from '../support/connection-builder.js';
import { finding } from '../support/pattern-tester.js';

type Told = readonly [id: number, findings: readonly Finding[], more?: Partial<Connection>];

const END: AnalysisEnd = {
  captures: [],
  summary: { connections: 0, findings: { error: 0, warning: 0, info: 0 }, suppressed: 0, finalStates: {} },
  patterns: [],
};

function gather(told: readonly Told[], ladders: ReadonlyMap<number, readonly LadderItem[]> = new Map()) {
  let dossier: Dossier | null = null;
  const reporter = new DossierReporter(
    () => {},
    (gathered) => {
      dossier = gathered;
      return '';
    },
  );
  for (const [id, findings, more] of told) {
    reporter.connection({ ...connection({}), ...more, id }, findings, at(0));
  }
  const wishes = reporter.wishes();
  for (const [id, items] of ladders) reporter.ladder(id, items);
  reporter.end(END);
  const { exhibits, groups, rows } = dossier as unknown as Dossier;
  return { wishes, exhibits, groups, rows, ids: exhibits.map((exhibit) => exhibit.connection.id) };
}

const error = finding('rst-on-write-after-close', { severity: 'error', frames: [9, 10] });
const warning = finding('close-wait-stuck', { severity: 'warning', frames: [5] });
const info = finding('half-close', { severity: 'info', frames: [3] });

describe('a dossier', () => {
  it('shows one connection of each kind of trouble before the second of any, the gravest first', () => {
    const { ids } = gather([
      [0, [info]],
      [1, [warning]],
      [2, [warning]],
      [3, [error]],
      [4, []],
      [5, [finding('last-ack-stuck', { severity: 'warning' })]],
    ]);
    expect(ids).toEqual([3, 1, 5, 2, 0, 4]);
  });

  it('keeps three connections a kind, the first by number, in whatever order they end', () => {
    const { ids, rows } = gather([7, 2, 9, 4, 1].map((id) => [id, [warning]]));
    expect(ids).toEqual([1, 2, 4]);
    expect(rows.map(({ id }) => id)).toEqual([1, 2, 4, 7, 9]);
  });

  it('shows at most a dozen connections, and a thousand in a line each', () => {
    const many = Array.from({ length: 5000 }, (_, id): Told => [id, [finding(`rule-${id % 40}`)]]);
    const { exhibits, rows } = gather(many);
    expect(exhibits).toHaveLength(12);
    expect(rows).toHaveLength(1000);
    expect(rows[999].id).toBe(999);
  });

  it('files a connection under the finding that explains the others', () => {
    const cause = finding('close-wait-stuck', { severity: 'warning' });
    const effect = finding('fin-wait-2-stuck', { severity: 'warning', explainedBy: 'close-wait-stuck' });
    const { ids } = gather([
      [0, [effect, cause]],
      [1, [effect, cause]],
      [2, [effect, cause]],
      [3, [effect, cause]],
      [4, [effect]],
    ]);
    expect(ids).toEqual([0, 4, 1, 2]);
  });

  it('wishes for the frames of findings and of states', () => {
    const { wishes } = gather([
      [0, [warning], { client: client(), server: { ...connection({}).server, timeline: [] } }],
    ]);
    expect([...wishes]).toEqual([[0, [5, 2, 8]]]);
  });

  it('shows the segments that it was given, and says where there are none', () => {
    const items: readonly LadderItem[] = [];
    const { exhibits } = gather(
      [
        [0, [warning]],
        [1, [info]],
      ],
      new Map([[0, items]]),
    );
    expect(exhibits.map((exhibit) => exhibit.items)).toEqual([items, null]);
  });
});

function client(): Connection['client'] {
  return {
    ...connection({}).client,
    timeline: [
      enters('SYN-SENT', 0, 2),
      enters('ESTABLISHED', 1, 8),
      enters('CLOSED', 2, null, { evidence: 'assumed' }),
    ],
  };
}
