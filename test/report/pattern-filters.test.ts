import { describe, expect, it } from 'vitest';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const DEAD = captureOf('idle-reset-interval', 'client');
const PILEUP = captureOf('mixed-200', 'client');
const FILTER = 'tcp.stream in {0, 1, 2}';

/** Output without line breaks, the borders beside them, and escapes. */
async function report(format: string, ...argv: readonly string[]): Promise<string> {
  const { stdout } = await finwait([...argv, '-f', format], { columns: 120 });
  return stdout.replace(/ *│?\n│? */g, ' ').replace(/\\([{}!])/g, '$1');
}

describe.each(['table', 'markdown', 'jira', 'html', 'slack', 'sarif', 'json'])(
  'a pattern in %s',
  (format) => {
    it('has the filter of its connections', async () => {
      expect(await report(format, DEAD)).toContain(FILTER);
    });

    it('has one for each capture if it spans several', async () => {
      const text = await report(format, DEAD, DEAD);
      expect(text.split(FILTER).length).toBeGreaterThan(2);
    });

    it('has one by ends where networks are told apart', async () => {
      const text = await report(format, DEAD, '--separate', 'vlan');
      expect(text).toMatch(
        /tcp\.port in {\d+, \d+, \d+} and tcp\.port eq 8080 and !\(vlan\.id (>|&gt;|gt) 0/,
      );
    });
  },
);

describe.each(['table', 'markdown', 'jira', 'slack'])('a pattern of many connections in %s', (format) => {
  it('says how many of them its filter shows', async () => {
    expect(await report(format, PILEUP)).toMatch(/tcp\.stream in {[\d, ]+}[`}]* \(the first 12\)/);
  });
});
