import type { Connection } from '../../connections/connection.js';
import { formatEndpoint } from '../../core/addresses.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { cite } from '../citations.js';
import { endsWithRequest, entered, missedSince } from '../evidence/evidence.js';
import type { Pattern } from '../finding.js';
import type { OptionValues } from '../rule.js';
import { count, duration, inCase, inNetwork, round } from '../wording/wording.js';
import { alikeIn, spreadOption, TIMER_SLACK } from './alike.js';
import { Members, MINIMUM_MEMBERS, median } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';
import { largestOf, Services } from './services.js';

/** A connection that its server closed although the last word was the client's. */
interface Unanswered {
  readonly id: number;
  /** From the client's last data to the server's FIN, in seconds. */
  readonly waited: number;
  readonly asked: Timestamp;
  readonly closed: Timestamp;
}

/** The connections of a service. */
interface Service {
  readonly server: string;
  readonly network: string;
  readonly unanswered: Unanswered[];
  /** Connections on which the last word was the server's. */
  answered: number;
  /** Connections on which a client had sent something. */
  asked: number;
  /** It has sent something on any connection, or may have before the capture began. */
  hasSpoken: boolean;
}

/** Those kept, of all services together: what is kept must not grow with the capture. */
const MAX_KEPT = 30_000;
/** A server that closes sooner than this (seconds) may have been told goodbye, to which there is no answer. */
const SHORTEST_WAIT = 0.5;
/** A server that cannot make sense of what it is sent closes sooner than this (seconds), on this share of its connections. */
const AT_ONCE_SECONDS = 1;
const NEARLY_ALL = 0.9;

const GAVE_UP =
  'A timeout of {server}, which gave up what it was doing for these requests after {interval}, or ended the worker that did it (possible): its log names the request.';
const ENDED =
  'The worker that had the request ended or was killed, and its kernel closed for it (possible): the log of {server}, and journalctl -k there, name it.';
const OTHER_PROTOCOL =
  'The clients speak another protocol than {server} expects, such as plain HTTP where it wants TLS (likely): its log shows errors of a handshake or of a parser.';
const NOTHING_BEHIND =
  'What listens at {server} only passes on, as a proxy or the port of a container does, and reaches nothing behind it (possible).';
const NO_REQUEST =
  'What the clients had sent last asked for nothing (possible), as a goodbye or a message that needs no answer; if the close came late, it was an idle timeout.';

/** A server closes in good order, but has not answered what it was sent last. */
export const closedUnanswered: PatternRule = {
  id: 'closed-unanswered',
  family: 'pattern',
  severity: 'warning',
  summary: 'A service closed connections in good order without answering what its clients had sent last.',
  options: {
    minimumMembers: MINIMUM_MEMBERS,
    spreadRatio: spreadOption(TIMER_SLACK),
  },
  citations: [cite.twoWaysToEnd, cite.posixSendNoDelivery, cite.httpRetry],
  related: ['answer-timeout', 'rst-on-close-race', 'endpoint-mass-close', 'idle-close-interval'],
  documentation: {
    meaning:
      'The host of a service acknowledges what clients send, whether its program reads it or not. If the program then closes without having answered, nothing looks broken: the request was acknowledged, and the FIN is in order. But the client gets an end of file instead of its answer, which a proxy reports as 502 and a library as “empty reply” or “server closed the connection”. Whether the server had acted on the request is not visible.',
    proof: [
      'At least minimumMembers connections to one service on which the client had sent the last data, all of it was acknowledged, and the server closed first, with a FIN.',
      'On more connections of the service the last word was an answer: its protocol has answers. Or it has sent nothing on any connection, and closed nearly all on which clients had sent something, mostly within a second.',
      'What the client had sent did not come right behind data of the server: it may have been no request then.',
      'A warning if the server closed half a second or more after that on minimumMembers of them. If it closed at once, the client may have said goodbye, and it stays info, unless the service never speaks.',
    ],
    notThis: [
      'A service that speaks, but answers on few connections: its protocol may have no answers.',
      'A client that closes or resets first: answer-timeout.',
      'Data that crossed the FIN and was reset: rst-on-close-race.',
    ],
    applicationSees: 'The clients: read returns 0 where the answer should come. {server}: its own close.',
    likelyCauses: [
      ENDED,
      GAVE_UP,
      NO_REQUEST,
      ...[OTHER_PROTOCOL, NOTHING_BEHIND].map((cause) => inCase('If it never sends anything', cause)),
    ],
    nextSteps: [
      'Search the log of {server} at these times: for timeouts, ended workers, and the requests themselves.',
      'Let clients repeat such requests only if that does no harm: the capture does not show what {server} had acted on.',
    ],
    example: { fixture: 'closed-unanswered', capture: 'client' },
  },
  begin: (options, heard) => {
    const services = new Services<Service>(heard);
    let kept = 0;
    return {
      add(connection) {
        const { client, server, network, quality } = connection;
        const mayHaveSpoken = server.payloadBytes > 0 || quality.midstream || quality.unseen !== null;
        if ((client.lastNewData === null && !mayHaveSpoken) || quality.multipath) return;
        const service = services.of(() => ({
          server: formatEndpoint(server.address, server.port),
          network,
          unanswered: [],
          answered: 0,
          asked: 0,
          hasSpoken: false,
        }));
        if (service === null) return;
        if (mayHaveSpoken) service.hasSpoken = true;
        if (client.lastNewData === null) return;
        service.asked++;
        if (server.lastNewData !== null && server.lastNewData.frame > client.lastNewData.frame) {
          service.answered++;
          return;
        }
        const unanswered = kept < MAX_KEPT ? unansweredOf(connection) : null;
        if (unanswered === null) return;
        service.unanswered.push(unanswered);
        kept++;
      },
      finish() {
        return largestOf(services.all.flatMap((service) => patternOf(service, options) ?? []));
      },
    };
  },
};

/** Null if the server did not close first, or may not have been asked for anything. */
function unansweredOf(connection: Connection): Unanswered | null {
  const { id, client, server, quality } = connection;
  if (quality.clockBackwards || quality.unseen !== null || client.unacknowledgedBytes > 0) return null;
  const asked = client.lastNewData!;
  const fin = entered(server, 'FIN-WAIT-1');
  if (fin === null || fin.frame === null || fin.frame < asked.frame) return null;
  if (entered(client, 'FIN-WAIT-1') !== null || client.resetsSent > 0 || server.resetsSent > 0) return null;
  if (missedSince(server, asked.frame) || !endsWithRequest(client, server)) return null;
  return { id, waited: secondsBetween(asked.time, fin.time), asked: asked.time, closed: fin.time };
}

function patternOf(
  { server, network, unanswered, answered, asked, hasSpoken }: Service,
  options: OptionValues,
): Pattern | null {
  if (unanswered.length < options.minimumMembers) return null;
  if (hasSpoken ? answered <= unanswered.length : unanswered.length < NEARLY_ALL * asked) return null;
  const waits = unanswered.map(({ waited }) => waited).sort((a, b) => a - b);
  const [shortest, longest] = [waits[0], waits[waits.length - 1]];
  // One that never speaks, and closes late, may only be collecting what it gets.
  if (!hasSpoken && median(waits) > AT_ONCE_SECONDS) return null;
  const hasWaited = waits.filter((seconds) => seconds >= SHORTEST_WAIT).length >= options.minimumMembers;
  const alike = alikeIn(waits, (seconds) => seconds, TIMER_SLACK, options);
  const isTimer = shortest >= SHORTEST_WAIT && alike?.near.length === waits.length;
  const members = new Members(unanswered[0].asked, unanswered[0].closed);
  for (const { id, asked, closed } of unanswered) members.add(id, asked, closed);
  const waited = duration(shortest) === duration(longest) ? '{shortest}' : '{shortest} to {longest}';
  return reportPattern(closedUnanswered, {
    ...(hasSpoken && !hasWaited && { severity: 'info' }),
    confidence: 'possible',
    title: hasSpoken
      ? `{server} closed {count} ${waited} after their clients’ last data, without an answer`
      : '{server} never sends anything: it closed {count} as soon as clients had sent something',
    explanation: `What the clients had sent was acknowledged; then came the FIN of {server}${hasSpoken ? '' : `, ${waited} after that`}. ${hasSpoken ? `On ${count(answered, 'other connection')} of the service the last word was an answer.` : 'On no connection of the capture has it sent a single byte.'}${isTimer ? ' The times are so alike that a timer ended them.' : ''}`,
    likelyCauses: !hasSpoken
      ? [OTHER_PROTOCOL, NOTHING_BEHIND, NO_REQUEST]
      : isTimer
        ? [GAVE_UP, NO_REQUEST, ENDED]
        : hasWaited
          ? [ENDED, GAVE_UP, NO_REQUEST]
          : [NO_REQUEST, ENDED],
    connections: members.ids,
    count: members.count,
    from: members.from,
    to: members.to,
    facts: {
      server,
      ...(network !== '' && { network }),
      shortestWaitSeconds: round(shortest, 3),
      longestWaitSeconds: round(longest, 3),
      answered,
      ...(!hasSpoken && { hasSpoken }),
    },
    words: {
      server: inNetwork(server, network),
      count: count(unanswered.length, 'connection'),
      interval: duration(median(waits)),
      shortest: duration(shortest),
      longest: duration(longest),
    },
  });
}
