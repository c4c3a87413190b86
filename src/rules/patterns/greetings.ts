/** Services that speak first, and did so only when their clients had given up waiting. */
import type { Connection } from '../../connections/connection.js';
import { secondsBetween } from '../../core/time.js';
import { entered, milestone } from '../evidence/evidence.js';
import type { Pattern } from '../finding.js';
import type { OptionValues } from '../rule.js';
import { duration, inNetwork, round } from '../wording/wording.js';
import { alikeIn, TIMER_SLACK } from './alike.js';
import { endOf, GOODBYE_SECONDS, range, type Wait } from './answer-waits.js';
import { Members } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/** The greetings of a service that came too late. */
interface Greeted {
  readonly server: string;
  readonly network: string;
  readonly greetings: readonly Wait[];
}

export const LOOKS_UP =
  'The program of {server} looks its clients up before it greets them, by reverse DNS or in another service, and gets no answer for these (likely).';
const BUSY = 'Its program was busy, or had not accepted these connections yet (possible).';
const STEPS = [
  'On the host of {server}: dig -x CLIENT with the address of a client that waits, and of one that does not; compare the times.',
  'Check its log at these times, and ss -ltn for connections that wait to be accepted (Recv-Q).',
];

/** How long the client waited for a server that spoke first once it had left; null if this is no such case. */
export function greetingWaitOf(connection: Connection): Wait | null {
  const { id, client, server, quality } = connection;
  if (quality.clockBackwards || quality.unseen !== null || quality.midstream) return null;
  const late = milestone(server, 'data-after-peer-fin');
  const opened = entered(server, 'ESTABLISHED');
  const end = endOf(client, server);
  if (late === null || (late.dataBefore ?? 0) > 0 || opened === null || end === null) return null;
  if (client.resetsSent === 0 || server.unacknowledgedBytes < late.value) return null;
  // What comes right behind the close is an answer to that.
  if (secondsBetween(end.time, late.time) < GOODBYE_SECONDS) return null;
  return {
    id,
    seconds: secondsBetween(opened.time, end.time),
    asked: opened.time,
    ended: end.time,
    byReset: end.byReset,
    wasServed: false,
    isRequest: true,
    lostBytes: 0,
    answeredAfterSeconds: secondsBetween(opened.time, late.time),
    isAnswerSure: true,
  };
}

/** What `rule` reports of clients that gave up after the same time, before the service had said a word. */
export function greetingPattern(
  rule: PatternRule,
  { server, network, greetings }: Greeted,
  options: OptionValues,
): Pattern | null {
  const waited = greetings.filter(({ seconds }) => seconds >= options.minimumWaitSeconds);
  const alike = alikeIn(waited, ({ seconds }) => seconds, TIMER_SLACK, options);
  if (alike === null) return null;
  const { near, middle, spread } = alike;
  const members = new Members(near[0].asked, near[0].ended);
  for (const { id, asked, ended } of near) members.add(id, asked, ended);
  const late = near.map(({ answeredAfterSeconds }) => answeredAfterSeconds!).sort((a, b) => a - b);
  return reportPattern(rule, {
    standsFor: ['rst-on-write-after-close'],
    confidence: 'inferred',
    title:
      'Clients of {server} gave up on {count} connections, {interval} after they had opened, before the server had said a word',
    explanation: `The clients had nothing to say: in this protocol the server speaks first. {interval} after the handshake, give or take ${duration(spread)}, they closed: their own timeout. The first words of {server} came {times} after the handshake, and were reset.`,
    likelyCauses: [LOOKS_UP, BUSY],
    nextSteps: STEPS,
    applicationSees:
      'The clients: their own timeout. {server}: its first write succeeds and draws a reset; the next call fails.',
    connections: members.ids,
    count: members.count,
    from: members.from,
    to: members.to,
    facts: {
      server,
      ...(network !== '' && { network }),
      kind: 'greeting',
      waitSeconds: round(middle, 3),
      spreadSeconds: round(spread, 3),
      fastestAnswerSeconds: round(late[0], 3),
      slowestAnswerSeconds: round(late[late.length - 1], 3),
      otherWaits: greetings.length - near.length,
    },
    words: {
      server: inNetwork(server, network),
      count: near.length,
      interval: duration(middle),
      times: range(late),
    },
  });
}
