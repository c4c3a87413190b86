import { describe, expect, it } from 'vitest';
import { citationNames, limitsText, octets, seconds, verdict } from '../../src/report/words.js';
import { FIXED_SPACE } from '../../src/report/wrap.js';
import type { Citation, Pattern, Severity } from '../../src/rules/finding.js';
import { finding } from '../support/pattern-tester.js';

const cited = (source: string, section: string | null, label: string | null = null): Citation => ({
  source,
  section,
  label,
  title: '',
  url: '',
  says: '',
});

describe('limits', () => {
  it('are named as one would set others', () => {
    const limits = { stuckSeconds: 60, errorSeconds: 600 };
    expect(limitsText(finding('close-wait-stuck', { limits }))).toBe(
      '60 s (close-wait-stuck.stuckSeconds), 600 s (errorSeconds)',
    );
    expect(limitsText(finding('x', { limits: { minimumBytes: 14_600, minimumShare: 0.5, least: 3 } }))).toBe(
      '14,600 bytes (x.minimumBytes), 0.5 (minimumShare), 3 (least)',
    );
    expect(limitsText(finding('half-close'))).toBe('');
  });
});

describe('figures', () => {
  it.each([
    [0, '0.000 s'],
    [0.0009994, '999 µs'],
    [0.0009996, '0.001 s'],
    [9.9994, '9.999 s'],
    [9.9996, '10.0 s'],
  ])('%d s: the unit is that of what is shown', (value, text) => {
    expect(seconds(value)).toBe(text);
  });

  it.each([
    [999, '999 B'],
    [999_949, '999.9 kB'],
    [999_960, '1.0 MB'],
    [999_949_000, '999.9 MB'],
    [999_960_000, '1.00 GB'],
  ])('%d octets: the unit is that of what is shown', (value, text) => {
    expect(octets(value)).toBe(text);
  });
});

describe('the verdict', () => {
  const pattern = (severity: Severity): Pattern => ({
    ...finding('capture-one-way', { severity }),
    connections: [0],
    count: 1,
  });
  const of = (severities: readonly Severity[], findings: Partial<Record<Severity, number>> = {}): string =>
    verdict({
      summary: {
        connections: 4,
        findings: { error: 0, warning: 0, info: 0, ...findings },
        suppressed: 0,
        finalStates: {},
      },
      patterns: severities.map(pattern),
    });

  it('counts findings by severity', () => {
    expect(of([])).toBe('Nothing to report in 4 TCP connections');
    expect(of([], { error: 1, warning: 1200 })).toBe('1 error, 1,200 warnings in 4 TCP connections');
  });

  it('says how grave patterns are, of which one may be all that is wrong', () => {
    expect(of(['warning'])).toBe('1 pattern (warning) in 4 TCP connections');
    expect(of(['warning', 'info', 'info'], { info: 2 })).toBe(
      '2 info, 3 patterns (1 warning, 2 info) in 4 TCP connections',
    );
  });
});

describe('citations in a row', () => {
  it('name each source and each place once', () => {
    const citations = [
      cited('RFC 9293', '3.6'),
      cited('RFC 9293', '3.6.1', 'SHLD-3'),
      cited('RFC 9293', '3.6'),
      cited('tcp(7)', null),
      cited('tcp(7)', null),
      cited('RFC 9293', '3.10.4'),
    ];
    expect(citationNames(citations).replaceAll(FIXED_SPACE, ' ')).toBe(
      'RFC 9293 §3.6, §3.6.1 SHLD-3; tcp(7); RFC 9293 §3.10.4',
    );
  });
});
