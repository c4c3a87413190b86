import type { Connection } from '../connections/connection.js';
import { type Timestamp, toIsoString } from '../core/time.js';
import type { Finding } from '../rules/finding.js';
import { connectionJson, findingJson, patternJson } from './json-text.js';
import {
  type AnalysisEnd,
  type CaptureFacts,
  REPORT_SCHEMA,
  type Reporter,
  TOOL,
  type Write,
} from './reporter.js';

/** Text is handed on in pieces of about this many characters. */
const PIECE = 1 << 18;

/**
 * The report as one JSON document, `schema/report-1.schema.json`. Connections are written as they end;
 * findings, which refer to them, are kept as text and follow; what is only known at the end comes last.
 */
export class JsonReporter implements Reporter {
  readonly #write: Write;
  readonly #findings: string[] = [];
  #text = `{"schema":"${REPORT_SCHEMA}","tool":${JSON.stringify(TOOL)},"connections":[`;
  #isFirst = true;
  #start: Timestamp = { seconds: 0, nanoseconds: 0 };

  constructor(write: Write) {
    this.#write = write;
  }

  connection(connection: Connection, findings: readonly Finding[], captureStart: Timestamp): void {
    this.#start = captureStart;
    const indices: number[] = [];
    for (const finding of findings) {
      indices.push(this.#findings.length);
      this.#findings.push(findingJson(finding, captureStart));
    }
    this.#text += `${this.#isFirst ? '\n' : ',\n'}${connectionJson(connection, indices, captureStart)}`;
    this.#isFirst = false;
    if (this.#text.length > PIECE) this.#flush();
  }

  end(end: AnalysisEnd): void {
    this.#text += '],\n"findings":[';
    for (const [index, finding] of this.#findings.entries()) {
      this.#text += `${index === 0 ? '\n' : ',\n'}${finding}`;
      if (this.#text.length > PIECE) this.#flush();
    }
    const patterns = end.patterns.map((pattern) => patternJson(pattern, this.#start));
    this.#text +=
      `],\n"patterns":[${patterns.join(',\n')}],\n"captures":${JSON.stringify(end.captures.map(captureJson))},\n` +
      `"summary":${JSON.stringify(end.summary)}}\n`;
    this.#flush();
  }

  #flush(): void {
    this.#write(this.#text);
    this.#text = '';
  }
}

/** One element of `captures`. */
export function captureJson(facts: CaptureFacts): object {
  return {
    ...facts,
    firstFrameAt: facts.firstFrameAt && toIsoString(facts.firstFrameAt),
    lastFrameAt: facts.lastFrameAt && toIsoString(facts.lastFrameAt),
  };
}
