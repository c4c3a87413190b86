import { formatEndpoint } from '../../core/addresses.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { cite } from '../citations.js';
import type { Pattern } from '../finding.js';
import type { OptionValues } from '../rule.js';
import { count, duration, inCase, inNetwork, round } from '../wording/wording.js';
import { alikeIn, spreadOption, TIMER_SLACK } from './alike.js';
import { cameTooLate, GOODBYE_SECONDS, lateWaitOf, range, type Wait, waitOf } from './answer-waits.js';
import { greetingPattern, greetingWaitOf, LOOKS_UP } from './greetings.js';
import { Members, MINIMUM_MEMBERS } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';
import { largestOf, Services } from './services.js';

/** The connections of a service. */
interface Service {
  readonly server: string;
  readonly network: string;
  readonly origin: Timestamp;
  readonly waits: Wait[];
  /** Those of clients that had not said a word, as they waited for the service to speak first. */
  readonly greetings: Wait[];
  /** Connections on which the last word was an answer; */
  answered: number;
  /** of those that were kept, when each began and when that came, in seconds after the origin: numbers take little room. */
  readonly begun: number[];
  readonly spoken: number[];
}

/** Waits and answers kept, of all services together: what is kept must not grow with the capture. */
const MAX_KEPT = 100_000;
/** Answers kept of one service. */
const MAX_SERVED = 4096;

const TOO_SLOW =
  'The program of {server} takes longer than {interval} for these requests (likely): where an answer came, it had taken {answerTimes}.';
const LOST =
  'The path loses the answers, as one does that drops large segments without saying so (likely): a path MTU black hole lets short answers through. ICMP “fragmentation needed” may be filtered between {server} and its clients.';
const STOOD_STILL =
  'The program of {server} stood still, and went on with all of them at once (likely): a long garbage collection, a lock or a command that blocks everything, or its process, virtual machine or disk was paused.';
/** Answers to requests of so many seconds that come within this time were held up together. */
const ONE_MOMENT = 1;
const STEPS_OF_LOST = [
  'Capture at {server}: is each answer sent again and again?',
  'From the host of {server}: ping -M do -s 1472 to a client, then smaller, shows the largest packet that passes.',
];
const SLOW = 'The program of {server} hangs, or takes longer than {interval} for these requests (likely).';
const BEHIND = 'It waits for something behind it, such as a database or another service (possible).';
const UNUSED =
  'Its clients keep an unused connection for that long, and had not asked for anything (possible).';
const RESET_ON_PATH =
  'A firewall or load balancer on the way resets them after that time in the clients’ name (possible): then the TTL of the resets may differ from that of what the clients sent.';
const AFTER_FIN =
  'where its client closed, read returns the request and then 0; its first write succeeds and may draw a reset, and the next one fails with EPIPE and SIGPIPE';
const AFTER_RESET =
  'where its client reset, read returns what is queued and then fails with ECONNRESET once; if it writes first, that fails with ECONNRESET, and the next write with EPIPE and SIGPIPE';
const QUEUED =
  'It had not accepted these connections (possible): it had sent nothing on any of them by then, and the kernel opens and acknowledges for it while they queue.';

const NOT_ACCEPTING =
  'Its program accepts no new connections (likely): it had sent nothing on any of these, but went on to answer on those that it had accepted before. It is at its limit of connections or open files, or what accepts them is blocked.';
const STEP_OF_ACCEPTING =
  'On the host of {server}: ss -ltn (Recv-Q of its port: connections that wait to be accepted), /proc/PID/limits of its program against the number of entries in /proc/PID/fd, and its log.';
/** Few new connections were answered while these were not, as a share of them. */
const FEW = 0.1;

/** Clients stop waiting after the same time: they have a timeout, and the service did not answer within it. */
export const answerTimeout: PatternRule = {
  id: 'answer-timeout',
  family: 'pattern',
  severity: 'warning',
  summary:
    'Clients of a service gave up after the same time without an answer: it was slower than their timeout.',
  options: {
    minimumMembers: MINIMUM_MEMBERS,
    minimumWaitSeconds: {
      unit: 'seconds',
      default: 0.5,
      minimum: 0.001,
      maximum: 86_400,
      description:
        'Shorter waits do not count: a client that closes right behind its last data is not waiting for an answer.',
    },
    spreadRatio: spreadOption(TIMER_SLACK),
  },
  citations: [cite.twoWaysToEnd, cite.cumulativeAck, cite.posixSendNoDelivery],
  related: [
    'rst-on-write-after-close',
    'rst-active-abort',
    'half-close',
    'accept-queue-overflow',
    'pmtu-black-hole',
  ],
  documentation: {
    meaning:
      'The host of a service acknowledges what clients send, whether its program reads it or not. If a client then ends the connection without having got anything back, it had waited in vain; if several do so after the same time, that time is their timeout. To the users such requests failed, though nothing on the wire looks broken: the closes are in order, or they are resets of a client that may leave as it likes.',
    proof: [
      'At least minimumMembers connections to one service on which the client had sent the last data, all of it was acknowledged, and the client closed or reset first, minimumWaitSeconds or more later.',
      'At least half of these waits differ by no more than spreadRatio from their median; those are counted.',
      'Or the client had sent nothing, and the service, which speaks first, spoke only after it had left.',
      'An answer that came half a second or more after the close, and was reset, counts as none: it shows that these were requests, and how long they took.',
      'It is a warning if the service answered on other connections or too late on these, and what most of these clients sent last did not come within half a second behind data of the server. Otherwise that may have been no request, or the protocol may have no answers, and it stays info.',
    ],
    notThis: [
      'A client that closes right behind its last data.',
      'Waits of any length: programs or users that leave when they like.',
      'Data that was not acknowledged: peer-unresponsive and others report it.',
      'Late answers on single connections, or after waits of any length: rst-on-write-after-close reports each.',
    ],
    applicationSees: seenBy(AFTER_FIN, AFTER_RESET),
    likelyCauses: [
      SLOW,
      BEHIND,
      inCase('If late answers all came at one moment', STOOD_STILL),
      'If it had sent nothing on these connections: it had not accepted them (possible).',
      inCase('If it went on to answer on older ones', NOT_ACCEPTING),
      inCase('If it speaks first, and only some clients wait', LOOKS_UP),
      inCase('If its numbers show that it had answered', LOST),
      inCase('If they ended with resets', RESET_ON_PATH),
      inCase('If they may have asked for nothing', UNUSED),
    ],
    nextSteps: [
      'On the host of {server}: ss -tn shows in Recv-Q what its program has not read, ss -ltn connections that it has not accepted; then take a stack dump of it.',
      'Check its log at these times, and compare how long the answers that came took with the clients’ {interval}.',
    ],
    example: { fixture: 'answer-timeout', capture: 'client' },
  },
  begin: (options, heard) => {
    const services = new Services<Service>(heard);
    let kept = 0;
    return {
      add(connection) {
        const { client, server, network, quality } = connection;
        // On a subflow of Multipath TCP the answer may have come by another.
        if (quality.multipath) return;
        const greeting = client.lastNewData === null ? greetingWaitOf(connection) : null;
        if (client.lastNewData === null && greeting === null) return;
        const service = services.of(() => ({
          server: formatEndpoint(server.address, server.port),
          network,
          origin: connection.start,
          waits: [],
          greetings: [],
          answered: 0,
          begun: [],
          spoken: [],
        }));
        if (service === null) return;
        if (greeting !== null && kept < MAX_KEPT) {
          service.greetings.push(greeting);
          kept++;
        }
        if (client.lastNewData === null) return;
        const hasSpoken = server.lastNewData !== null && server.lastNewData.frame > client.lastNewData.frame;
        if (hasSpoken && !cameTooLate(client, server, server.lastNewData)) {
          service.answered++;
          if (kept >= MAX_KEPT || service.begun.length >= MAX_SERVED) return;
          kept++;
          service.begun.push(secondsBetween(service.origin, connection.start));
          service.spoken.push(secondsBetween(service.origin, server.lastNewData.time));
          return;
        }
        if (kept >= MAX_KEPT) return;
        const wait = hasSpoken ? lateWaitOf(connection) : waitOf(connection);
        if (wait === null || wait.seconds < options.minimumWaitSeconds) return;
        service.waits.push(wait);
        kept++;
      },
      finish() {
        return largestOf(
          services.all.flatMap((service) =>
            [patternOf(service, options), greetingPattern(answerTimeout, service, options)].flatMap(
              (pattern) => pattern ?? [],
            ),
          ),
        );
      },
    };
  },
};

/**
 * On how many older connections it answered while it answered on none of these, and hardly on any that was as new; 0 if
 * it had sent something on these as well.
 */
function answeredOnOlder(
  { origin, begun, spoken }: Service,
  near: readonly Wait[],
  interval: number,
): number {
  if (near.some(({ wasServed }) => wasServed)) return 0;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const wait of near) {
    const asked = secondsBetween(origin, wait.asked);
    from = Math.min(from, asked);
    to = Math.max(to, asked);
  }
  const newer = begun.filter((at) => at >= from && at <= to).length;
  if (newer > FEW * near.length) return 0;
  return spoken.filter((at, place) => begun[place] < from && at > from + interval).length;
}

function patternOf(service: Service, options: OptionValues): Pattern | null {
  const { server, network, waits, answered } = service;
  const alike = alikeIn(waits, ({ seconds }) => seconds, TIMER_SLACK, options);
  if (alike === null) return null;
  const { near, middle: interval, spread } = alike;
  const members = new Members(near[0].asked, near[0].ended);
  for (const { id, asked, ended } of near) members.add(id, asked, ended);
  const resets = near.filter(({ byReset }) => byReset).length;
  const wasServed = near.some((wait) => wait.wasServed);
  const requests = near.filter(({ isRequest }) => isRequest).length;
  const areRequests = requests >= options.minimumMembers && 2 * requests >= near.length;
  const late = near.some(({ isAnswerSure }) => isAnswerSure)
    ? near.flatMap(({ answeredAfterSeconds }) => answeredAfterSeconds ?? []).sort((a, b) => a - b)
    : [];
  const moment = late.length >= options.minimumMembers ? commonMomentOf(service, near) : null;
  const isSure = (answered > 0 || late.length > 0) && areRequests;
  const ways = [...(resets < near.length ? [AFTER_FIN] : []), ...(resets > 0 ? [AFTER_RESET] : [])];
  const lost = near
    .map(({ lostBytes }) => lostBytes)
    .filter((bytes) => bytes > 0)
    .sort((a, b) => a - b);
  const areLost = 2 * lost.length >= near.length;
  const older = areLost ? 0 : answeredOnOlder(service, near, interval);
  const isAccepting = older < options.minimumMembers;
  const causes = [
    ...(areLost ? [LOST] : isAccepting ? [] : [NOT_ACCEPTING]),
    ...(moment === null ? [] : [STOOD_STILL]),
    ...(areLost ? [] : [late.length > 0 ? TOO_SLOW : SLOW, BEHIND]),
    ...(areLost || wasServed || !isAccepting ? [] : [QUEUED]),
    ...(resets > 0 ? [RESET_ON_PATH] : []),
  ];
  return reportPattern(answerTimeout, {
    ...(!isSure && { severity: 'info' }),
    ...(late.length > 0 && { standsFor: ['rst-on-write-after-close'] }),
    confidence: isSure ? 'inferred' : 'possible',
    title: isSure
      ? 'Clients of {server} gave up on {count} connections, {interval} after their last data, without an answer'
      : 'Clients of {server} ended {count} connections {interval} after their last data, and nothing had come back',
    explanation: [
      `What they had sent was acknowledged. {interval} later, give or take ${duration(spread)}, they ended the connections themselves (${near.length - resets} FIN, ${resets} RST): their own timeout.`,
      ...(late.length > 0
        ? [
            `On ${late.length < near.length ? 'at least ' : ''}${late.length} of them an answer came all the same, {answerTimes} after the request, and was reset.`,
          ]
        : []),
      ...(moment === null
        ? []
        : [
            `These answers all came within ${duration(moment.spread)}, ${duration(moment.since)} after the first request: {server} had stood still until then.`,
          ]),
      answered > 0
        ? `On ${count(answered, 'other connection')} of the service the last word was an answer.`
        : `The capture holds no connection of the service on which the last word was an answer${late.length > 0 ? '.' : ': its protocol may have none.'}`,
      ...(areLost
        ? [
            `On ${lost.length} of them the number of a later segment of {server} shows that it had sent ${count(lost[0], 'byte')} or more which never came here, and which the client did not acknowledge: the answers were lost on the way.`,
          ]
        : []),
      ...(isAccepting
        ? []
        : [
            `Meanwhile it went on to answer on ${count(older, 'older connection')}, but hardly on any new one.`,
          ]),
      ...(areRequests
        ? []
        : [
            `On ${near.length - requests} of them the last data came right behind data of the server: it may have been no request, as when HTTP/2 clients acknowledge what they got, and close after a time without use.`,
          ]),
    ].join(' '),
    likelyCauses: isSure
      ? causes
      : [UNUSED, ...causes.map((cause) => cause.replace('(likely)', '(possible)'))],
    ...(!isAccepting && { nextSteps: [STEP_OF_ACCEPTING, ...answerTimeout.documentation.nextSteps] }),
    ...(areLost && { nextSteps: STEPS_OF_LOST }),
    applicationSees: seenBy(...ways),
    connections: members.ids,
    count: members.count,
    from: members.from,
    to: members.to,
    facts: {
      server,
      ...(network !== '' && { network }),
      waitSeconds: round(interval, 3),
      spreadSeconds: round(spread, 3),
      resets,
      answered,
      answeredTooLate: late.length,
      ...(moment !== null && { stoodStillSeconds: round(moment.since, 3) }),
      ...(!isAccepting && { answeredOnOlder: older }),
      ...(areLost && { answersLost: lost.length }),
      ...(late.length > 0 && {
        fastestAnswerSeconds: round(late[0], 3),
        slowestAnswerSeconds: round(late[late.length - 1], 3),
      }),
      otherWaits: waits.length - near.length,
    },
    words: {
      server: inNetwork(server, network),
      count: near.length,
      interval: duration(interval),
      answerTimes: late.length === 0 ? '?' : range(late),
    },
  });
}

/**
 * If the late answers to requests of a longer time came at one moment, and none to others in between: how long after the first of these requests, and
 * within which time, in seconds. Null if they did not.
 */
function commonMomentOf(
  { origin, spoken }: Service,
  near: readonly Wait[],
): { since: number; spread: number } | null {
  const asked: number[] = [];
  const came: number[] = [];
  for (const wait of near) {
    if (wait.answeredAfterSeconds === null) continue;
    const at = secondsBetween(origin, wait.asked);
    asked.push(at);
    came.push(at + wait.answeredAfterSeconds);
  }
  asked.sort((a, b) => a - b);
  came.sort((a, b) => a - b);
  const spread = came[came.length - 1] - came[0];
  const isOne = spread <= ONE_MOMENT && asked[asked.length - 1] - asked[0] > 2 * ONE_MOMENT;
  // It did not stand still if it answered others meanwhile.
  const [from, to] = [asked[0] + GOODBYE_SECONDS, came[0] - GOODBYE_SECONDS];
  if (spoken.some((at) => at > from && at < to)) return null;
  return isOne ? { since: came[0] - asked[0], spread } : null;
}

/** What both sides see, by the ways in which clients ended their connections. */
function seenBy(...ways: readonly string[]): string {
  return `The clients: their own timeout. {server}: ${ways.join('; ')}.`;
}
