/**
 * Findings told as they become certain, while a capture is still growing: each once, when a connection that
 * is still open shows it or when its connection ends, and again if it turns out not to hold.
 */
import type { Connection } from '../connections/connection.js';
import type { Timestamp } from '../core/time.js';
import { type Finding, SEVERITIES, type Severity } from '../rules/finding.js';
import { AsciiText, piece } from './ascii-text.js';
import { writeFinding } from './json-text.js';
import type { Palette } from './palette.js';
import type { AnalysisEnd, Reporter, Write } from './reporter.js';
import { clockTime, connectionName, frameList } from './words.js';

/** How told findings are put. */
export interface Voice {
  found(connection: Connection, finding: Finding, start: Timestamp): void;
  /** What was told of a connection, and does not hold now that it has gone on. */
  settled(finding: Finding, at: Timestamp): void;
  end(end: AnalysisEnd): void;
}

export class WatchReporter implements Reporter {
  readonly #voice: Voice;
  readonly #severities: readonly Severity[];
  /** What was told of connections that are still open, by id. */
  readonly #told = new Map<number, Finding[]>();

  /** @param least the lowest severity that is told */
  constructor(voice: Voice, least: Severity) {
    this.#voice = voice;
    this.#severities = SEVERITIES.slice(0, SEVERITIES.indexOf(least) + 1);
  }

  /** A connection that is still open, and what it would amount to if it stayed so. */
  open(connection: Connection, findings: readonly Finding[], start: Timestamp): void {
    const told = this.#told.get(connection.id) ?? [];
    const fresh = this.#fresh(findings, told);
    if (fresh.length > 0) this.#told.set(connection.id, [...told, ...fresh]);
    for (const finding of fresh) this.#voice.found(connection, finding, start);
  }

  connection(connection: Connection, findings: readonly Finding[], start: Timestamp): void {
    const told = this.#told.get(connection.id) ?? [];
    this.#told.delete(connection.id);
    for (const finding of this.#fresh(findings, told)) this.#voice.found(connection, finding, start);
    for (const finding of told) {
      if (!findings.some((now) => isSame(now, finding))) this.#voice.settled(finding, connection.end);
    }
  }

  end(end: AnalysisEnd): void {
    this.#voice.end(end);
  }

  #fresh(findings: readonly Finding[], told: readonly Finding[]): readonly Finding[] {
    return findings.filter(
      (finding) =>
        this.#severities.includes(finding.severity) && !told.some((before) => isSame(before, finding)),
    );
  }
}

function isSame(a: Finding, b: Finding): boolean {
  return a.rule === b.rule && a.endpoint === b.endpoint;
}

/** A line a finding, for people. */
export class TextVoice implements Voice {
  readonly #write: Write;
  readonly #palette: Palette;

  constructor(write: Write, palette: Palette) {
    this.#write = write;
    this.#palette = palette;
  }

  found(connection: Connection, finding: Finding): void {
    const { severity, rule, title, frames, to } = finding;
    const grade = this.#palette.severity[severity](severity);
    const place = this.#palette.dim(`${rule}, ${connectionName(connection)}, ${frameList(frames)}`);
    this.#write(`${clockTime(to)}  ${grade}  ${title}  (${place})\n`);
  }

  settled({ rule, title, connection }: Finding, at: Timestamp): void {
    const place = this.#palette.dim(`${rule}, connection ${connection}`);
    this.#write(`${clockTime(at)}  settled  no longer: ${title}  (${place})\n`);
  }

  /** The summary that follows is a report of its own. */
  end(): void {
    this.#write('\n');
  }
}

const FINDING = piece('"type":"finding",');

/** A JSON object a line, for programs: `finding` as in NDJSON reports, `settled`, and at the end `summary`. */
export class JsonVoice implements Voice {
  readonly #write: Write;
  readonly #text = new AsciiText(1 << 12);

  constructor(write: Write) {
    this.#write = write;
  }

  found(connection: Connection, finding: Finding, start: Timestamp): void {
    writeFinding(this.#text, connection, finding, start, FINDING);
    this.#text.text('\n');
    this.#text.flush(this.#write);
  }

  settled({ rule, connection, endpoint }: Finding): void {
    this.#line({ type: 'settled', rule, connection, endpoint });
  }

  end({ summary }: AnalysisEnd): void {
    this.#line({ type: 'summary', ...summary });
  }

  #line(object: object): void {
    this.#write(`${JSON.stringify(object)}\n`);
  }
}
