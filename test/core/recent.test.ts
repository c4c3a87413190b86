import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Recent } from '../../src/core/recent.js';

describe('a map of limited size', () => {
  it('forgets what came first, and nothing else', () => {
    const steps = fc.array(fc.tuple(fc.nat(12), fc.nat()), { maxLength: 100 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), steps, (limit, sets) => {
        const recent = new Recent<number, number>(limit);
        const plain = new Map<number, number>();
        for (const [key, value] of sets) {
          recent.set(key, value);
          plain.set(key, value);
          if (plain.size > limit) plain.delete([...plain.keys()][0]);
          for (let each = 0; each <= 12; each++) expect(recent.get(each)).toBe(plain.get(each));
        }
      }),
    );
  });
});
