import type { Aftermath } from './conversation.js';

/** TIME-WAIT lasts two maximum segment lifetimes of two minutes, RFC 9293 §3.4.2 and §3.6.1. */
const TIME_WAIT = 240_000_000;

/** Counts the connections with an end that is not yet CLOSED. */
export class OpenConnections {
  /** The most at one moment, TIME-WAIT counted as open. */
  peak = 0;
  /** The most at one moment whose last segment had not been seen. */
  peakUnfinished = 0;
  private unfinished = 0;
  private waiting = 0;
  /** When each TIME-WAIT ends: a queue, since they all last equally long. */
  private expiries: number[] = [];
  private expired = 0;

  begin(now: number): void {
    while (this.expired < this.expiries.length && this.expiries[this.expired]! <= now) {
      this.expired++;
      this.waiting--;
    }
    if (this.expired > 1_000_000) {
      this.expiries = this.expiries.slice(this.expired);
      this.expired = 0;
    }
    this.unfinished++;
    this.peakUnfinished = Math.max(this.peakUnfinished, this.unfinished);
    this.peak = Math.max(this.peak, this.unfinished + this.waiting);
  }

  end(now: number, aftermath: Aftermath): void {
    if (aftermath === 'open') return;
    this.unfinished--;
    if (aftermath === 'time-wait') {
      this.waiting++;
      this.expiries.push(now + TIME_WAIT);
    }
  }
}
