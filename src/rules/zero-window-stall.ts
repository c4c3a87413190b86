import type { Connection, Endpoint, Milestone } from '../connections/connection.js';
import { secondsBetween, type Timestamp } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, gradedBy, lasted, lastMilestone } from './evidence/evidence.js';
import { silenceMetBy } from './evidence/silence.js';
import { unansweredProbes } from './evidence/window-probes.js';
import type { Finding } from './finding.js';
import type { Rule } from './rule.js';
import { MINIMUM_RETRANSMISSIONS } from './thresholds.js';
import { reportFinding } from './wording/report-finding.js';
import { count, duration, nameOf, round, ssFilter, times } from './wording/wording.js';

/** The receiver has sent its FIN, and the sender is in CLOSE-WAIT. */
const HOLDS_FIN_BACK =
  ' {sender} is in CLOSE-WAIT with data to send, so its FIN cannot be sent either. {receiver} had sent its own: it has only closed that direction, or its TCP fails to reset a connection that nobody reads any more (RFC 2525 §2.16).';

const OF_WINDOW = [
  cite.windowMayStayClosed,
  cite.windowAnsweredStaysOpen,
  cite.windowProbes,
  cite.firstWindowProbe,
  cite.probeBackoff,
  cite.resetThroughZeroWindow,
  cite.hostWindowProbes,
];
const OF_FIN_HELD_BACK = [...OF_WINDOW, cite.neverClosedServer, cite.resetOnPendingData];
const DUMP = 'then take a stack dump of the owner';
/** The connection is over, or the window was opened: neither socket shows it any more. */
const STEPS_OF_PAST = [
  'Find out what kept the program of {receiver} from reading between frames {first} and {last}: check its log, and the load of its host at that time.',
  `If it happens again, on the host of {receiver}: ss -tanpo '( {filter} )' shows a large Recv-Q; ${DUMP}.`,
];

/** A window that closes so often, and for this share of the time, is no chance of a busy moment. */
const OFTEN = 3;
/** Runs of one kind that the engine keeps of an endpoint: the first ones, and the newest. */
const MOST_RUNS = 24;
const LEAST_SHARE = 0.5;

/** A receiver keeps its window closed while the other side has data for it. */
export const zeroWindowStall: Rule = {
  id: 'zero-window-stall',
  family: 'delivery',
  severity: 'warning',
  summary: 'A receiver kept its window closed for a long time: its application does not read.',
  options: {
    stallSeconds: {
      unit: 'seconds',
      default: 10,
      minimum: 0.1,
      maximum: 86_400,
      description: 'How long the window must stay closed. No RFC sets a limit: this is a judgement.',
    },
    errorSeconds: {
      unit: 'seconds',
      default: 60,
      minimum: 0.1,
      maximum: 86_400,
      description: 'From this length on it is an error, by judgement.',
    },
  },
  ordered: ['stallSeconds', 'errorSeconds'],
  signs: ['zero-window'],
  needs: 'both',
  explains: ['close-wait-stuck', 'fin-wait-2-stuck'],
  related: ['zero-window-probe-unanswered', 'close-wait-stuck', 'fin-unacknowledged'],
  citations: OF_FIN_HELD_BACK,
  documentation: {
    meaning:
      'A window of zero says that the receive buffer is full: the kernel is alive, the application does not read. The other side probes and has to wait; TCP lets it wait for ever as long as the probes are answered. So this is not a protocol error, but a program that hangs or is too slow. A FIN waits behind the data: a sender in CLOSE-WAIT cannot leave it before the window opens.',
    proof: [
      'A literal window of 0 from {receiver} for stallSeconds.',
      'Probes from {sender}, or outstanding data of {sender}: it wants to send.',
      'Or three or more such times that together last stallSeconds and half of the time from the first to the last.',
    ],
    notThis: [
      'A small window that is not zero.',
      'The window field of a reset or a FIN.',
      'A closed window that nobody wants to use.',
      'The time after the last answer of a receiver that is gone: zero-window-probe-unanswered.',
    ],
    applicationSees:
      '{sender}: write blocks or fails with EAGAIN. {receiver}: data lies unread in its socket.',
    likelyCauses: [
      'The program of {receiver} is blocked elsewhere, stopped, or overloaded (likely).',
      'It waits for something else before it reads on, perhaps for {sender} (possible).',
    ],
    nextSteps: [
      `On the host of {receiver}: ss -tanpo '( {filter} )' shows a large Recv-Q; ${DUMP}.`,
      'On the host of {sender}: ss -tino shows timer:(persist,…).',
    ],
    example: { fixture: 'zero-window-stuck', capture: 'client' },
  },
  check: eachEndpoint((receiver, sender, connection, { captureEnd, options }) => {
    if (receiver.zeroWindows === 0) return null;
    const probes = lastMilestone(sender, 'window-probe');
    const repeated = repeatedStalls(receiver, options.stallSeconds);
    if (probes === null && sender.unacknowledgedBytes === 0 && repeated === null) return null;
    const over = receiver.finalState === 'CLOSED' || sender.finalState === 'CLOSED';
    // A receiver that no longer answers may have opened it, or be gone: it is known to be closed until last heard.
    const minimum = MINIMUM_RETRANSMISSIONS.default;
    const gone =
      unansweredProbes(connection, sender, receiver, minimum) !== null ||
      silenceMetBy(connection, sender, receiver, minimum, captureEnd) !== null;
    const heard = gone ? receiver.lastSegment : null;
    const stall = longestStall(receiver, heard?.time ?? (over ? connection.end : captureEnd));
    if (stall === null) return null;
    const wasClosedFor = (limit: number): boolean =>
      lasted(connection, stall.run.frame, stall.seconds, limit);
    if (!wasClosedFor(options.stallSeconds))
      return repeated === null ? null : reportRepeated(connection, receiver, sender, repeated);
    const isLast = stall.run === lastMilestone(receiver, 'zero-window') && receiver.windowClosed;
    const open = isLast && !over && heard === null;
    const holdsFinBack = isLast && sender.finalState === 'CLOSE-WAIT';
    return reportFinding(zeroWindowStall, connection, {
      endpoint: receiver.role,
      severity: wasClosedFor(options.errorSeconds) ? 'error' : 'warning',
      confidence: gradedBy(connection, 'inferred'),
      title: `{receiver} ${open ? 'has kept' : 'kept'} its window closed for {time}: its application ${open ? 'does' : 'did'} not read`,
      explanation: `The window of {receiver} was zero from frame {first}${open ? ' to the end of the capture' : ' to frame {last}'}${isLast && heard !== null ? ', the last in which it was heard' : ''}.${probes === null ? ` {sender} had ${count(sender.unacknowledgedBytes, 'byte')} outstanding.` : ` {sender} sent ${count(probes.count, 'probe')}.`}${holdsFinBack ? HOLDS_FIN_BACK : ''} The limit of ${options.stallSeconds} s is a judgement: TCP lets a window stay closed.`,
      citations: holdsFinBack ? OF_FIN_HELD_BACK : OF_WINDOW,
      ...((over || !isLast) && { nextSteps: STEPS_OF_PAST }),
      frames: [stall.run.frame, stall.run.lastFrame, probes?.frame ?? null, probes?.lastFrame ?? null],
      from: stall.run.time,
      to: stall.end,
      facts: {
        closedSeconds: round(stall.seconds),
        probes: probes?.count ?? 0,
        stillClosed: open,
        senderWaitsToClose: holdsFinBack,
      },
      words: {
        receiver: nameOf(receiver),
        sender: nameOf(sender),
        time: duration(stall.seconds),
        first: stall.run.frame,
        last: isLast && heard !== null ? heard.frame : stall.run.lastFrame,
        filter: ssFilter(receiver, sender),
      },
    });
  }),
};

/** Times with a closed window that followed one another. */
interface Repeated {
  readonly count: number;
  /** There may have been more, later. */
  readonly isAll: boolean;
  /** How long it was closed in all, and from the first closing to the last opening. */
  readonly closed: number;
  readonly span: number;
  readonly first: Milestone;
  readonly last: Milestone;
}

/** A window that closes again whenever it opens: no single time is long, but together they are most of it. */
function repeatedStalls({ milestones }: Endpoint, stallSeconds: number): Repeated | null {
  const all = milestones.filter(({ kind }) => kind === 'zero-window');
  // Of more runs than that, only the first ones and the last are kept.
  const runs = all.length < MOST_RUNS ? all : all.slice(0, -1);
  if (runs.length < OFTEN) return null;
  const [first, last] = [runs[0], runs[runs.length - 1]];
  const closed = runs.reduce((sum, { time, lastTime }) => sum + secondsBetween(time, lastTime), 0);
  const span = secondsBetween(first.time, last.lastTime);
  const isLong = span > 0 && closed >= stallSeconds && closed >= LEAST_SHARE * span;
  return isLong ? { count: runs.length, isAll: runs === all, closed, span, first, last } : null;
}

function reportRepeated(
  connection: Connection,
  receiver: Endpoint,
  sender: Endpoint,
  { count: often, isAll, closed, span, first, last }: Repeated,
): Finding {
  return reportFinding(zeroWindowStall, connection, {
    endpoint: receiver.role,
    confidence: gradedBy(connection, 'inferred'),
    title: `{receiver} had its window closed for {closed} of {span}, ${isAll ? '' : 'at least '}{often}: its application reads too slowly`,
    explanation:
      'The window of {receiver} was zero again and again, from frame {first} to frame {last}: whenever it had opened, it soon closed again. {sender} had more to send than {receiver} takes, and what it could not send had to wait there, in its own memory.',
    likelyCauses: [
      'The program of {receiver} takes longer for what it gets than {sender} takes to make it (likely): more readers, or less data, help; a larger buffer only delays it.',
      'It reads in one thread that waits for something else in between (possible).',
    ],
    nextSteps: STEPS_OF_PAST,
    citations: OF_WINDOW,
    frames: [first.frame, last.lastFrame],
    from: first.time,
    to: last.lastTime,
    facts: {
      closedSeconds: round(closed),
      times: often,
      seconds: round(span),
      stillClosed: receiver.windowClosed,
    },
    words: {
      receiver: nameOf(receiver),
      sender: nameOf(sender),
      closed: duration(closed),
      span: duration(span),
      often: times(often),
      first: first.frame,
      last: last.lastFrame,
      filter: ssFilter(receiver, sender),
    },
  });
}

function longestStall(
  receiver: Endpoint,
  end: Timestamp,
): { run: Milestone; end: Timestamp; seconds: number } | null {
  let longest: { run: Milestone; end: Timestamp; seconds: number } | null = null;
  const last = lastMilestone(receiver, 'zero-window');
  for (const run of receiver.milestones) {
    if (run.kind !== 'zero-window') continue;
    const until = run === last && receiver.windowClosed ? end : run.lastTime;
    const seconds = secondsBetween(run.time, until);
    if (longest === null || seconds > longest.seconds) longest = { run, end: until, seconds };
  }
  return longest;
}
