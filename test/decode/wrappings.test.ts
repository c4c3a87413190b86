/** A connection is the same, whatever carries its packets. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { CaptureReader } from '../../src/capture/reader.js';
import { Decoder } from '../../src/decode/decoder.js';
import { LINK_LAYERS } from '../../src/decode/link/registry.js';
import { SEGMENT } from '../../src/decode/verdict.js';
import { analyzeBytes } from '../support/analyze-bytes.js';
import { captureOf } from '../support/fixtures.js';
import { concat, frameOf, ipv4, tcp } from '../support/packet-builder.js';
import { WRAPPINGS, type Wrapping, wrappedCapture } from '../support/wrapped.js';

const SCENARIOS: Readonly<Record<4 | 6, readonly string[]>> = {
  4: ['rst-on-write-after-close', 'lossy-transfer'],
  6: ['ipv6-close'],
};
const hasTshark = spawnSync('tshark', ['--version']).status === 0;
if (!hasTshark)
  console.warn('skipped: comparison of encapsulations with Wireshark, because tshark is not installed');
const folder = mkdtempSync(join(tmpdir(), 'finwait-wrapped-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** States and findings, with frames numbered among the TCP segments: other frames are left out of wrappings. */
function storyOf(bytes: Uint8Array) {
  const { connections, findings, captures } = analyzeBytes(bytes);
  return {
    segments: captures[0].tcpSegments,
    connections: connections.map(({ client, server, completeness }) => ({
      completeness,
      states: [client, server].map(({ address, port, timeline }) => [
        address,
        port,
        timeline.map(({ state, cause, evidence, retractedBy }) => [
          state,
          cause,
          evidence,
          retractedBy === null,
        ]),
      ]),
    })),
    findings: findings.map(({ rule, severity, endpoint, title }) => [rule, severity, endpoint, title]),
  };
}

describe.each(WRAPPINGS)('$name', (wrapping: Wrapping) => {
  const scenarios =
    wrapping.only === undefined ? [...SCENARIOS[4], ...SCENARIOS[6]] : SCENARIOS[wrapping.only];

  it.each(scenarios)('tells the same of %s as Ethernet', (scenario) => {
    const path = captureOf(scenario, 'server');
    const plain = storyOf(readFileSync(path));
    expect(plain.segments).toBeGreaterThan(5);
    expect(storyOf(wrappedCapture(path, wrapping))).toEqual(plain);
  });

  it('is never read past its end, and keeps its length, wherever it is cut', () => {
    const bytes = wrappedCapture(captureOf(scenarios[0], 'server'), wrapping);
    const decoder = new Decoder();
    let whole = 0;
    const reader = new CaptureReader((frame) => {
      const { capturedLength, offset } = frame;
      const isSegment = decoder.decode(frame) === SEGMENT;
      const trueLength = decoder.segment.payloadLength;
      for (let length = 0; length <= capturedLength; length++) {
        frame.capturedLength = length;
        if (decoder.decode(frame) !== SEGMENT) continue;
        expect(isSegment).toBe(true);
        const { payloadLength, payloadOffset, payloadCaptured } = decoder.segment;
        expect(payloadLength).toBe(trueLength);
        expect(payloadOffset + payloadCaptured).toBeLessThanOrEqual(offset + length);
        if (length === capturedLength) whole++;
      }
      frame.capturedLength = capturedLength;
    });
    reader.push(bytes);
    reader.end();
    expect(whole).toBeGreaterThan(5);
  });

  it('is decoded from its own octets alone, whatever its header says', () => {
    const packet = ipv4(tcp({ payload: Uint8Array.of(1, 2, 3) }));
    const header = wrapping.header(4, packet.length);
    const whole = concat(header, packet, wrapping.trailer ?? []);
    const changes = fc.array(fc.tuple(fc.nat(header.length), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(changes, fc.nat(whole.length - 1), (octets, cut) => {
        const bytes = whole.slice(0, whole.length - (cut % 2 === 0 ? 0 : cut));
        for (const [place, value] of octets) bytes[place % bytes.length] = value;
        const [one, other] = [0, 0xff].map((surroundings) => {
          const decoder = new Decoder();
          const verdict = decoder.decode(frameOf(bytes, { linkType: wrapping.linkType, surroundings }));
          return JSON.stringify([verdict, decoder.segment, decoder.aggregates, [...decoder.undecoded]]);
        });
        expect(one).toBe(other);
      }),
      { numRuns: 150 },
    );
  });

  it.skipIf(!hasTshark || wrapping.notInWireshark !== undefined)(
    'has the stream numbers of Wireshark',
    () => {
      const path = join(folder, 'wrapped.pcap');
      writeFileSync(
        path,
        wrappedCapture(captureOf(wrapping.only === 6 ? 'ipv6-close' : 'mixed-200', 'server'), wrapping),
      );
      const fields = ['-T', 'fields', '-e', 'tcp.stream', '-e', 'tcp.srcport', '-e', 'tcp.dstport'];
      const output = execFileSync('tshark', ['-n', '-r', path, '-Y', 'tcp', ...fields], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const theirs = new Map<number, string>();
      for (const line of output.trim().split('\n')) {
        const [stream, ...ports] = line.split('\t').map(Number);
        theirs.set(stream, ports.sort((a, b) => a - b).join());
      }
      const { connections } = analyzeBytes(readFileSync(path));
      expect(
        new Map(
          connections.map(({ id, client, server }) => [
            id,
            [client.port, server.port].sort((a, b) => a - b).join(),
          ]),
        ),
      ).toEqual(theirs);
    },
  );
});

describe('the table of how each encapsulation is tested', () => {
  const page = readFileSync('docs/captures.md', 'utf8');
  const rows = page.slice(page.indexOf('## How each of them is tested')).match(/^\|.*\|$/gm) ?? [];
  const named = rows.flatMap((row) => row.split('|')[2].trim().split('; '));

  it('names every wrapping, and which Wireshark is not asked about', () => {
    for (const { name, notInWireshark } of WRAPPINGS)
      expect(named).toContain(notInWireshark === undefined ? name : `${name} \\*`);
  });

  it('names every link layer', () => {
    const numbers = rows.flatMap((row) => row.split('|')[1].match(/\b\d+\b/g) ?? []).map(Number);
    for (const { linkType } of LINK_LAYERS) expect(numbers).toContain(linkType);
  });
});
