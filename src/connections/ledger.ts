/**
 * Writes down what the observer concludes, for one connection at a time: transitions by the table, the
 * proofs and disproofs that come later, and milestones. All of it belongs to the frame of the capture at hand.
 */
import { CLOSED, ESTABLISHED } from '../tcp/states.js';
import { TRANSITIONS, transitionFor } from '../tcp/transitions.js';
import {
  ASSUMED,
  CONFIRMED,
  detailOf,
  isRetracted,
  retracted,
  retractedOpeningsOf,
  rowOf,
  withEvidence,
  withRetractedOpenings,
} from './entries.js';
import { CONTINUATION, type Journal, MAX_DEPTH, TRANSITION } from './journal.js';
import { CLIENT, FLAGS, JOURNAL, JOURNAL_FULL, SERVER, STATE, STATE_MASK } from './record.js';

/** What the ledger needs to know of the frame at hand; a `Segment` is one. */
export interface FrameTime {
  readonly frame: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/**
 * Runs of one kind that an endpoint may have. A long connection on a lossy path has thousands: the first
 * ones are kept, and the newest, whose place is reused each time, since how it ended matters most.
 */
const MAX_RUNS = 24;

export class Ledger {
  readonly journal: Journal;
  #memory: Int32Array = new Int32Array(0);
  #base = 0;
  #frame = 0;
  #seconds = 0;
  #nanoseconds = 0;

  constructor(journal: Journal) {
    this.journal = journal;
  }

  /** Opens the ledger of the connection whose words start at `base` in `memory`, at the given frame. */
  open(memory: Int32Array, base: number, at: FrameTime): void {
    this.#memory = memory;
    this.#base = base;
    this.#frame = at.frame;
    this.#seconds = at.seconds;
    this.#nanoseconds = at.nanoseconds;
  }

  // ── Transitions ──────────────────────────────────────────────────────────────────────────────────────

  /** Moves an endpoint by `event` at this frame if the table says so; returns whether it did. */
  enter(server: boolean, event: number, evidence: number): boolean {
    return this.enterAt(server, event, evidence, this.#frame, this.#seconds, this.#nanoseconds);
  }

  /** A transition that no captured packet shows. */
  enterUnseen(server: boolean, event: number): boolean {
    return this.enterAt(server, event, ASSUMED, 0, this.#seconds, this.#nanoseconds);
  }

  /** `enter` with a frame and time other than those at hand. */
  enterAt(
    server: boolean,
    event: number,
    evidence: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
  ): boolean {
    const memory = this.#memory;
    const endpoint = this.#base + (server ? SERVER : CLIENT);
    const row = transitionFor(memory[endpoint + STATE] & STATE_MASK, event);
    if (row < 0) return false;
    memory[endpoint + STATE] = (memory[endpoint + STATE] & ~STATE_MASK) | TRANSITIONS[row].to;
    if (this.hasRoom(1)) {
      const last = this.find(TRANSITION, server);
      const detail = withRetractedOpenings(detailOf(row, evidence), this.#openingsBy(last));
      // Those that stand are linked, since whoever sends the segments controls how many were taken back.
      const before = this.#standing(last) + 1;
      this.prepend(TRANSITION, server, detail, frame, seconds, nanoseconds, 0, before);
    }
    return true;
  }

  /** `enterAt`, proved by the frame `proof`. */
  enterProved(
    server: boolean,
    event: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
    proof: number,
  ): void {
    this.enterAt(server, event, CONFIRMED, frame, seconds, nanoseconds);
    const entry = this.newest(server);
    if (entry >= 0) this.journal.setOther(entry, proof);
  }

  /** This frame proves the endpoint's newest standing transition by one of two events. */
  confirm(server: boolean, event: number, otherEvent: number): void {
    const journal = this.journal;
    for (let entry = this.newest(server); entry >= 0; entry = this.#before(entry)) {
      const found = this.eventOf(entry);
      if (found !== event && found !== otherEvent) continue;
      journal.setDetail(entry, withEvidence(journal.detail(entry), CONFIRMED));
      journal.setOther(entry, this.#frame);
      return;
    }
  }

  /**
   * Marks the endpoint's newest standing transition by `event`, and all after it, as disproved by this
   * frame, and puts the endpoint back into the state before. Returns that transition's entry, or -1.
   */
  retractFrom(server: boolean, event: number): number {
    const journal = this.journal;
    const found = this.newestBy(server, event);
    if (found < 0) return -1;
    let openings = this.retractedOpenings(server);
    for (let entry = this.newest(server); ; entry = this.#before(entry)) {
      const detail = journal.detail(entry);
      if (TRANSITIONS[rowOf(detail)].to === ESTABLISHED) openings++;
      journal.setDetail(entry, retracted(detail));
      journal.setOther(entry, this.#frame);
      if (entry === found) break;
    }
    const last = this.find(TRANSITION, server);
    journal.setDetail(last, withRetractedOpenings(journal.detail(last), openings));
    const state = this.stateBefore(found);
    const word = this.#base + (server ? SERVER : CLIENT) + STATE;
    this.#memory[word] = (this.#memory[word] & ~STATE_MASK) | state;
    return found;
  }

  /** The transition at `entry`, the endpoint's newest, came with this frame. */
  putHere(entry: number): void {
    this.journal.setFrame(entry, this.#frame);
    this.journal.setTime(entry, this.#seconds, this.#nanoseconds);
  }

  /** The endpoint's newest transition that was not taken back, or -1. */
  newest(server: boolean): number {
    return this.#standing(this.find(TRANSITION, server));
  }

  /** The same among those by `event`. */
  newestBy(server: boolean, event: number): number {
    let entry = this.newest(server);
    while (entry >= 0 && this.eventOf(entry) !== event) entry = this.#before(entry);
    return entry;
  }

  /** The state that the transition at `entry` left. */
  stateBefore(entry: number): number {
    const previous = this.#before(entry);
    return previous < 0 ? CLOSED : TRANSITIONS[rowOf(this.journal.detail(previous))].to;
  }

  /** How often the endpoint was taken to be ESTABLISHED and was not, up to `MAX_RETRACTED_OPENINGS`. */
  retractedOpenings(server: boolean): number {
    return this.#openingsBy(this.find(TRANSITION, server));
  }

  /** The same up to the endpoint's transition `last`. */
  #openingsBy(last: number): number {
    return last < 0 ? 0 : retractedOpeningsOf(this.journal.detail(last));
  }

  /** The endpoint's transition `last`, or the newest before it that was not taken back; -1 for none. */
  #standing(last: number): number {
    let entry = last;
    while (entry >= 0 && isRetracted(this.journal.detail(entry))) entry = this.#before(entry);
    return entry;
  }

  /**
   * The transition that stood when the one at `entry` came: a transition is taken back with all that came after it,
   * so that this one stands as long as that one does. -1 for none.
   */
  #before(entry: number): number {
    return this.journal.value(entry) - 1;
  }

  /** The event of a transition's entry. */
  eventOf(entry: number): number {
    return TRANSITIONS[rowOf(this.journal.detail(entry))].event;
  }

  // ── Milestones ───────────────────────────────────────────────────────────────────────────────────────

  /** A single event. */
  note(kind: number, server: boolean, value: number, detail = 0): void {
    if (!this.hasRoom(1)) return;
    this.prepend(kind, server, detail, this.#frame, this.#seconds, this.#nanoseconds, this.#frame, value);
  }

  /** One more of a kind with one run per connection and endpoint; `value` adds up. Its entry, or -1 without room. */
  run(kind: number, server: boolean, value: number): number {
    const entry = this.find(kind, server);
    if (entry < 0) return this.startRun(kind, server, value);
    if (this.countOf(entry) > 0) this.extend(entry, value);
    else this.restartRun(entry, value, 0);
    return entry;
  }

  /** One less in the run at `entry`, where it turned out not to belong. A run with nothing left does not count. */
  takeBack(entry: number, value: number): void {
    const journal = this.journal;
    const continuation = journal.next(entry);
    journal.setFrame(continuation, journal.frame(continuation) - 1);
    journal.setValue(entry, (journal.value(entry) - value) | 0);
  }

  /** The same for all in the run at `entry`. */
  takeAllBack(entry: number): void {
    this.journal.setFrame(this.journal.next(entry), 0);
    this.journal.setValue(entry, 0);
  }

  /**
   * The first of a new run. The entry behind it, its continuation, holds its count, its last time, `mark`, which stays,
   * and what the caller keeps there (`ownWordOf`, `ownBitsOf`). Its entry, or -1 without room for one.
   */
  startRun(kind: number, server: boolean, value: number, mark = 0): number {
    const previous = this.find(kind, server);
    const ordinal = previous < 0 ? 0 : this.journal.detail(previous) + 1;
    if (ordinal >= MAX_RUNS) {
      this.restartRun(previous, value, mark);
      return previous;
    }
    if (!this.hasRoom(2)) return -1;
    this.prepend(CONTINUATION, server, 0, 1, this.#seconds, this.#nanoseconds, 0, mark);
    this.note(kind, server, value, ordinal);
    return this.head;
  }

  /** Whether a new run of this kind would take an old one's place. */
  hasAllRuns(kind: number, server: boolean): boolean {
    const newest = this.find(kind, server);
    return newest >= 0 && this.journal.detail(newest) + 1 >= MAX_RUNS;
  }

  /** One more in the run at `entry`. */
  extend(entry: number, value: number): void {
    const journal = this.journal;
    const continuation = journal.next(entry);
    journal.setOther(entry, this.#frame);
    journal.setValue(entry, (journal.value(entry) + value) | 0);
    journal.setFrame(continuation, journal.frame(continuation) + 1);
    journal.setTime(continuation, this.#seconds, this.#nanoseconds);
  }

  /** Uses the place of the run at `entry` for a new one. */
  restartRun(entry: number, value: number, mark: number): void {
    const journal = this.journal;
    const continuation = journal.next(entry);
    journal.setFrame(entry, this.#frame);
    journal.setTime(entry, this.#seconds, this.#nanoseconds);
    journal.setOther(entry, this.#frame);
    journal.setValue(entry, value);
    journal.setFrame(continuation, 1);
    journal.setTime(continuation, this.#seconds, this.#nanoseconds);
    journal.setValue(continuation, mark);
  }

  /** Occurrences in the run at `entry`. */
  countOf(entry: number): number {
    return this.journal.frame(this.journal.next(entry));
  }

  /** What `startRun` was given for the run at `entry`. */
  markOf(entry: number): number {
    return this.journal.value(this.journal.next(entry));
  }

  /** The newest run of a kind, if it was not taken back as a whole; else -1. */
  standingRun(kind: number, server: boolean): number {
    const entry = this.find(kind, server);
    return entry >= 0 && this.countOf(entry) > 0 ? entry : -1;
  }

  /** A word of the caller's own on the run at `entry`; 0 at first. */
  ownWordOf(entry: number): number {
    return this.journal.other(this.journal.next(entry));
  }

  setOwnWord(entry: number, word: number): void {
    this.journal.setOther(this.journal.next(entry), word);
  }

  /** Ten bits more beside that word. */
  ownBitsOf(entry: number): number {
    return this.journal.detail(this.journal.next(entry));
  }

  setOwnBits(entry: number, bits: number): void {
    this.journal.setDetail(this.journal.next(entry), bits);
  }

  /** The newest entry of a kind, or -1. */
  find(kind: number, server: boolean): number {
    return this.journal.find(this.head, kind, server);
  }

  // ── Entries ──────────────────────────────────────────────────────────────────────────────────────────

  /** The connection's newest entry, or -1. */
  get head(): number {
    return this.#memory[this.#base + JOURNAL];
  }

  /** Whether the connection may have that many more entries; notes it if not. */
  hasRoom(entries: number): boolean {
    if (this.journal.depth(this.head) + entries <= MAX_DEPTH) return true;
    this.#memory[this.#base + FLAGS] |= JOURNAL_FULL;
    return false;
  }

  /** A raw entry; `hasRoom` must have allowed it. */
  prepend(
    kind: number,
    server: boolean,
    detail: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
    other: number,
    value: number,
  ): void {
    this.#memory[this.#base + JOURNAL] = this.journal.prepend(
      this.head,
      kind,
      server,
      detail,
      frame,
      seconds,
      nanoseconds,
      other,
      value,
    );
  }
}
