import type { Connection } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { connectionRefused } from '../connection-refused.js';
import { milestone } from '../evidence/evidence.js';
import type { Finding, Pattern } from '../finding.js';
import { synUnanswered } from '../syn-unanswered.js';
import { count, duration, inNetwork } from '../wording/wording.js';
import type { Client, Service } from './census.js';
import { Groups, Members } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/** How many ports of one host a client must try, within how many seconds, to look like a scan. */
const PORTS = 10;
const SECONDS = 10;
/** A scan comes to a port once or twice, unless it tries this many ports, and finds few of them open. */
const MOST_TRIES = 2;
const MANY_PORTS = 100;
const LEAST_SHARE = 0.9;
/** How long a SYN must have had no answer: one may have been on its way when the capture ended. */
const WAIT_SECONDS = 3;

/** The rules whose findings a scan leaves. */
export const OF_SCANS: readonly string[] = [connectionRefused.id, synUnanswered.id];

const CAUSES = [
  'A port scan by {client} (possible): whoever is responsible for it knows about it, or should.',
  'A program that uses many services at {host}, all of them down (possible): the ports are those in its settings.',
];
const SEEN =
  '{client}: connect calls that fail, if it uses sockets; most scanners do not. {host}: nothing, no program is involved.';
const STEPS = [
  'Check what else {client} did: did any port answer it, and what did it send there?',
  'Search the log of the firewall, or of {host}, for {client} at that time.',
];

/** The ports of one host that one client tried in vain. */
export interface Scan {
  readonly client: string;
  readonly host: string;
  readonly network: string;
  readonly members: Members;
  readonly ports: Set<number>;
  refused: number;
}

interface Watched extends Scan {
  readonly origin: Timestamp;
  /** When the last ports were tried, in seconds after the origin. */
  readonly recent: number[];
  wasFast: boolean;
}

/**
 * Watches for clients that try one port of a host after another. It is given only calls that a census counts, which
 * bounds what it keeps.
 */
export class PortScans {
  readonly #hosts = new Groups<number>();
  readonly #watched = new Groups<Watched>();

  /** Takes in what a finding says. */
  add(connection: Connection, { rule, from, to }: Finding): void {
    if (!OF_SCANS.includes(rule)) return;
    const watched = this.#try(connection, from, to);
    if (watched !== null && rule === connectionRefused.id) watched.refused++;
  }

  /** Takes in a SYN that no finding reports. */
  addAlone(connection: Connection): void {
    this.#try(connection, connection.start, connection.end);
  }

  #try({ id, client, server, network }: Connection, from: Timestamp, to: Timestamp): Scan | null {
    const host = this.#hosts.of(inNetwork(server.address, network), 0, () => this.#hosts.all.length);
    if (host === null) return null;
    const watched = this.#watched.of(inNetwork(client.address, network), host, () => ({
      client: client.address,
      host: server.address,
      network,
      members: new Members(from, to),
      ports: new Set(),
      refused: 0,
      origin: from,
      recent: [],
      wasFast: false,
    }));
    if (watched === null) return null;
    watched.members.add(id, from, to);
    if (watched.ports.has(server.port)) return watched;
    watched.ports.add(server.port);
    if (!watched.wasFast) watched.wasFast = isFast(watched.recent, secondsBetween(watched.origin, from));
    return watched;
  }

  /** Whether anybody tried anything in vain. */
  get isWatching(): boolean {
    return this.#watched.all.length > 0;
  }

  /** @param calls how many connections a client made to a host, both as `inNetwork` names them */
  found(calls: Calls): readonly Scan[] {
    return this.#watched.all.filter((watched) => isScan(watched, calls));
  }

  /** Whether the connection and its finding are part of what looks like a scan by now. */
  holds(connection: Connection, { rule }: Finding, calls: Calls): boolean {
    return OF_SCANS.includes(rule) && this.isScanned(connection, calls);
  }

  /** Whether what the client of the connection does at its server's host looks like a scan by now. */
  isScanned({ client, server, network }: Connection, calls: Calls): boolean {
    const host = this.#hosts.find(inNetwork(server.address, network), 0);
    const watched = host === null ? null : this.#watched.find(inNetwork(client.address, network), host);
    return watched !== null && isScan(watched, calls);
  }
}

/** Null if it is not known. */
type Calls = (client: string, host: string) => number | null;

function isScan({ client, host, network, members, ports, wasFast }: Watched, calls: Calls): boolean {
  if (!wasFast || (ports.size < MANY_PORTS && members.count > MOST_TRIES * ports.size)) return false;
  const all = calls(inNetwork(client, network), inNetwork(host, network));
  return all !== null && members.count >= LEAST_SHARE * all;
}

/** A SYN that was sent once, as scanners do, and for which nothing came back, not even an ICMP error. */
export function isSynAlone(
  { client, server, quality, start, predecessor }: Connection,
  captureEnd: Timestamp,
): boolean {
  return (
    server.segments === 0 &&
    client.segments === 1 &&
    client.timeline.length > 0 &&
    client.timeline[0].state === 'SYN-SENT' &&
    !quality.midstream &&
    quality.unseen === null &&
    // What a connection before it on the same ports answered counts there.
    predecessor === null &&
    milestone(client, 'icmp-error') === null &&
    secondsBetween(start, captureEnd) >= WAIT_SECONDS
  );
}

/** Adds a time to those of the last ports, and says whether they were tried in quick succession. */
function isFast(recent: number[], seconds: number): boolean {
  recent.push(seconds);
  if (recent.length < PORTS) return false;
  const isNear = Math.max(...recent) - Math.min(...recent) <= SECONDS;
  recent.shift();
  return isNear;
}

/** Whether what `client` met at `service`, by `rule`, belongs to one of these scans. */
export function isOfScan(rule: string, client: Client, service: Service, scans: readonly Scan[]): boolean {
  if (!OF_SCANS.includes(rule)) return false;
  return scans.some(
    (scan) =>
      scan.client === client.address && scan.host === service.address && scan.network === service.network,
  );
}

/** What `rule` reports of a scan. */
export function scanPattern(rule: PatternRule, scan: Scan): Pattern {
  const { client, host, network, members, ports, refused } = scan;
  const unanswered = members.count - refused;
  const { id, citations } = refused > unanswered ? connectionRefused : synUnanswered;
  return reportPattern(rule, {
    standsFor: OF_SCANS,
    confidence: 'possible',
    title: `{client} tried ${ports.size} ports of {host} in vain within {span}: looks like a port scan (possible)`,
    explanation: `${refused > 0 ? `${count(refused, 'connection')} ${refused === 1 ? 'was' : 'were'} refused` : ''}${refused > 0 && unanswered > 0 ? ', ' : ''}${unanswered > 0 ? `${count(unanswered, 'SYN')} ${unanswered === 1 ? 'was' : 'were'} not answered` : ''}. A program that looks for services which are all down leaves the same.`,
    connections: members.ids,
    count: members.count,
    from: members.from,
    to: members.to,
    facts: {
      rule: id,
      kind: 'port-scan',
      client,
      host,
      ...(network !== '' && { network }),
      count: members.count,
      ports: ports.size,
      refused,
      unanswered,
    },
    citations,
    words: {
      rule: id,
      client: inNetwork(client, network),
      host: inNetwork(host, network),
      span: duration(secondsBetween(members.from, members.to)),
    },
    applicationSees: SEEN,
    likelyCauses: CAUSES,
    nextSteps: STEPS,
  });
}
