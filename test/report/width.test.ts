import { describe, expect, it } from 'vitest';
import { Analysis } from '../../src/analysis.js';
import type { Connection } from '../../src/connections/connection.js';
import { readCapture } from '../../src/node/read-capture.js';
import { ladder } from '../../src/report/ladder/ladder.js';
import { LadderRecorder } from '../../src/report/ladder/recorder.js';
import { type AnalysisEnd, ladderFacts } from '../../src/report/reporter.js';
import { TableReporter } from '../../src/report/table.js';
import { displayWidth } from '../../src/report/text/display-width.js';
import { COLOURED } from '../../src/report/text/palette.js';
import type { Finding } from '../../src/rules/finding.js';
import { captureOf, scenarios } from '../support/fixtures.js';
import { textOf } from '../support/report.js';

const WIDTHS = [40, 41, 45, 51, 52, 56, 59, 60, 66, 72, 79, 80, 99, 120];

interface Seen {
  readonly told: readonly (readonly [Connection, readonly Finding[]])[];
  readonly end: AnalysisEnd;
  readonly recorders: ReadonlyMap<number, LadderRecorder>;
}

async function seenIn(path: string): Promise<Seen> {
  const told: (readonly [Connection, readonly Finding[]])[] = [];
  const recorders = new Map<number, LadderRecorder>();
  const analysis = new Analysis({
    reporters: [{ connection: (connection, findings) => told.push([connection, findings]), end: () => {} }],
    onSegment: (id, from, segment) => {
      if (!recorders.has(id)) recorders.set(id, new LadderRecorder());
      recorders.get(id)!.add(from, segment);
    },
  });
  analysis.endCapture(await readCapture(path, analysis.begin()));
  return { told, end: analysis.finish(), recorders };
}

function tables({ told, end }: Seen, columns: number): string {
  let text = '';
  const write = (part: string | Uint8Array): void => {
    text += textOf(part);
  };
  const reporter = new TableReporter(write, { palette: COLOURED, columns, verbose: true });
  for (const [connection, findings] of told) reporter.connection(connection, findings);
  reporter.end(end);
  return text;
}

/** Of connections with the same findings, one: they look alike. */
function ladders({ told, end, recorders }: Seen, columns: number): string {
  const unlike = new Map(told.map((each) => [each[1].map(({ rule }) => rule).join(), each]));
  return [...unlike.values()]
    .map(([connection, findings]) =>
      ladder(connection, recorders.get(connection.id)?.items() ?? [], {
        palette: COLOURED,
        columns,
        ...ladderFacts(end.captures, connection, findings),
      }),
    )
    .join('\n');
}

const widerThan = (columns: number, text: string): readonly string[] =>
  text.split('\n').filter((line) => displayWidth(line) > columns);

describe('every line on a terminal of 40 columns or more', () => {
  it.each(scenarios)('of %s is no wider than it', async (scenario) => {
    const seen = await seenIn(captureOf(scenario, 'client'));
    for (const columns of WIDTHS) {
      expect(widerThan(columns, tables(seen, columns)), `tables, ${columns}`).toEqual([]);
      expect(widerThan(columns, ladders(seen, columns)), `ladders, ${columns}`).toEqual([]);
    }
  });
});
