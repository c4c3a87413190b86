import type { Connection } from '../../connections/connection.js';
import { formatEndpoint } from '../../core/addresses.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { cite } from '../citations.js';
import { entered, missedSince } from '../evidence/evidence.js';
import type { Pattern } from '../finding.js';
import type { OptionValues } from '../rule.js';
import { count, duration, inNetwork, round } from '../wording/wording.js';
import { alikeIn, spreadOption, TIMER_SLACK } from './alike.js';
import { Members, MINIMUM_MEMBERS } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';
import { largestOf, Services } from './services.js';

/** A connection that its server ended with its answer. */
interface Ended {
  readonly id: number;
  /** From the client's last data to the server's, in seconds. */
  readonly waited: number;
  readonly asked: Timestamp;
  readonly closed: Timestamp;
}

/** The connections of a service. */
interface Service {
  readonly server: string;
  readonly network: string;
  readonly ended: Ended[];
  /** Connections on which the last answer came sooner, or the client had the last word. */
  others: number;
}

/** Those kept, of all services together: what is kept must not grow with the capture. */
const MAX_KEPT = 30_000;
/** A server that closes this soon after its last word had decided on both at once (seconds). */
const AT_ONCE_SECONDS = 0.1;

/** A server lets requests wait for the same time, says a last word, and closes. */
export const serverTimeout: PatternRule = {
  id: 'server-timeout',
  family: 'pattern',
  severity: 'info',
  summary:
    'A service ended connections the same time after what their clients had asked, with a last word: its own timeout.',
  options: {
    minimumMembers: MINIMUM_MEMBERS,
    minimumWaitSeconds: {
      unit: 'seconds',
      default: 0.5,
      minimum: 0.001,
      maximum: 86_400,
      description: 'Answers that come sooner show that the service is not always so slow.',
    },
    spreadRatio: spreadOption(TIMER_SLACK),
  },
  citations: [cite.twoWaysToEnd],
  related: ['answer-timeout', 'closed-unanswered', 'idle-close-interval'],
  documentation: {
    meaning:
      'Proxies, connection pools and databases limit how long a request may wait or run. When the limit is reached they send an error in their own protocol and close. TCP carries that as it should; to the client the request failed, after a time that depends on nothing but the limit. What the service waited for is behind it: a database, another service, a free connection of its pool.',
    proof: [
      'At least minimumMembers connections to one service on which its last data came minimumWaitSeconds or more after the last of the client, and its FIN, the first of the connection, within 0.1 s of that.',
      'At least half of these waits differ by no more than spreadRatio from their median; those are counted.',
      'As many other connections of the service on which the answer came sooner, or the client had the last word.',
    ],
    notThis: [
      'A service that takes that long for every answer.',
      'Clients that give up first: answer-timeout. A close without a word: closed-unanswered.',
    ],
    applicationSees:
      'The clients: read returns the last word, and then 0. {server}: its own timeout, which its log should name.',
    likelyCauses: [
      'A limit of {server} on how long a request may wait or run (likely), as of a gateway for what is behind it, of a pool for a free connection, or of a database for a statement.',
      'These requests take as long as that, and the close has another reason (possible).',
    ],
    nextSteps: [
      'Read the last word of {server} on these connections: Wireshark, Follow TCP Stream.',
      'Look for what it waited for: its own connections to services behind it, at these times, and its log.',
    ],
    example: { fixture: 'server-timeout', capture: 'client' },
  },
  begin: (options, heard) => {
    const services = new Services<Service>(heard);
    let kept = 0;
    return {
      add(connection) {
        const { client, server, network, quality } = connection;
        if (client.lastNewData === null || server.lastNewData === null || quality.multipath) return;
        if (quality.clockBackwards || quality.unseen !== null) return;
        const waited = secondsBetween(client.lastNewData.time, server.lastNewData.time);
        const service = services.of(() => ({
          server: formatEndpoint(server.address, server.port),
          network,
          ended: [],
          others: 0,
        }));
        if (service === null) return;
        if (waited < options.minimumWaitSeconds) {
          service.others++;
          return;
        }
        const ended = kept < MAX_KEPT ? endedOf(connection, waited) : null;
        if (ended === null) return;
        service.ended.push(ended);
        kept++;
      },
      finish() {
        return largestOf(services.all.flatMap((service) => patternOf(service, options) ?? []));
      },
    };
  },
};

/** Null if the server did not close first, right behind its last word. */
function endedOf({ id, client, server }: Connection, waited: number): Ended | null {
  const asked = client.lastNewData!;
  const said = server.lastNewData!;
  const fin = entered(server, 'FIN-WAIT-1');
  if (fin === null || fin.frame === null || entered(client, 'FIN-WAIT-1') !== null) return null;
  const after = secondsBetween(said.time, fin.time);
  if (after < 0 || after > AT_ONCE_SECONDS) return null;
  if (missedSince(client, asked.frame) || missedSince(server, asked.frame)) return null;
  return { id, waited, asked: asked.time, closed: fin.time };
}

function patternOf({ server, network, ended, others }: Service, options: OptionValues): Pattern | null {
  const alike = alikeIn(ended, ({ waited }) => waited, TIMER_SLACK, options);
  if (alike === null || others < alike.near.length) return null;
  const { near, middle, spread } = alike;
  const members = new Members(near[0].asked, near[0].closed);
  for (const { id, asked, closed } of near) members.add(id, asked, closed);
  return reportPattern(serverTimeout, {
    confidence: 'inferred',
    title:
      '{server} ended {count} {interval} after their clients’ last data, with a last word: a timeout of its own',
    explanation: `It had acknowledged what the clients sent, and was silent for {interval}, give or take ${duration(spread)}; then came its last data and its FIN. ${count(others, 'other connection')} of the service did not end like that.`,
    connections: members.ids,
    count: members.count,
    from: members.from,
    to: members.to,
    facts: {
      server,
      ...(network !== '' && { network }),
      waitSeconds: round(middle, 3),
      spreadSeconds: round(spread, 3),
      others,
      otherWaits: ended.length - near.length,
    },
    words: {
      server: inNetwork(server, network),
      count: count(near.length, 'connection'),
      interval: duration(middle),
    },
  });
}
