import type { Connection } from '../../connections/connection.js';
import { formatEndpoint } from '../../core/addresses.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import type { Citation, Finding, Pattern } from '../finding.js';
import { handshakeAborted } from '../handshake-aborted.js';
import { duration, inNetwork, round, times } from '../wording/wording.js';
import { Groups, Members } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/** How far intervals may differ, as a share of the longest: what waits for a reply, or shares a timer, is not exact. */
const SPREAD = 0.25;
/** Calls that follow one another faster are no checks. */
const SHORTEST_INTERVAL = 0.5;

const CAUSES = [
  'A load balancer or a monitor at {client} that tests whether the port is open (likely).',
  'A program that calls at this interval and gives up before it sends anything (possible): check its log.',
];
const STEPS = [
  'Find the check at {client}: one that asks for something, or closes with a FIN, shows more and leaves no resets behind.',
];

/** What one client does at one service: it opens connections and resets them, before any data. */
export interface Checks {
  readonly client: string;
  readonly server: string;
  readonly port: number;
  readonly network: string;
  readonly members: Members;
  /** Of the first that was found. */
  readonly citations: readonly Citation[];
  last: Timestamp;
  /** Seconds from one to the next. */
  shortest: number;
  longest: number;
}

/** Watches for clients that test a port at regular intervals. */
export class HealthChecks {
  readonly #services = new Groups<number>();
  readonly #watched = new Groups<Checks>();

  /** Takes in what a finding says. */
  add({ id, client, server, network }: Connection, { rule, endpoint, from, to, citations }: Finding): void {
    if (rule !== handshakeAborted.id || endpoint !== 'client') return;
    const service = this.#services.of(
      inNetwork(server.address, network),
      server.port,
      () => this.#services.all.length,
    );
    if (service === null) return;
    const watched = this.#watched.of(inNetwork(client.address, network), service, () => ({
      client: client.address,
      server: server.address,
      port: server.port,
      network,
      members: new Members(from, to),
      citations,
      shortest: Number.POSITIVE_INFINITY,
      longest: 0,
      last: from,
    }));
    if (watched === null) return;
    if (watched.members.count > 0) {
      const interval = secondsBetween(watched.last, from);
      watched.shortest = Math.min(watched.shortest, interval);
      watched.longest = Math.max(watched.longest, interval);
      watched.last = from;
    }
    watched.members.add(id, from, to);
  }

  /** Those of at least `minimum` calls, the most frequent first. */
  found(minimum: number): readonly Checks[] {
    return this.#watched.all
      .filter(
        ({ members, shortest, longest }) =>
          members.count >= minimum && shortest >= SHORTEST_INTERVAL && longest - shortest <= SPREAD * longest,
      )
      .sort((a, b) => b.members.count - a.members.count);
  }
}

/** What `rule` reports of checks. */
export function checkPattern(rule: PatternRule, checks: Checks): Pattern {
  const { client, server, port, network, members, citations, last, shortest, longest } = checks;
  const interval = secondsBetween(members.from, last) / (members.count - 1);
  const service = formatEndpoint(server, port);
  return reportPattern(rule, {
    standsFor: [handshakeAborted.id],
    severity: 'info',
    confidence: 'possible',
    title:
      '{client} resets a connection to {server} every {interval}, before any data: looks like a health check',
    explanation: `It did so ${times(members.count)}, ${duration(shortest) === duration(longest) ? '{shortest}' : '{shortest} to {longest}'} apart. That is how load balancers and monitors test whether a port is open.`,
    connections: members.ids,
    count: members.count,
    from: members.from,
    to: members.to,
    facts: {
      rule: handshakeAborted.id,
      kind: 'health-check',
      client,
      server: service,
      ...(network !== '' && { network }),
      count: members.count,
      intervalSeconds: round(interval, 3),
    },
    citations,
    words: {
      rule: handshakeAborted.id,
      client: inNetwork(client, network),
      server: inNetwork(service, network),
      interval: duration(interval),
      shortest: duration(shortest),
      longest: duration(longest),
    },
    likelyCauses: CAUSES,
    nextSteps: STEPS,
  });
}
