/** No frame vanishes: each is a segment, an ICMP error, or skipped for a reason that the reports tell. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Analysis } from '../src/analysis.js';
import { CaptureReader } from '../src/capture/reader.js';
import { CaptureError } from '../src/core/errors.js';
import { VERDICT_NAMES } from '../src/decode/verdict.js';
import type { CaptureFacts } from '../src/report/reporter.js';
import { analyzeBytes } from './support/analyze-bytes.js';
import {
  enhancedPacket,
  interfaceDescription,
  join,
  pcap,
  sectionHeader,
} from './support/capture-builder.js';
import { captureOf, scenarios } from './support/fixtures.js';
import { finwait } from './support/io.js';
import {
  arp,
  concat,
  ethernet,
  icmp,
  ipv4,
  ipv6,
  snap,
  tcp,
  vlanTag,
  zeros,
} from './support/packet-builder.js';
import { ieee80211Header, WRAPPINGS, wrappedCapture } from './support/wrapped.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'finwait-accounting-'));
afterAll(() => rmSync(folder, { recursive: true }));

const total = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

function expectAllAccounted({ frames, skipped, undecodedLinkTypes, ...facts }: CaptureFacts) {
  expect(facts.tcpSegments + facts.icmpErrors + facts.neighbourMessages + total(skipped)).toBe(frames);
  expect(total(undecodedLinkTypes)).toBe(skipped['unsupported-link-type'] ?? 0);
}

/** A capture with frames of every verdict, one more of each than of the one before, on four kinds of links. */
const ANALYSED: readonly string[] = ['tcp-segment', 'icmp-error', 'neighbour'];
const REASONS = VERDICT_NAMES.filter((name) => !ANALYSED.includes(name));
const USB_LINUX = 189;
const BLUETOOTH_HCI_H4 = 187;
const PPI_WITH_BLUETOOTH = [0, 0, 8, 0, BLUETOOTH_HCI_H4, 0, 0, 0];
const LINKS = [1, 105, USB_LINUX, 192];
let deep = ipv4(tcp());
for (let tags = 0; tags < 40; tags++) deep = vlanTag(deep, tags === 0 ? 0x0800 : 0x8100);
const later = ieee80211Header(0x08, 2);
later[22] = 1;
const fragment = (flagsAndOffset: number, id: number): Uint8Array =>
  ethernet(ipv4(tcp({ payload: zeros(4) }), { flagsAndOffset, id }));
/** Link and frame, and what comes in place of its last copy. */
const SAMPLES: Record<(typeof VERDICT_NAMES)[number], readonly [number, Uint8Array, Uint8Array?]> = {
  'tcp-segment': [0, ethernet(ipv4(tcp()))],
  'icmp-error': [0, ethernet(ipv4(icmp(3, 1, ipv4(tcp())), { protocol: 1 }))],
  'unsupported-link-type': [2, ethernet(ipv4(tcp()))],
  'not-ip': [0, ethernet(zeros(46), 0x88cc)],
  'not-tcp': [0, ethernet(ipv4(Uint8Array.from(zeros(8)), { protocol: 17 }))],
  fragment: [0, ethernet(ipv4(tcp(), { flagsAndOffset: 0x0010 }))],
  'truncated-header': [0, ethernet(ipv6(tcp(), { payloadLength: 200 }), 0x86dd).subarray(0, 60)],
  malformed: [0, ethernet(ipv4(tcp(), { version: 5 }))],
  'nested-too-deep': [0, ethernet(deep, 0x8100)],
  encrypted: [1, concat(ieee80211Header(0x08, 0x42), zeros(40))],
  'link-fragment': [1, concat(later, snap(ipv4(tcp())))],
  'reassembled-fragment': [0, fragment(0x2000, 21)],
  'overlapping-fragment': [0, fragment(0x2000, 22), fragment(0x2001, 22)],
  neighbour: [0, ethernet(arp('request', '10.0.0.1', '10.0.0.2'), 0x0806)],
};

function everyVerdict(): Uint8Array {
  const parts = [sectionHeader(), ...LINKS.map((linkType) => interfaceDescription(linkType))];
  let time = 1_700_000_000_000_000n;
  for (const [place, name] of VERDICT_NAMES.entries()) {
    const [link, bytes, last = bytes] = SAMPLES[name];
    for (let copies = 0; copies < place; copies++) parts.push(enhancedPacket(bytes, time++, link));
    parts.push(enhancedPacket(last, time++, link));
  }
  // Makes a datagram of the fragments with this identification.
  parts.push(enhancedPacket(fragment(0x0003, 21), time++, 0));
  const inner = concat(PPI_WITH_BLUETOOTH, ethernet(ipv4(tcp())));
  parts.push(enhancedPacket(inner, time++, 3), enhancedPacket(inner, time++, 3));
  return join(...parts);
}

describe('frames', () => {
  it('of every recorded capture are accounted for', () => {
    for (const scenario of scenarios) {
      for (const vantage of ['client', 'server'] as const) {
        const [facts] = analyzeBytes(readFileSync(captureOf(scenario, vantage))).captures;
        expectAllAccounted(facts);
      }
    }
  });

  const small = scenarios.filter((scenario) => scenario !== 'mixed-200').slice(0, 30);
  const sound = [
    everyVerdict(),
    ...small.map((scenario) => Uint8Array.from(readFileSync(captureOf(scenario, 'server')))),
    ...WRAPPINGS.map((wrapping) => wrappedCapture(captureOf('rst-on-write-after-close', 'server'), wrapping)),
  ];

  it('of captures that are changed anywhere are accounted for', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.constantFrom(...sound), changes, (bytes, flips) => {
        const damaged = bytes.slice();
        for (const [place, mask] of flips) damaged[place % damaged.length] ^= mask;
        try {
          for (const facts of analyzeBytes(damaged).captures) expectAllAccounted(facts);
        } catch (error) {
          if (!(error instanceof CaptureError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('of any link type are accounted for, by its name', () => {
    const bytes = readFileSync(captureOf('normal-close-client', 'client'));
    const linkTypes = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(linkTypes, (linkType) => {
        const relabelled = Uint8Array.from(bytes);
        new DataView(relabelled.buffer).setUint32(20, linkType, true);
        const [facts] = analyzeBytes(relabelled).captures;
        expectAllAccounted(facts);
        for (const name of Object.keys(facts.undecodedLinkTypes)) expect(facts.linkTypes).toContain(name);
      }),
      { numRuns: 200 },
    );
  });
});

describe('every reason', () => {
  const path = joinPath(folder, 'every-verdict.pcapng');
  writeFileSync(path, everyVerdict());

  it('is in the JSON report, with the link types that are not decoded', async () => {
    const { stdout } = await finwait([path, '--format', 'json']);
    const [facts] = (JSON.parse(stdout) as { captures: CaptureFacts[] }).captures;
    expectAllAccounted(facts);
    expect(facts).toMatchObject({
      linkTypes: ['EN10MB', 'IEEE802_11', 'USB_LINUX', 'PPI'],
      tcpSegments: 2,
      icmpErrors: 2,
      neighbourMessages: VERDICT_NAMES.length,
      skipped: Object.fromEntries(
        REASONS.map((name) => [
          name,
          VERDICT_NAMES.indexOf(name) + 1 + (name === 'unsupported-link-type' ? 2 : 0),
        ]),
      ),
      undecodedLinkTypes: { USB_LINUX: 3, BLUETOOTH_HCI_H4: 2 },
    });
  });

  it('is shown by --verbose', async () => {
    const { stdout } = await finwait([path, '--verbose']);
    const text = stdout.replace(/\s+/g, ' ');
    for (const name of REASONS) {
      expect(text).toMatch(new RegExp(`not analysed, ${name}: \\d+ frames \\([^)]+\\)`));
    }
  });

  it.each(['table', 'html', 'markdown', 'jira', 'sarif'])(
    'that is a link type is named in reports as %s',
    async (format) => {
      const { stdout } = await finwait([path, '--format', format]);
      expect(stdout.replace(/\s+/g, ' ').replaceAll('\\', '')).toContain(
        'link types that are not decoded, in 5 frames: USB_LINUX (3), BLUETOOTH_HCI_H4 (2)',
      );
    },
  );

  it('is told of each part of joined captures whose datagrams go on in the next', () => {
    const analysis = new Analysis({ reporters: [], joined: true });
    for (const bytes of [fragment(0x2000, 21), fragment(0x0003, 21)]) {
      const reader = new CaptureReader(analysis.begin());
      reader.push(pcap([{ data: bytes, time: 1_700_000_000_000_000_000n }]));
      reader.end();
      analysis.endCapture({ path: '', compression: null, ...reader.facts() });
    }
    const { captures } = analysis.finish();
    for (const facts of captures) expectAllAccounted(facts);
    expect(captures.map(({ tcpSegments, skipped }) => [tcpSegments, skipped])).toEqual([
      [0, { fragment: 1 }],
      [1, {}],
    ]);
  });

  it('is told of each part of joined captures', async () => {
    const paths = ['1.pcap', '2.pcap'].map((name) => joinPath(folder, name));
    const data = ethernet(ipv4(tcp()));
    for (const [place, part] of paths.entries()) {
      const frames = [0n, 1n, 2n].slice(place).map((time) => ({ data, time: time * 1_000_000_000n }));
      writeFileSync(part, pcap(frames, { linkType: place === 0 ? USB_LINUX : BLUETOOTH_HCI_H4 }));
    }
    const { stdout } = await finwait(['--join', ...paths, '--format', 'json']);
    const { captures } = JSON.parse(stdout) as { captures: CaptureFacts[] };
    expect(captures.map(({ undecodedLinkTypes }) => undecodedLinkTypes)).toEqual([
      { USB_LINUX: 3 },
      { BLUETOOTH_HCI_H4: 2 },
    ]);
    for (const facts of captures) expectAllAccounted(facts);
  });

  it('of a frame with several packets is told', async () => {
    const subframe = concat(zeros(12), [0, 48], snap(ipv4(tcp())), [0, 0]);
    const data = concat(ieee80211Header(0x88, 2, 0x80, 0), subframe, subframe);
    const several = joinPath(folder, 'several.pcap');
    writeFileSync(several, pcap([{ data, time: 0n }], { linkType: 105 }));
    const { stdout } = await finwait([several]);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'several packets in one (802.11 A-MSDU), only the first of which was analysed: 1 frame',
    );
  });
});
