/** What a ladder consists of, from top to bottom, however it is drawn. */
import type { FrameComment } from '../../capture/facts.js';
import type { Connection, Endpoint, Milestone, Role, Transition } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { ACK, FIN, PSH, RST, SYN } from '../../decode/segment.js';
import type { Finding } from '../../rules/finding.js';
import { CLOSED, STATES } from '../../tcp/states.js';
import { onOneLine } from '../text/escape.js';
import { type Fold, fold } from './fold.js';
import type { LadderItem, LadderSegment } from './recorder.js';
import { placeTransitions } from './timeline-places.js';

export type LadderRow =
  | {
      readonly kind: 'segment';
      readonly segment: LadderSegment;
      /** The states that either endpoint entered with it, including retracted ones. */
      readonly entered: Readonly<Record<Role, readonly Transition[]>>;
      /** Findings whose proof ends here. */
      readonly proven: readonly Finding[];
    }
  | ({ readonly kind: 'fold' } & Fold)
  | { readonly kind: 'silence'; readonly seconds: number }
  /** The comment on the frame of the row before. */
  | { readonly kind: 'comment'; readonly frame: number; readonly text: string }
  /** Frames that are no segments: ICMP errors, requests for a link address. */
  | {
      readonly kind: 'aside';
      readonly time: Timestamp;
      readonly frame: number;
      readonly text: string;
      readonly proven: readonly Finding[];
    }
  /** The capture ends or pauses, long after the last segment, in these states. */
  | { readonly kind: 'end'; readonly time: Timestamp; readonly text: string };

export interface LadderFacts {
  /** What was found on this connection: its frames are marked. */
  readonly findings: readonly Finding[];
  /** Comments on frames of its capture, in order; untrusted and not escaped. */
  readonly comments: readonly FrameComment[];
  /** Fold no runs of plain data and acknowledgments. */
  readonly isFull?: boolean;
  /** Time of the capture's last frame: how long the last states are known to have lasted. */
  readonly captureEnd: Timestamp;
}

/** A silence this long, in seconds, gets a row of its own. */
const LONG_SILENCE = 3;
const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [PSH, 'PSH'],
  [ACK, 'ACK'],
];

interface Aside {
  readonly run: Milestone;
  readonly text: string;
}

/** Frames that concern the connection but are not segments of it. */
function textOf({ icmp, neighbour }: Milestone): string | null {
  if (icmp !== undefined)
    return `ICMP${icmp.version === 6 ? 'v6' : ''} type ${icmp.type} code ${icmp.code} from ${icmp.reporter}`;
  if (neighbour !== undefined)
    return `${neighbour.protocol}: ${neighbour.asker} asks for ${neighbour.target}, unanswered`;
  return null;
}

export function ladderRows(
  connection: Connection,
  items: readonly LadderItem[],
  facts: LadderFacts,
): readonly LadderRow[] {
  return new LadderRows(connection, facts).of(items);
}

class LadderRows {
  readonly #connection: Connection;
  readonly #facts: LadderFacts;
  readonly #states: Readonly<Record<Role, ReadonlyMap<number, readonly Transition[]>>>;
  readonly #proven: ReadonlyMap<number, readonly Finding[]>;
  readonly #comments: ReadonlyMap<number, readonly string[]>;
  readonly #asides: readonly Aside[];
  readonly #rows: LadderRow[] = [];
  #takenAsides = 0;
  #lastTime: Timestamp;

  constructor(connection: Connection, facts: LadderFacts) {
    const { client, server } = connection;
    this.#connection = connection;
    this.#facts = facts;
    this.#states = { client: byFrame(client), server: byFrame(server) };
    this.#proven = byLastFrame(facts.findings);
    this.#comments = commentsByFrame(facts.comments, connection);
    this.#asides = [...client.milestones, ...server.milestones]
      .flatMap((run) => {
        const text = textOf(run);
        return text === null ? [] : [{ run, text }];
      })
      .sort((a, b) => a.run.frame - b.run.frame);
    this.#lastTime = connection.start;
  }

  of(items: readonly LadderItem[]): readonly LadderRow[] {
    for (const item of fold(items, (segment) => this.#isPlain(segment))) {
      if ('folded' in item) {
        this.#rows.push({ kind: 'fold', ...item });
        if (item.to !== null) this.#lastTime = item.to;
      } else {
        this.#segment(item);
      }
    }
    this.#asidesUntil(Number.POSITIVE_INFINITY);
    this.#end();
    return this.#rows;
  }

  /** It may be folded: no state or finding depends on it, and it is only data or an acknowledgment. */
  #isPlain({ frame, flags }: LadderSegment): boolean {
    return (
      this.#facts.isFull !== true &&
      (flags & (SYN | FIN | RST)) === 0 &&
      !this.#states.client.has(frame) &&
      !this.#states.server.has(frame) &&
      !this.#proven.has(frame) &&
      !this.#comments.has(frame)
    );
  }

  #segment(segment: LadderSegment): void {
    this.#asidesUntil(segment.frame);
    this.#silenceUntil(segment.time);
    const entered = {
      client: this.#states.client.get(segment.frame) ?? [],
      server: this.#states.server.get(segment.frame) ?? [],
    };
    this.#rows.push({ kind: 'segment', segment, entered, proven: this.#provenBy(segment.frame) });
    this.#commentOn(segment.frame);
  }

  #provenBy(frame: number): readonly Finding[] {
    return this.#proven.get(frame) ?? [];
  }

  #commentOn(frame: number): void {
    for (const text of this.#comments.get(frame) ?? [])
      this.#rows.push({ kind: 'comment', frame, text: onOneLine(text) });
  }

  /** The asides that came before `frame`. */
  #asidesUntil(frame: number): void {
    while (this.#takenAsides < this.#asides.length && this.#asides[this.#takenAsides].run.frame < frame) {
      const { run, text } = this.#asides[this.#takenAsides++];
      const { frame: own, time, count, lastFrame } = run;
      this.#silenceUntil(time);
      const more = count > 1 ? ` (${count} until #${lastFrame})` : '';
      const proven =
        own === lastFrame ? this.#provenBy(own) : [...this.#provenBy(own), ...this.#provenBy(lastFrame)];
      this.#rows.push({ kind: 'aside', time, frame: own, text: `${text}${more}`, proven });
      this.#commentOn(own);
    }
  }

  #silenceUntil(time: Timestamp): void {
    const silence = secondsBetween(this.#lastTime, time);
    if (silence > 0) this.#lastTime = time;
    if (silence >= LONG_SILENCE) this.#rows.push({ kind: 'silence', seconds: silence });
  }

  #end(): void {
    const { client, server, quality } = this.#connection;
    const closed = STATES[CLOSED];
    if (client.finalState === closed && server.finalState === closed) return;
    // Nothing is known about silence during a pause.
    const time = quality.pausedAt ?? this.#facts.captureEnd;
    const isLong = secondsBetween(this.#lastTime, time) >= LONG_SILENCE;
    if (!isLong) return;
    this.#silenceUntil(time);
    this.#rows.push({
      kind: 'end',
      time,
      text: `the capture ${quality.pausedAt === null ? 'ends' : 'pauses'}`,
    });
  }
}

/** A segment's flags, numbers and length: in full, then shortened step by step, the least important first. */
export function segmentLabels(segment: LadderSegment): readonly string[] {
  const { flags, sequence, acknowledgment, payload, window, note } = segment;
  const namesWithout = (left: number): string =>
    FLAG_NAMES.filter(([bit]) => (flags & ~left & bit) !== 0)
      .map(([, name]) => name)
      .join(',') || 'no flags';
  const names = namesWithout(PSH);
  const numbers = [`seq ${sequence}`, ...((flags & ACK) === 0 ? [] : [`ack ${acknowledgment}`])];
  const length = payload > 0 ? [`len ${payload}`] : [];
  const rest = [...(window === 0 && (flags & RST) === 0 ? ['win 0'] : []), ...(note === null ? [] : [note])];
  return [
    [namesWithout(0), ...numbers, ...length, ...rest],
    [names, ...numbers, ...length, ...rest],
    ...(numbers.length > 1 ? [[names, numbers[0], '…', ...length, ...rest]] : []),
    [names, '…', ...length, ...rest],
    [names, '…', ...rest],
  ].map((parts) => parts.join(' '));
}

function byFrame(endpoint: Endpoint): Map<number, Transition[]> {
  const map = new Map<number, Transition[]>();
  for (const { entry, at } of placeTransitions(endpoint)) {
    if (at === null) continue;
    const list = map.get(at);
    if (list === undefined) map.set(at, [entry]);
    else list.push(entry);
  }
  return map;
}

function commentsByFrame(
  comments: readonly FrameComment[],
  { firstFrame, lastFrame }: Connection,
): Map<number, string[]> {
  const map = new Map<number, string[]>();
  for (const { frame, text } of comments) {
    if (frame < firstFrame || frame > lastFrame) continue;
    const list = map.get(frame);
    if (list === undefined) map.set(frame, [text]);
    else list.push(text);
  }
  return map;
}

/** The row of the last frame of each finding's proof names the finding. */
function byLastFrame(findings: readonly Finding[]): Map<number, Finding[]> {
  const map = new Map<number, Finding[]>();
  for (const finding of findings) {
    const frame = finding.frames.at(-1);
    if (frame !== undefined) map.set(frame, [...(map.get(frame) ?? []), finding]);
  }
  return map;
}
