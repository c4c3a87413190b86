import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matched } from '../../src/check/matching.js';

describe('wants that are matched with things', () => {
  it('leaves to a precise one what only it and a vague one fit', () => {
    const fits = (want: number, thing: number): boolean => want === 0 || thing === 0;
    expect(matched([{ count: 1 }, { count: 1 }], 2, fits)).toEqual({ lacks: [0, 0], left: [] });
    expect(matched([{ count: 2 }, { count: 1 }], 2, fits)).toEqual({ lacks: [0, 1], left: [] });
  });

  it('hands on through several others', () => {
    const fits = (want: number, thing: number): boolean => thing === want || thing === want + 1;
    expect(
      matched([{ count: 5 }, { count: 5 }, { count: 5 }], 15, (want, thing) => fits(want, thing % 3)),
    ).toEqual({
      lacks: [0, 0, 0],
      left: [],
    });
  });

  it('satisfies as many as can be', () => {
    const wants = fc.array(fc.record({ count: fc.integer({ min: 0, max: 3 }) }), { maxLength: 4 });
    fc.assert(
      fc.property(wants, fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 8 }), (all, masks) => {
        const fits = (want: number, thing: number): boolean => ((masks[thing] >> want) & 1) === 1;
        const { lacks, left } = matched(all, masks.length, fits);
        const given = all.reduce((sum, { count }, want) => sum + count - lacks[want], 0);
        expect(lacks.every((lack, want) => lack >= 0 && lack <= all[want].count)).toBe(true);
        expect(left).toHaveLength(masks.length - given);
        expect(given).toBe(
          most(
            all.map(({ count }) => count),
            masks,
          ),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('takes no longer for thousands that are alike', () => {
    const start = performance.now();
    expect(matched([{ count: 100_000 }], 99_995, () => true)).toEqual({ lacks: [5], left: [] });
    expect(matched([{ count: 5 }], 100_000, () => true).left).toHaveLength(99_995);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

/** As many things as any choice of a want for each can give away. */
function most(counts: readonly number[], [mask, ...rest]: readonly number[]): number {
  if (mask === undefined) return 0;
  const choices = counts.flatMap((count, want) =>
    count > 0 && ((mask >> want) & 1) === 1
      ? [
          1 +
            most(
              counts.map((each, place) => (place === want ? each - 1 : each)),
              rest,
            ),
        ]
      : [],
  );
  return Math.max(most(counts, rest), ...choices);
}
