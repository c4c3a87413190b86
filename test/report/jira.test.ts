import { describe, expect, it } from 'vitest';
import { jiraReporter } from '../../src/report/jira.js';
import { escapeJira } from '../../src/report/markup/jira.js';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';
import { reportOn } from '../support/report.js';

describe('escapeJira', () => {
  it.each([
    ['FIN-WAIT-1', 'FIN-WAIT-1'],
    ['-a FILE', '\\-a FILE'],
    ['a - b', 'a \\- b'],
    ['{code}', '\\{code\\}'],
    ['[~name]', '\\[\\~name\\]'],
    ['*b* _i_ ^s^ ~s~ !x!', '\\*b\\* \\_i\\_ \\^s\\^ \\~s\\~ \\!x\\!'],
    ['a|b', 'a\\|b'],
    ['# list', '\\# list'],
    ['h1. head', '&#104;1. head'],
    ['bq. quote', '&#98;q. quote'],
    ['??cite??', '\\??cite\\??'],
    ['C:\\dir', 'C:&#92;dir'],
    [':) ;) (y) (on)', '&#58;) &#59;) &#40;y) &#40;on)'],
    ['(see there)', '(see there)'],
    ['https://example.net', '&#104;ttps://example.net'],
    ['line\nbreak', 'line\\x0abreak'.replace('\\', '&#92;')],
  ])('%j', (text, escaped) => {
    expect(escapeJira(text)).toBe(escaped);
  });
});

describe('a Jira report', () => {
  const report = (scenario: string, most?: number): string =>
    reportOn(captureOf(scenario, 'server'), (write) => jiraReporter(write, most));

  it('has headings, tables and links of the wiki markup', () => {
    const text = report('rst-on-write-after-close');
    expect(text).toMatch(/^h2\. 1 error in 1 TCP connection$/m);
    expect(text).toMatch(/^h3\. ERROR: 10\.9\.47\.2:8080 wrote 259 ms after its peer had closed/m);
    expect(text).toMatch(/^\|\|time\|\|frame\|\|client \{\{10\.9\.47\.1:40000\}\}\|\|/m);
    expect(text).toContain('[RFC 9293 §3.6.1 SHLD-3|https://www.rfc-editor.org/rfc/rfc9293#section-3.6.1]');
  });

  it('closes what it opens', async () => {
    const { stdout } = await finwait([captureOf('rst-on-write-after-close', 'server'), '-f', 'jira']);
    expect(stdout.match(/\{noformat\}/g)).toHaveLength(2);
  });

  it.each([1000, 5000, 32_767])('fits into %d characters', (most) => {
    expect(report('mixed-200', most).length).toBeLessThanOrEqual(most);
  });
});
