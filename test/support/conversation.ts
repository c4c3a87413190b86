import type { Connection, Endpoint } from '../../src/connections/connection.js';
import { Tracker, type TrackerOptions } from '../../src/connections/tracker.js';
import { IPV4_MAPPED } from '../../src/core/addresses.js';
import { ACK, CWR, ECE, FIN, PSH, RST, Segment, SYN } from '../../src/decode/segment.js';

const CLIENT_ISN = 0xffff_fff0;
const SERVER_ISN = 5_000;
const FLAG_LETTERS: Readonly<Record<string, number>> = {
  F: FIN,
  S: SYN,
  R: RST,
  P: PSH,
  A: ACK,
  E: ECE,
  C: CWR,
};

/**
 * Runs a script of segments through the tracker, one a line:
 *
 *     <seconds> <C|S|I> <flags> <sequence> [<acknowledgment>] [+<payload>] [win=<n>] [isn=<n>] [ttl=<n>] [mac=<n>] [id=<n>]
 *     [port=<n>] [mss=<n>] [tfo=<n>] [ts=<n>] [echo=<n>] [mptcp=1] [sack=1] [block=<n>] [tls=<n>] [ws=<n>] [cut=1]
 *
 * `I` is a client that sends to itself. Flags are letters of `FSRPAEC`. Numbers are relative to the initial sequence
 * numbers, so that a SYN is 0 and the first octet 1; the client's is chosen so that its numbers wrap early. `isn=`
 * shifts both of the line's own numbers to those of another incarnation; `port=` is the client's, `tfo=` the length of
 * a Fast Open cookie, `ts=` the sender's timestamp, `echo=` the one it echoes; `mptcp=` puts in an option of Multipath
 * TCP, `sack=` that for selective acknowledgments, `block=` one of ten octets of the peer, from that number on; `tls=`
 * what `decode/tls.ts` found; `ws=` a window scale, `cut=` options that were cut off. Empty lines and what follows `#` are left out.
 */
export function conversation(script: string, options: Partial<TrackerOptions> = {}): Connection[] {
  const connections: Connection[] = [];
  const tracker = new Tracker({
    onConnection: (connection) => connections.push(connection),
    ...options,
  });
  let frame = 0;
  for (const line of script.split('\n')) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/);
    if (words[0] === '') continue;
    frame++;
    tracker.segment(segmentOf(words, frame));
  }
  tracker.finish();
  return connections.sort((a, b) => a.id - b.id);
}

/** The one connection of a script. */
export function connectionOf(script: string): Connection {
  const connections = conversation(script);
  if (connections.length !== 1) throw new Error(`the script makes ${connections.length} connections`);
  return connections[0];
}

/** The states an endpoint went through, without those taken back. */
export function statesOf(endpoint: Endpoint): string {
  return endpoint.timeline
    .filter((entry) => entry.retractedBy === null)
    .map((entry) => entry.state)
    .join(' ');
}

function segmentOf(words: readonly string[], frame: number): Segment {
  const [time, from, flags, ...rest] = words;
  const segment = new Segment();
  const fromServer = from === 'S';
  const toItself = from === 'I';
  const numbers = rest.filter((word) => /^-?\d+$/.test(word)).map(Number);
  const named = new Map(
    rest.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]),
  );
  const shift = Number(named.get('isn') ?? 0);
  const nanoseconds = Math.round(Number(time) * 1e9);
  segment.frame = frame;
  segment.seconds = 1_700_000_000 + Math.floor(nanoseconds / 1e9);
  segment.nanoseconds = nanoseconds % 1e9;
  for (const letter of flags) segment.flags |= FLAG_LETTERS[letter];
  segment.source2 = IPV4_MAPPED;
  segment.destination2 = IPV4_MAPPED;
  segment.source3 = fromServer ? 0x0a000002 : 0x0a000001;
  segment.destination3 = fromServer || toItself ? 0x0a000001 : 0x0a000002;
  const clientPort = Number(named.get('port') ?? 40000);
  segment.sourcePort = fromServer ? 8080 : clientPort;
  segment.destinationPort = fromServer || toItself ? clientPort : 8080;
  segment.sequence = ((fromServer ? SERVER_ISN : CLIENT_ISN) + shift + (numbers[0] ?? 0)) | 0;
  const peersIsn = fromServer || toItself ? CLIENT_ISN : SERVER_ISN;
  segment.acknowledgment = (segment.flags & ACK) === 0 ? 0 : (peersIsn + shift + (numbers[1] ?? 0)) | 0;
  segment.payloadLength = Number(rest.find((word) => word.startsWith('+')) ?? 0);
  segment.payloadCaptured = segment.payloadLength;
  segment.window = Number(named.get('win') ?? ((segment.flags & RST) === 0 ? 65_535 : 0));
  segment.ttl = Number(named.get('ttl') ?? 64);
  segment.linkSource = Number(named.get('mac') ?? 0);
  segment.ipId = Number(named.get('id') ?? frame);
  segment.maximumSegmentSize = Number(named.get('mss') ?? -1);
  segment.fastOpenCookieLength = Number(named.get('tfo') ?? -1);
  segment.multipath = named.has('mptcp') ? 1 : 0;
  segment.sackPermitted = named.has('sack') ? 1 : 0;
  if (named.has('block')) {
    segment.sackBlocks = 1;
    segment.sackEdges[0] = (peersIsn + shift + Number(named.get('block'))) | 0;
    segment.sackEdges[1] = (segment.sackEdges[0] + 10) | 0;
  }
  segment.hasTimestamps = named.has('ts') ? 1 : 0;
  segment.timestampValue = Number(named.get('ts') ?? 0);
  segment.timestampEcho = Number(named.get('echo') ?? 0);
  segment.tls = Number(named.get('tls') ?? 0);
  segment.windowScale = Number(named.get('ws') ?? -1);
  segment.optionsIncomplete = named.has('cut') ? 1 : 0;
  segment.dontFragment = 1;
  return segment;
}
