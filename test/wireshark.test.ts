/** Connection ids against Wireshark's `tcp.stream`, completeness against `tcp.completeness`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Role } from '../src/connections/connection.js';
import { captureOf, scenarios } from './support/fixtures.js';
import { randomStreams } from './support/random-streams.js';
import { hasTshark, hasTshark40, ourStreams, wiresharksStreams } from './support/wireshark.js';

if (!hasTshark) console.warn('skipped: comparison with Wireshark, because tshark is not installed');

describe.skipIf(!hasTshark)('Wireshark numbers connections alike', () => {
  const captures = scenarios.flatMap((scenario) =>
    (['client', 'server'] as Role[]).map((vantage) => ({
      name: `${scenario}, ${vantage}`,
      path: captureOf(scenario, vantage),
    })),
  );

  it.each(captures)('in $name', ({ path }) => {
    expect(ourStreams(path)).toEqual(wiresharksStreams(path));
  });

  it.skipIf(!hasTshark40).each([1, 2, 3])('in random streams, seed %i', (seed) => {
    const folder = mkdtempSync(join(tmpdir(), 'finwait-streams-'));
    try {
      const path = join(folder, 'random.pcap');
      writeFileSync(path, randomStreams(seed, 1000));
      const facts = ourStreams(path);
      expect(Object.keys(facts.completeness).length).toBeGreaterThan(1200);
      expect(facts).toEqual(wiresharksStreams(path));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
