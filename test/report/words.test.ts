import { describe, expect, it } from 'vitest';
import { citationNames, limitsText } from '../../src/report/words.js';
import { FIXED_SPACE } from '../../src/report/wrap.js';
import type { Citation } from '../../src/rules/finding.js';
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
