import type { Connection } from '../connections/connection.js';
import type { Timestamp } from '../core/time.js';
import type { Finding } from '../rules/finding.js';
import { AsciiText, asciiJson, piece } from './ascii-text.js';
import { captureJson, patternJson, writeConnection, writeFinding } from './json-text.js';
import { type AnalysisEnd, REPORT_SCHEMA, type Reporter, type Spool, TOOL, type Write } from './reporter.js';

/** Output is passed on in parts of about this many octets. */
const PART = 1 << 18;
const NEXT = piece(',\n');

/**
 * The report as one JSON document, `schema/report-1.schema.json`. Connections are written as they end;
 * findings, which refer to them, wait in a spool and follow; what is only known at the end comes last.
 */
export class JsonReporter implements Reporter {
  readonly #write: Write;
  readonly #spool: Spool;
  readonly #spooled: Write;
  readonly #connections = new AsciiText(PART + PART / 4);
  readonly #findings = new AsciiText(PART + PART / 4);
  #connectionCount = 0;
  #findingCount = 0;
  #start: Timestamp | null = null;

  constructor(write: Write, spool: Spool) {
    this.#write = write;
    this.#spool = spool;
    this.#spooled = (part) => spool.append(part as Uint8Array);
    this.#connections.text(`{"schema":"${REPORT_SCHEMA}","tool":${JSON.stringify(TOOL)},\n"connections":[\n`);
  }

  connection(connection: Connection, findings: readonly Finding[], captureStart: Timestamp): void {
    this.#start ??= captureStart;
    if (this.#connectionCount++ > 0) this.#connections.piece(NEXT);
    writeConnection(this.#connections, connection, this.#findingCount, findings.length, this.#start);
    if (this.#connections.length > PART) this.#connections.flush(this.#write);
    for (const finding of findings) {
      if (this.#findingCount++ > 0) this.#findings.piece(NEXT);
      writeFinding(this.#findings, connection, finding, this.#start);
    }
    if (this.#findings.length > PART) this.#findings.flush(this.#spooled);
  }

  end(end: AnalysisEnd): void {
    this.#connections.text('],\n"findings":[\n');
    this.#connections.flush(this.#write);
    this.#spool.drain(this.#write);
    this.#findings.flush(this.#write);
    const patterns = end.patterns.map((pattern) => patternJson(pattern, this.#start ?? pattern.from));
    this.#write(
      `],\n"patterns":[${patterns.join(',\n')}],\n"captures":[${end.captures.map(captureJson).join(',\n')}],\n` +
        `"summary":${asciiJson(end.summary)}}\n`,
    );
  }
}
