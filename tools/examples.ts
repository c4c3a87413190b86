import { existsSync } from 'node:fs';
import { Analysis } from '../src/analysis.js';
import type { Connection } from '../src/connections/connection.js';
import { readCapture } from '../src/node/read-capture.js';
import { ladder } from '../src/report/ladder/ladder.js';
import { LadderRecorder } from '../src/report/ladder/recorder.js';
import { PLAIN } from '../src/report/text/palette.js';
import { wrap } from '../src/report/text/wrap.js';
import type { Finding, Pattern } from '../src/rules/finding.js';
import type { RuleDescription } from '../src/rules/rule.js';

const COLUMNS = 80;
/** Segments shown at either end of a long connection, besides the decisive ones. */
const ENDS = 8;

/** What an example shows: the connection, and the finding or the pattern it was drawn for. */
interface Shown {
  readonly connection: Connection;
  readonly findings: readonly Finding[];
  readonly pattern: Pattern | null;
}

/**
 * The ladder of the first connection for which `rule` has a finding in its example; null if the example has not been
 * recorded, or does not show the rule.
 */
export async function exampleLadder(rule: RuleDescription): Promise<string | null> {
  const { fixture, capture } = rule.documentation.example;
  const path = `fixtures/${fixture}/${capture}.pcap`;
  const shown = existsSync(path) ? await find(rule, path) : null;
  if (shown === null) return null;
  const { connection, findings, pattern } = shown;
  const decisive = [connection.client, connection.server].flatMap(({ timeline }) =>
    timeline.flatMap(({ frame }) => frame ?? []),
  );
  const recorder = new LadderRecorder({
    ends: ENDS,
    always: [...decisive, ...findings.flatMap(({ frames }) => frames)],
  });
  const analysis = new Analysis({
    reporters: [],
    onSegment: (id, from, segment) => {
      if (id === connection.id) recorder.add(from, segment);
    },
  });
  const { lastFrameAt } = await readCapture(path, analysis.begin());
  const captureEnd = lastFrameAt ?? connection.end;
  const text = ladder(connection, recorder.items(), {
    palette: PLAIN,
    columns: COLUMNS,
    findings,
    comments: [],
    captureEnd,
  });
  return pattern === null ? text : `${text}\n${patternFoot(pattern)}\n`;
}

async function find(rule: RuleDescription, path: string): Promise<Shown | null> {
  const seen = new Map<number, Omit<Shown, 'pattern'>>();
  let pattern: Pattern | null = null;
  const { options } = rule.documentation.example;
  const analysis = new Analysis({
    rules: options === undefined ? {} : { options: { [rule.id]: options } },
    reporters: [
      {
        connection: (connection, all) => {
          const findings = all.filter((finding) => finding.rule === rule.id);
          seen.set(connection.id, { connection, findings });
        },
        end: ({ patterns }) => {
          pattern = patterns.find((candidate) => candidate.rule === rule.id) ?? null;
        },
      },
    ],
  });
  analysis.endCapture(await readCapture(path, analysis.begin()));
  analysis.finish();
  const found = pattern as Pattern | null;
  const ids = [...seen.keys()].sort((a, b) => a - b);
  const id = found?.connections[0] ?? ids.find((candidate) => seen.get(candidate)!.findings.length > 0);
  return id === undefined ? null : { ...seen.get(id)!, pattern: found };
}

function patternFoot({ severity, title, count }: Pattern): string {
  const text = `${severity} ${title}`;
  const which = count === 1 ? [] : ['', `the ladder shows the first of ${count} connections`];
  return [...wrap(text, COLUMNS), ...which].join('\n');
}
