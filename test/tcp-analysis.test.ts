/** Counts of Wireshark's marks against those of tshark 4.0, per endpoint of every fixture and of random talk. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Role } from '../src/connections/connection.js';
import { ANALYSIS_FLAGS, type TcpAnalysis } from '../src/connections/tcp-analysis.js';
import { connectionsIn } from './support/capture.js';
import { captureOf, scenarios } from './support/fixtures.js';
import { randomConversations } from './support/random-conversations.js';

// Later versions mark some segments otherwise.
const version = spawnSync('tshark', ['--version'], { encoding: 'utf8' });
const hasTshark = version.status === 0 && /^TShark \(Wireshark\) 4\.0\./.test(version.stdout);
if (!hasTshark) console.warn('skipped: comparison with Wireshark, because tshark 4.0 is not installed');

const captures = scenarios.flatMap((scenario) =>
  (['client', 'server'] as Role[]).map((vantage) => ({
    name: `${scenario}, ${vantage}`,
    path: captureOf(scenario, vantage),
  })),
);

describe.skipIf(!hasTshark)('Wireshark marks as many segments', () => {
  it.each(captures)('in $name', ({ path }) => {
    expect(ours(path)).toEqual(wiresharks(path));
  });

  it.each([1, 2, 3])('in random conversations, seed %i', (seed) => {
    const folder = mkdtempSync(join(tmpdir(), 'finwait-random-'));
    try {
      const path = join(folder, 'random.pcap');
      writeFileSync(path, randomConversations(seed, 300));
      const counts = ours(path);
      expect(Object.keys(counts).length).toBeGreaterThan(500);
      expect(counts).toEqual(wiresharks(path));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Connection and sender, as `stream address port`, to the counts that are not zero. */
type Counts = Record<string, Partial<TcpAnalysis>>;

function ours(path: string): Counts {
  const counts: Counts = {};
  for (const { stream, client, server } of connectionsIn(path)) {
    for (const { address, port, tcpAnalysis } of [client, server]) {
      const found = Object.entries(tcpAnalysis).filter(([, count]) => count > 0);
      if (found.length > 0) counts[`${stream} ${address} ${port}`] = Object.fromEntries(found);
    }
  }
  return counts;
}

function wiresharks(path: string): Counts {
  const counts: Record<string, Record<string, number>> = {};
  const names = ANALYSIS_FLAGS.map((flag) => `tcp.analysis.${snakeCase(flag)}`);
  const wanted = ['tcp.stream', 'ip.src', 'ipv6.src', 'tcp.srcport', ...names];
  const fields = wanted.flatMap((field) => ['-e', field]);
  const filter = 'tcp.analysis.flags && !icmp && !icmpv6';
  const lines = execFileSync('tshark', ['-2', '-n', '-r', path, '-Y', filter, '-T', 'fields', ...fields], {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  for (const line of lines.split('\n').filter((text) => text !== '')) {
    const [stream, address4, address6, port, ...marks] = line.split('\t');
    const endpoint = `${stream} ${address4 || address6} ${port}`;
    for (const [place, mark] of marks.entries()) {
      if (mark === '') continue;
      counts[endpoint] ??= {};
      counts[endpoint][ANALYSIS_FLAGS[place]] = (counts[endpoint][ANALYSIS_FLAGS[place]] ?? 0) + 1;
    }
  }
  return counts;
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
