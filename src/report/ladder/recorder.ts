import type { Role } from '../../connections/connection.js';
import { Recent } from '../../core/recent.js';
import type { Timestamp } from '../../core/time.js';
import { ACK, FIN, RST, type Segment, SYN } from '../../decode/segment.js';

/** One rung of a ladder: a segment as far as it is shown. */
export interface LadderSegment {
  readonly frame: number;
  readonly time: Timestamp;
  readonly from: Role;
  readonly flags: number;
  /** Both numbers count from the first of their side, whose SYN is 0. */
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly payload: number;
  /** As in the header. */
  readonly window: number;
  /**
   * `again`: the same octets, SYN or FIN were sent before. `probe`: nothing new, only the octet before the
   * next one, sent again to draw an answer (a keep-alive or a zero-window probe).
   */
  readonly note: 'again' | 'probe' | null;
}

/** Segments that were not kept. */
export interface Omission {
  readonly omitted: Record<Role, Traffic>;
}

export interface Traffic {
  segments: number;
  payload: number;
}

export type LadderItem = LadderSegment | Omission;

export interface LadderRecorderOptions {
  /** How many segments at either end are kept. */
  readonly ends?: number;
  /** Segments with these frame numbers are kept wherever they are. */
  readonly always?: readonly number[];
}

const DEFAULT_ENDS = 20_000;
/** How many sent segments of a side are remembered, to recognise repetitions. */
const MOST_REMEMBERED = 4096;

/** How many SYN-ACKs of a side are remembered, to renumber them. */
const MOST_SYN_ACKS = 16;

type Rung = { -readonly [key in keyof LadderSegment]: LadderSegment[key] };

/** What one side has sent: where its numbers start, how far they have come, and which segments they were. */
class Sent {
  base: number | null = null;
  next = 0;
  /** Its newest SYN-ACK with a number other than `base`, until the peer acknowledges that one. */
  otherBase: number | null = null;
  readonly synAcks: Rung[] = [];
  #isAcknowledged = false;
  #ends = new Recent<number, number>(MOST_REMEMBERED);

  /** The peer acknowledges all before `acknowledgment`: that decides which of two SYN-ACKs it accepted. */
  acknowledge(acknowledgment: number): void {
    this.base ??= acknowledgment - 1;
    const other = this.otherBase;
    if (other === null || ((acknowledgment - other) | 0) !== 1) {
      this.#isAcknowledged ||= ((acknowledgment - this.base) | 0) > 0;
      return;
    }
    const shift = other - this.base;
    for (const rung of this.synAcks) {
      const isOther = ((rung.sequence - shift) | 0) === 0;
      // Segments with the numbers in use until now stay.
      if (isOther || !this.#isAcknowledged) rung.sequence = (rung.sequence - shift) >>> 0;
    }
    this.base = other;
    this.otherBase = null;
    this.next = 1;
    this.#ends = new Recent<number, number>(MOST_REMEMBERED);
  }

  /** Adds a segment that occupies numbers; true if a single earlier segment had sent all of them. */
  repeats(sequence: number, end: number): boolean {
    const known = this.#ends.get(sequence);
    if (known !== undefined && end <= known) return true;
    this.#ends.set(sequence, end);
    return false;
  }
}

/** Keeps one connection's segments for a ladder; or of a long connection its start, its end and some between. */
export class LadderRecorder {
  readonly #sent: Readonly<Record<Role, Sent>> = { client: new Sent(), server: new Sent() };
  readonly #ends: number;
  readonly #always: ReadonlySet<number>;
  readonly #first: LadderSegment[] = [];
  readonly #middle: LadderItem[] = [];
  /** A ring once it is full. */
  readonly #last: LadderSegment[] = [];
  #oldest = 0;

  constructor({ ends = DEFAULT_ENDS, always = [] }: LadderRecorderOptions = {}) {
    this.#ends = ends;
    this.#always = new Set(always);
  }

  add(from: Role, segment: Segment): void {
    const rung = this.#rung(from, segment);
    if (this.#first.length < this.#ends) {
      this.#first.push(rung);
    } else if (this.#last.length < this.#ends) {
      this.#last.push(rung);
    } else {
      this.#leave(this.#last[this.#oldest]);
      this.#last[this.#oldest] = rung;
      this.#oldest = (this.#oldest + 1) % this.#ends;
    }
  }

  /** In the order of the capture. */
  items(): readonly LadderItem[] {
    return [
      ...this.#first,
      ...this.#middle,
      ...this.#last.slice(this.#oldest),
      ...this.#last.slice(0, this.#oldest),
    ];
  }

  /** A segment that is no longer at either end. */
  #leave(rung: LadderSegment): void {
    if (this.#always.has(rung.frame)) {
      this.#middle.push(rung);
      return;
    }
    const before = this.#middle.at(-1);
    const omitted =
      before !== undefined && 'omitted' in before
        ? before.omitted
        : { client: { segments: 0, payload: 0 }, server: { segments: 0, payload: 0 } };
    if (before === undefined || !('omitted' in before)) this.#middle.push({ omitted });
    omitted[rung.from].segments++;
    omitted[rung.from].payload += rung.payload;
  }

  #rung(from: Role, segment: Segment): LadderSegment {
    const { flags, payloadLength } = segment;
    const sent = this.#sent[from];
    const received = this.#sent[from === 'client' ? 'server' : 'client'];
    const isSynAck = (flags & (SYN | ACK)) === (SYN | ACK);
    if ((flags & SYN) !== 0 && !isSynAck) sent.base = segment.sequence;
    sent.base ??= isSynAck ? segment.sequence : segment.sequence - 1;
    if ((flags & ACK) !== 0) received.acknowledge(segment.acknowledgment);
    const sequence = (segment.sequence - sent.base) >>> 0;
    const isOther = isSynAck && sequence !== 0;
    const rung: Rung = {
      frame: segment.frame,
      time: { seconds: segment.seconds, nanoseconds: segment.nanoseconds },
      from,
      flags,
      sequence,
      acknowledgment: (segment.acknowledgment - (received.base ?? 0)) >>> 0,
      payload: payloadLength,
      window: segment.window,
      note: isOther ? null : noteOn(sent, sequence, flags, payloadLength),
    };
    if (isOther) sent.otherBase = segment.sequence;
    if (isSynAck && sent.synAcks.length < MOST_SYN_ACKS) sent.synAcks.push(rung);
    return rung;
  }
}

function noteOn(sent: Sent, sequence: number, flags: number, payload: number): LadderSegment['note'] {
  const length = payload + ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0);
  const isProbe = (flags & (SYN | FIN | RST)) === 0 && payload <= 1 && sequence + 1 === sent.next;
  if (isProbe) return 'probe';
  if (length === 0) return null;
  const end = sequence + length;
  if (sent.repeats(sequence, end)) return 'again';
  sent.next = Math.max(sent.next, end);
  return null;
}
