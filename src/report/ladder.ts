import type { Connection, Endpoint, Role, Transition } from '../connections/connection.js';
import { secondsBetween, type Timestamp } from '../core/time.js';
import { ACK, FIN, PSH, RST, SYN } from '../decode/segment.js';
import type { Finding } from '../rules/finding.js';
import type { Palette } from './palette.js';
import { clockTime, counted, endpointName, octets } from './words.js';

/** One rung: a segment as far as the ladder shows it. Numbers are relative to each side's first. */
export interface LadderSegment {
  readonly frame: number;
  readonly time: Timestamp;
  readonly from: Role;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly payload: number;
  readonly window: number;
}

export interface LadderOptions {
  readonly palette: Palette;
  readonly columns: number;
  /** Frames to mark, and with what. */
  readonly findings: readonly Finding[];
}

/** A run of plain data and acknowledgments longer than this is folded to its ends. */
const LONGEST_RUN = 6;
const MIN_WIDTH = 80;
const MAX_WIDTH = 120;
/** Room for the longest state name and its mark. */
const STATE_WIDTH = 14;
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
export function ladder(
  connection: Connection,
  segments: readonly LadderSegment[],
  options: LadderOptions,
): string {
  return new Ladder(connection, options).draw(segments);
}

class Ladder {
  readonly #connection: Connection;
  readonly #options: LadderOptions;
  readonly #arrow: number;
  readonly #states: Readonly<Record<Role, Map<number, Transition[]>>>;
  readonly #marked: ReadonlyMap<number, string[]>;

  constructor(connection: Connection, options: LadderOptions) {
    const width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, options.columns));
    this.#connection = connection;
    this.#options = options;
    this.#arrow = width - 2 * STATE_WIDTH - 19;
    this.#states = { client: byFrame(connection.client), server: byFrame(connection.server) };
    this.#marked = marksOf(options.findings);
  }

  draw(segments: readonly LadderSegment[]): string {
    const lines = [...this.#head(), ...this.#rungs(segments), ...this.#foot()];
    return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
  }

  #head(): string[] {
    const { palette } = this.#options;
    const { client, server, id } = this.#connection;
    const names = `${endpointName(client)} ↔ ${endpointName(server)}`;
    return [
      `${palette.bold(`connection ${id}`)}: ${names}`,
      palette.dim(
        `from ${clockTime(this.#connection.start)}; times are seconds from there; numbers are relative`,
      ),
      '',
      `${' '.repeat(17)}${palette.bold('client'.padEnd(STATE_WIDTH))} ${' '.repeat(this.#arrow)} ${palette.bold('server')}`,
    ];
  }

  #rungs(segments: readonly LadderSegment[]): string[] {
    const lines: string[] = [];
    let run: LadderSegment[] = [];
    const endRun = (): void => {
      lines.push(...this.#fold(run));
      run = [];
    };
    for (const segment of segments) {
      if (this.#isPlain(segment)) {
        run.push(segment);
      } else {
        endRun();
        lines.push(...this.#rung(segment));
      }
    }
    endRun();
    return lines;
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

  #fold(run: readonly LadderSegment[]): string[] {
    if (run.length <= LONGEST_RUN) return run.flatMap((segment) => this.#rung(segment));
    const sent = (from: Role): string => {
      const own = run.filter((segment) => segment.from === from);
      return `${counted(own.length, 'segment')}, ${octets(own.reduce((sum, { payload }) => sum + payload, 0))}`;
    };
    const first = run[0];
    const text = `⋮ ${sent('client')} →   ← ${sent('server')} ⋮`;
    const [left, right] = [run.slice(0, 2), run.slice(-2)];
    return [
      ...left.flatMap((segment) => this.#rung(segment)),
      this.#options.palette.dim(
        `${this.#time(first.time)} ${'…'.padStart(6)} ${' '.repeat(STATE_WIDTH)} ${centred(text, this.#arrow)}`,
      ),
      ...right.flatMap((segment) => this.#rung(segment)),
    ];
  }

  #rung(segment: LadderSegment): string[] {
    const client = this.#states.client.get(segment.frame) ?? [];
    const server = this.#states.server.get(segment.frame) ?? [];
    const rows = Math.max(client.length, server.length, 1);
    const lines: string[] = [];
    for (let row = 0; row < rows; row++) {
      const lead =
        row === 0 ? `${this.#time(segment.time)} ${`#${segment.frame}`.padStart(6)}` : ' '.repeat(16);
      const middle = row === 0 ? this.#arrowFor(segment) : ' '.repeat(this.#arrow);
      lines.push(`${lead} ${this.#state(client[row])} ${middle} ${this.#state(server[row])}`);
    }
    for (const mark of this.#marked.get(segment.frame) ?? []) {
      lines.push(`${' '.repeat(17 + STATE_WIDTH + 1)}${mark}`);
    }
    return lines;
  }

  #time(time: Timestamp): string {
    return secondsBetween(this.#connection.start, time).toFixed(4).padStart(9);
  }

  #state(entry: Transition | undefined): string {
    if (entry === undefined) return ' '.repeat(STATE_WIDTH);
    const { palette } = this.#options;
    const text = `${entry.state}${entry.retractedBy === null ? MARKS[entry.evidence] : '✗'}`;
    const padding = ' '.repeat(Math.max(0, STATE_WIDTH - text.length));
    return (entry.retractedBy === null ? palette.bold(text) : palette.struck(palette.dim(text))) + padding;
  }

  #arrowFor(segment: LadderSegment): string {
    const label = ` ${describe(segment)} `;
    const room = this.#arrow - 1;
    const line = label.length >= room ? label.slice(0, room) : centred(label, room, '─');
    return segment.from === 'client' ? `${line}▶` : `◀${line}`;
  }

  #foot(): string[] {
    const { palette } = this.#options;
    const lines = [
      '',
      palette.dim('states: ✓ confirmed by a later segment, ? assumed, ✗ taken back; unmarked: observed'),
    ];
    for (const endpoint of [this.#connection.client, this.#connection.server]) {
      for (const entry of endpoint.timeline) {
        if (entry.frame === null) {
          lines.push(palette.dim(`no frame shows the ${endpoint.role}'s ${entry.state}: ${entry.cause}`));
        } else if (entry.retractedBy !== null) {
          const text = `the ${endpoint.role}'s ${entry.state} of #${entry.frame} was disproved by #${entry.retractedBy}`;
          lines.push(palette.dim(text));
        }
      }
      lines.push(`the ${endpoint.role} ended in ${palette.bold(endpoint.finalState)}`);
    }
    for (const finding of this.#options.findings) {
      lines.push(`${palette.severity[finding.severity](finding.severity)} ${finding.rule}: ${finding.title}`);
    }
    return lines;
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
function marksOf(findings: readonly Finding[]): Map<number, string[]> {
  const marks = new Map<number, string[]>();
  for (const finding of findings) {
    const frame = finding.frames.at(-1);
    if (frame === undefined) continue;
    marks.set(frame, [...(marks.get(frame) ?? []), `▲ ${finding.severity}: ${finding.rule}`]);
  }
  return marks;
}

function describe({ flags, sequence, acknowledgment, payload, window }: LadderSegment): string {
  const names = FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  const parts = [names.join(',') || 'no flags', `seq ${sequence}`];
  if ((flags & ACK) !== 0) parts.push(`ack ${acknowledgment}`);
  if (payload > 0) parts.push(`len ${payload}`);
  if (window === 0 && (flags & RST) === 0) parts.push('win 0');
  return parts.join(' ');
}

function centred(text: string, width: number, fill = ' '): string {
  const left = Math.max(0, (width - text.length) >> 1);
  return `${fill.repeat(left)}${text}${fill.repeat(Math.max(0, width - left - text.length))}`;
}
