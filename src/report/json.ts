import type { Connection } from '../connections/connection.js';
import type { Timestamp } from '../core/time.js';
import type { Finding } from '../rules/finding.js';
import { captureJson, connectionJson, findingJson, patternJson } from './json-text.js';
import { type AnalysisEnd, REPORT_SCHEMA, type Reporter, type Spool, TOOL, type Write } from './reporter.js';

/** Text is handed on in pieces of about this many characters. */
const PIECE = 1 << 18;

/**
 * The report as one JSON document, `schema/report-1.schema.json`. Connections are written as they end;
 * findings, which refer to them, wait in a spool and follow; what is only known at the end comes last.
 */
export class JsonReporter implements Reporter {
  readonly #write: Write;
  readonly #spool: Spool;
  #findings = 0;
  #text = `{"schema":"${REPORT_SCHEMA}","tool":${JSON.stringify(TOOL)},"connections":[`;
  #isFirst = true;
  #start: Timestamp | null = null;

  constructor(write: Write, spool: Spool) {
    this.#write = write;
    this.#spool = spool;
  }

  connection(connection: Connection, findings: readonly Finding[], captureStart: Timestamp): void {
    this.#start ??= captureStart;
    const indices: number[] = [];
    for (const finding of findings) {
      this.#spool.append(`${this.#findings === 0 ? '\n' : ',\n'}${findingJson(finding, this.#start)}`);
      indices.push(this.#findings++);
    }
    this.#text += `${this.#isFirst ? '\n' : ',\n'}${connectionJson(connection, indices, this.#start)}`;
    this.#isFirst = false;
    if (this.#text.length > PIECE) this.#flush();
  }

  end(end: AnalysisEnd): void {
    this.#text += '],\n"findings":[';
    this.#flush();
    this.#spool.drain(this.#write);
    const patterns = end.patterns.map((pattern) => patternJson(pattern, this.#start ?? pattern.from));
    this.#text +=
      `],\n"patterns":[${patterns.join(',\n')}],\n"captures":[${end.captures.map(captureJson).join(',\n')}],\n` +
      `"summary":${JSON.stringify(end.summary)}}\n`;
    this.#flush();
  }

  #flush(): void {
    this.#write(this.#text);
    this.#text = '';
  }
}
