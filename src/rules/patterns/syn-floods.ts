import { formatEndpoint } from '../../core/addresses.js';
import { grouped } from '../../core/numbers.js';
import { secondsBetween } from '../../core/time.js';
import type { Citation, Pattern } from '../finding.js';
import { synAckUnanswered } from '../syn-ack-unanswered.js';
import { synUnanswered } from '../syn-unanswered.js';
import { count, duration, inNetwork } from '../wording/wording.js';
import type { Service } from './census.js';
import type { Members } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/** Handshakes with one service that many clients began and did not finish. */
export interface Flood {
  readonly service: Service;
  readonly members: Members;
  /** By their numbers; null once there were too many. */
  clients: Set<number> | null;
  /** SYNs that were sent once, and that nothing answered. */
  unanswered: number;
  readonly citations: readonly Citation[];
}

const CAUSES = [
  'A SYN flood from forged addresses (possible): then the addresses have nothing to do with one another, and the SYNs look alike.',
  'The way back from {server} to its clients is broken (possible): then no client finishes a handshake.',
];
const SEEN =
  'Real clients of {server}: connect takes seconds, or fails with ETIMEDOUT, while its queue of half-open connections is full. {server}: nothing, no program is involved.';
const STEPS = [
  'On the host of {server}: nstat -az TcpExtTCPReqQFullDrop TcpExtTCPReqQFullDoCookies TcpExtListenDrops; sysctl net.ipv4.tcp_syncookies net.ipv4.tcp_max_syn_backlog',
  'Compare TTL, window and options of these SYNs: a tool that floods sends all of them alike.',
];

/** What delays the handshakes of others meanwhile. */
export const CAUSE_OF_DELAY =
  'The SYN flood on {server} fills its queue of half-open connections, and its host silently drops other SYNs (likely): nstat there counts TcpExtTCPReqQFullDrop.';

/** @param delayed how many connections to the service were opened late */
export function floodPattern(rule: PatternRule, flood: Flood, delayed: number): Pattern {
  const { service, members, clients, unanswered, citations } = flood;
  const { address, port, network } = service;
  const server = formatEndpoint(address, port);
  const unfinished = members.count - unanswered;
  const reported = unfinished > 0 ? synAckUnanswered : synUnanswered;
  const parts = [
    ...(unfinished > 0 ? [`${grouped(unfinished)} did not take the SYN-ACK`] : []),
    ...(unanswered > 0 ? [`${count(unanswered, 'SYN')} got no answer at all`] : []),
  ];
  const meanwhile =
    delayed > 0
      ? ` ${count(delayed, 'other connection')} to {server} ${delayed === 1 ? 'was' : 'were'} opened late.`
      : '';
  return reportPattern(rule, {
    ...(unfinished > 0 && { standsFor: [synAckUnanswered.id] }),
    confidence: 'possible',
    title: `${clients === null ? 'Very many clients' : count(clients.size, 'client')} did not finish ${count(members.count, 'handshake')} with {server} within {span}: looks like a SYN flood (possible)`,
    explanation: `${parts.join(', ')}. So many clients, with hardly more than one handshake each, look like forged addresses.${meanwhile}`,
    connections: members.ids,
    count: members.count,
    from: members.from,
    to: members.to,
    facts: {
      rule: reported.id,
      kind: 'syn-flood',
      server,
      ...(network !== '' && { network }),
      count: members.count,
      ofConnections: service.connections,
      ...(clients !== null && { clients: clients.size }),
      unanswered,
      unfinished,
      delayed,
    },
    citations,
    words: {
      rule: reported.id,
      server: inNetwork(server, network),
      span: duration(secondsBetween(members.from, members.to)),
    },
    applicationSees: SEEN,
    likelyCauses: CAUSES,
    nextSteps: STEPS,
  });
}
