import type { Connection } from '../../connections/connection.js';
import { initialTtl } from '../../connections/origin.js';
import { formatEndpoint } from '../../core/addresses.js';
import { isKnown, type Timestamp } from '../../core/time.js';
import { cite } from '../citations.js';
import { isElsewhere } from '../evidence/distance.js';
import { asksForEcnUntilTheEnd } from '../evidence/evidence.js';
import { type Finding, type Pattern, SEVERITIES, type Severity } from '../finding.js';
import { count, duration, inNetwork, round } from '../wording/wording.js';
import type { Heard } from './heard.js';
import { furtherServices, Members, MOST_SERVICES } from './members.js';
import type { PatternCollector, PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';
import { Services } from './services.js';

const REFUSED_CITATIONS = [
  cite.resetForUnknown,
  cite.rejectingReset,
  cite.abortOnOverflow,
  cite.connectRefused,
];
const ECN_CITATIONS = [cite.ecnSynDropped, cite.resetForEcn];
const UNANSWERED_CITATIONS = [cite.synDropped, cite.connectTimedOut];

const UNANSWERED = 'syn-unanswered';
const REFUSED = 'connection-refused';
const ICMP = 'icmp-unreachable';

/** Clients that are told apart at one service: the more of them, the less each can show. */
const MOST_CLIENTS = 8;
// What a client met: calls that were answered, and calls that failed;
const WAS_ANSWERED = 1;
const FAILED = 2;
const MET_BOTH = WAS_ANSWERED | FAILED;
/** of the former, some whose SYN asked for ECN, and of those that were refused, some that asked and some that did not. */
const ANSWERED_WITH_ECN = 4;
const REFUSED_WITH_ECN = 8;
const REFUSED_WITHOUT_ECN = 16;
/** What a client meets that is refused for its ECN alone. */
const REFUSED_FOR_ECN = MET_BOTH | REFUSED_WITH_ECN;

interface Service {
  readonly address: string;
  readonly port: number;
  readonly network: string;
  /** Calls that were answered, and when the first and the last of them began: numbers, as there may be many. */
  answered: number;
  firstSeconds: number;
  lastSeconds: number;
  /** When the service's host was last heard on them, and on how many of them its program answered nothing. */
  heardSeconds: number;
  mute: number;
  /** The TTL of those answers; null if there are none, `SEVERAL_TTLS` if they differ. */
  ttl: number | null;
  /** By rule. */
  failed: Failed[] | null;
  /** What each client met, as bits; null once there were too many. */
  clients: Met[] | null;
}

interface Met {
  readonly client: string;
  bits: number;
}

interface Failed {
  readonly rule: string;
  readonly members: Members;
  severity: Severity;
  /** As above, of the refusals. */
  ttl: number | null;
}

/** No packet has it. */
const SEVERAL_TTLS = -1;

/** When the calls that failed came, beside those that were answered. */
type When = 'after' | 'before' | 'amid';

/** What others met at the same port. */
export const serviceAnswersOthers: PatternRule = {
  id: 'service-answers-others',
  family: 'pattern',
  generality: 1,
  isOfOneCapture: true,
  severity: 'warning',
  summary:
    'Calls to a service were refused or not answered, while others to the same port were answered: before, after, or at the same time.',
  options: {},
  citations: [...REFUSED_CITATIONS, ...ECN_CITATIONS, ...UNANSWERED_CITATIONS],
  related: [
    'syn-unanswered',
    'connection-refused',
    'recurring-finding',
    'endpoint-mass-close',
    'peer-host-lost',
  ],
  documentation: {
    meaning:
      'One call that fails says little about why. What others met at the same address and port says more: answers until some moment and none since mean that something stopped; none before some moment, that something started; answers to the same client at the same time, that the service itself is short of room; answers to others alone, that something tells clients apart.',
    proof: [
      'A connection with syn-unanswered or connection-refused.',
      'Another one to the same address and port that was answered.',
    ],
    notThis: [
      'A port that never answered in the capture: the finding on each connection stands alone, or recurring-finding.',
      'A call whose port had just been used, and was in TIME-WAIT: syn-unanswered says so.',
      'Connections that another pattern stands for: that one says more.',
    ],
    applicationSees: 'On each of these connections: as described under {rule}.',
    likelyCauses: [
      'Answered before and not after: the process, its host or the way to it stopped in between (possible).',
      'Answered after and not before: the process or its host started in between, or a firewall was opened (possible).',
      'Answered at the same time, the same client: a full accept queue, a limit, or loss (possible).',
      'Answered at the same time, other clients only: a firewall or a route that tells them apart (possible).',
      'Refused with SYNs that ask for ECN, answered without: a device that rejects them (possible).',
      'Refused with another TTL than that of the answers: another machine with this address, or a device in front of it (possible).',
    ],
    nextSteps: [
      'finwait explain {rule}',
      'Compare a call that failed with the nearest one that was answered: client, time, options of the SYN.',
    ],
    example: { fixture: 'accept-queue-full', capture: 'client' },
  },
  begin: (_, heard) => new Collector(heard),
};

class Collector implements PatternCollector {
  readonly #services: Services<Service>;

  constructor(heard: Heard) {
    this.#services = new Services(heard);
  }

  add(connection: Connection, findings: readonly Finding[]): void {
    const failure =
      findings.length === 0
        ? undefined
        : findings.find(({ rule }) => rule === UNANSWERED || rule === REFUSED);
    // Its port had just been used, which no other call has in common with it; or a router answered for the host.
    if (failure?.facts.metTimeWait === true || failure?.explainedBy === ICMP) return;
    const { server, network } = connection;
    if (failure === undefined && server.segments <= server.resetsSent) return;
    const service = this.#services.of(() => ({
      address: server.address,
      port: server.port,
      network,
      answered: 0,
      firstSeconds: Number.POSITIVE_INFINITY,
      lastSeconds: Number.NEGATIVE_INFINITY,
      heardSeconds: Number.NEGATIVE_INFINITY,
      mute: 0,
      ttl: null,
      failed: null,
      clients: [],
    }));
    if (service === null) return;
    if (failure === undefined) countAnswered(service, connection);
    else countFailed(service, connection, failure);
  }

  finish(): readonly Pattern[] {
    return [UNANSWERED, REFUSED].flatMap((rule) => {
      const found = this.#services.all.flatMap((service) => {
        const failed =
          service.answered === 0 ? undefined : service.failed?.find((each) => each.rule === rule);
        return failed === undefined ? [] : [{ service, failed }];
      });
      const further = Math.max(0, found.length - MOST_SERVICES);
      return found
        .sort((a, b) => b.failed.members.count - a.failed.members.count)
        .slice(0, MOST_SERVICES)
        .map(({ service, failed }) => patternOf(service, failed, further));
    });
  }
}

function countAnswered(service: Service, connection: Connection): void {
  const { client, server, start } = connection;
  const seconds = secondsOf(start);
  service.answered++;
  service.ttl = commonTtl(service.ttl, server.ttl);
  if (seconds < service.firstSeconds) service.firstSeconds = seconds;
  if (seconds > service.lastSeconds) service.lastSeconds = seconds;
  if (server.lastSegment !== null) {
    service.heardSeconds = Math.max(service.heardSeconds, secondsOf(server.lastSegment.time));
  }
  if (server.payloadBytes === 0 && client.payloadBytes > 0) service.mute++;
  const ecn = asksForEcnUntilTheEnd(connection) ? ANSWERED_WITH_ECN : 0;
  noteMet(service, client.address, WAS_ANSWERED | ecn);
}

function countFailed(service: Service, connection: Connection, { rule, from, severity }: Finding): void {
  service.failed ??= [];
  let failed = service.failed.find((each) => each.rule === rule);
  if (failed === undefined) {
    failed = { rule, members: new Members(from), severity, ttl: null };
    service.failed.push(failed);
  }
  failed.members.add(connection.id, from);
  failed.ttl = commonTtl(failed.ttl, connection.server.ttl);
  if (SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(failed.severity)) failed.severity = severity;
  const ecn = asksForEcnUntilTheEnd(connection) ? REFUSED_WITH_ECN : REFUSED_WITHOUT_ECN;
  noteMet(service, connection.client.address, FAILED | (rule === REFUSED ? ecn : 0));
}

function commonTtl(common: number | null, ttl: number | null): number | null {
  return common === null || ttl === null || ttl === common ? (common ?? ttl) : SEVERAL_TTLS;
}

/**
 * Whether all refusals came from another distance than all answers; or only started with another TTL, as some systems
 * do with what belongs to no connection. Null if neither.
 */
function otherSender(ofAnswers: number | null, ofRefusals: number | null): 'elsewhere' | 'otherwise' | null {
  if (ofAnswers === null || ofRefusals === null || Math.min(ofAnswers, ofRefusals) < 0) return null;
  if (isElsewhere(ofRefusals, ofAnswers)) return 'elsewhere';
  return initialTtl(ofAnswers) !== initialTtl(ofRefusals) ? 'otherwise' : null;
}

function noteMet(service: Service, client: string, met: number): void {
  const { clients } = service;
  if (clients === null) return;
  for (let i = 0; i < clients.length; i++) {
    if (clients[i].client !== client) continue;
    clients[i].bits |= met;
    return;
  }
  if (clients.length === MOST_CLIENTS) service.clients = null;
  else clients.push({ client, bits: met });
}

function patternOf(service: Service, { rule, members, severity, ttl }: Failed, further: number): Pattern {
  const { address, port, network, clients, answered, firstSeconds, lastSeconds, heardSeconds, mute } =
    service;
  const server = formatEndpoint(address, port);
  const other = rule === REFUSED ? otherSender(service.ttl, ttl) : null;
  const sinceLast = secondsOf(members.from) - lastSeconds;
  const untilFirst = firstSeconds - secondsOf(members.to);
  const when: When = sinceLast > 0 ? 'after' : untilFirst > 0 ? 'before' : 'amid';
  const apart = when === 'after' ? sinceLast : untilFirst;
  const apartSeconds = Number.isFinite(apart) ? apart : Number.NaN;
  const met = clients === null ? null : clients.map(({ bits }) => bits);
  const failing = met?.filter((bits) => (bits & FAILED) !== 0).length ?? null;
  const both = met?.filter((bits) => (bits & MET_BOTH) === MET_BOTH).length ?? null;
  const forEcn = rule === REFUSED && met !== null ? refusedForEcn(met) : 0;
  // On the connections that it had taken: then neither it nor the way to it was gone.
  const heardLater = rule === UNANSWERED && when === 'after' ? heardSeconds - secondsOf(members.from) : 0;
  const wasHeard = heardLater >= SYN_AGAIN_SECONDS && Number.isFinite(heardLater);
  const isMute = rule === UNANSWERED && mute > 0 && 2 * mute >= answered;
  const one = members.count === 1;
  const what = rule === REFUSED ? (one ? 'was refused' : 'were refused') : 'got no answer';
  const answeredText =
    answered === 1
      ? `One call to the same port was answered${EXPLANATION_OF_ONE[when]}.`
      : `${count(answered, 'call')} to the same port were answered${EXPLANATION[when]}.`;
  return reportPattern(serviceAnswersOthers, {
    standsFor: [rule],
    severity,
    confidence: 'possible',
    title: `${members.count} of ${members.count + answered} connections to {server} ${what}, ${TITLE[when]}`,
    explanation: [
      answeredText,
      failing === null || both === null ? '' : clientsText(failing, both),
      wasHeard ? HEARD : '',
      isMute ? muteText(mute) : '',
      other === null
        ? ''
        : ` The refusals have a TTL of ${ttl}, the answers one of ${service.ttl}: ${other === 'elsewhere' ? 'something else refused' : 'another machine may have refused'}.`,
      forEcn === 0 ? '' : ecnText(forEcn),
      furtherServices(further),
    ].join(''),
    citations:
      forEcn > 0
        ? [...ECN_CITATIONS, ...REFUSED_CITATIONS]
        : rule === REFUSED
          ? REFUSED_CITATIONS
          : UNANSWERED_CITATIONS,
    connections: members.ids,
    count: members.count,
    from: members.from,
    to: members.to,
    facts: {
      rule,
      server,
      ...(network !== '' && { network }),
      failed: members.count,
      answered,
      when,
      ...(when !== 'amid' && !Number.isNaN(apartSeconds) && { apartSeconds: round(apartSeconds, 3) }),
      ...(failing !== null && both !== null && { clientsFailed: failing, clientsThatMetBoth: both }),
      ...(forEcn > 0 && { kind: 'ecn-middlebox', clientsRefusedForEcn: forEcn }),
      ...(wasHeard && { heardLaterSeconds: round(heardLater, 3) }),
      ...(isMute && { withoutAnswerToData: mute }),
      ...(other !== null && { ttlOfAnswers: service.ttl!, ttlOfRefusals: ttl! }),
    },
    words: {
      rule,
      server: inNetwork(server, network),
      apart: duration(apartSeconds),
      heard: duration(heardLater),
    },
    likelyCauses:
      forEcn > 0
        ? ECN_CAUSES
        : other === 'elsewhere'
          ? OTHER_CAUSES
          : [
              ...(other === null ? [] : [OTHER_MACHINE]),
              ...causesOf(rule, when, both, wasHeard, isMute).map((cause) =>
                other === null ? cause : cause.replace('(likely)', '(possible)'),
              ),
            ],
    nextSteps:
      forEcn > 0
        ? [ECN_STEP, ...REFUSED_STEPS]
        : other !== null
          ? OTHER_STEPS
          : rule === REFUSED
            ? REFUSED_STEPS
            : UNANSWERED_STEPS,
  });
}

/** Since 1970, to a microsecond or so; what has no time came before all that has one. */
function secondsOf(time: Timestamp): number {
  return isKnown(time) ? (time.seconds >>> 0) + time.nanoseconds / 1e9 : Number.NEGATIVE_INFINITY;
}

const TITLE: Readonly<Record<When, string>> = {
  after: 'after others had been answered',
  before: 'before others were answered',
  amid: 'while others were answered',
};

const EXPLANATION: Readonly<Record<When, string>> = {
  after: ', the last of them {apart} before the first that failed',
  before: ', the first of them {apart} after the last that failed',
  amid: ' between the first and the last of these, or right beside them',
};

const EXPLANATION_OF_ONE: Readonly<Record<When, string>> = {
  after: ', {apart} before the first that failed',
  before: ', {apart} after the last that failed',
  amid: ' between the first and the last of these, or right beside them',
};

/** Whether clients whose calls failed had others that were answered. */
function clientsText(failing: number, both: number): string {
  if (failing === 1)
    return ` The client whose calls failed was ${both === 1 ? 'answered as well' : 'never answered'}.`;
  const answered = both === 0 ? 'none was' : both === 1 ? 'one was' : `${both} were`;
  return ` Of the ${failing} clients whose calls failed, ${answered} answered as well.`;
}

/** A SYN comes again after a second (RFC 6298 §2): a host that is heard for longer could have answered two of them. */
const SYN_AGAIN_SECONDS = 1;

const HEARD =
  ' On connections that it had taken, its host was still heard up to {heard} after the first that failed: neither the host nor the way to it was gone.';

/** Connections that were opened and then get no answer may be in the queue still. */
function muteText(mute: number): string {
  return ` On ${mute} of those that were answered the client sent data, but the program sent nothing: it may not have accepted them.`;
}

/**
 * How many clients were refused with SYNs that asked for ECN and answered without; 0 if any call with such a SYN
 * was answered.
 */
function refusedForEcn(met: readonly number[]): number {
  if (met.some((bits) => (bits & ANSWERED_WITH_ECN) !== 0)) return 0;
  return met.filter((bits) => bits === REFUSED_FOR_ECN).length;
}

function ecnText(clients: number): string {
  const who = clients === 1 ? ' One client was' : ` ${clients} clients were`;
  return `${who} refused only for SYNs that asked for ECN (ECE and CWR), and answered for others that did not; no call that asked for it was answered.`;
}

const ECN_CAUSES = [
  'A device on the way, or the host’s own firewall, rejects SYNs that ask for ECN (possible): then each call with ECE and CWR is refused, and each without is answered.',
  'That is chance, and the process was stopped, started or restarted between these calls (possible).',
];
const ECN_STEP =
  'Wireshark: tcp.flags.syn == 1 && tcp.flags.ece == 1 shows the calls that ask for ECN; on a Linux client, check sysctl net.ipv4.tcp_ecn.';

/** What refused did not send the answers, or may not have. */
const OTHER_MACHINE =
  'Another machine has the address of {server} as well, or has taken it over (possible): then the MAC address behind it differs on its link.';
const OTHER_CAUSES = [
  OTHER_MACHINE,
  'A firewall or load balancer in front of {server} rejects in its name (possible): then these SYNs do not arrive there.',
  'The host of {server} sends resets with another TTL, and the process stopped listening (possible): then a call to any other closed port of it shows that TTL as well.',
];

const TELLS_APART = 'A firewall or a route on the way tells these clients from the others (possible).';

/** `wasHeard`: its host went on after the first that failed; `isMute`: its program answered nothing on some. */
function causesOf(
  rule: string,
  when: When,
  both: number | null,
  wasHeard: boolean,
  isMute: boolean,
): readonly string[] {
  if (rule === REFUSED) {
    if (when === 'after') {
      return [
        'The process stopped listening after its last answer (likely): it ended, or was restarted or stopped.',
        'A firewall began to reject (possible).',
      ];
    }
    if (when === 'before') {
      return [
        'The process was not listening yet (likely): it started after the last refusal.',
        'A firewall stopped rejecting (possible).',
      ];
    }
    const own = [
      'The process was restarted, and nothing listened meanwhile (possible).',
      'Several hosts share the address, and one of them has no listener (possible): its TTL may differ.',
    ];
    return both === 0 ? [TELLS_APART, ...own] : [...own, TELLS_APART];
  }
  if (when === 'after') {
    const full = `The listener’s accept queue has been full since, as its program no longer accepts (${isMute ? 'likely' : 'possible'}): TcpExtListenOverflows counts that.`;
    const dropped = 'A firewall began to drop (possible): then other services of the host still answer.';
    if (wasHeard) return [full, dropped];
    const lost =
      'The host, or the way to it, was lost after the last answer (possible): then its other services are silent as well.';
    return isMute ? [full, lost, dropped] : [lost, dropped, full];
  }
  if (when === 'before') {
    return [
      'The host, or the way to it, was not up yet (possible).',
      'A firewall was opened (possible).',
      'The listener’s accept queue had been full, and was emptied (possible): TcpExtListenOverflows counted that.',
    ];
  }
  const queue = `The listener’s accept queue is full at times, and Linux then drops SYNs in silence (${isMute ? 'likely' : 'possible'}): TcpExtListenOverflows counts them.`;
  const lost = 'SYNs or their answers were lost on the way (possible).';
  const limit =
    'A firewall on the way limits connections, or their rate (possible): then these SYNs do not arrive at {server}.';
  return both === 0 ? [TELLS_APART, queue, limit, lost] : [queue, lost, limit, TELLS_APART];
}

const UNANSWERED_STEPS = [
  'On the host of {server}: nstat -az TcpExtListenOverflows TcpExtListenDrops, and ss -ltn for the queue of its port.',
  'Capture there: do the SYNs arrive? If they do not, compare the rules for a client that is answered and one that is not.',
  'On its own link, ARP or neighbour discovery shows whether the host is there at all (ip neigh).',
];
const OTHER_STEPS = [
  'Find the machines by their MAC addresses: Wireshark shows that of a refusal and of an answer; on the link of {server}, arping -D asks who has its address.',
  'Capture on the host of {server}: do the SYNs that are refused arrive there?',
];
const REFUSED_STEPS = [
  'On the host of {server}: when did the process start or stop? Check its log, or the service manager’s.',
  'Compare the TTLs of a refusal and of an answer: several hosts, or a firewall, may stand behind the address.',
];
