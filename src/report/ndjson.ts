import type { Connection } from '../connections/connection.js';
import type { Timestamp } from '../core/time.js';
import type { Finding } from '../rules/finding.js';
import { captureJson, connectionJson, findingJson, patternJson } from './json-text.js';
import type { AnalysisEnd, Reporter, Write } from './reporter.js';

/** Text is handed on in pieces of about this many characters. */
const PIECE = 1 << 16;

/**
 * The report as one JSON object a line, each with its `type` first: `connection`, `finding` (right after
 * its connection), `pattern`, `capture`, `summary`. Nothing is kept, so that it suits endless input.
 */
export class NdjsonReporter implements Reporter {
  readonly #write: Write;
  #findings = 0;
  #start: Timestamp | null = null;
  #text = '';

  constructor(write: Write) {
    this.#write = write;
  }

  connection(connection: Connection, findings: readonly Finding[], captureStart: Timestamp): void {
    this.#start ??= captureStart;
    const indices = findings.map((_, index) => this.#findings + index);
    this.#findings += findings.length;
    this.#line('connection', connectionJson(connection, indices, this.#start));
    for (const finding of findings) this.#line('finding', findingJson(finding, this.#start));
  }

  end(end: AnalysisEnd): void {
    for (const pattern of end.patterns)
      this.#line('pattern', patternJson(pattern, this.#start ?? pattern.from));
    for (const facts of end.captures) this.#line('capture', captureJson(facts));
    this.#line('summary', JSON.stringify(end.summary));
    this.#flush();
  }

  #line(type: string, object: string): void {
    this.#text += `{"type":"${type}",${object.slice(1)}\n`;
    if (this.#text.length > PIECE) this.#flush();
  }

  #flush(): void {
    this.#write(this.#text);
    this.#text = '';
  }
}
