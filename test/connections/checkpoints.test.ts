import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RecordStore } from '../../src/connections/record.js';
import { Tracker } from '../../src/connections/tracker.js';
import type { Timestamp } from '../../src/core/time.js';
import { Segment, SYN } from '../../src/decode/segment.js';

const CHECKPOINTS = [1, 2, 3, 5, 10, 60, 61, 600];

/** Connections by their client's port, and who of them is handed out. */
class Watch {
  readonly tracker: Tracker;
  #frame = 0;

  constructor(checkpoints?: readonly number[]) {
    this.tracker = new Tracker({ onConnection: () => {}, checkpoints });
  }

  segment(port: number, time: number): void {
    const segment = new Segment();
    Object.assign(segment, timestamp(time));
    this.#frame++;
    segment.frame = this.#frame;
    segment.source3 = port >>> 16;
    segment.destination3 = 0x0a000002;
    segment.sourcePort = port & 0xffff;
    segment.destinationPort = 80;
    segment.flags = SYN;
    segment.ipId = this.#frame & 0xffff;
    this.tracker.segment(segment);
  }

  peek(time: number): number[] {
    const ports: number[] = [];
    this.tracker.peek(timestamp(time), ({ client }) => ports.push(client.port));
    return ports;
  }
}

function timestamp(time: number): Timestamp {
  return { seconds: Math.floor(time), nanoseconds: Math.round((time % 1) * 10) * 1e8 };
}

describe('connections that come to a checkpoint', () => {
  it('by age, or by silence, are handed out at the next look, once or twice', () => {
    const watch = new Watch(CHECKPOINTS);
    watch.segment(1000, 100);
    expect(watch.peek(100)).toEqual([]);
    watch.segment(1001, 100.5);
    expect(watch.peek(101)).toEqual([1000]);
    watch.segment(1000, 101.5);
    expect(watch.peek(102)).toEqual([1000, 1001]);
    expect(watch.peek(107)).toEqual([1000, 1001]);
    expect(watch.peek(108)).toEqual([]);
    expect(watch.peek(109)).toEqual([]);
    expect(watch.peek(100_000)).toEqual([1000, 1001]);
    expect(watch.peek(200_000)).toEqual([]);
  });

  it('are none without checkpoints', () => {
    const watch = new Watch();
    watch.segment(1000, 100);
    expect([watch.peek(100), watch.peek(200)]).toEqual([[], []]);
  });

  it('are those that a look at all of them finds, wherever the clock goes', () => {
    const step = fc.tuple(
      fc.constantFrom(0, 0.1, 0.1, 0.4, 1, 1.3, 5, 60, 700, -0.2, -0.9, -3, -50),
      fc.nat(6),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const watch = new Watch(CHECKPOINTS);
        const first = new Map<number, number>();
        const last = new Map<number, number>();
        const passed = (from: number, time: number): number =>
          CHECKPOINTS.filter((checkpoint) => time - from >= checkpoint - 1e-6).length;
        let now = 5000;
        let looked: number | null = null;
        for (const [seconds, port, looks] of steps) {
          now = Math.round((now + seconds) * 10) / 10;
          // As much goes on as there are connections, so that a clock set back is always followed.
          for (let copy = 0; copy < 8; copy++) watch.segment(port, now);
          if (!first.has(port)) first.set(port, now);
          last.set(port, now);
          if (!looks) continue;
          let expected: number[] = [];
          if (looked === null || looked - now >= 1 - 1e-6) looked = now;
          else if (Math.floor(now) > Math.floor(looked)) {
            const since = Math.floor(looked) + Math.min(looked % 1, now % 1);
            expected = [...first.keys()].filter((each) =>
              [first.get(each)!, last.get(each)!].some((from) => passed(from, now) > passed(from, since)),
            );
            looked = now;
          }
          expect(watch.peek(now)).toEqual(expected);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('looking at thousands of open connections', () => {
  afterEach(() => vi.restoreAllMocks());

  /** How many records are touched by looks, one after each segment. */
  function recordsLookedAt(times: readonly number[]): { records: number; handedOut: number } {
    const watch = new Watch(CHECKPOINTS);
    let isLooking = false;
    let records = 0;
    let handedOut = 0;
    const { base } = RecordStore.prototype;
    vi.spyOn(RecordStore.prototype, 'base').mockImplementation(function (this: RecordStore, slot) {
      if (isLooking) records++;
      return base.call(this, slot);
    });
    for (const [port, time] of times.entries()) {
      watch.segment(port, time);
      isLooking = true;
      handedOut += watch.peek(time).length;
      isLooking = false;
    }
    return { records, handedOut };
  }

  const count = 3000;
  const most = 2 * 2 * CHECKPOINTS.length * count;

  it('takes no longer than there are that come to a checkpoint', () => {
    const { records, handedOut } = recordsLookedAt(Array.from({ length: count }, (_, place) => 2 * place));
    expect(handedOut).toBeGreaterThan(6 * count);
    expect(handedOut).toBeLessThanOrEqual(most);
    expect(records).toBeLessThan(10 * most);
  });

  it('neither does it where the clock leaps back and forth', () => {
    const { records } = recordsLookedAt(
      Array.from({ length: count }, (_, place) => 1e6 + place - (place % 2 === 0 ? 0 : 5000)),
    );
    expect(records).toBeLessThan(10 * most);
  });
});
