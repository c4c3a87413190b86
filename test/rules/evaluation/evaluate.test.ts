import { describe, expect, it } from 'vitest';
import { RULES } from '../../../src/rules/catalog.js';
import { prepareRules } from '../../../src/rules/evaluation/evaluate.js';
import type { Finding } from '../../../src/rules/finding.js';
import { at, connection, enters, happens } from '../../support/connection-builder.js';
import { afterClientFin } from '../closing-cases.js';

function brief(findings: readonly Finding[]): string[] {
  return findings.map(({ rule, severity, explainedBy }) =>
    explainedBy === undefined ? `${severity} ${rule}` : `${severity} ${rule} < ${explainedBy}`,
  );
}

const stuck = afterClientFin();

describe('all rules on one connection', () => {
  it('name a cause and fold its effect under it', () => {
    const findings = prepareRules(RULES)(stuck, at(64));
    expect(brief(findings)).toEqual(['warning close-wait-stuck', 'info fin-wait-2-stuck < close-wait-stuck']);
  });

  it('tell the limits that they rest on, as the user set them', () => {
    const options = { 'close-wait-stuck': { stuckSeconds: 30 } };
    const [held, waiting] = prepareRules(RULES, { options })(stuck, at(64));
    expect(held.limits).toEqual({ stuckSeconds: 30, errorSeconds: 600 });
    expect(waiting.limits).toEqual({ stuckSeconds: 60 });
  });

  it('report an effect in full when its cause is switched off', () => {
    const evaluate = prepareRules(RULES, { severities: { 'close-wait-stuck': 'off' } });
    expect(brief(evaluate(stuck, at(64)))).toEqual(['warning fin-wait-2-stuck']);
  });

  it('take the severity that the user chose', () => {
    const evaluate = prepareRules(RULES, { severities: { 'fin-wait-2-stuck': 'error' } });
    expect(brief(evaluate(stuck, at(64)))).toEqual([
      'error fin-wait-2-stuck < close-wait-stuck',
      'warning close-wait-stuck',
    ]);
  });

  it('never hide what is worse under what is milder', () => {
    const stalled = afterClientFin({
      serverMilestones: [happens('data-after-peer-fin', 3, 7, { until: 5, lastFrame: 11, value: 4380 })],
    });
    expect(brief(prepareRules(RULES)(stalled, at(700)))[0]).toBe('error close-wait-stuck');
    expect(brief(prepareRules(RULES)(stalled, at(70)))).toEqual([
      'warning half-close-stalled',
      'info close-wait-stuck < half-close-stalled',
      'info fin-wait-2-stuck < close-wait-stuck',
      'info half-close < half-close-stalled',
    ]);
  });

  it('keep a subflow of Multipath TCP at info', () => {
    const subflow = afterClientFin({ quality: { multipath: true } });
    const findings = prepareRules(RULES)(subflow, at(700));
    expect(findings.every(({ severity }) => severity === 'info')).toBe(true);
    const stuck = findings.find(({ rule }) => rule === 'close-wait-stuck')!;
    expect(stuck.confidence).toBe('possible');
    expect(stuck.explanation).toMatch(/This is a subflow of Multipath TCP: /);
    expect(stuck.applicationSees).toMatch(
      /^Nothing while another subflow .* lives\. Otherwise, on the last one: 10\.0/,
    );
  });

  it('say nothing of a connection that opened and closed as it should', () => {
    const closed = connection({
      client: {
        after: [
          enters('FIN-WAIT-1', 1, 5, { evidence: 'observed' }),
          enters('FIN-WAIT-2', 1.01, 6),
          enters('TIME-WAIT', 1.02, 7),
        ],
        milestones: [happens('fin-covered', 1.01, 6)],
      },
      server: {
        after: [
          enters('CLOSE-WAIT', 1, 5),
          enters('LAST-ACK', 1.02, 7, { evidence: 'observed' }),
          enters('CLOSED', 1.03, 8, { evidence: 'assumed' }),
        ],
        milestones: [happens('fin-covered', 1.03, 8)],
      },
    });
    expect(prepareRules(RULES)(closed, at(10_000))).toEqual([]);
  });

  it('never change the connection, and say the same again', () => {
    const frozen = deepFreeze(stuck);
    const evaluate = prepareRules(RULES);
    expect(evaluate(frozen, at(64))).toEqual(evaluate(frozen, at(64)));
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
