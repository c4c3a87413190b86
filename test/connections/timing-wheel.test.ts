import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimingWheel } from '../../src/connections/timing-wheel.js';

/** Near and far: each of its digits may be the one that changes. */
const span = fc.integer({ min: 0, max: 31 }).chain((bits) => fc.integer({ min: 1, max: 2 ** bits }));

describe('a timing wheel', () => {
  it('gives each item once, at the first turn at or after its time', () => {
    const step = fc.record({
      what: fc.constantFrom('set', 'set', 'remove', 'turn', 'turn', 'reset' as const),
      item: fc.nat(40),
      seconds: span,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const wheel = new TimingWheel();
        const times = new Map<number, number>();
        for (const { what, item, seconds } of steps) {
          const then = Math.min(wheel.now + seconds, 0xffff_ffff);
          if (what === 'remove') {
            wheel.remove(item);
            times.delete(item);
          } else if (what === 'reset') {
            wheel.reset(seconds % 1000);
            times.clear();
          } else if (then > wheel.now && what === 'set') {
            wheel.set(item, then);
            times.set(item, then);
          } else if (then > wheel.now) {
            const taken: number[] = [];
            wheel.turn(then, (due) => taken.push(due));
            const due = [...times].filter(([, time]) => time <= then).map(([each]) => each);
            expect(taken.sort((a, b) => a - b)).toEqual(due.sort((a, b) => a - b));
            for (const each of due) times.delete(each);
          }
        }
      }),
    );
  });
});
