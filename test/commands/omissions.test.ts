/** What the reports say by themselves where little or nothing of a capture could be analysed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type BuiltFrame, pcap } from '../support/capture-builder.js';
import { finwait } from '../support/io.js';
import { ethernet, icmp, ipv4, tcp, udp, zeros } from '../support/packet-builder.js';

const folder = mkdtempSync(join(tmpdir(), 'finwait-omissions-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Built = Pick<BuiltFrame, 'data' | 'originalLength'>;

const whole = (data: Uint8Array): Built => ({ data });
const cut = (data: Uint8Array, octets: number): Built => ({
  data: data.subarray(0, octets),
  originalLength: data.length,
});
const segment = ethernet(ipv4(tcp({ flags: 2 })));
const datagram = ethernet(ipv4(udp(zeros(20), 53, 53), { protocol: 17 }));

function fileOf(frames: readonly Built[]): string {
  const path = join(folder, 'capture.pcap');
  writeFileSync(path, pcap(frames.map((frame, i) => ({ ...frame, time: BigInt(i + 1) * 1_000_000_000n }))));
  return path;
}

async function reportsOf(frames: readonly Built[]) {
  const path = fileOf(frames);
  const texts: Record<string, string> = {};
  for (const format of ['table', 'markdown', 'html', 'jira', 'slack'])
    texts[format] = (await finwait([path, '--format', format])).stdout
      .replaceAll('\\-', '-')
      .replaceAll(/\s+/g, ' ');
  const [{ cutHeaders }] = JSON.parse((await finwait([path, '--format', 'json'])).stdout).captures;
  return { texts, cutHeaders };
}

describe('headers that the snaplen cut', () => {
  it('are told of with the octets that were captured, and what would have kept them', async () => {
    const { texts, cutHeaders } = await reportsOf([cut(segment, 40), cut(segment, 44), cut(datagram, 40)]);
    expect(cutHeaders).toEqual({ frames: 2, octets: 44 });
    for (const [format, text] of Object.entries(texts)) {
      expect(text, format).toContain(
        '2 frames could not be analysed: the capture kept only 44 octets of each, and the TCP header extends beyond them; capture with a larger snaplen (tcpdump -s 128',
      );
    }
  });

  it('are not what a quotation lacks that an ICMP error cut', async () => {
    const short = ipv4(ipv4(tcp()), { protocol: 4 }).subarray(0, 28);
    const { texts, cutHeaders } = await reportsOf([
      whole(ethernet(ipv4(icmp(3, 1, short), { protocol: 1 }))),
    ]);
    expect(cutHeaders).toBeUndefined();
    expect(texts.table).not.toContain('could not be analysed');
  });
});

describe('a reason for which most frames were skipped', () => {
  const fragment = ethernet(ipv4(zeros(24), { flagsAndOffset: 3 }));
  it.each([
    ['IP, but not TCP', [datagram, datagram, segment], 2],
    [
      'not IP, such as spanning tree',
      [ethernet(zeros(28), 0x88cc), datagram, ethernet(zeros(28), 0x88cc)],
      2,
    ],
    ['a capture filter on ports', [fragment], 1],
    ['capinfos -E FILE', [ethernet(zeros(40))], 1],
  ])('is told with what helps: %s', async (words, frames, count) => {
    const { texts } = await reportsOf(frames.map(whole));
    for (const [format, text] of Object.entries(texts)) {
      expect(text, format).toContain(`most frames were not analysed, ${count} of ${frames.length}: `);
      expect(text, format).toContain(words);
    }
  });

  it('is not told where it is half of them, or what was put together later', async () => {
    const parts = [0, 1].map((units) =>
      ethernet(
        ipv4(tcp().subarray(units * 8, units === 1 ? undefined : 8), { flagsAndOffset: units || 0x2000 }),
      ),
    );
    for (const frames of [[datagram, segment], parts, [segment]]) {
      const { texts } = await reportsOf(frames.map(whole));
      for (const [format, text] of Object.entries(texts)) expect(text, format).not.toContain('not analysed');
    }
  });
});
