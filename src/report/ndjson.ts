import type { Connection } from '../connections/connection.js';
import type { Timestamp } from '../core/time.js';
import type { Finding } from '../rules/finding.js';
import { AsciiText, asciiJson, piece } from './ascii-text.js';
import { captureJson, patternJson, writeConnection, writeFinding } from './json-text.js';
import { type AnalysisEnd, REPORT_SCHEMA, type Reporter, TOOL, type Write } from './reporter.js';

/** Output is handed on in parts of about this many octets. */
const PART = 1 << 16;
const LINE_END = piece('\n');
const CONNECTION = piece('"type":"connection",');
const FINDING = piece('"type":"finding",');

/**
 * The report as one JSON object per line, each with its `type` first: `report`, `connection`, `finding` (right
 * after its connection), `pattern`, `capture`, `summary`. Nothing is kept, so it suits endless input.
 */
export class NdjsonReporter implements Reporter {
  readonly #write: Write;
  readonly #text = new AsciiText(PART + PART / 4);
  #findings = 0;
  #start: Timestamp | null = null;

  constructor(write: Write) {
    this.#write = write;
    this.#line('report', JSON.stringify({ schema: REPORT_SCHEMA, tool: TOOL }));
  }

  connection(connection: Connection, findings: readonly Finding[], captureStart: Timestamp): void {
    this.#start ??= captureStart;
    writeConnection(this.#text, connection, this.#findings, findings.length, this.#start, CONNECTION);
    this.#text.piece(LINE_END);
    this.#findings += findings.length;
    for (const finding of findings) {
      writeFinding(this.#text, connection, finding, this.#start, FINDING);
      this.#text.piece(LINE_END);
    }
    if (this.#text.length > PART) this.#text.flush(this.#write);
  }

  end(end: AnalysisEnd): void {
    for (const pattern of end.patterns)
      this.#line('pattern', patternJson(pattern, this.#start ?? pattern.from));
    for (const facts of end.captures) this.#line('capture', captureJson(facts));
    this.#line('summary', asciiJson(end.summary));
    this.#text.flush(this.#write);
  }

  #line(type: string, object: string): void {
    this.#text.text(`{"type":"${type}",${object.slice(1)}\n`);
  }
}
