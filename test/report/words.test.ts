import { describe, expect, it } from 'vitest';
import { citationNames } from '../../src/report/words.js';
import { FIXED_SPACE } from '../../src/report/wrap.js';
import type { Citation } from '../../src/rules/finding.js';

const cited = (source: string, section: string | null, label: string | null = null): Citation => ({
  source,
  section,
  label,
  title: '',
  url: '',
  says: '',
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
