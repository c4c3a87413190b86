import { ACK, type Dialect, FIN, type Party, type Segment, SYN } from './segment.js';

/** How long a host takes to answer by itself, in µs. */
const STACK_DELAY = 20;

interface SegmentFields {
  readonly length?: number;
  readonly acknowledgment?: number;
  /** How long the segment was held up before the tap, in µs. */
  readonly heldUp?: number;
  readonly sackLeft?: number;
  readonly sackRight?: number;
}

interface Saying {
  /** How long the sender waits before it sends, in µs. */
  readonly after?: number;
  readonly length?: number;
}

/** A conversation so far: both ends, the clock, and the segments not yet handed out. */
export class Dialogue {
  private batch: Segment[] = [];

  constructor(
    readonly client: Party,
    readonly server: Party,
    readonly dialect: Dialect,
    /** µs after time zero at which the tap saw the last segment. */
    public time: number,
  ) {}

  peerOf(party: Party): Party {
    return party === this.client ? this.server : this.client;
  }

  /** When the tap sees what `party` sends in answer to something the tap saw at `time`. */
  reply(party: Party, time: number): number {
    return time + 2 * party.trip + STACK_DELAY;
  }

  get roundTrip(): number {
    return 2 * (this.client.trip + this.server.trip + STACK_DELAY);
  }

  /** The next segment of a party that has heard everything so far. */
  say(from: Party, flags: number, { after = 0, length = 0 }: Saying = {}): void {
    this.time = this.reply(from, this.time) + after;
    this.put(from, flags, this.time, from.next, { length });
    const end = (from.next + length + ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0)) | 0;
    from.next = end;
    this.peerOf(from).expected = end;
  }

  /** A segment like the last one of `from`, `after` µs later. */
  sayAgain(from: Party, flags: number, after: number): void {
    this.time += after;
    const consumed = ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0);
    this.put(from, flags, this.time, (from.next - consumed) | 0);
  }

  /** Any segment at any time; it changes neither the clock nor what the ends know. */
  put(from: Party, flags: number, at: number, sequence: number, extras: SegmentFields = {}): void {
    const { length = 0, acknowledgment = from.expected, heldUp = 0, sackLeft = 0, sackRight = 0 } = extras;
    this.batch.push({
      at: at + heldUp,
      due: at,
      from,
      flags,
      sequence,
      acknowledgment: (flags & ACK) !== 0 ? acknowledgment : 0,
      window: from.window,
      length,
      sackLeft,
      sackRight,
      timestamp: 0,
      echo: 0,
    });
  }

  /** Hands out what was said since the last call, in the order in which the tap sees it. */
  take(): Segment[] {
    const { batch } = this;
    this.batch = [];
    batch.sort((a, b) => a.at - b.at);
    this.stamp(batch);
    return batch;
  }

  /** RFC 7323 §3: TSval is the sender's clock, TSecr the last TSval that had reached it by then. */
  private stamp(batch: Segment[]): void {
    const { client, server } = this;
    let heardByClient = 0;
    let heardByServer = 0;
    for (const segment of batch) {
      const { from } = segment;
      const sent = segment.due - from.trip;
      segment.timestamp = (from.clockBase + Math.floor(sent / 1000)) | 0;
      if (from === client) heardByClient = hear(batch, heardByClient, client, sent);
      else heardByServer = hear(batch, heardByServer, server, sent);
      segment.echo = from.echo;
    }
    hear(batch, heardByClient, client, Number.POSITIVE_INFINITY);
    hear(batch, heardByServer, server, Number.POSITIVE_INFINITY);
  }
}

/** Lets `party` hear what reaches it until `now`, from the `index`th segment on; returns the first unheard. */
function hear(batch: Segment[], index: number, party: Party, now: number): number {
  let unheard = index;
  for (; unheard < batch.length; unheard++) {
    const segment = batch[unheard]!;
    if (segment.at + party.trip > now) break;
    if (segment.from !== party) party.echo = segment.timestamp;
  }
  return unheard;
}
