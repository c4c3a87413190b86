import type { Connection, Endpoint, Milestone, Role, Transition } from '../connections/connection.js';
import { secondsBetween, type Timestamp } from '../core/time.js';
import { ACK, FIN, PSH, RST, SYN } from '../decode/segment.js';
import type { Finding } from '../rules/finding.js';
import { CLOSED, STATES } from '../tcp/states.js';
import { type Fold, fold } from './ladder-fold.js';
import type { LadderItem, LadderSegment } from './ladder-recorder.js';
import type { Palette } from './palette.js';
import { citationNames, clockTime, counted, endpointName, frameList, octets, seconds } from './words.js';
import { wrap } from './wrap.js';

export interface LadderOptions {
  readonly palette: Palette;
  readonly columns: number;
  /** What was found on this connection: its frames are marked. */
  readonly findings: readonly Finding[];
  /** Time of the capture's last frame: how long the last states are known to have lasted. */
  readonly captureEnd: Timestamp;
}

/** A silence this long, in seconds, gets a line of its own. */
const LONG_SILENCE = 3;
const MIN_WIDTH = 80;
const MAX_WIDTH = 120;
const TIME_WIDTH = 9;
/** Room for the longest state name and its mark. */
const STATE_WIDTH = 13;
const MARKS = { observed: ' ', confirmed: '✓', assumed: '?' } as const;
const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [PSH, 'PSH'],
  [ACK, 'ACK'],
];

/**
 * One connection as textbooks draw it: its segments as arrows between two columns that tell which state
 * each endpoint entered.
 */
export function ladder(connection: Connection, items: readonly LadderItem[], options: LadderOptions): string {
  return new Ladder(connection, options).draw(items);
}

/** ICMP errors about the connection, to be drawn before the segment that follows them. */
type IcmpRun = Milestone & Required<Pick<Milestone, 'icmp'>>;

class Ladder {
  readonly #connection: Connection;
  readonly #options: LadderOptions;
  readonly #palette: Palette;
  readonly #width: number;
  readonly #frameWidth: number;
  readonly #arrowWidth: number;
  readonly #states: Readonly<Record<Role, Map<number, Transition[]>>>;
  readonly #marked: ReadonlyMap<number, string[]>;
  readonly #icmp: readonly IcmpRun[];
  readonly #lines: string[] = [];
  #drawnIcmp = 0;
  #lastTime: Timestamp;

  constructor(connection: Connection, options: LadderOptions) {
    const { client, server } = connection;
    this.#connection = connection;
    this.#options = options;
    this.#palette = options.palette;
    this.#width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, options.columns));
    this.#frameWidth = Math.max(6, String(connection.lastFrame).length + 1);
    this.#arrowWidth = this.#width - TIME_WIDTH - this.#frameWidth - 2 * STATE_WIDTH - 4;
    this.#states = { client: byFrame(client), server: byFrame(server) };
    this.#marked = marksOf(options);
    this.#icmp = [...client.milestones, ...server.milestones]
      .filter((milestone): milestone is IcmpRun => milestone.icmp !== undefined)
      .sort((a, b) => a.frame - b.frame);
    this.#lastTime = connection.start;
  }

  draw(items: readonly LadderItem[]): string {
    this.#head();
    for (const item of fold(items, (segment) => this.#isPlain(segment))) {
      if ('folded' in item) this.#fold(item);
      else this.#rung(item);
    }
    this.#icmpUntil(Number.POSITIVE_INFINITY);
    this.#captureEnd();
    this.#foot();
    return `${this.#lines.map((line) => line.trimEnd()).join('\n')}\n`;
  }

  #head(): void {
    const { bold, dim } = this.#palette;
    const { client, server, id, start, vantage } = this.#connection;
    const names = `${endpointName(client)} ↔ ${endpointName(server)}`;
    const title = `connection ${id}`;
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

  /** Neither a state nor a finding hangs on it, and it is only data or an acknowledgment. */
  #isPlain({ frame, flags }: LadderSegment): boolean {
    return (
      (flags & (SYN | FIN | RST)) === 0 &&
      !this.#states.client.has(frame) &&
      !this.#states.server.has(frame) &&
      !this.#marked.has(frame)
    );
  }

  #fold({ folded, from, to }: Fold): void {
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
    if (to !== null) this.#lastTime = to;
  }

  #rung(segment: LadderSegment): void {
    this.#icmpUntil(segment.frame);
    this.#silenceUntil(segment.time);
    const client = this.#states.client.get(segment.frame) ?? [];
    const server = this.#states.server.get(segment.frame) ?? [];
    const rows = Math.max(client.length, server.length, 1);
    for (let row = 0; row < rows; row++) {
      const lead =
        row === 0
          ? `${this.#time(segment.time)} ${`#${segment.frame}`.padStart(this.#frameWidth)}`
          : ' '.repeat(TIME_WIDTH + 1 + this.#frameWidth);
      const middle = row === 0 ? this.#arrowOf(segment) : ' '.repeat(this.#arrowWidth);
      this.#lines.push(`${lead} ${this.#state(client[row])} ${middle} ${this.#state(server[row])}`);
    }
    for (const mark of this.#marked.get(segment.frame) ?? []) {
      this.#lines.push(`${' '.repeat(TIME_WIDTH + this.#frameWidth + STATE_WIDTH + 3)}${mark}`);
    }
  }

  /** The ICMP errors that came before `frame`. */
  #icmpUntil(frame: number): void {
    while (this.#drawnIcmp < this.#icmp.length && this.#icmp[this.#drawnIcmp].frame < frame) {
      const { frame: own, time, count, lastFrame, icmp } = this.#icmp[this.#drawnIcmp++];
      this.#silenceUntil(time);
      const name = `ICMP${icmp.version === 6 ? 'v6' : ''} type ${icmp.type} code ${icmp.code}`;
      const more = count > 1 ? ` (${count} until #${lastFrame})` : '';
      const lead = `${this.#time(time)} ${`#${own}`.padStart(this.#frameWidth)}`;
      const text = wrap(`◆ ${name} from ${icmp.reporter}${more}`, this.#width - lead.length - 3);
      const indent = ' '.repeat(lead.length + '◆ '.length);
      this.#lines.push(`${lead} ${text[0]}`, ...text.slice(1).map((line) => `${indent} ${line}`));
    }
  }

  #silenceUntil(time: Timestamp): void {
    const silence = secondsBetween(this.#lastTime, time);
    if (silence > 0) this.#lastTime = time;
    if (silence < LONG_SILENCE) return;
    this.#row(null, '', `⋮ ${seconds(silence)} of silence ⋮`);
  }

  /** What still stands when the capture ends, if that is long after the last segment. */
  #captureEnd(): void {
    const { client, server } = this.#connection;
    const { captureEnd } = this.#options;
    const closed = STATES[CLOSED];
    if (client.finalState === closed && server.finalState === closed) return;
    if (secondsBetween(this.#lastTime, captureEnd) < LONG_SILENCE) return;
    this.#silenceUntil(captureEnd);
    const end = centred('the capture ends', this.#arrowWidth);
    const lead = `${this.#time(captureEnd)} ${' '.repeat(this.#frameWidth)}`;
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

function byFrame(endpoint: Endpoint): Map<number, Transition[]> {
  const map = new Map<number, Transition[]>();
  for (const entry of endpoint.timeline) {
    if (entry.frame === null) continue;
    const list = map.get(entry.frame);
    if (list === undefined) map.set(entry.frame, [entry]);
    else list.push(entry);
  }
  return map;
}

/** The last frame of each finding's proof says which finding it proves. */
function marksOf({ findings, palette }: LadderOptions): Map<number, string[]> {
  const marks = new Map<number, string[]>();
  for (const { frames, severity, rule } of findings) {
    const frame = frames.at(-1);
    if (frame === undefined) continue;
    marks.set(frame, [...(marks.get(frame) ?? []), palette.severity[severity](`▲ ${severity}: ${rule}`)]);
  }
  return marks;
}

function placeOf(near: Role | 'between'): string {
  return near === 'between' ? 'between both' : `near the ${near}`;
}

/** In at most `room` characters; what a reader misses least goes first. */
function describe(segment: LadderSegment, room: number): string {
  const full = labelOf(segment, true);
  if (full.length <= room) return full;
  const short = labelOf(segment, false);
  return short.length <= room ? short : `${short.slice(0, room - 1)}…`;
}

function labelOf(segment: LadderSegment, withPush: boolean): string {
  const { flags, sequence, acknowledgment, payload, window, note } = segment;
  const names = FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0 && (withPush || bit !== PSH));
  const parts = [names.map(([, name]) => name).join(',') || 'no flags', `seq ${sequence}`];
  if ((flags & ACK) !== 0) parts.push(`ack ${acknowledgment}`);
  if (payload > 0) parts.push(`len ${payload}`);
  if (window === 0 && (flags & RST) === 0) parts.push('win 0');
  if (note !== null) parts.push(note);
  return parts.join(' ');
}

function centred(text: string, width: number, fill = ' '): string {
  const left = Math.max(0, (width - text.length) >> 1);
  return `${fill.repeat(left)}${text}${fill.repeat(Math.max(0, width - left - text.length))}`;
}
