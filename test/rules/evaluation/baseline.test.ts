import { describe, expect, it } from 'vitest';
import { Baseline, type BaselineEntry } from '../../../src/rules/evaluation/baseline.js';
import { fingerprintOf } from '../../../src/rules/evaluation/fingerprint.js';
import type { Severity } from '../../../src/rules/finding.js';
import { finding } from '../../support/pattern-tester.js';

const ENDS = { client: { address: '10.0.0.1' }, server: { address: '10.0.0.2', port: 80 } };

function entry(severity: Severity, title: string = severity): BaselineEntry {
  const fingerprint = fingerprintOf(ENDS, finding('connection-refused'));
  return { fingerprint, rule: 'connection-refused', severity, title };
}

describe('a baseline', () => {
  it('holds each finding against one of its own severity, if there is one', () => {
    const baseline = new Baseline([entry('info', 'first'), entry('error'), entry('info', 'second')]);
    for (const severity of ['error', 'info'] as const) {
      expect(baseline.freshFindings(ENDS, [finding('connection-refused', { severity })])).toEqual([]);
    }
    expect(baseline.outcome()).toEqual({
      new: 0,
      changed: 0,
      known: 2,
      gone: 1,
      goneTitles: ['connection-refused: second'],
    });
  });

  it('takes another severity for a change, and goes on to what is new', () => {
    const baseline = new Baseline([entry('info'), entry('warning')]);
    const errors = Array.from({ length: 3 }, () => finding('connection-refused', { severity: 'error' }));
    expect(baseline.freshFindings(ENDS, errors)).toEqual(errors);
    expect(baseline.outcome()).toMatchObject({ new: 1, changed: 2, known: 0, gone: 0 });
  });

  it.each(['warning', 'error'] as const)(
    'takes no longer for each of very many that are alike (%s)',
    (severity) => {
      const baseline = new Baseline(Array.from({ length: 200_000 }, () => entry('warning')));
      const again = [finding('connection-refused', { severity })];
      const start = performance.now();
      for (let i = 0; i < 199_999; i++) baseline.freshFindings(ENDS, again);
      expect(performance.now() - start).toBeLessThan(5000);
      expect(baseline.outcome()).toMatchObject({ new: 0, gone: 1 });
    },
  );
});
