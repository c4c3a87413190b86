import type { Endpoint } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { type Elsewhere, elsewhereOf } from './evidence/distance.js';
import {
  eachEndpoint,
  entered,
  findReset,
  finFrame,
  finFrameName,
  firstSent,
  gradedBy,
  isProven,
  isUnheard,
  lastMilestone,
  mayHaveLostState,
  milestone,
  missedSince,
  type SeenReset,
  wasDisproved,
} from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { causesOfUnknown, IDLE_SECONDS } from './wording/host-fate.js';
import { inGeneral, type ProgramView, seenAt } from './wording/program-view.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, inCase, nameOf, round, times } from './wording/wording.js';

const BARE_ABORT =
  'The program of {forgetter} aborted at this moment, on a system whose aborts have no ACK bit, as RFC 9293 §3.10.5 specifies (possible).';

/** Idle times are kept in milliseconds. */
const ROUNDING = 0.002;
/** A gap is no longer than all before it together, give or take a little. */
const DUE = 1.1;
const CLOSED_BEHIND_DATA =
  'The program of {forgetter} had closed or ended while its own data was unacknowledged (likely): its FIN goes out only after that data, and what arrives meanwhile is refused. Its log shows a close or a timeout.';

const GAVE_UP_ON_WINDOW =
  'The host of {forgetter} had given up on the closed window of {knower} without a packet (likely), after a limit such as TCP_USER_TIMEOUT: the reader at {knower} is what has to be looked at.';
const STEPS_ON_WINDOW = [
  'Find out why the program at {knower} did not read: a stack dump, its log, its CPU. ss -tn shows what waits in Recv-Q.',
  'At {forgetter}: check its log for ETIMEDOUT, TCP_USER_TIMEOUT in its code, and sysctl net.ipv4.tcp_retries2.',
];

const KNOWER: ProgramView = {
  name: 'knower',
  open: 'the pending read fails with ECONNRESET (not 0, as no FIN came), or the next write does, and the one after fails with EPIPE and SIGPIPE',
  read: 'fails with ECONNRESET once and then returns 0',
};
const OF_FORGETTER =
  '{forgetter}: unknown. Its program may have ended with its host or closed earlier, may still hold the connection behind a device that forgot it, or may have got ECONNRESET earlier.';
const COMPARE = 'Compare TTL and MAC address of the reset with earlier frames of {forgetter}.';
const UPTIME = 'On the host of {forgetter}, run uptime and last -x reboot.';
const IDLE_TIMEOUTS =
  'Check the idle timeout of every NAT, firewall or load balancer on the path, and conntrack -L there.';
const STEPS = [UPTIME, IDLE_TIMEOUTS, COMPARE];
/** If something other than a restart comes first. */
const STEPS_ON_DEVICE = [IDLE_TIMEOUTS, COMPARE, UPTIME];
/** Another reset had come in the name of the other side. */
const stepsOnReset = (frame: number): readonly string[] => [
  `Compare TTL and MAC address of the reset in frame ${frame} with other frames of {knower}: did {knower} send it?`,
  `Capture at {knower}: a reset that never left there was made on the way.`,
];
/** The capture has nothing else from it: neither its close nor a frame to compare with. */
const STEPS_ON_UNHEARD = [
  'Check the log of {forgetter} from before frame {rst}: did its program close, or was it reset?',
  UPTIME,
  IDLE_TIMEOUTS,
  'Compare TTL and MAC address of the reset with frames of other connections to {forgetter}.',
];
const FROM_OTHER_ADDRESS =
  ' The reset came from another MAC address than the segments of {forgetter} before it';
const SAYS_ELSEWHERE: Readonly<Record<Elsewhere, string>> = {
  'another-host': `${FROM_OTHER_ADDRESS}, although their TTLs show that no router lies between.`,
  'another-distance':
    ' The reset came from another distance: its TTL is {resetTtl}, and that of the segments of {forgetter} before it {ttl}.',
  'another-path': `${FROM_OTHER_ADDRESS}.`,
};
const OF_OLD_HOST =
  '{forgetter}: nothing. On the host that had the connection it may still be open, with the program waiting.';
const stepsOnDistance = (wasIdle: boolean): readonly string[] => [
  ...(wasIdle ? [IDLE_TIMEOUTS] : []),
  'Check the rules and logs of the firewalls and load balancers on the path: which of them rejects the connection with a reset, and since when?',
  ...(wasIdle ? [] : [IDLE_TIMEOUTS]),
  'Capture at {forgetter}: a reset that never left there was made on the way.',
];
/** It is plain that another host sent the reset. */
const stepsOnOtherHost = (rst: number): readonly string[] => [
  `Compare eth.src of frame ${rst} with earlier frames of {forgetter}: which machines have these MAC addresses? The switch’s table or the hypervisor knows.`,
  'On a host of the same link, run ip neigh show to {address} several times. A MAC address that keeps changing means that two hosts use the address.',
  'Check the logs of keepalived, Pacemaker or the orchestrator: did the address move?',
];
const AFTER_LOSS = [
  'Check the log of {forgetter} between frames {heard} and {rst}: did its program close, or time out?',
  UPTIME,
  'Capture on both sides: where do the segments between these two get lost?',
  COMPARE,
];

const OF_UNKNOWN = [cite.halfOpen, cite.resetForUnknown, cite.closedAnswersReset];
const OF_NAT = [cite.natEstablished, cite.natAnswersUnknown];
const CITATIONS = [...OF_UNKNOWN, ...OF_NAT];
const CITATIONS_ON_PROBE = [...OF_UNKNOWN, cite.hostKeepAlive, ...OF_NAT];

/** Data on an open connection is answered as if there were none: whoever answers has lost it, or never had it. */
export const rstHalfOpenDiscovered: Rule = {
  id: 'rst-half-open-discovered',
  family: 'reset',
  severity: 'error',
  summary:
    'An open connection was reset as if by a host that does not know it, although that host had never closed it.',
  options: {},
  signs: ['reset'],
  needs: 'both',
  explains: ['undelivered-data-at-abort'],
  related: [
    'host-restarted',
    'address-moved',
    'idle-reset-interval',
    'rst-origin-suspect',
    'half-open-syn-challenge',
  ],
  citations: CITATIONS_ON_PROBE,
  documentation: {
    meaning:
      'A segment of an established connection was answered with the reset of a host that has no such connection, and no FIN had come before. Whoever answered does not know the connection: the host after a restart, another host that took over its address, a device on the path that forgot the connection and answers for it, or the host itself after a reset, or its own FIN, that the capture does not hold.',
    proof: [
      'Data, a FIN, a keep-alive or an acknowledgment from {knower}, answered by a reset from {forgetter} without ACK, its number taken from the segment it answers.',
      'If the last segment from {forgetter} before that was data sent again, its FIN may have waited behind it: then the finding is a possible warning.',
      'With another MAC address than the segments of {forgetter} before it, and no router in between, the reset came from another host that now has the address; with a TTL from another distance, probably from a device on the path.',
      'A window of 0 in the reset, as Linux sends it for a connection it does not have. With another window it may be an abort as well: then the finding is a possible warning.',
      'No FIN from {forgetter} before.',
    ],
    notThis: [
      'A reset after a FIN from {forgetter}: rst-on-write-after-close, rst-on-close-race, fin-wait-2-timeout-late-fin.',
      'A reset with the ACK bit and the numbers of a live socket, or within 0.2 s of another segment from {forgetter}: rst-active-abort.',
      'A second reset, drawn by a challenge ACK: the first one shows what happened.',
      'Segments from {forgetter} that the capture missed right before: its FIN may be among them.',
      'A reset that someone else sent: rst-origin-suspect.',
      'A reset at the start of the capture, before any other segment from {forgetter}: it may have closed before that, and scanners send such acknowledgments; the finding stays info.',
    ],
    applicationSees: `${inGeneral(KNOWER)} ${OF_FORGETTER}`,
    likelyCauses: [
      ...causesOfUnknown('forgetter'),
      inCase('If {forgetter} had sent data of its own again right before', CLOSED_BEHIND_DATA),
      inCase('If {forgetter} had stopped probing a closed window', GAVE_UP_ON_WINDOW),
    ],
    nextSteps: STEPS,
    example: { fixture: 'crash-reboot', capture: 'client' },
  },
  check: eachEndpoint((knower, forgetter, connection) => {
    if (forgetter.resetsSent === 0 || forgetter.finSent) return null;
    const open = entered(forgetter, 'ESTABLISHED');
    if (open === null || milestone(forgetter, 'syn-ack-repeated') !== null) return null;
    // Its own SYN revealed that it had lost its state: half-open-syn-challenge reports that.
    if (milestone(forgetter, 'syn-on-open-connection') !== null) return null;
    // What came before shows why: an abort of its own, or another reset that this one only repeats.
    // If several segments were on their way, the older ones draw resets with older numbers, which change nothing.
    const reset = findReset(
      forgetter,
      ({ hasAck, verdict }, seen) =>
        (hasAck || verdict !== 'out-of-window') && !wasDisproved(forgetter, seen),
    );
    if (reset === null || (open.frame !== null && reset.frame <= open.frame)) return null;
    const { hasAck, verdict, trigger, window } = reset.reset;
    if (hasAck || verdict !== 'accepted' || trigger === null || trigger.knewFin) return null;
    if (trigger.kind === 'syn' || trigger.kind === 'syn-ack') return null;
    const certain = isProven(open) && !connection.quality.midstream;
    // Nothing of the connection was seen: there may have been none.
    const unheard = connection.quality.midstream && isUnheard(forgetter);
    const lastHeard = forgetter.lastNewData?.frame ?? open.frame;
    const mayHaveLost = mayHaveLostState(connection, forgetter, reset.reset);
    if (!unheard && (!mayHaveLost || missedSince(forgetter, lastHeard))) return null;
    // A closed socket of Linux has no window to offer; RFC 9293 §3.10.7.1 leaves it open.
    const windowed = window !== 0;
    const elsewhere = unheard ? null : elsewhereOf(connection, forgetter, reset.reset);
    const otherHost = elsewhere === 'another-host';
    const otherTtl = forgetter.ttl !== null && reset.reset.ttl !== forgetter.ttl;
    const copies = unansweredCopies(knower, reset, unheard);
    const wasIdle = !unheard && copies === 0 && trigger.idleSeconds >= IDLE_SECONDS;
    const byDevice = otherTtl || elsewhere !== null || windowed || wasIdle;
    const probing = unheard ? null : probingOf(forgetter, reset);
    const hasStopped = probing === 'stopped';
    const wasSending = probing !== null || (!unheard && wasSendingAgain(forgetter, reset));
    const causes = [
      ...(hasStopped ? [GAVE_UP_ON_WINDOW] : []),
      ...(wasSending ? [CLOSED_BEHIND_DATA] : []),
      ...causesOfUnknown('forgetter', {
        byDevice,
        elsewhere,
        unanswered: copies > 0,
        unheard,
        lossy: knower.retransmissions > 0 || forgetter.retransmissions > 0,
      }),
      ...(windowed ? [BARE_ABORT] : []),
    ];
    const kind = unheard ? 'connection' : 'open connection';
    const earlier = entered(forgetter, 'CLOSED');
    const resetBefore =
      earlier?.cause === 'received RST' && earlier.frame !== null && earlier.frame < reset.frame
        ? earlier.frame
        : null;
    return reportFinding(rstHalfOpenDiscovered, connection, {
      likelyCauses:
        resetBefore === null
          ? causes
          : [
              `The reset in the name of {knower} in frame ${resetBefore} had ended the connection there (likely).`,
              ...causes,
            ],
      endpoint: forgetter.role,
      ...(unheard ? { severity: 'info' } : windowed || wasSending ? { severity: 'warning' } : {}),
      confidence: certain && !windowed && !wasSending ? gradedBy(connection, 'inferred') : 'possible',
      title: otherHost
        ? `Another host answered for {forgetter} and reset this ${kind}`
        : elsewhere === 'another-distance'
          ? `A device on the path to {forgetter} probably reset this ${kind}`
          : windowed
            ? `A reset in the name of {forgetter} ended this ${kind}`
            : `{forgetter} reset this ${kind} as one that it does not know`,
      explanation: `{knower} ${whatItSent(knower, trigger)} in frame {trigger}${unheard ? '' : ', {idle} after the last segment of {forgetter},'} and got RST in frame {rst}, ${windowed ? `numbered like that of a host without such a connection. But it has a window of ${window}, and Linux sends such resets with a window of 0: it may be an abort, or come from a device on the path.` : 'in the form that a host without such a connection sends.'} No FIN from {forgetter} was seen before.${wasSending ? ' Its last segment before that was data sent again or a probe of a closed window, so a FIN may have waited behind it.' : ''}${elsewhere === null ? '' : SAYS_ELSEWHERE[elsewhere]}${copies > 0 ? ' {again} without an acknowledgment.' : ''}${connection.quality.midstream ? ' The capture starts inside the connection, so an earlier FIN may have been missed.' : ''}`,
      applicationSees: `${seenAt(knower, forgetter, KNOWER, reset.frame)} ${otherHost ? OF_OLD_HOST : OF_FORGETTER}`,
      nextSteps:
        resetBefore !== null
          ? stepsOnReset(resetBefore)
          : hasStopped
            ? STEPS_ON_WINDOW
            : unheard
              ? STEPS_ON_UNHEARD
              : otherHost
                ? stepsOnOtherHost(reset.frame)
                : elsewhere === 'another-distance'
                  ? stepsOnDistance(wasIdle)
                  : copies > 0
                    ? AFTER_LOSS
                    : byDevice
                      ? STEPS_ON_DEVICE
                      : STEPS,
      citations: trigger.kind === 'keep-alive' ? CITATIONS_ON_PROBE : CITATIONS,
      frames: [trigger.kind === 'fin' ? finFrame(knower) : null, trigger.frame, reset.frame],
      from: forgetter.lastNewData?.time ?? open.time,
      to: reset.time,
      facts: {
        trigger: trigger.kind,
        window,
        ...(copies > 0
          ? { ...(!unheard && { unheardSeconds: round(trigger.idleSeconds) }), unansweredCopies: copies }
          : { idleSeconds: round(trigger.idleSeconds) }),
        lostBytes: trigger.payloadBytes,
        ...(elsewhere !== null && { resetFrom: elsewhere }),
        ...(otherHost && otherTtl && { ofOtherSystem: true }),
      },
      words: {
        knower: nameOf(knower),
        forgetter: nameOf(forgetter),
        address: forgetter.address,
        ttl: forgetter.ttl ?? '?',
        resetTtl: reset.reset.ttl,
        idle: duration(trigger.idleSeconds),
        trigger: trigger.frame,
        rst: reset.frame,
        heard: lastHeard ?? '?',
        again: `${unheard ? '' : `The connection had not been idle: since ${nameOf(forgetter)} was last heard, `}${nameOf(knower)} had retransmitted ${times(copies)}`,
      },
    });
  }),
};

/**
 * Whether the last that `forgetter` had sent before the reset was a probe of a closed window, and another one was due
 * by then, as gaps double; null if it was none.
 */
function probingOf(
  forgetter: Endpoint,
  { time, reset: { trigger } }: SeenReset,
): 'going-on' | 'stopped' | null {
  const probe = lastMilestone(forgetter, 'window-probe');
  if (probe === null || trigger === null || probe.lastFrame >= trigger.frame) return null;
  const since = secondsBetween(probe.lastTime, time);
  if (since > trigger.idleSeconds + trigger.reactionSeconds + ROUNDING) return null;
  return probe.count > 1 && since > DUE * secondsBetween(probe.time, probe.lastTime) ? 'stopped' : 'going-on';
}

/**
 * The last that `forgetter` had sent before the reset was unacknowledged data, so recently that the next copy was not
 * due yet (gaps double): it still had the connection then.
 */
function wasSendingAgain(forgetter: Endpoint, { time, reset: { trigger } }: SeenReset): boolean {
  const run = lastMilestone(forgetter, 'retransmission-run');
  if (run === null || trigger === null || run.lastFrame >= trigger.frame) return false;
  const since = secondsBetween(run.lastTime, time);
  const nextGap = secondsBetween(firstSent(run), run.lastTime) + run.value / 1000;
  return since <= trigger.idleSeconds + trigger.reactionSeconds + ROUNDING && since <= 1.1 * nextGap;
}

/** What the reset answers, worded as what `knower` did. */
function whatItSent(knower: Endpoint, { kind, frame }: NonNullable<SeenReset['reset']['trigger']>): string {
  const fin = finFrame(knower);
  if (kind !== 'fin' || fin === null || fin >= frame) return `sent ${WHAT[kind]}`;
  return `repeated its FIN, first sent in frame ${finFrameName(knower)},`;
}

/**
 * How many times `knower` had sent something again, unanswered, since its peer was last heard before the reset; what
 * draws the reset is not counted. `unheard`: it was not heard at all.
 */
function unansweredCopies(
  knower: Endpoint,
  { time, reset: { trigger } }: SeenReset,
  unheard: boolean,
): number {
  if (trigger === null) return 0;
  const silentFor = unheard ? Number.POSITIVE_INFINITY : trigger.idleSeconds + trigger.reactionSeconds;
  // A FIN that goes out again with data is both.
  const copies = { 'retransmission-run': 0, 'fin-repeated': 0 };
  for (const { kind, frame, time: began, count, lastFrame } of knower.milestones) {
    if (kind !== 'retransmission-run' && kind !== 'fin-repeated') continue;
    if (frame >= trigger.frame || secondsBetween(began, time) >= silentFor) continue;
    copies[kind] += lastFrame === trigger.frame ? count - 1 : count;
  }
  return Math.max(copies['retransmission-run'], copies['fin-repeated']);
}

const WHAT = {
  data: 'data',
  'keep-alive': 'a keep-alive',
  ack: 'an acknowledgment',
  fin: 'its FIN',
  syn: 'a SYN',
  'syn-ack': 'a SYN-ACK',
} as const;
