import { describe, expect, it } from 'vitest';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const ACQUITTAL =
  /no errors or warnings: as far as this capture shows, TCP worked as it should: none of 28 segments was sent again, and the slowest handshake took 10 ms/i;
const ANY = /no errors or warnings/i;

describe('a capture without errors and warnings', () => {
  it.each(['markdown', 'html', 'table'])('is said to show no fault, in %s', async (format) => {
    const { stdout } = await finwait([captureOf('half-close', 'client'), '--format', format]);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(ACQUITTAL);
  });

  it.each([
    ['a warning', 'rst-on-write-after-close'],
    ['info of a handshake that was late', 'syn-lost'],
    ['nothing at all', 'normal-close-client'],
    [
      'a rule that was graded otherwise',
      'rst-on-write-after-close',
      '--rule',
      'rst-on-write-after-close=info',
    ],
    ['a filter', 'half-close', '--filter', 'port 8080'],
    ['a limit that was changed', 'half-close', '--set', 'close-wait-stuck.stuckSeconds=90'],
  ])('is not, with %s', async (_what, fixture, ...settings) => {
    const { stdout } = await finwait([captureOf(fixture, 'client'), ...settings]);
    expect(stdout.replace(/\s+/g, ' ')).not.toMatch(ANY);
  });
});
