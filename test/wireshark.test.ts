/**
 * Connection ids against Wireshark's `tcp.stream`, completeness against `tcp.completeness`. Two passes
 * (`-2`) make tshark print a stream's final completeness on each of its frames.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analyzer } from '../src/analyzer.js';
import { CaptureReader } from '../src/capture/reader.js';
import type { Role } from '../src/connections/connection.js';
import { captureOf, scenarios } from './support/fixtures.js';

const hasTshark = spawnSync('tshark', ['--version']).status === 0;
if (!hasTshark) console.warn('skipped: comparison with Wireshark, because tshark is not installed');

describe.skipIf(!hasTshark)('Wireshark numbers connections alike', () => {
  const captures = scenarios.flatMap((scenario) =>
    (['client', 'server'] as Role[]).map((vantage) => ({
      name: `${scenario}, ${vantage}`,
      path: captureOf(scenario, vantage),
    })),
  );

  it.each(captures)('in $name', ({ path }) => {
    expect(ours(path)).toEqual(wiresharks(path));
  });
});

interface StreamFacts {
  /** Frame number → stream. */
  readonly streams: Record<number, number>;
  /** Stream → completeness. */
  readonly completeness: Record<number, number>;
}

function ours(path: string): StreamFacts {
  const facts: StreamFacts = { streams: {}, completeness: {} };
  const analyzer = new Analyzer({
    onConnection: (connection) => {
      facts.completeness[connection.id] = connection.completeness;
    },
    onSegment: (connection, _from, segment) => {
      facts.streams[segment.frame] = connection;
    },
  });
  const reader = new CaptureReader(analyzer.onFrame);
  reader.push(readFileSync(path));
  reader.end();
  analyzer.finish();
  return facts;
}

function wiresharks(path: string): StreamFacts {
  const facts: StreamFacts = { streams: {}, completeness: {} };
  const fields = ['frame.number', 'tcp.stream', 'tcp.completeness'].flatMap((field) => ['-e', field]);
  // A header quoted in an ICMP error is no segment of the connection.
  const filter = 'tcp && !icmp && !icmpv6';
  const lines = execFileSync('tshark', ['-2', '-n', '-r', path, '-Y', filter, '-T', 'fields', ...fields], {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  for (const line of lines.split('\n').filter((text) => text !== '')) {
    const [frame, stream, completeness] = line.split('\t').map(Number);
    facts.streams[frame] = stream;
    facts.completeness[stream] = completeness;
  }
  return facts;
}
