import type { Connection, Endpoint, Role, Transition } from '../connections/connection.js';
import { secondsBetween, type Timestamp } from '../core/time.js';
import { escapeControls } from './escape.js';
import type { Fold } from './ladder-fold.js';
import type { LadderItem, LadderSegment } from './ladder-recorder.js';
import { type LadderFacts, type LadderRow, ladderRows, segmentLabel } from './ladder-rows.js';
import type { Palette } from './palette.js';
import {
  citationNames,
  clockTime,
  connectionName,
  counted,
  endpointName,
  frameList,
  octets,
  seconds,
} from './words.js';
import { wrap } from './wrap.js';

export interface LadderOptions extends LadderFacts {
  readonly palette: Palette;
  readonly columns: number;
}

const MIN_WIDTH = 80;
const MAX_WIDTH = 120;
const TIME_WIDTH = 9;
/** Room for the longest state name and its mark. */
const STATE_WIDTH = 13;
const MARKS = { observed: ' ', confirmed: '✓', assumed: '?' } as const;
/**
 * One connection as textbooks draw it: its segments as arrows between two columns that tell which state
 * each endpoint entered.
 */
export function ladder(connection: Connection, items: readonly LadderItem[], options: LadderOptions): string {
  return new Ladder(connection, options).draw(items);
}

class Ladder {
  readonly #connection: Connection;
  readonly #options: LadderOptions;
  readonly #palette: Palette;
  readonly #width: number;
  readonly #frameWidth: number;
  readonly #arrowWidth: number;
  readonly #lines: string[] = [];

  constructor(connection: Connection, options: LadderOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#palette = options.palette;
    this.#width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, options.columns));
    this.#frameWidth = Math.max(6, String(connection.lastFrame).length + 1);
    this.#arrowWidth = this.#width - TIME_WIDTH - this.#frameWidth - 2 * STATE_WIDTH - 4;
  }

  draw(items: readonly LadderItem[]): string {
    this.#head();
    for (const row of ladderRows(this.#connection, items, this.#options)) this.#draw(row);
    this.#foot();
    return `${this.#lines.map((line) => line.trimEnd()).join('\n')}\n`;
  }

  #draw(row: LadderRow): void {
    switch (row.kind) {
      case 'segment':
        this.#rung(row);
        break;
      case 'fold':
        this.#fold(row);
        break;
      case 'silence':
        this.#row(null, '', `⋮ ${seconds(row.seconds)} of silence ⋮`);
        break;
      case 'icmp':
        this.#marked(
          `${this.#time(row.time)} ${`#${row.frame}`.padStart(this.#frameWidth)}`,
          `◆ ${row.text}`,
        );
        break;
      case 'comment':
        this.#marked(' '.repeat(TIME_WIDTH + this.#frameWidth + 1), `✎ ${escapeControls(row.text)}`);
        break;
      case 'end':
        this.#captureEnd(row.time);
    }
  }

  #head(): void {
    const { bold, dim } = this.#palette;
    const { client, server, start, vantage } = this.#connection;
    const names = `${endpointName(client)} ↔ ${endpointName(server)}`;
    const title = connectionName(this.#connection);
    const [first, ...more] = wrap(`${title}: ${names}`, this.#width);
    this.#lines.push(bold(title) + first.slice(title.length), ...more);
    const near = vantage.near === 'unknown' ? '' : `, captured ${placeOf(vantage.near)}`;
    this.#text(`from ${clockTime(start)}${near}; times count from there, numbers are relative`, dim);
    const columns = [
      dim('time'.padStart(TIME_WIDTH)),
      dim('frame'.padStart(this.#frameWidth)),
      bold('client'.padEnd(STATE_WIDTH)),
      ' '.repeat(this.#arrowWidth),
      bold('server'),
    ];
    this.#lines.push('', columns.join(' '));
  }

  #fold({ folded, from }: Fold): void {
    const [sent, received] = (['client', 'server'] as const).map(
      (role) => `${counted(folded[role].segments, 'segment')}, ${octets(folded[role].payload)}`,
    );
    const text = `⋮ ${sent} →   ← ${received} ⋮`;
    // The text may reach into the server's column, which is empty here.
    if (text.length <= this.#arrowWidth + STATE_WIDTH) {
      this.#row(from, '…', text);
    } else {
      this.#row(from, '…', `⋮ ${sent} → ⋮`);
      this.#row(null, '', `⋮ ← ${received} ⋮`);
    }
  }

  #rung({ segment, entered, proven }: Extract<LadderRow, { kind: 'segment' }>): void {
    const { client, server } = entered;
    const rows = Math.max(client.length, server.length, 1);
    for (let row = 0; row < rows; row++) {
      const lead =
        row === 0
          ? `${this.#time(segment.time)} ${`#${segment.frame}`.padStart(this.#frameWidth)}`
          : ' '.repeat(TIME_WIDTH + 1 + this.#frameWidth);
      const middle = row === 0 ? this.#arrowOf(segment) : ' '.repeat(this.#arrowWidth);
      this.#lines.push(`${lead} ${this.#state(client[row])} ${middle} ${this.#state(server[row])}`);
    }
    for (const { severity, rule } of proven) {
      const mark = this.#palette.severity[severity](`▲ ${severity}: ${rule}`);
      this.#lines.push(`${' '.repeat(TIME_WIDTH + this.#frameWidth + STATE_WIDTH + 3)}${mark}`);
    }
  }

  /** A text that starts with a mark, as wide as there is room. */
  #marked(lead: string, text: string): void {
    const [first, ...more] = wrap(text, this.#width - lead.length - 3);
    const indent = ' '.repeat(lead.length + 2);
    this.#lines.push(`${lead} ${first}`, ...more.map((line) => `${indent} ${line}`));
  }

  #captureEnd(time: Timestamp): void {
    const { client, server } = this.#connection;
    const end = centred('the capture ends', this.#arrowWidth);
    const lead = `${this.#time(time)} ${' '.repeat(this.#frameWidth)}`;
    const state = (endpoint: Endpoint): string => endpoint.finalState.padEnd(STATE_WIDTH);
    this.#lines.push(this.#palette.dim(`${lead} ${state(client)} ${end} ${state(server)}`));
  }

  /** A line in the middle between the state columns. */
  #row(time: Timestamp | null, frame: string, text: string): void {
    const lead = `${time === null ? ' '.repeat(TIME_WIDTH) : this.#time(time)} ${frame.padStart(this.#frameWidth)}`;
    this.#lines.push(
      this.#palette.dim(`${lead} ${' '.repeat(STATE_WIDTH)} ${centred(text, this.#arrowWidth)}`),
    );
  }

  #time(time: Timestamp): string {
    const value = secondsBetween(this.#connection.start, time);
    return value.toFixed(value < 1e4 ? 4 : 2).padStart(TIME_WIDTH);
  }

  #state(entry: Transition | undefined): string {
    if (entry === undefined) return ' '.repeat(STATE_WIDTH);
    const { bold, dim, struck } = this.#palette;
    const text = `${entry.state}${entry.retractedBy === null ? MARKS[entry.evidence] : '✗'}`;
    const padding = ' '.repeat(Math.max(0, STATE_WIDTH - text.length));
    return (entry.retractedBy === null ? bold(text) : struck(dim(text))) + padding;
  }

  #arrowOf(segment: LadderSegment): string {
    const room = this.#arrowWidth - 1;
    const line = centred(` ${describe(segment, room - 2)} `, room, '─');
    return segment.from === 'client' ? `${line}▶` : `◀${line}`;
  }

  #foot(): void {
    const { bold, dim, severity } = this.#palette;
    this.#lines.push('');
    this.#text('states: ✓ confirmed by a later segment, ? assumed, ✗ taken back, else observed', dim);
    for (const endpoint of [this.#connection.client, this.#connection.server]) {
      for (const entry of endpoint.timeline) {
        if (entry.frame === null) {
          this.#text(`no frame shows the ${endpoint.role}'s ${entry.state}: ${entry.cause}`, dim);
        } else if (entry.retractedBy !== null) {
          const text = `the ${endpoint.role}'s ${entry.state} of #${entry.frame} was disproved by #${entry.retractedBy}`;
          this.#text(text, dim);
        }
      }
      this.#lines.push(`the ${endpoint.role} ended in ${bold(endpoint.finalState)}`);
    }
    for (const finding of this.#options.findings) {
      const [title, ...more] = wrap(finding.title, this.#width - finding.severity.length - 1);
      this.#lines.push('', `${severity[finding.severity](finding.severity)} ${bold(title)}`);
      this.#lines.push(...more.map(bold));
      const sections = citationNames(finding.citations.slice(0, 4));
      this.#text(`${finding.rule} · ${frameList(finding.frames)} · ${sections}`, dim);
    }
  }

  #text(text: string, style: (line: string) => string): void {
    this.#lines.push(...wrap(text, this.#width).map(style));
  }
}

function placeOf(near: Role | 'between'): string {
  return near === 'between' ? 'between both' : `near the ${near}`;
}

/** In at most `room` characters; what a reader misses least goes first. */
function describe(segment: LadderSegment, room: number): string {
  const full = segmentLabel(segment);
  if (full.length <= room) return full;
  const short = segmentLabel(segment, false);
  return short.length <= room ? short : `${short.slice(0, room - 1)}…`;
}

function centred(text: string, width: number, fill = ' '): string {
  const left = Math.max(0, (width - text.length) >> 1);
  return `${fill.repeat(left)}${text}${fill.repeat(Math.max(0, width - left - text.length))}`;
}
