import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRetracted, OBSERVED, rowOf } from '../../src/connections/entries.js';
import { CONTINUATION, Journal, MAX_DEPTH, TRANSITION } from '../../src/connections/journal.js';
import { Ledger } from '../../src/connections/ledger.js';
import { CHALLENGE_ACK, KEEP_ALIVE, RESET } from '../../src/connections/milestones.js';
import { FLAGS, JOURNAL, JOURNAL_FULL, RECORD_WORDS } from '../../src/connections/record.js';
import { ESTABLISHED } from '../../src/tcp/states.js';
import {
  CAPTURE_STARTED,
  RECEIVED_ACK_OF_FIN,
  RECEIVED_ACK_OF_SYN,
  RECEIVED_FIN,
  RECEIVED_RESET,
  RECEIVED_SYN_ACK,
  SENT_FIN,
  SENT_SYN,
  SENT_SYN_ACK,
  TRANSITIONS,
} from '../../src/tcp/transitions.js';
import { conversation } from '../support/conversation.js';

const EVENTS = [
  CAPTURE_STARTED,
  SENT_SYN,
  SENT_SYN_ACK,
  RECEIVED_SYN_ACK,
  RECEIVED_ACK_OF_SYN,
  SENT_FIN,
  RECEIVED_ACK_OF_FIN,
  RECEIVED_FIN,
  RECEIVED_RESET,
];
const KINDS = [KEEP_ALIVE, CHALLENGE_ACK, RESET];

/** What a ledger says, by looking at all of its connection's entries. */
class Reading {
  readonly #journal: Journal;
  readonly #entries: number[] = [];

  constructor(journal: Journal, head: number) {
    this.#journal = journal;
    for (let entry = head; entry >= 0; entry = journal.next(entry)) this.#entries.push(entry);
  }

  find(kind: number, server: boolean): number {
    return this.#of(kind, server)[0] ?? -1;
  }

  newestBy(server: boolean, events: readonly number[]): number {
    const standing = this.#of(TRANSITION, server).filter((entry) => !this.#isRetracted(entry));
    return standing.find((entry) => events.includes(this.#row(entry).event)) ?? -1;
  }

  retractedOpenings(server: boolean): number {
    const retracted = this.#of(TRANSITION, server).filter((entry) => this.#isRetracted(entry));
    return retracted.filter((entry) => this.#row(entry).to === ESTABLISHED).length;
  }

  #of(kind: number, server: boolean): number[] {
    const journal = this.#journal;
    return this.#entries.filter(
      (entry) => journal.kind(entry) === kind && journal.isServer(entry) === server,
    );
  }

  #row(entry: number): (typeof TRANSITIONS)[number] {
    return TRANSITIONS[rowOf(this.#journal.detail(entry))];
  }

  #isRetracted(entry: number): boolean {
    return isRetracted(this.#journal.detail(entry));
  }
}

type Step = readonly [
  what: 'enter' | 'retract' | 'run' | 'startRun' | 'note',
  which: number,
  server: boolean,
];

function take(ledger: Ledger, [what, which, server]: Step): void {
  const event = EVENTS[which % EVENTS.length];
  const kind = KINDS[which % KINDS.length];
  if (what === 'enter') ledger.enter(server, event, OBSERVED);
  else if (what === 'retract') ledger.retractFrom(server, event);
  else if (what === 'run') ledger.run(KEEP_ALIVE, server, 1);
  else if (what === 'startRun') ledger.startRun(KEEP_ALIVE, server, 1);
  else ledger.note(kind === KEEP_ALIVE ? RESET : kind, server, 1);
}

describe('a journal that was given back', () => {
  it('leaves nothing behind for those that take its blocks', () => {
    const grown = (journal: Journal, entries: number, kind: number): number => {
      let head = -1;
      for (let i = 0; i < entries; i++) head = journal.prepend(head, kind, false, 0, 1, 0, 0, 0, 0);
      return head;
    };
    // So many blocks of four entries are taken before, so that each of those behind comes into any place.
    for (let before = 1; before < 40; before++) {
      const journal = new Journal();
      journal.release(grown(journal, 200, KEEP_ALIVE));
      grown(journal, 4 * before, RESET);
      const head = grown(journal, 70, CHALLENGE_ACK);
      expect(journal.find(head, CHALLENGE_ACK, false)).toBe(head);
      expect(journal.find(head, KEEP_ALIVE, false)).toBe(-1);
    }
  });
});

describe('a ledger', () => {
  it('has so many entries of a connection and no more', () => {
    const ledger = new Ledger(new Journal());
    const memory = new Int32Array(RECORD_WORDS);
    memory[JOURNAL] = -1;
    for (let frame = 1; frame <= 2 * MAX_DEPTH; frame++) {
      ledger.open(memory, 0, { frame, seconds: frame, nanoseconds: 0 });
      ledger.note(RESET, false, 1);
    }
    expect(ledger.journal.depth(ledger.head)).toBeGreaterThan(MAX_DEPTH - 10);
    expect(ledger.journal.depth(ledger.head)).toBeLessThanOrEqual(MAX_DEPTH);
    expect(memory[FLAGS] & JOURNAL_FULL).not.toBe(0);
  });

  it('finds in a journal of any length what a look at all entries finds', () => {
    const step = fc.tuple(
      fc.constantFrom('enter', 'enter', 'enter', 'retract', 'run', 'startRun', 'note' as const),
      fc.nat(100),
      fc.boolean(),
    ) as fc.Arbitrary<Step>;
    const connections = fc.array(fc.tuple(fc.nat(2), step), { minLength: 100, maxLength: 900 });
    fc.assert(
      fc.property(connections, (steps) => {
        const journal = new Journal();
        const ledger = new Ledger(journal);
        // Their blocks lie in between one another; the third is given back again and again.
        const memory = new Int32Array(3 * RECORD_WORDS);
        for (const base of [0, 1, 2]) memory[base * RECORD_WORDS + JOURNAL] = -1;
        for (const [place, [connection, taken]] of steps.entries()) {
          const base = connection * RECORD_WORDS;
          ledger.open(memory, base, { frame: place + 1, seconds: place, nanoseconds: 0 });
          take(ledger, taken);
          if (connection === 2 && place % 97 === 0) {
            journal.release(memory[base + JOURNAL]);
            memory.fill(0, base, base + RECORD_WORDS);
            memory[base + JOURNAL] = -1;
          }
          if (place % 7 !== 0) continue;
          const reading = new Reading(journal, ledger.head);
          for (const server of [false, true]) {
            for (const kind of [TRANSITION, ...KINDS])
              expect(ledger.find(kind, server)).toBe(reading.find(kind, server));
            for (const event of EVENTS)
              expect(ledger.newestBy(server, event)).toBe(reading.newestBy(server, [event]));
            expect(ledger.newest(server)).toBe(reading.newestBy(server, EVENTS));
            expect(ledger.retractedOpenings(server)).toBe(Math.min(3, reading.retractedOpenings(server)));
          }
        }
        expect(journal.kind(journal.prepend(-1, CONTINUATION, false, 0, 1, 0, 0, 0, 0))).toBe(CONTINUATION);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a connection whose journal its sender makes long', () => {
  const { next } = Journal.prototype;
  let steps = 0;
  beforeEach(() => {
    steps = 0;
    Journal.prototype.next = function (this: Journal, entry: number): number {
      steps++;
      return next.call(this, entry);
    };
  });
  afterEach(() => {
    Journal.prototype.next = next;
  });

  const opened = ['0.00 C S 0', '0.01 S SA 0 1', '0.02 C A 1 1'];
  const rounds: Readonly<Record<string, (round: number) => readonly string[]>> = {
    'by a FIN again and again, acknowledged and not': (round) => [
      'C FA 1 1',
      'S A 1 2',
      'C FA 1 1',
      `S PA ${1 + 10 * round} 2 +10`,
    ],
    'by FINs that cross': () => ['C FA 1 1', 'S FA 1 1', 'C A 2 2', 'S A 2 2'],
    'by resets that it goes on after': (round) => [
      `C R ${1 + 5 * round}`,
      `C PA ${1 + 5 * round} 1 +5`,
      `S A 1 ${6 + 5 * round}`,
    ],
    'by SYNs, answers and resets': () => ['C S 0', 'S SA 0 1', 'C R 1', 'S FA 1 1'],
    'by a window that closes and opens': () => ['S A 1 1 win=0', 'C A 0 1', 'C PA 1 1 +1', 'S A 1 1 win=9'],
    'by keep-alives': () => ['C A 0 1', 'S A 1 1'],
  };

  it.each(Object.keys(rounds))('%s is not gone through for every segment', (name) => {
    const lines = [...opened];
    for (let round = 0; lines.length < 6000; round++) {
      for (const line of rounds[name](round)) lines.push(`${(1 + lines.length * 0.3).toFixed(3)} ${line}`);
    }
    expect(conversation(lines.join('\n'))).toHaveLength(1);
    expect(steps).toBeLessThan(64 * lines.length);
  });
});
