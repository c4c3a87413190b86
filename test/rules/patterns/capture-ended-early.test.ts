import { describe, expect, it } from 'vitest';
import { captureEndedEarly } from '../../../src/rules/patterns/capture-ended-early.js';
import { connection } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';
import { afterClientFin } from '../closing-cases.js';

describe('capture-ended-early', () => {
  it('lists what cannot be judged yet', () => {
    const [pattern] = patternsOf(captureEndedEarly, [[afterClientFin(), []]], 22.14);
    expect(pattern.title).toBe('The capture ends too early to judge 1 connection');
    expect(pattern.explanation).toBe(
      'They wait in FIN-WAIT-2, the last since 20 s before the end; a verdict needs 60 s.',
    );
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('is silent when the capture is long enough', () => {
    expect(patternsOf(captureEndedEarly, [[afterClientFin(), []]], 100)).toEqual([]);
  });

  it('is silent on open connections', () => {
    expect(patternsOf(captureEndedEarly, [[connection(), []]], 1)).toEqual([]);
  });
});
