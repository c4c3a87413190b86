import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { reportNames } from '../../src/commands/report-names.js';
import { FORMATS } from '../../src/report/formats.js';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const folder = mkdtempSync(join(tmpdir(), 'finwait-names-'));
afterAll(() => rmSync(folder, { recursive: true }));
const CAPTURE = join(folder, 'incident.pcap');
copyFileSync(captureOf('close-wait-stuck', 'server'), CAPTURE);

const namesOf = (...paths: readonly string[]) => Object.fromEntries(reportNames(paths, '/home/ann/work'));

describe('the name of a capture in a document', () => {
  it('is its path from the working folder if it is within', () => {
    expect(namesOf('/home/ann/work/a/b.pcap')).toEqual({ '/home/ann/work/a/b.pcap': join('a', 'b.pcap') });
    expect(namesOf('/home/ann/work/..b.pcap')).toEqual({ '/home/ann/work/..b.pcap': '..b.pcap' });
  });

  it('is as given if that is no absolute path', () => {
    expect(namesOf('a.pcap', '../b.pcap', '-')).toEqual({});
  });

  it('tells captures elsewhere apart and no more', () => {
    expect(namesOf('/srv/secret/a.pcap')).toEqual({ '/srv/secret/a.pcap': 'a.pcap' });
    expect(namesOf('/srv/x/client/a.pcap', '/srv/x/server/a.pcap', '/home/ann/work/c.pcap')).toEqual({
      '/srv/x/client/a.pcap': join('client', 'a.pcap'),
      '/srv/x/server/a.pcap': join('server', 'a.pcap'),
      '/home/ann/work/c.pcap': 'c.pcap',
    });
  });

  it.each(Object.keys(FORMATS))('is no absolute path in a file of the format %s', async (format) => {
    const file = join(folder, `report-${format}`);
    await finwait([CAPTURE, '-f', format, '-o', file]);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(folder);
    expect(text).not.toContain(encodeURIComponent(folder));
    expect(text).not.toContain('file:/');
  });

  it('is its path on the screen, where commands name it', async () => {
    const { stdout } = await finwait([CAPTURE], { columns: 120 });
    expect(stdout).toContain(`finwait timeline ${CAPTURE} --connection 0`);
  });
});
