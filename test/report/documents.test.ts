/** What every format for readers says of the same capture. */
import { describe, expect, it } from 'vitest';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const FORMATS = ['table', 'markdown', 'jira', 'slack', 'html'];

async function written(format: string, scenario: string): Promise<string> {
  const { stdout } = await finwait([captureOf(scenario, 'server'), '--format', format], { columns: 100 });
  return stdout;
}

describe.each(FORMATS)('%s', (format) => {
  it('tells by the clock when it was, as logs do', async () => {
    const text = await written(format, 'close-wait-stuck');
    expect(text).toContain('2026-11-20 23:58:31.361 to 23:59:33.762 UTC');
  });

  it('heads with a pattern, if that is all that is wrong', async () => {
    const text = await written(format, 'capture-one-way');
    expect(text).toMatch(/[1-9] patterns? \((?:[1-9] )?warning/);
    expect(text).not.toMatch(/nothing to report/i);
  });
});
