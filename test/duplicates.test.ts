/** Frames that a capture holds more than once change nothing of what is said about a connection. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Connection, isToItself } from '../src/connections/connection.js';
import { DUPLICATIONS, duplicatedCapture, plainCapture } from './support/duplicated.js';
import { type Told, tellOf } from './support/extract.js';
import { captureOf, scenarios } from './support/fixtures.js';
import { randomConversations } from './support/random-conversations.js';
import {
  hasTshark,
  hasTshark40,
  ourMarks,
  ourStreams,
  wiresharksMarks,
  wiresharksStreams,
} from './support/wireshark.js';

if (!hasTshark)
  console.warn('skipped: comparison of duplicates with Wireshark, because tshark is not installed');
const folder = mkdtempSync(join(tmpdir(), 'finwait-duplicates-'));
afterAll(() => rmSync(folder, { recursive: true }));

// Already cooked, so that it cannot become something else.
const ethernet = scenarios.filter((scenario) => scenario !== 'cooked-any');
const twofold = DUPLICATIONS.filter(({ delays }) => delays.length === 1);

/** Rules that rest on Wireshark's marks: the one is silent where frames are copied, the other says less. */
const SILENT_ON_COPIES = 'out-of-order-delivery';
const SAYS_LESS_ON_COPIES = 'retransmission-storm';

/** All that is said of a capture, but for how many frames there were and what Wireshark marks of them. */
function storyOf({ connections, findings }: Told) {
  const own = connections.map(({ frames, quality, client, server, ...rest }) => ({
    ...rest,
    // The last frame before a pause may be a copy.
    quality: {
      ...quality,
      duplicateFrames: 0,
      duplicatesApartSeconds: 0,
      pausedAt: quality.pausedAt === null ? null : 'known',
    },
    endpoints: [client, server].map(({ tcpAnalysis, firstMarked, ...endpoint }) => endpoint),
  }));
  const said = findings
    .filter(({ rule }) => rule !== SILENT_ON_COPIES)
    .map((finding) =>
      finding.rule === SAYS_LESS_ON_COPIES ? { rule: finding.rule, title: finding.title } : finding,
    );
  return { own, findings: said };
}

/** IPv4 packets as from stacks that identify none that may not be fragmented (RFC 6864 §4.1). */
function withoutIdentification(packet: Uint8Array): void {
  if (packet[0] >> 4 === 4) packet.fill(0, 4, 6);
}

/** And with TCP timestamps blanked. */
function withoutTimestamps(packet: Uint8Array): void {
  withoutIdentification(packet);
  const isV4 = packet[0] >> 4 === 4;
  if (packet[isV4 ? 9 : 6] !== 6) return;
  const header = isV4 ? (packet[0] & 0x0f) * 4 : 40;
  const end = Math.min(packet.length, header + (packet[header + 12] >> 4) * 4);
  for (let at = header + 20; at < end && packet[at] !== 0; at += packet[at] === 1 ? 1 : packet[at + 1]) {
    if (packet[at] === 8) packet.fill(1, at, at + packet[at + 1]);
  }
}

describe.each(DUPLICATIONS)('copies $name', (duplication) => {
  it('change nothing in any scenario', () => {
    for (const scenario of ethernet) {
      const path = captureOf(scenario, 'server');
      const plain = plainCapture(path, duplication);
      const duplicated = duplicatedCapture(path, duplication);
      const told = tellOf(duplicated.bytes, duplicated);
      expect(
        told.findings.map(({ rule }) => rule),
        scenario,
      ).not.toContain(SILENT_ON_COPIES);
      expect(storyOf(told), scenario).toEqual(storyOf(tellOf(plain.bytes, plain)));
      const sum = (counted: (connection: Connection) => number): number =>
        told.connections.reduce((total, connection) => total + counted(connection), 0);
      // One that is connected to itself has the same segments as either endpoint.
      const segments = sum((connection) =>
        isToItself(connection)
          ? connection.client.segments
          : connection.client.segments + connection.server.segments,
      );
      expect(segments + sum(({ quality }) => quality.duplicateFrames), scenario).toBe(
        sum(({ frames }) => frames),
      );
    }
  });

  it.skipIf(!hasTshark40)('are counted and marked as Wireshark does', () => {
    const path = join(folder, 'duplicated.pcapng');
    for (const scenario of ['lossy-transfer', 'fin-lost', 'half-open-syn', 'port-reuse-time-wait']) {
      writeFileSync(path, duplicatedCapture(captureOf(scenario, 'client'), duplication).bytes);
      expect(ourMarks(path), scenario).toEqual(wiresharksMarks(path));
      expect(ourStreams(path), scenario).toEqual(wiresharksStreams(path));
    }
  });
});

describe.each(twofold)('copies $name', (duplication) => {
  it.each([
    { what: 'identification', alter: withoutIdentification },
    { what: 'identification and timestamps', alter: withoutTimestamps },
  ])('change nothing without $what', ({ alter }) => {
    for (const scenario of ethernet) {
      const path = captureOf(scenario, 'server');
      const plain = plainCapture(path, duplication, alter);
      const duplicated = duplicatedCapture(path, duplication, alter);
      expect(storyOf(tellOf(duplicated.bytes, duplicated)), scenario).toEqual(
        storyOf(tellOf(plain.bytes, plain)),
      );
    }
  });
});

describe.skipIf(!hasTshark40)('copies in random conversations', () => {
  it.each([...DUPLICATIONS.slice(0, 4), DUPLICATIONS[5]])(
    'are marked as Wireshark does $name',
    (duplication) => {
      const plain = join(folder, 'random.pcap');
      const path = join(folder, 'duplicated.pcapng');
      writeFileSync(plain, randomConversations(1, 300));
      writeFileSync(path, duplicatedCapture(plain, duplication).bytes);
      expect(ourMarks(path)).toEqual(wiresharksMarks(path));
    },
  );
});
