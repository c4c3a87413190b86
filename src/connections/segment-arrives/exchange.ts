import { elapsedSeconds } from '../../core/time.js';
import { Segment } from '../../decode/segment.js';
import type { Ledger } from '../ledger.js';
import { CLIENT, LAST_INFO, LAST_KIND_MASK, LAST_KIND_SHIFT, SERVER, STATE, STATE_MASK } from '../record.js';
import { delayTowards } from '../tap.js';

/** Room for a tap that orders two crossing frames a little wrongly, in microseconds. */
const TAP_SLACK = 1000;

/**
 * The segment at hand, the words that it concerns (its connection's, its sender's, its receiver's), and the ledger
 * that records what it shows.
 */
export class Exchange {
  readonly ledger: Ledger;
  memory: Int32Array = new Int32Array(0);
  /** Where the connection's words start in `memory`, and both endpoints' blocks. */
  base = 0;
  sender = 0;
  receiver = 0;
  fromServer = false;
  segment: Segment = new Segment();

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  enter(memory: Int32Array, base: number, fromServer: boolean, segment: Segment): void {
    this.memory = memory;
    this.base = base;
    this.fromServer = fromServer;
    this.sender = base + (fromServer ? SERVER : CLIENT);
    this.receiver = base + (fromServer ? CLIENT : SERVER);
    this.segment = segment;
  }

  /** The state of the endpoint at `x`. */
  stateOf(x: number): number {
    return this.memory[x + STATE] & STATE_MASK;
  }

  /** What the last segment of the endpoint at `x` was, resets left aside. */
  lastKindOf(x: number): number {
    return (this.memory[x + LAST_INFO] & LAST_KIND_MASK) >>> LAST_KIND_SHIFT;
  }

  /** The endpoint may have sent this before the segment of `entry`, captured on its way there, arrived. */
  tooSoon(entry: number, server: boolean): boolean {
    return this.isWithinDelay(this.since(entry), server);
  }

  /** No longer, in seconds, than it takes to hear from an endpoint what a segment made it do. */
  isWithinDelay(seconds: number, server: boolean): boolean {
    return seconds * 1e6 < delayTowards(this.memory, this.base, server) * 1.25 + TAP_SLACK;
  }

  /** Seconds from an entry of the journal to the segment at hand. */
  since(entry: number): number {
    const { journal } = this.ledger;
    const { seconds, nanoseconds } = this.segment;
    return elapsedSeconds(journal.seconds(entry), journal.nanoseconds(entry), seconds, nanoseconds);
  }
}
