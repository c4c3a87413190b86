import { describe, expect, it } from 'vitest';
import { NO_TIME } from '../../../src/core/time.js';
import {
  citationNames,
  limitsText,
  octets,
  period,
  seconds,
  verdict,
} from '../../../src/report/text/words.js';
import { FIXED_SPACE } from '../../../src/report/text/wrap.js';
import type { Citation, Pattern, Severity } from '../../../src/rules/finding.js';
import { at } from '../../support/connection-builder.js';
import { finding } from '../../support/pattern-tester.js';

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
    [119.94, '119.9 s'],
    [169.1, '2 min 49 s'],
    [45_992.9, '12 h 47 min'],
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

describe('when something was', () => {
  const day = 86_400;

  it.each([
    ['a while', at(0.2), at(61.2), '2026-03-01 12:00:00.200 to 12:01:01.200 UTC'],
    ['past midnight', at(0), at(day), '2026-03-01 12:00:00.000 to 2026-03-02 12:00:00.000 UTC'],
    ['a moment', at(1), at(1), '2026-03-01 12:00:01.000 UTC'],
    ['less than is shown', at(1), at(1.0001), '2026-03-01 12:00:01.000 UTC'],
    ['with a clock that ran backwards', at(1), at(0), '2026-03-01 12:00:01.000 UTC'],
    ['without an end', at(1), NO_TIME, '2026-03-01 12:00:01.000 UTC'],
    ['without a time', NO_TIME, NO_TIME, ''],
  ])('is told: %s', (_, from, to, text) => {
    expect(period({ from, to })).toBe(text);
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
