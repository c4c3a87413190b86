/**
 * Reports findings as they become certain, while a capture is still growing: each when a connection that is still open
 * shows it or when its connection ends, again if it becomes graver, and at the end if its severity turned out different
 * or it did not hold. What was reported and not taken back is what a report finds.
 */
import type { Connection } from '../connections/connection.js';
import type { Timestamp } from '../core/time.js';
import { type Finding, type Pattern, SEVERITIES, type Severity } from '../rules/finding.js';
import { AsciiText, piece } from './ascii-text.js';
import { captureJson, patternJson, writeFinding } from './json-text.js';
import type { AnalysisEnd, Reporter, Write } from './reporter.js';
import type { Palette } from './text/palette.js';
import { clockTime, connectionName, frameList } from './text/words.js';

/** How findings are worded and written. */
export interface Voice {
  found(connection: Connection, finding: Finding, start: Timestamp): void;
  /** A finding that was reported, but in the end does not hold or is not grave enough to be reported. */
  settled(finding: Finding, at: Timestamp): void;
  end(end: AnalysisEnd): void;
}

export class WatchReporter implements Reporter {
  readonly #voice: Voice;
  readonly #severities: readonly Severity[];
  /** What was reported on connections that are still open, by id, as it was reported last. */
  readonly #told = new Map<number, Finding[]>();

  /** @param least the lowest severity that is reported */
  constructor(voice: Voice, least: Severity) {
    this.#voice = voice;
    this.#severities = SEVERITIES.slice(0, SEVERITIES.indexOf(least) + 1);
  }

  /** A connection that is still open, and its findings if it stayed so. */
  open(connection: Connection, findings: readonly Finding[], start: Timestamp): void {
    const told = this.#told.get(connection.id) ?? [];
    const fresh = findings.filter((finding) => this.#isTold(finding) && !told.some(holds(finding)));
    if (fresh.length === 0) return;
    const still = told.filter((before) => !fresh.some((now) => isSame(now, before)));
    this.#told.set(connection.id, [...still, ...fresh]);
    for (const finding of fresh) this.#voice.found(connection, finding, start);
  }

  connection(connection: Connection, findings: readonly Finding[], start: Timestamp): void {
    const told = this.#told.get(connection.id) ?? [];
    this.#told.delete(connection.id);
    const last = findings.filter((finding) => this.#isTold(finding));
    for (const finding of last) {
      const before = told.find((each) => isSame(each, finding));
      if (before?.severity !== finding.severity) this.#voice.found(connection, finding, start);
    }
    for (const finding of told) {
      if (!last.some((now) => isSame(now, finding))) this.#voice.settled(finding, connection.end);
    }
  }

  end(end: AnalysisEnd): void {
    this.#voice.end({ ...end, patterns: end.patterns.filter((pattern) => this.#isTold(pattern)) });
  }

  #isTold({ severity }: Finding | Pattern): boolean {
    return this.#severities.includes(severity);
  }
}

/** Whether something that was reported is the same finding and at least as grave. */
function holds(finding: Finding): (told: Finding) => boolean {
  const gravity = SEVERITIES.indexOf(finding.severity);
  return (told) => isSame(told, finding) && SEVERITIES.indexOf(told.severity) <= gravity;
}

function isSame(a: Finding, b: Finding): boolean {
  return a.rule === b.rule && a.endpoint === b.endpoint;
}

/** One line per finding, for people. */
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

/**
 * One JSON object per line, for programs: `finding` as in NDJSON reports, `settled`, and at the end `pattern`,
 * `capture` and `summary`, also as there.
 */
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
    this.#line('settled', JSON.stringify({ rule, connection, endpoint }));
  }

  end({ captures, patterns, summary }: AnalysisEnd): void {
    const [{ firstFrameAt }] = captures;
    for (const pattern of patterns) this.#line('pattern', patternJson(pattern, firstFrameAt ?? pattern.from));
    for (const facts of captures) this.#line('capture', captureJson(facts));
    this.#line('summary', JSON.stringify(summary));
  }

  #line(type: string, object: string): void {
    this.#write(`{"type":"${type}",${object.slice(1)}\n`);
  }
}
