/**
 * Stretches of time for which the capture holds nothing although there was traffic: it paused, or was put together
 * from several. Silence alone does not show that; what follows it does, if it continues in the middle of something.
 */
import { isLater, secondsBetween, type Timestamp } from '../core/time.js';
import { type Connection, isOver } from './connection.js';

/** After this long without any frame, the capture may have paused. */
export const SUSPICIOUS_SECONDS = 10;
/** For how long after a gap the frames that follow are examined. */
const WATCHED_SECONDS = 60;
/** Pauses kept at most: whoever makes a capture must not control how many. */
const MAX_PAUSES = 256;

const HALF_AN_HOUR = 1800;
const DAY = 86_400;
const WEEK = 7 * DAY;
/** No capture resumes after such a pause: a time stamp is wrong. */
const TEN_YEARS = 3652 * DAY;

export interface Pause {
  /** The first frame after it. */
  readonly frame: number;
  /** The times of the frames before and after it. */
  readonly from: Timestamp;
  readonly to: Timestamp;
  /** Within a minute after it, something continues in the middle. */
  readonly goesOnInside: boolean;
}

interface Gap extends Omit<Pause, 'goesOnInside'> {
  /** Most connections seen before it began in the middle as well, as in a capture of payload only. */
  readonly beginsAreMissing: boolean;
}

export class Pauses {
  readonly #found: Pause[] = [];
  #gap: Gap | null = null;
  /** Connections of the whole capture so far, and how many of them began in the middle. */
  #opened = 0;
  #midstream = 0;
  // Since the gap: connections that began in the middle, and among those known before it
  #midstreamSince = 0;
  /** the ones that jumped beyond what was captured, */
  #jumped = 0;
  /** and the ones that continued where they were. */
  #continued = 0;

  /** There was nothing between two frames; the second is `frame`. */
  gap(frame: number, from: Timestamp, to: Timestamp): void {
    this.settleBy(to);
    // What follows a shorter gap may still be evidence for the longer one before it.
    if (this.#gap !== null && secondsBetween(from, to) < secondsBetween(this.#gap.from, this.#gap.to)) return;
    this.settle();
    this.#gap = { frame, from, to, beginsAreMissing: 2 * this.#midstream > this.#opened };
  }

  /** The time before or after the gap was wrong: frames continue from before it ended. */
  forgetGap(): void {
    this.#gap = null;
  }

  /** The first frame after the gap under examination; 0 if there is none. */
  get watchedFrom(): number {
    return this.#gap === null ? 0 : this.#gap.frame;
  }

  /** A connection was first seen, with a SYN or without. */
  opened(isMidstream: boolean): void {
    this.#opened++;
    if (!isMidstream) return;
    this.#midstream++;
    this.#midstreamSince++;
  }

  /** A connection known before the gap was seen for the first time since; `jumps`: beyond what was captured of it. */
  resumed(jumps: boolean): void {
    if (jumps) this.#jumped++;
    else this.#continued++;
  }

  /** Judges the gap under examination, once `now` is long after it. */
  settleBy(now: Timestamp): void {
    if (this.#gap !== null && secondsBetween(this.#gap.to, now) > WATCHED_SECONDS) this.settle();
  }

  /** Judges the gap under examination, by what has followed it. */
  settle(): void {
    if (this.#gap !== null && this.#isPause(this.#gap) && this.#found.length < MAX_PAUSES) {
      const { frame, from, to } = this.#gap;
      this.#found.push({ frame, from, to, goesOnInside: this.#jumped + this.#midstreamSince > 0 });
    }
    this.#gap = null;
    this.#midstreamSince = 0;
    this.#jumped = 0;
    this.#continued = 0;
  }

  /**
   * A quiet host's connections may have been idle since before the capture began, and a frame may be missed at any
   * time: the shorter the gap, the more evidence a pause needs. Each connection that continues where it was is evidence
   * against it, and if most beginnings are missing anyway, further missing ones say nothing.
   */
  #isPause({ from, to, beginsAreMissing }: Gap): boolean {
    const seconds = secondsBetween(from, to);
    const jumped = this.#jumped;
    const continued = this.#continued;
    if (seconds >= TEN_YEARS) return false;
    if (seconds >= WEEK) return continued === 0 || jumped > 0;
    if (seconds >= DAY) return jumped + this.#midstreamSince > 0;
    const midstream = beginsAreMissing ? 0 : this.#midstreamSince;
    if (seconds >= HALF_AN_HOUR && continued === 0 && 2 * jumped + midstream >= 3) return true;
    const shown = jumped + midstream;
    return jumped > 0 && shown > continued && (shown >= 3 || jumped >= 2);
  }

  /** In the order in which they came. */
  get found(): readonly Pause[] {
    return this.#found;
  }

  /** The connection with the pauses before and after it; itself if there were none, or it was over. */
  withPauses(connection: Connection): Connection {
    if (this.#found.length === 0 || isOver(connection)) return connection;
    const { firstFrame, lastFrame, end, quality } = connection;
    // If the clock ran back, the pause may lie before the connection's end: then nothing is certain.
    const next = this.#found.find(({ frame, from }) => frame > lastFrame && !isLater(end, from));
    const last = quality.midstream ? this.#found.findLast(({ frame }) => frame <= firstFrame) : undefined;
    if (next === undefined && last === undefined) return connection;
    return {
      ...connection,
      quality: { ...quality, pausedAt: next?.from ?? null, resumedAt: last?.to ?? null },
    };
  }
}
