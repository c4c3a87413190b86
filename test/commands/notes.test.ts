/** Comments and names in a pcapng capture: where they are shown, and where they must not be. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ACK, SYN } from '../../src/decode/segment.js';
import { FORMATS } from '../../src/report/formats.js';
import { enhancedPacket, interfaceDescription, sectionHeader, utf8 } from '../support/capture-builder.js';
import { readFrames } from '../support/frames.js';
import { finwait } from '../support/io.js';
import { concat, ethernet, ipv4, type TcpFields, tcp } from '../support/packet-builder.js';

const environment = { FINWAIT_ANONYMIZE_KEY: 'ab'.repeat(32) };

describe('what a capture says of itself', () => {
  const secret = 'customer.example';
  const path = join(mkdtempSync(join(tmpdir(), 'finwait-notes-')), 'notes.pcapng');
  afterAll(() => rmSync(dirname(path), { recursive: true }));
  const segment = (fields: TcpFields) => ethernet(ipv4(tcp(fields)));
  writeFileSync(
    path,
    concat(
      sectionHeader(
        true,
        [1, 2, 3, 4].map((code) => [code, utf8(`${secret}/${code}`)] as const),
      ),
      interfaceDescription(
        1,
        [1, 2, 3].map((code) => [code, utf8(`${secret}/if/${code}`)] as const),
      ),
      enhancedPacket(segment({ flags: SYN }), 1n, 0, true, [[1, utf8(`${secret} calls\nhere`)]]),
      enhancedPacket(segment({ flags: ACK, sequence: 1001 }), 2n),
    ),
  );

  it.each(Object.keys(FORMATS))('is in no anonymized %s report', async (format) => {
    const { stdout } = await finwait([path, '--format', format, '--verbose', '--anonymize'], { environment });
    expect(stdout).not.toContain(secret);
  });

  it('is in the real ones', async () => {
    const report = JSON.parse((await finwait([path, '--format', 'json'])).stdout);
    expect(report.captures[0]).toMatchObject({
      comments: [`${secret}/1`],
      hardware: `${secret}/2`,
      operatingSystem: `${secret}/3`,
      application: `${secret}/4`,
      interfaces: [{ name: `${secret}/if/2`, description: `${secret}/if/3`, comments: [`${secret}/if/1`] }],
      frameComments: [{ frame: 1, text: `${secret} calls\nhere` }],
    });
    const { stdout: table } = await finwait([path, '--verbose'], { columns: 200 });
    expect(table).toContain(`comment: ${secret}/1\ncomments on #1\n`);
    expect(table).toContain(`written by ${secret}/4, on ${secret}/3, hardware ${secret}/2`);
    expect(table).toContain(`interface ${secret}/if/2, ${secret}/if/3: EN10MB; ${secret}/if/1`);
    const { stdout: ladder } = await finwait(['timeline', path, '-c', '0']);
    expect(ladder).toContain(`✎ ${secret} calls ⏎ here\n`);
    for (const format of ['html', 'svg']) {
      const { stdout } = await finwait([path, '--format', format]);
      expect(stdout).toContain(`✎ ${secret} calls ⏎ here</text>`);
    }
    expect((await finwait([path, '--format', 'html'])).stdout).toContain(`>comment: ${secret}/1</span>`);
    const { stdout: markdown } = await finwait([path, '--format', 'markdown']);
    expect(markdown).toContain(`comment: ${secret}/1`);
    expect(markdown).toContain(`✎ ${secret} calls ⏎ here\n`);
  });

  it('is in extracts, unless they are altered', async () => {
    const notesOf = async (...options: readonly string[]) => {
      const { octets } = await finwait(['extract', path, '-c', '0', ...options], { environment });
      return { text: Buffer.from(octets).toString('latin1'), ...readFrames(octets).facts };
    };
    expect(await notesOf()).toMatchObject({
      comments: [`${secret}/1`],
      frameComments: [{ frame: 1, text: `${secret} calls\nhere` }],
      interfaces: [{ name: `${secret}/if/2`, description: `${secret}/if/3`, comments: [`${secret}/if/1`] }],
    });
    const stripped = await notesOf('--strip-payload');
    expect(stripped.frameComments).toEqual([]);
    expect(stripped.interfaces).toMatchObject([{ name: `${secret}/if/2`, comments: [] }]);
    expect((await notesOf('--anonymize')).text).not.toContain(secret);
  });
});
