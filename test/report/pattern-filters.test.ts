import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const DEAD = captureOf('idle-reset-interval', 'client');
const PILEUP = captureOf('mixed-200', 'client');
const CLEAN = captureOf('normal-close-client', 'client');
const FILTER = 'tcp.stream in {0, 1, 2}';

const folder = mkdtempSync(join(tmpdir(), 'finwait-filters-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The same a day later: other connections, as those of one time are the same ones. */
const DEAD_AGAIN = join(folder, 'again.pcap');
writeFileSync(DEAD_AGAIN, later(readFileSync(DEAD), 86_400));

function later(capture: Uint8Array, seconds: number): Uint8Array {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.length);
  for (let at = 24; at < capture.length; at += 16 + view.getUint32(at + 8, true))
    view.setUint32(at, view.getUint32(at, true) + seconds, true);
  return capture;
}

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
      const text = await report(format, DEAD, DEAD_AGAIN);
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

describe.each(['table', 'markdown', 'jira', 'html', 'slack'])(
  'a pattern in one of several captures, in %s',
  (format) => {
    it('names the capture that its filter is for', async () => {
      const text = await report(format, CLEAN, DEAD_AGAIN);
      expect(text.slice(text.indexOf(FILTER), text.indexOf(FILTER) + 200)).toContain('again.pcap');
    });
  },
);

describe.each(['table', 'markdown', 'jira', 'slack'])('a pattern of many connections in %s', (format) => {
  it('says how many of them its filter shows', async () => {
    expect(await report(format, PILEUP)).toMatch(/tcp\.stream in {[\d, ]+}[`}]* \(the first 12\)/);
  });
});
