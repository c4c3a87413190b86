/** Counts of Wireshark's marks against those of tshark 4.0, per endpoint of every fixture and of random talk. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Role } from '../src/connections/connection.js';
import { captureOf, scenarios } from './support/fixtures.js';
import { randomConversations } from './support/random-conversations.js';
import { randomStreams } from './support/random-streams.js';
import { hasTshark40, ourMarks, wiresharksMarks } from './support/wireshark.js';

if (!hasTshark40) console.warn('skipped: comparison with Wireshark, because tshark 4.0 is not installed');

const captures = scenarios.flatMap((scenario) =>
  (['client', 'server'] as Role[]).map((vantage) => ({
    name: `${scenario}, ${vantage}`,
    path: captureOf(scenario, vantage),
  })),
);

describe.skipIf(!hasTshark40)('Wireshark marks as many segments', () => {
  it.each(captures)('in $name', ({ path }) => {
    expect(ourMarks(path)).toEqual(wiresharksMarks(path));
  });

  it.each([
    ...[1, 2, 3].map((seed) => ({ what: 'conversations', seed, bytes: randomConversations(seed, 300) })),
    ...[1, 2].map((seed) => ({ what: 'streams', seed, bytes: randomStreams(seed, 800) })),
  ])('in random $what, seed $seed', ({ bytes }) => {
    const folder = mkdtempSync(join(tmpdir(), 'finwait-random-'));
    try {
      const path = join(folder, 'random.pcap');
      writeFileSync(path, bytes);
      const counts = ourMarks(path);
      expect(Object.keys(counts).length).toBeGreaterThan(500);
      expect(counts).toEqual(wiresharksMarks(path));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
