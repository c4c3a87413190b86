/** A connection is the same, whether its datagrams were sent whole or in fragments. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captureOfFrames, framesOf, storyOf, tellOf } from './support/extract.js';
import { captureOf, scenarios } from './support/fixtures.js';
import { FRAGMENTATIONS, fragmentedCapture } from './support/fragmented.js';
import {
  hasTshark,
  hasTshark40,
  ourMarks,
  ourStreams,
  wiresharksMarks,
  wiresharksStreams,
} from './support/wireshark.js';

if (!hasTshark)
  console.warn('skipped: comparison of fragments with Wireshark, because tshark is not installed');
const folder = mkdtempSync(join(tmpdir(), 'finwait-fragments-'));
afterAll(() => rmSync(folder, { recursive: true }));

// Not Ethernet; in a VLAN; cut, so that its packets cannot be divided.
const ethernet = scenarios.filter((name) => !['cooked-any', 'vlan-close', 'snaplen-96'].includes(name));

describe.each(FRAGMENTATIONS)('datagrams in fragments $name', (fragmentation) => {
  it('tell the same of every scenario', () => {
    for (const scenario of ethernet) {
      const path = captureOf(scenario, 'server');
      const whole = fragmentedCapture(path, { name: 'whole', size: Infinity });
      const fragmented = fragmentedCapture(path, fragmentation);
      const [expected, told] = [tellOf(whole.bytes, whole), tellOf(fragmented.bytes, fragmented)];
      expect(told.connections, scenario).toEqual(expected.connections);
      expect(told.findings, scenario).toEqual(expected.findings);
    }
  });

  it('are in the extract of their connection, which tells the same', () => {
    const { bytes } = fragmentedCapture(captureOf('rst-on-write-after-close', 'server'), fragmentation);
    const told = tellOf(bytes);
    const [connection] = told.connections;
    const frames = framesOf(bytes, told, connection.id);
    const numbers = frames.map(({ number }) => number);
    const again = tellOf(captureOfFrames(frames, told), { numbers });
    expect(storyOf(again, again.connections[0])).toBe(storyOf(told, connection));
  });

  it.skipIf(!hasTshark40)('are numbered, complete and marked as in Wireshark', () => {
    const path = join(folder, 'fragmented.pcap');
    for (const scenario of ['mixed-200', 'ipv6-close', 'lossy-transfer']) {
      writeFileSync(path, fragmentedCapture(captureOf(scenario, 'client'), fragmentation).bytes);
      expect(ourStreams(path), scenario).toEqual(wiresharksStreams(path));
      expect(ourMarks(path), scenario).toEqual(wiresharksMarks(path));
    }
  });
});
