import { describe, expect, it } from 'vitest';
import { patternFingerprint } from '../../../src/rules/evaluation/fingerprint.js';

describe('the fingerprint of a pattern', () => {
  it.each([
    [
      'recurring-finding rst-active-abort 10.0.0.2:80',
      { rule: 'rst-active-abort', server: '10.0.0.2:80', count: 999, pointsTo: 'server' },
      { rule: 'rst-active-abort', server: '10.0.0.2:80', count: 1200, clients: 3 },
    ],
    [
      'recurring-finding port-scan 10.0.0.1 10.0.0.2',
      { rule: 'connection-refused', kind: 'port-scan', client: '10.0.0.1', host: '10.0.0.2', ports: 12 },
      { rule: 'syn-unanswered', kind: 'port-scan', client: '10.0.0.1', host: '10.0.0.2', ports: 99 },
    ],
    [
      'recurring-finding dropped 10.0.0.2:80 in VLAN 5',
      { server: '10.0.0.2:80', network: 'VLAN 5', ending: 'dropped', medianIdleSeconds: 300 },
      { server: '10.0.0.2:80', network: 'VLAN 5', ending: 'dropped', medianIdleSeconds: 301.2 },
    ],
    ['recurring-finding', { connections: 1 }, { connections: 2 }],
  ])('is %s, whatever the figures', (fingerprint, facts, later) => {
    for (const each of [facts, later])
      expect(patternFingerprint({ rule: 'recurring-finding', facts: each })).toBe(fingerprint);
  });

  it('is another one of another port', () => {
    const of = (server: string): string =>
      patternFingerprint({ rule: 'idle-reset-interval', facts: { server } });
    expect(of('10.0.0.2:40000')).not.toBe(of('10.0.0.2:41000'));
  });
});
