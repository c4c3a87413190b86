import { HOSTILE_TEXTS } from '../hostile-texts.js';
import { broken } from '../invariants/broken.js';
import { ALL_FORMATS, checkFormats } from '../invariants/formats.js';
import { checkReport } from '../invariants/report.js';
import { behaviourOf, isRefused, type Outcome, outcomeOf } from '../outcome.js';
import type { Random } from '../random.js';
import type { Target } from './target.js';

/** Reports in every format on the whole input, and in JSON on the input in pieces, which must be the same. */
export const report = {
  name: 'report',
  run(input: Uint8Array, random: Random): ReadonlySet<string> {
    const path = `captures/${random.of(HOSTILE_TEXTS)}.pcap`;
    const whole = outcomeOf([input], { formats: ALL_FORMATS, path });
    const pieces = outcomeOf([input], { sizes: sizesOf(random), path });
    if (isRefused(whole) || isRefused(pieces)) {
      if (whole !== pieces) broken(`as a whole it is ${say(whole)}; in pieces ${say(pieces)}`);
      return behaviourOf(whole);
    }
    if (whole.texts.json !== pieces.texts.json) broken('the report differs if it is read in pieces');
    checkReport(whole);
    checkFormats(whole.texts);
    return behaviourOf(whole);
  },
} satisfies Target;

function sizesOf(random: Random): number[] {
  return Array.from({ length: 1 + random.below(4) }, () => 1 + random.below(random.of([3, 50, 5000])));
}

export function say(outcome: Outcome | string): string {
  return isRefused(outcome) ? `refused: ${outcome}` : 'reported on';
}
