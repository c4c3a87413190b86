/** From the hot record and its journal to the immutable `Connection`. */
import { formatAddress } from '../core/addresses.js';
import { isKnown, secondsBetween, type Timestamp } from '../core/time.js';
import { advance, after, distance } from '../tcp/sequence.js';
import { STATES } from '../tcp/states.js';
import { SENT_FIN, TRANSITIONS } from '../tcp/transitions.js';
import type { AddressTexts } from './address-texts.js';
import {
  type CaptureQuality,
  type Connection,
  type Endpoint,
  type Evidence,
  type IcmpError,
  IDEAL_QUALITY,
  type Milestone,
  type Moment,
  type Reset,
  type Role,
  type Transition,
} from './connection.js';
import {
  CONFIRMED,
  evidenceOf,
  hasOtherLinkAddress,
  isRetracted,
  QUOTES_ACKNOWLEDGED,
  QUOTES_UNSENT,
  resetHasAck,
  rowOf,
  VERDICTS,
  verdictOf,
} from './entries.js';
import { CONTINUATION, type Journal, TRANSITION } from './journal.js';
import { DATA_AFTER_PEER_FIN, ICMP_ERROR, MILESTONE_KINDS, RESET, RETRANSMISSION_RUN } from './milestones.js';
import {
  CLIENT,
  CLIENT_ADDRESS,
  CLIENT_DELAY,
  CLIENT_NOT_TLS,
  CLOCK_BACKWARDS,
  COMPLETE_DATA,
  COMPLETE_SYN,
  COMPLETENESS_MASK,
  CONTIGUOUS,
  DATA_FRAME,
  DUPLICATE_FRAMES,
  DUPLICATES_APART,
  ECN_ASKED,
  ENDPOINT_ACKNOWLEDGED,
  ENDPOINT_FIN_SENT,
  ENDPOINT_HAS_NEW_DATA,
  ENDPOINT_SECOND_FIN,
  ENDPOINT_SEEN,
  ENDPOINT_SYN_CAPTURED,
  ENDPOINT_WINDOW_CLOSED,
  EVICTED,
  FIN_SEQUENCE,
  FIRST_FRAME,
  FLAGS,
  FRAMES,
  HANDSHAKE_REPEATED,
  ID,
  ISS,
  JOURNAL,
  JOURNAL_FULL,
  KIND_ACK,
  KIND_DATA,
  KIND_FIN,
  KIND_KEEP_ALIVE,
  KIND_SYN,
  KIND_SYN_ACK,
  LAST_FRAME,
  LAST_KIND_MASK,
  LAST_KIND_SHIFT,
  LAST_PAYLOAD_MASK,
  LOST_SEGMENTS,
  lastSender,
  MIDSTREAM,
  MULTIPATH,
  OFFLOADED,
  PAYLOAD_HIGH,
  PAYLOAD_LOW,
  PORTS,
  PREDECESSOR_ID,
  QUOTED,
  RESETS_SHIFT,
  RETRANSMISSIONS,
  ROLES_BY_SYN,
  ROLES_BY_SYN_ACK,
  SEGMENTS,
  SERVER,
  SERVER_ADDRESS,
  SERVER_DELAY,
  SERVER_NOT_TLS,
  SILENCE,
  SND_NXT,
  STATE,
  STATE_MASK,
  TRUNCATED,
  TTL_MASK,
  TTL_SHIFT,
  UNA,
  ZERO_WINDOWS_AND_RESETS,
  ZERO_WINDOWS_MASK,
} from './record.js';
import { unpackRetransmitted } from './segment-sizes.js';
import type { SetBacks } from './set-backs.js';
import type { AnalysisCounts } from './tcp-analysis.js';
import { estimateVantage } from './vantage.js';
import { connStateOf, historyOf } from './zeek.js';

const EVIDENCE: readonly Evidence[] = ['observed', 'confirmed', 'assumed'];
const TRIGGER_KINDS = {
  [KIND_ACK]: 'ack',
  [KIND_SYN]: 'syn',
  [KIND_SYN_ACK]: 'syn-ack',
  [KIND_DATA]: 'data',
  [KIND_FIN]: 'fin',
  [KIND_KEEP_ALIVE]: 'keep-alive',
} as const;

interface Log {
  readonly timeline: Transition[];
  readonly milestones: Milestone[];
}

/** Builds the connection whose words start at `base` in `memory`. */
export function finishConnection(
  memory: Int32Array,
  base: number,
  journal: Journal,
  counts: AnalysisCounts,
  addresses: AddressTexts,
  setBacks: SetBacks,
): Connection {
  const client = base + CLIENT;
  const server = base + SERVER;
  const flags = memory[base + FLAGS];
  const clientLog: Log = { timeline: [], milestones: [] };
  const serverLog: Log = { timeline: [], milestones: [] };
  readJournal(memory[base + JOURNAL], journal, clientLog, serverLog);

  const first = momentAt(memory, base + FIRST_FRAME);
  const end = momentAt(memory, lastSender(memory, base) + LAST_FRAME);
  const hasTimes = isKnown(first.time);
  const serverDelay = hasTimes ? delay(memory[base + SERVER_DELAY]) : null;
  const clientDelay = hasTimes ? delay(memory[base + CLIENT_DELAY]) : null;
  const ports = memory[base + PORTS];
  const clientEnd = endpointOf(
    memory,
    client,
    'client',
    addresses.at(memory, base + CLIENT_ADDRESS),
    ports >>> 16,
    clientLog,
    counts,
    (flags & CLIENT_NOT_TLS) !== 0,
  );
  const serverEnd = endpointOf(
    memory,
    server,
    'server',
    addresses.at(memory, base + SERVER_ADDRESS),
    ports & 0xffff,
    serverLog,
    counts,
    (flags & SERVER_NOT_TLS) !== 0,
  );
  const predecessor = memory[base + PREDECESSOR_ID];
  const id = memory[base + ID];
  return {
    id,
    capture: 0,
    stream: id,
    network: '',
    networkPath: null,
    client: clientEnd,
    server: serverEnd,
    rolesKnownBy:
      (flags & ROLES_BY_SYN) !== 0 ? 'syn' : (flags & ROLES_BY_SYN_ACK) !== 0 ? 'syn-ack' : 'guess',
    firstFrame: first.frame,
    lastFrame: end.frame,
    start: first.time,
    end: end.time,
    frames: memory[base + FRAMES],
    completeness: completenessOf(flags, memory[base + FRAMES]),
    zeek: {
      connState: connStateOf(memory, base, clientEnd.payloadBytes + serverEnd.payloadBytes > 0),
      history: historyOf(memory, base),
    },
    vantage: estimateVantage({
      serverDelay,
      clientDelay,
      repeated: (flags & HANDSHAKE_REPEATED) !== 0,
      clientTtl: clientEnd.ttl,
      serverTtl: serverEnd.ttl,
    }),
    quality: qualityOf(memory, base, setBacks),
    survivedSilenceSeconds: memory[base + SILENCE],
    asksForEcn: (flags & ECN_ASKED) !== 0,
    predecessor: predecessor === 0 ? null : predecessor - 1,
  };
}

/**
 * Wireshark counts the frame that opens a conversation, unless it is a SYN, only when it visits it once more: if
 * there is no other frame, it shows the number from before that.
 */
function completenessOf(flags: number, frames: number): number {
  if (frames > 1 || (flags & QUOTED) !== 0) return flags & COMPLETENESS_MASK;
  return (flags & COMPLETE_SYN) === 0 ? 0 : flags & (COMPLETE_SYN | COMPLETE_DATA);
}

const QUALITY_FLAGS =
  MIDSTREAM | OFFLOADED | TRUNCATED | CLOCK_BACKWARDS | MULTIPATH | EVICTED | JOURNAL_FULL;

function qualityOf(memory: Int32Array, base: number, setBacks: SetBacks): CaptureQuality {
  const flags = memory[base + FLAGS];
  const unseen = unseenSide(memory, base);
  const lostSegments = memory[base + LOST_SEGMENTS];
  const duplicateFrames = memory[base + DUPLICATE_FRAMES];
  const isIdeal = (flags & QUALITY_FLAGS) === 0 && unseen === null && (lostSegments | duplicateFrames) === 0;
  if (isIdeal) return IDEAL_QUALITY;
  return {
    midstream: (flags & MIDSTREAM) !== 0,
    unseen,
    unseenSent: unseen !== null && hasSentUnseen(memory, base, unseen),
    lostSegments,
    duplicateFrames,
    duplicatesApartSeconds: memory[base + DUPLICATES_APART] / 1e6,
    offloaded: (flags & OFFLOADED) !== 0,
    truncated: (flags & TRUNCATED) !== 0,
    clockBackwards: (flags & CLOCK_BACKWARDS) !== 0,
    clockSetBack: (flags & CLOCK_BACKWARDS) !== 0 ? setBacks.of(memory, base) : null,
    multipath: (flags & MULTIPATH) !== 0,
    historyCut: (flags & JOURNAL_FULL) !== 0,
    pausedAt: null,
    resumedAt: null,
    evicted: (flags & EVICTED) !== 0,
  };
}

function readJournal(head: number, journal: Journal, clientLog: Log, serverLog: Log): void {
  for (let entry = head; entry >= 0; entry = journal.next(entry)) {
    const kind = journal.kind(entry);
    if (kind === CONTINUATION) continue;
    const log = journal.isServer(entry) ? serverLog : clientLog;
    if (kind === TRANSITION) {
      const transition = transitionOf(entry, journal);
      // What a frame shows in one direction and disproves in the other never happened.
      const isOfNoMoment = transition.retractedBy !== null && transition.retractedBy === transition.frame;
      if (!isOfNoMoment) log.timeline.push(transition);
      continue;
    }
    const milestone = milestoneOf(entry, kind, journal);
    if (milestone.count > 0) log.milestones.push(milestone);
  }
  clientLog.timeline.reverse();
  clientLog.milestones.reverse();
  serverLog.timeline.reverse();
  serverLog.milestones.reverse();
}

function transitionOf(entry: number, journal: Journal): Transition {
  const detail = journal.detail(entry);
  const row = TRANSITIONS[rowOf(detail)];
  const evidence = evidenceOf(detail);
  const isTakenBack = isRetracted(detail);
  const frame = journal.frame(entry) >>> 0;
  const transition: Transition = {
    state: STATES[row.to] as Transition['state'],
    frame: frame === 0 ? null : frame,
    time: timeOf(entry, journal),
    cause: row.cause,
    evidence: EVIDENCE[evidence] as Evidence,
    confirmedBy: evidence === CONFIRMED && !isTakenBack ? journal.other(entry) >>> 0 : null,
    retractedBy: isTakenBack ? journal.other(entry) >>> 0 : null,
    section: row.section,
  };
  if (frame !== 0 || row.event !== SENT_FIN || isTakenBack) return transition;
  return { ...transition, copyFrame: journal.other(entry) >>> 0 };
}

function milestoneOf(entry: number, kind: number, journal: Journal): Milestone {
  const next = journal.next(entry);
  const isRun = kind !== RESET && next >= 0 && journal.kind(next) === CONTINUATION;
  const time = timeOf(entry, journal);
  const base = {
    kind: MILESTONE_KINDS[kind - 1] as Milestone['kind'],
    frame: journal.frame(entry) >>> 0,
    time,
    count: isRun ? journal.frame(next) : 1,
    lastFrame: (isRun ? journal.other(entry) : journal.frame(entry)) >>> 0,
    lastTime: isRun ? timeOf(next, journal) : time,
    value:
      kind === RESET
        ? 0
        : kind === ICMP_ERROR
          ? journal.value(entry) & ~(QUOTES_UNSENT | QUOTES_ACKNOWLEDGED)
          : journal.value(entry),
  };
  if (kind === RESET) return { ...base, reset: resetOf(entry, journal) };
  if (kind === RETRANSMISSION_RUN && isRun)
    return { ...base, retransmitted: unpackRetransmitted(journal.other(next), journal.detail(next)) };
  if (kind === DATA_AFTER_PEER_FIN && isRun) {
    const dataBefore = journal.other(next) >>> 0;
    return dataBefore === 0 ? base : { ...base, dataBefore };
  }
  if (kind === ICMP_ERROR) return { ...base, icmp: icmpOf(entry, journal) };
  return base;
}

function resetOf(entry: number, journal: Journal): Reset {
  const cause = journal.next(entry);
  const form = journal.next(cause);
  const detail = journal.detail(entry);
  const info = journal.other(cause);
  const triggerFrame = journal.frame(cause) >>> 0;
  const kind = TRIGGER_KINDS[((info & LAST_KIND_MASK) >>> LAST_KIND_SHIFT) as keyof typeof TRIGGER_KINDS];
  const triggerTime = timeOf(cause, journal);
  const time = timeOf(entry, journal);
  return {
    hasAck: resetHasAck(detail),
    sequence: journal.other(entry) >>> 0,
    acknowledgment: journal.value(entry) >>> 0,
    window: journal.frame(form),
    ttl: journal.other(form),
    payloadBytes: journal.seconds(form),
    verdict: VERDICTS[verdictOf(detail)] as Reset['verdict'],
    missedBy: journal.nanoseconds(form),
    trigger:
      triggerFrame === 0 || kind === undefined
        ? null
        : {
            frame: triggerFrame,
            kind,
            reactionSeconds: Math.max(0, secondsBetween(triggerTime, time)),
            idleSeconds: isKnown(time) ? journal.value(cause) / 1000 : Number.NaN,
            knewFin: journal.detail(cause) === 1,
            payloadBytes: info & LAST_PAYLOAD_MASK,
          },
    ...(hasOtherLinkAddress(detail) ? { otherLinkAddress: true } : {}),
  };
}

function icmpOf(entry: number, journal: Journal): IcmpError {
  const value = journal.value(entry);
  const continuation = journal.next(entry);
  const reporter = journal.next(continuation);
  const mtu = journal.value(continuation) >>> 0;
  return {
    version: ((value >>> 16) & 0xff) === 6 ? 6 : 4,
    type: (value >>> 8) & 0xff,
    code: value & 0xff,
    reporter: formatAddress(
      journal.frame(reporter),
      journal.seconds(reporter),
      journal.nanoseconds(reporter),
      journal.other(reporter),
    ),
    sequence: journal.value(reporter) >>> 0,
    ...(mtu === 0 ? {} : { mtu }),
    ...((value & QUOTES_UNSENT) === 0 ? {} : { quotesUnsent: true }),
    ...((value & QUOTES_ACKNOWLEDGED) === 0 ? {} : { quotesAcknowledged: true }),
  };
}

function endpointOf(
  memory: Int32Array,
  endpoint: number,
  role: Role,
  address: string,
  port: number,
  log: Log,
  counts: AnalysisCounts,
  lastShortIsNoTls: boolean,
): Endpoint {
  const flags = memory[endpoint + STATE];
  const seen = (flags & ENDPOINT_SEEN) !== 0;
  const zeroWindowsAndResets = memory[endpoint + ZERO_WINDOWS_AND_RESETS];
  return {
    role,
    address,
    port,
    finalState: STATES[flags & STATE_MASK] as Endpoint['finalState'],
    timeline: log.timeline,
    milestones: log.milestones,
    segments: memory[endpoint + SEGMENTS],
    payloadBytes: (memory[endpoint + PAYLOAD_LOW] >>> 0) + memory[endpoint + PAYLOAD_HIGH] * 2 ** 32,
    retransmissions: memory[endpoint + RETRANSMISSIONS],
    tcpAnalysis: counts.of(memory, endpoint),
    firstMarked: counts.firstOf(memory, endpoint),
    zeroWindows: zeroWindowsAndResets & ZERO_WINDOWS_MASK,
    resetsSent: zeroWindowsAndResets >>> RESETS_SHIFT,
    finSent: (flags & ENDPOINT_FIN_SENT) !== 0,
    unacknowledgedBytes: unacknowledged(memory, endpoint, flags),
    lastShortIsNoTls,
    windowClosed: (flags & ENDPOINT_WINDOW_CLOSED) !== 0,
    lastSegment: seen ? momentAt(memory, endpoint + LAST_FRAME) : null,
    lastNewData: (flags & ENDPOINT_HAS_NEW_DATA) !== 0 ? momentAt(memory, endpoint + DATA_FRAME) : null,
    ttl: seen ? (flags & TTL_MASK) >>> TTL_SHIFT : null,
    initialSequence: memory[endpoint + ISS],
    nextSequence: memory[endpoint + SND_NXT],
  };
}

/**
 * Payload octets beyond the peer's highest acknowledgment; SYN and FIN take a number but are no payload. They end with
 * the highest that was sent, even if it is beyond a FIN.
 */
function unacknowledged(memory: Int32Array, endpoint: number, flags: number): number {
  if ((flags & ENDPOINT_SEEN) === 0) return 0;
  const end =
    (flags & ENDPOINT_FIN_SENT) === 0 ? memory[endpoint + SND_NXT] : endAround(memory, endpoint, flags);
  const firstOctet = advance(memory[endpoint + ISS], 1);
  const una = (flags & ENDPOINT_ACKNOWLEDGED) !== 0 ? memory[endpoint + UNA] : firstOctet;
  const octets = distance(end, una);
  return octets > 0 && ((flags & ENDPOINT_SYN_CAPTURED) !== 0 || (flags & ENDPOINT_HAS_NEW_DATA) !== 0)
    ? octets
    : 0;
}

/** One past the last octet of an endpoint that sent a FIN, whose number may not be the one it should be. */
function endAround(memory: Int32Array, endpoint: number, flags: number): number {
  const fin = memory[endpoint + FIN_SEQUENCE];
  const contiguous = memory[endpoint + CONTIGUOUS];
  const end = (flags & ENDPOINT_SECOND_FIN) === 0 ? contiguous : advance(contiguous, -1);
  return after(end, advance(fin, 1)) ? end : fin;
}

/** The endpoint from which the capture has nothing although it was there. */
function unseenSide(memory: Int32Array, base: number): Role | null {
  const clientSeen = (memory[base + CLIENT + STATE] & ENDPOINT_SEEN) !== 0;
  const serverSeen = (memory[base + SERVER + STATE] & ENDPOINT_SEEN) !== 0;
  if (clientSeen && serverSeen) return null;
  const unseen = clientSeen ? 'server' : 'client';
  // A peer that is merely dead has sent nothing; what an unseen one sent shows in the other's acknowledgments.
  return (memory[endpointAt(base, unseen) + STATE] & ENDPOINT_ACKNOWLEDGED) !== 0 ? unseen : null;
}

/** Whether the acknowledgments sent to the unseen endpoint went beyond the first one, or answer its SYN. */
function hasSentUnseen(memory: Int32Array, base: number, unseen: Role): boolean {
  const own = endpointAt(base, unseen);
  const peer = endpointAt(base, unseen === 'client' ? 'server' : 'client');
  const advanced = memory[own + SND_NXT] !== advance(memory[own + ISS], 1);
  return advanced || (memory[peer + STATE] & ENDPOINT_SYN_CAPTURED) !== 0;
}

function endpointAt(base: number, role: Role): number {
  return base + (role === 'client' ? CLIENT : SERVER);
}

/** Records hold a frame's number, seconds and nanoseconds in three consecutive words. */
function momentAt(memory: Int32Array, word: number): Moment {
  return {
    frame: memory[word] >>> 0,
    time: { seconds: memory[word + 1], nanoseconds: memory[word + 2] },
  };
}

function timeOf(entry: number, journal: Journal): Timestamp {
  return { seconds: journal.seconds(entry), nanoseconds: journal.nanoseconds(entry) };
}

/** The record holds 1 + microseconds, or 0 for unknown. */
function delay(stored: number): number | null {
  return stored === 0 ? null : (stored - 1) / 1e6;
}
