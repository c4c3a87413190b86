/** What finwait and tshark say of the same capture, in the same form. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Analyzer } from '../../src/analyzer.js';
import { CaptureReader } from '../../src/capture/reader.js';
import { ANALYSIS_FLAGS, type TcpAnalysis } from '../../src/connections/tcp-analysis.js';
import { connectionsIn } from './capture.js';

const version = spawnSync('tshark', ['--version'], { encoding: 'utf8' });
export const hasTshark = version.status === 0;
/** The version that marks segments as finwait does: later ones mark some otherwise. */
export const hasTshark40 = hasTshark && /^TShark \(Wireshark\) 4\.0\./.test(version.stdout);

export interface StreamFacts {
  /** Frame number → stream. */
  readonly streams: Record<number, number>;
  /** Stream → completeness. */
  readonly completeness: Record<number, number>;
}

export function ourStreams(path: string): StreamFacts {
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

/** In two passes (`-2`), the last frame of a stream has its final completeness. */
export function wiresharksStreams(path: string): StreamFacts {
  const facts: StreamFacts = { streams: {}, completeness: {} };
  const names = ['frame.number', 'tcp.stream', 'tcp.completeness', 'icmp.type', 'icmpv6.type'];
  const fields = names.flatMap((field) => ['-e', field]);
  const lines = execFileSync('tshark', ['-2', '-n', '-r', path, '-Y', 'tcp', '-T', 'fields', ...fields], {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  for (const line of lines.split('\n').filter((text) => text !== '')) {
    const [frame, stream, completeness, icmp, icmpv6] = line.split('\t');
    // Of some headers it reads too little to give them one.
    if (stream === '') continue;
    facts.completeness[Number(stream)] = Number(completeness);
    // A header quoted in an ICMP error is no segment of the connection.
    if (icmp === '' && icmpv6 === '') facts.streams[Number(frame)] = Number(stream);
  }
  // Nor does finwait report what was only quoted.
  const withSegments = new Set(Object.values(facts.streams));
  for (const stream of Object.keys(facts.completeness).map(Number)) {
    if (!withSegments.has(stream)) delete facts.completeness[stream];
  }
  return facts;
}

/** Connection and sender, as `stream address port`, to the counts that are not zero. */
export type Marks = Record<string, Partial<TcpAnalysis>>;

export function ourMarks(path: string): Marks {
  const counts: Marks = {};
  for (const { stream, client, server } of connectionsIn(path)) {
    for (const { address, port, tcpAnalysis } of [client, server]) {
      const found = Object.entries(tcpAnalysis).filter(([, count]) => count > 0);
      if (found.length > 0) counts[`${stream} ${address} ${port}`] = Object.fromEntries(found);
    }
  }
  return counts;
}

export function wiresharksMarks(path: string): Marks {
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
