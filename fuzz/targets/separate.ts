import { SEPARATIONS } from '../../src/decode/domains.js';
import { checkFormats } from '../invariants/formats.js';
import { checkReport } from '../invariants/report.js';
import { behaviourOf, isRefused, outcomeOf } from '../outcome.js';
import type { Target } from './target.js';

/** Networks kept apart by some of the means to do so. */
export const separate: Target = {
  name: 'separate',
  run(input, random) {
    const some = SEPARATIONS.filter(() => random.below(2) === 0);
    const outcome = outcomeOf([input], {
      separate: some.length === 0 ? SEPARATIONS : some,
      formats: ['json', 'table', 'csv', 'html'],
    });
    if (!isRefused(outcome)) {
      checkReport(outcome);
      checkFormats(outcome.texts);
    }
    return behaviourOf(outcome);
  },
};
