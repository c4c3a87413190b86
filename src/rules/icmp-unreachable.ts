import type { Connection, Endpoint, IcmpError, Milestone, Transition } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  eachEndpoint,
  entered,
  findReset,
  isProven,
  lasted,
  lastMilestone,
  silentSince,
} from './evidence/evidence.js';
import { HARD, isLocal, lastUndelivered, meaningOf, SOFT, type Subject } from './evidence/icmp-errors.js';
import { LOST_NEIGHBOUR_CITATIONS, reportSilence } from './evidence/neighbours.js';
import type { Citation } from './finding.js';
import type { Rule } from './rule.js';
import { READS_END, seenAt } from './wording/program-view.js';
import { type Draft, reportFinding } from './wording/report-finding.js';
import { count, nameOf, round } from './wording/wording.js';

/** The SYN-ACK did not arrive, and perhaps nobody waits for it. */
const FORGED_SYN =
  'The SYN came from a forged address, as in a SYN flood (possible): then nobody there waits for the answer.';

/** What may be behind an error and what to look at, most likely first. */
interface Advice {
  readonly causes: readonly string[];
  readonly next: readonly string[];
}

const FILTER = 'Check the firewall rules of {reporter}: iptables -S, nft list ruleset.';
const REPORTER = 'Find out what {reporter} is, and what its log says.';

const ADVICE: Readonly<Record<Subject, Advice>> = {
  route: {
    causes: [
      '{reporter} has no route to {peerAddress} (likely).',
      'A firewall rejects the traffic with this error (possible).',
    ],
    next: ['Ask {reporter}, which sent the error, for its route: ip route get {peerAddress}.', FILTER],
  },
  host: {
    causes: [
      'The host of {peer} is down, and the last router gets no answer to ARP or neighbour discovery (possible).',
      'A firewall rejects the traffic with this error (possible).',
    ],
    next: [
      'Ask {reporter}, which sent the error, for its neighbour entry: ip neigh show {peerAddress}.',
      FILTER,
    ],
  },
  port: {
    causes: [
      'A firewall rejects the connection: “port unreachable” is what REJECT answers by default (likely).',
      'Nothing listens on the port, on a system that does not answer with a reset as RFC 9293 asks (possible).',
    ],
    next: [FILTER, "On the host of {peer}, run ss -ltn 'sport = :{peerPort}'."],
  },
  protocol: {
    causes: [
      'A firewall rejects the connection with this error (possible).',
      'The host does not speak TCP (possible).',
    ],
    next: [FILTER],
  },
  policy: { causes: ['A firewall or a router’s filter forbids the traffic (likely).'], next: [FILTER] },
  hops: {
    causes: [
      'The route runs in a loop (likely).',
      'The segment started with a small TTL, as those of traceroute do (possible).',
    ],
    next: [
      'Run traceroute -T -p {peerPort} {peerAddress} from the host of {sender}: in a loop, routers appear again.',
    ],
  },
  reassembly: {
    causes: ['A fragment of the segment was lost on the way (likely).'],
    next: ['Find out why the segment was fragmented: check the MTU on the path, and Don’t Fragment.'],
  },
  header: {
    causes: ['{reporter} does not accept a field or an option of the IP header (likely).'],
    next: [REPORTER],
  },
  other: { causes: ['{reporter} could not deliver the segment (likely).'], next: [REPORTER] },
};

const OWN_FIREWALL: Advice = {
  causes: ['The firewall of the host of {sender} itself rejects what it sends (likely).'],
  next: ['On the host of {sender}, check the rules for what it sends: iptables -S OUTPUT, nft list ruleset.'],
};

/** Errors that a host sends to itself: no router knows of them. */
const LOCAL: Readonly<Partial<Record<Subject, Advice>>> = {
  route: {
    causes: ['The host of {sender} has no route to {peerAddress} any more (likely).', ...OWN_FIREWALL.causes],
    next: ['On the host of {sender}, run ip route get {peerAddress}.', ...OWN_FIREWALL.next],
  },
  host: {
    causes: [
      'The next host on the link of {sender}, {peer} itself or a router, is down or off the link: nobody answers ARP or neighbour discovery (likely).',
      'The firewall of the host of {sender} itself rejects what it sends with this error (possible).',
    ],
    next: [
      'On the host of {sender}, ip route get {peerAddress} names the next host, and ip neigh show gives its state (FAILED, INCOMPLETE).',
      'Look for unanswered ARP or neighbour discovery requests, in Wireshark: arp || icmpv6.type == 135.',
      ...OWN_FIREWALL.next,
    ],
  },
  port: OWN_FIREWALL,
  protocol: OWN_FIREWALL,
  policy: OWN_FIREWALL,
};

const UNSENT: Advice = {
  causes: [
    'Somebody forges ICMP errors, without seeing the connection (possible).',
    'The error is about another connection with the same addresses and ports (possible).',
    'A device on the path rewrites sequence numbers, but not in what ICMP errors quote (possible).',
  ],
  next: [
    'On the host of {sender}, nstat -az TcpExtOutOfWindowIcmps counts the errors that Linux ignored.',
    'Capture nearer to {reporter}: did it send the error at all?',
  ],
};

/** The last codes of ICMP’s unreachable message in RFC 792, in RFC 1122 and in RFC 1812. */
const LAST_FIRST_CODE = 5;
const LAST_HOST_CODE = 12;
const LAST_ROUTER_CODE = 15;

/** What a caller sends later than this after an error, it sends knowing of the error. */
const UNDERWAY_SECONDS = 0.5;
/** An open connection that goes on is heard within this time of the first error: a soft one ends nothing (MUST-56). */
const TAIL_SECONDS = 3;

/** A router or host reported that segments could not be delivered. */
export const icmpUnreachable: Rule = {
  id: 'icmp-unreachable',
  family: 'liveness',
  severity: 'warning',
  summary: 'An ICMP error says that segments of this connection could not be delivered.',
  options: {},
  signs: ['icmp-error'],
  needs: 'either',
  explains: [
    'peer-unresponsive',
    'retransmission-gave-up',
    'syn-unanswered',
    'handshake-delayed',
    'fin-unacknowledged',
    'keepalive-unanswered',
  ],
  related: ['peer-unresponsive', 'syn-unanswered', 'pmtu-reduced'],
  citations: [
    cite.icmpReachesConnection,
    cite.softErrorsDoNotAbort,
    cite.softErrorsTold,
    cite.sourceQuenchIgnored,
    cite.hardErrorsAbort,
    cite.hostIcmp,
    cite.icmpUnreachable,
    cite.hostUnreachableCodes,
    cite.routerUnreachableCodes,
    cite.icmpTimeExceeded,
    cite.icmpParameterProblem,
    cite.icmp6Unreachable,
    cite.icmp6TimeExceeded,
    cite.icmp6ParameterProblem,
    cite.softErrorsRepeat,
    cite.softErrorsInHandshake,
    cite.icmpSequenceCheck,
    cite.icmpHardChecks,
    cite.tcpErrorHandling,
    cite.icmpHandling,
    cite.icmpErrno,
    cite.icmp6Handling,
    cite.icmp6Errno,
    ...LOST_NEIGHBOUR_CITATIONS,
  ],
  documentation: {
    meaning:
      'A router or a host returned an ICMP error that quotes a segment of this connection. Soft errors must not end an established connection: Linux remembers them, and hard ones too, and reports them instead of ETIMEDOUT when it gives up. During the handshake many systems, Linux among them, give up at once. An error from the address of {sender} itself comes from its own host, as Linux sends one to itself when nobody answers its ARP or neighbour discovery: no router is involved. Linux ignores an error that quotes what has been acknowledged, such as the number of a keep-alive: then the program gets ETIMEDOUT all the same. An error that quotes a number which {sender} never sent is forged or about something else, and stays info.',
    proof: [
      'An ICMP or ICMPv6 error that quotes addresses and ports of this connection.',
      'The sequence number that it quotes is checked against what {sender} had sent, if its SYN was captured.',
    ],
    notThis: [
      '“Fragmentation needed” and “packet too big”, which belong to path MTU discovery: pmtu-reduced.',
      'A source quench, which TCP ignores, or a redirect: neither says that a segment was lost.',
      'An error about another connection.',
    ],
    applicationSees:
      '{sender}: (on Linux) while connecting, an error at once, which depends on type and code: EHOSTUNREACH for an unreachable host, ENETUNREACH for a network, ECONNREFUSED for a port, EACCES if ICMPv6 forbids it; later nothing until the kernel gives up, and then that error instead of ETIMEDOUT; SO_ERROR, or IP_RECVERR, reports it sooner.',
    likelyCauses: [
      'Host unreachable: the host of {peer} is down, and the last router gets no answer to ARP (possible).',
      'Host unreachable, from the host of {sender} itself: the next host on its link, {peer} or a router, is down or off the link (likely).',
      'Network unreachable: the router has no route to it (likely).',
      'Port unreachable: a firewall rejects the connection (likely); a host without a listener answers with a reset.',
      'Administratively prohibited: a firewall or a router’s filter forbids the traffic (likely).',
      'Time exceeded: the route runs in a loop (likely).',
      'A number that {sender} never sent: somebody forges ICMP errors (possible).',
    ],
    nextSteps: [
      'Ask {reporter}, which sent the error, for its route and its ARP or neighbour entry for {peerAddress}.',
      'Check the firewall rules there.',
    ],
    example: { fixture: 'host-unreachable', capture: 'client' },
  },
  check: eachEndpoint((sender, peer, connection, { captureEnd }) => {
    const reported = lastUndelivered(sender);
    if (reported === null) return null;
    const { run, icmp } = reported;
    const { text, kind, subject, errno } = meaningOf(icmp);
    const unsent = icmp.quotesUnsent === true;
    const handshake = handshakeAfter(connection, sender, run);
    const connecting = handshake !== null;
    const silent = silentSince(peer, run);
    const dead = silent && (connecting || secondsBetween(run.time, captureEnd) >= TAIL_SECONDS);
    const local = !unsent && isLocal(sender, icmp);
    const advice = unsent ? UNSENT : ((local ? LOCAL[subject] : undefined) ?? ADVICE[subject]);
    const name = `ICMP${icmp.version === 6 ? 'v6' : ''} type ${icmp.type} code ${icmp.code}, ${kind}`;
    const after = connecting
      ? `The connection was not yet open.${sinceThen(handshake)}`
      : dead
        ? '{peer} was not heard again.'
        : silent
          ? 'The capture ends too soon after that to tell whether {peer} is heard again.'
          : '{peer} answered afterwards: the connection outlived the error.';
    const draft: Draft = {
      endpoint: sender.role,
      severity: unsent ? 'info' : dead && !(connecting && sender.role === 'server') ? 'error' : 'warning',
      confidence: unsent || dead ? 'inferred' : 'observed',
      title: `${local ? 'The host of {sender} itself' : '{reporter}'} reported “${text}” for {peer}${unsent ? ', quoting a number that {sender} was not seen to send' : ''}`,
      explanation: unsent
        ? `{errors} from {reporter}, the first in frame {first}: ${name}. It quotes the sequence number ${icmp.sequence}, far from all that {sender} was seen to send: the error is forged, about another connection, or was rewritten on the path. ${after}`
        : `{errors} from {reporter}, the first in frame {first}, about ${run.count === 1 ? 'a segment' : 'segments'} of {sender}: ${name}. ${icmp.quotesAcknowledged ? `${run.count === 1 ? 'It quotes' : 'They quote'} what had been acknowledged, as a keep-alive does. ` : ''}${local ? '{reporter} is the address of {sender}: its own host reports this, not a router. ' : ''}${after}`,
      applicationSees: outcome(sender, peer, icmp, errno, dead, handshake),
      likelyCauses: connecting && sender.role === 'server' ? [...advice.causes, FORGED_SYN] : advice.causes,
      nextSteps: advice.next,
      citations: citationsFor(icmp, kind, subject, errno, connecting),
      frames: [run.frame, run.lastFrame, handshake?.answeredIn ?? null, handshake?.refusedIn ?? null],
      from: run.time,
      to: run.lastTime,
      facts: {
        version: icmp.version,
        type: icmp.type,
        code: icmp.code,
        reporter: icmp.reporter,
        local,
        errors: run.count,
        seconds: round(secondsBetween(run.time, run.lastTime)),
        handshake: connecting,
        ...(unsent ? { quotedSequence: icmp.sequence } : {}),
        ...(icmp.quotesAcknowledged && { quotesAcknowledged: true }),
      },
      words: {
        sender: nameOf(sender),
        peer: nameOf(peer),
        peerAddress: peer.address,
        peerPort: peer.port,
        reporter: icmp.reporter,
        errors: count(run.count, 'ICMP error'),
        first: run.frame,
        answer: handshake?.answeredIn ?? '?',
        tried: handshake?.triedIn ?? '?',
        refused: handshake?.refusedIn ?? '?',
      },
    };
    return local
      ? reportSilence(icmpUnreachable, connection, sender, peer, 'peer', draft)
      : reportFinding(icmpUnreachable, connection, draft);
  }),
};

/** What followed an error that came before the connection was open. */
interface Handshake {
  /** The last frame in which its SYN or SYN-ACK came again later: it had not given up at the error. */
  readonly triedIn: number | null;
  /** The frame that opens the connection, unless it was given up. */
  readonly answeredIn: number | null;
  /** Whether that frame did open it, as far as the capture proves. */
  readonly isOpen: boolean;
  /** The reset that this frame drew instead. */
  readonly refusedIn: number | null;
}

const REPEATS = { client: 'syn-repeated', server: 'syn-ack-repeated' } as const;

/** Null if `sender` was open by then. */
function handshakeAfter(connection: Connection, sender: Endpoint, run: Milestone): Handshake | null {
  const opening = entered(sender, 'ESTABLISHED');
  // If the capture starts inside the connection, the timeline starts with ESTABLISHED.
  if (opening !== null && (opening === sender.timeline[0] || !isBehind(opening, run))) return null;
  // An opening that drew a reset was retracted.
  const answer =
    opening ??
    sender.timeline.findLast((entry) => entry.state === 'ESTABLISHED' && isBehind(entry, run)) ??
    null;
  const isOpen = isProven(opening);
  const refused = answer === null || isOpen ? null : findReset(sender, (_reset, seen) => isBehind(seen, run));
  return {
    triedIn: triedSince(connection, sender, run),
    answeredIn: answer?.frame ?? null,
    isOpen,
    refusedIn: refused?.frame ?? null,
  };
}

function isBehind({ frame }: Pick<Transition, 'frame'>, run: Milestone): boolean {
  return frame !== null && frame > run.lastFrame;
}

/** The last frame of a sender that did not give up at the error, but sent its SYN or SYN-ACK again later. */
function triedSince(connection: Connection, sender: Endpoint, run: Milestone): number | null {
  const again = lastMilestone(sender, REPEATS[sender.role]);
  if (again === null || again.lastFrame < run.frame) return null;
  const seconds = secondsBetween(run.time, again.lastTime);
  return lasted(connection, run.frame, seconds, UNDERWAY_SECONDS) ? again.lastFrame : null;
}

function sinceThen({ triedIn, answeredIn, isOpen, refusedIn }: Handshake): string {
  if (isOpen) return ' It opened all the same, with frame {answer}.';
  const tried = triedIn === null ? '' : ' {sender} went on all the same, until frame {tried}.';
  if (answeredIn === null) return tried;
  return `${tried} {peer} answered in frame {answer}${refusedIn === null ? '' : ', and {sender} reset that in frame {refused}'}.`;
}

/** What the program of `sender` gets from Linux. */
function outcome(
  sender: Endpoint,
  peer: Endpoint,
  { version, quotesUnsent, quotesAcknowledged }: IcmpError,
  errno: string | null,
  dead: boolean,
  handshake: Handshake | null,
): string {
  if (quotesUnsent) return '{sender}: nothing; Linux ignores an error that quotes no number in flight.';
  if (quotesAcknowledged) {
    const gone = dead ? ' If its kernel gives up, it fails with ETIMEDOUT.' : '';
    return `{sender}: nothing of the error; Linux ignores one that quotes no number in flight.${gone}`;
  }
  if (errno === null) return '{sender}: nothing; Linux ignores an error with a code that it does not know.';
  if (handshake !== null)
    return sender.role === 'client' ? outcomeOfConnect(handshake, errno) : outcomeOfAccept(handshake);
  const option = version === 6 ? 'IPV6_RECVERR' : 'IP_RECVERR';
  const sooner = `sooner if it asks for SO_ERROR or has set ${option}`;
  return dead
    ? seenAt(sender, peer, {
        name: 'sender',
        open: `(on Linux) nothing until the kernel gives up, and then ${errno} instead of ETIMEDOUT; ${sooner}`,
        read: `fails with ${errno} when the kernel gives up; ${sooner}`,
        ended: `(on Linux) ${READS_END}; a write after the kernel has given up fails with ${errno} instead of ETIMEDOUT; ${sooner}`,
      })
    : `{sender}: (on Linux) nothing unless it has set ${option}; had the kernel given up soon after, the error would have been ${errno}.`;
}

/**
 * Linux gives up a SYN at any error (`tcp_v4_err`), except one that comes while the call holds the socket, as that of
 * its own firewall may. A sender that goes on met that case, runs another system, or did not receive the error.
 */
function outcomeOfConnect({ triedIn, answeredIn, isOpen, refusedIn }: Handshake, errno: string): string {
  const wentOn = `{sender}: its connect went on, although on Linux it mostly fails at once with ${errno}`;
  if (isOpen) return `${wentOn}, and succeeded; its program learns nothing of the error.`;
  if (refusedIn !== null)
    return `{sender}: its connect had failed, or been given up, when the answer came; on Linux it fails at once with ${errno}.`;
  if (triedIn !== null)
    return `${wentOn}; it ${answeredIn === null ? '' : 'succeeds if frame {answer} reaches it, and '}fails at the next such error, or later with ${errno} or ETIMEDOUT if no answer comes.`;
  const late = answeredIn === null ? '' : ', and the answer to its SYN finds no socket and draws a reset';
  return `{sender}: (on Linux) connect fails at once with ${errno}${late}.`;
}

function outcomeOfAccept({ answeredIn }: Handshake): string {
  return answeredIn === null
    ? '{sender}: nothing; accept does not return a connection that never opened.'
    : '{sender}: nothing of the error; accept returns the connection if it has opened.';
}

function citationsFor(
  icmp: IcmpError,
  kind: string,
  subject: Subject,
  errno: string | null,
  connecting: boolean,
): Citation[] {
  if (icmp.quotesUnsent) return [cite.icmpReachesConnection, cite.icmpSequenceCheck];
  const onOpen = (citation: Citation): Citation[] => (connecting ? [] : [citation]);
  return [
    cite.icmpReachesConnection,
    ...(kind === HARD ? [cite.hardErrorsAbort, ...onOpen(cite.icmpHardChecks)] : []),
    ...(kind === SOFT
      ? [cite.softErrorsDoNotAbort, cite.softErrorsTold, ...onOpen(cite.softErrorsRepeat)]
      : []),
    ...(icmp.version === 4 ? [cite.hostIcmp] : []),
    definitionOf(icmp, subject),
    ...(icmp.quotesAcknowledged
      ? [cite.icmpSequenceCheck]
      : [
          ...(connecting && kind === SOFT ? [cite.softErrorsInHandshake] : []),
          ...onOpen(cite.tcpErrorHandling),
          ...onLinux(icmp, subject, errno),
        ]),
  ];
}

/** Where the message and its code are defined. */
function definitionOf({ version, code }: IcmpError, subject: Subject): Citation {
  const isTimeExceeded = subject === 'hops' || subject === 'reassembly';
  if (version === 6) {
    if (isTimeExceeded) return cite.icmp6TimeExceeded;
    return subject === 'header' ? cite.icmp6ParameterProblem : cite.icmp6Unreachable;
  }
  if (isTimeExceeded) return cite.icmpTimeExceeded;
  if (subject === 'header') return cite.icmpParameterProblem;
  if (code <= LAST_FIRST_CODE || code > LAST_ROUTER_CODE) return cite.icmpUnreachable;
  return code <= LAST_HOST_CODE ? cite.hostUnreachableCodes : cite.routerUnreachableCodes;
}

/** What Linux does with it, and where its error number comes from. */
function onLinux({ version }: IcmpError, subject: Subject, errno: string | null): Citation[] {
  if (version === 6) return [cite.icmp6Handling, cite.icmp6Errno];
  const isUnreachable = subject !== 'hops' && subject !== 'reassembly' && subject !== 'header';
  return [cite.icmpHandling, ...(isUnreachable && errno !== null ? [cite.icmpErrno] : [])];
}
