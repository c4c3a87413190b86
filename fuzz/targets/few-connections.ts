import { broken } from '../invariants/broken.js';
import { checkFormats } from '../invariants/formats.js';
import { checkReport } from '../invariants/report.js';
import { behaviourOf, isRefused, outcomeOf } from '../outcome.js';
import type { Target } from './target.js';

/** No more than a few connections at once: those idle for longest are given up, and counted. */
export const fewConnections: Target = {
  name: 'few-connections',
  run(input, random) {
    const maximumConnections = 1 + random.below(6);
    const outcome = outcomeOf([input], { maximumConnections, formats: ['json', 'table', 'html'] });
    if (isRefused(outcome)) return behaviourOf(outcome);
    checkReport(outcome);
    checkFormats(outcome.texts);
    if (outcome.mostHeld > maximumConnections)
      broken(`${outcome.mostHeld} connections were held, not ${maximumConnections}`);
    const all = outcomeOf([input]);
    if (isRefused(all)) broken(`it is refused: ${all}`);
    const { evicted } = outcome.end.captures[0];
    if (evicted === 0 && outcome.texts.json !== all.texts.json)
      broken('the report differs, though no connection was given up');
    // A connection that takes over the ports of another needs room of its own until that one is let go.
    if (all.mostHeld < maximumConnections && evicted > 0)
      broken(`${evicted} connections were given up, though there were never more than ${all.mostHeld}`);
    return behaviourOf(outcome);
  },
};
