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
  ])('is not, with %s', async (_what, fixture) => {
    const { stdout } = await finwait([captureOf(fixture, 'client')]);
    expect(stdout.replace(/\s+/g, ' ')).not.toMatch(ANY);
  });
});
