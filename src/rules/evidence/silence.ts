import type { Connection, Endpoint, Milestone, Retransmitted } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { clockDoubt, firstSent, hasData, lasted, lastMilestone, latest, silentSince } from './evidence.js';
import { isHeldBack, lostNeighbour } from './neighbours.js';

/** Linux waits no longer than this between two retransmissions (TCP_RTO_MAX). */
const LONGEST_GAP_SECONDS = 120;

/** The same data sent again and again to a peer that says nothing any more. */
export interface Silence {
  readonly run: Milestone;
  /** The original and its repetitions since the peer fell silent. */
  readonly transmissions: number;
  /** When the original had been sent, and how long that was before the last repetition. */
  readonly from: Timestamp;
  readonly seconds: number;
  readonly firstGapSeconds: number;
  /** The original, or the last segment of the peer if that came later. */
  readonly unheardSince: Timestamp;
  /** The last attempt: a repetition, or a request of its host for a link address, without which none can be sent. */
  readonly lastTry: Timestamp;
  /** The last attempt is so long ago that the next one is overdue. */
  readonly stopped: boolean;
  /** All of it had been acknowledged, as the capture shows, and the sender does not know. */
  readonly wasAcknowledged: boolean;
}

/**
 * What it repeats may not be fragmented on the way, and is larger than all that was ever acknowledged of it, and than
 * `minimumBytes`: it may be too large for the path.
 */
export function mayBeTooLarge({ run: { retransmitted } }: Silence, minimumBytes: number): boolean {
  if (retransmitted === undefined) return false;
  const { payloadBytes, acknowledgedBytes } = retransmitted;
  return isLarge(retransmitted, minimumBytes) && acknowledgedBytes > 0 && acknowledgedBytes < payloadBytes;
}

function isLarge({ payloadBytes, offloaded, dontFragment }: Retransmitted, minimumBytes: number): boolean {
  return dontFragment && !offloaded && payloadBytes > minimumBytes;
}

/** What it repeats is as large, and nothing of the sender was ever acknowledged. */
export function isFirstAndLarge({ run: { retransmitted } }: Silence, minimumBytes: number): boolean {
  return retransmitted?.acknowledgedBytes === 0 && isLarge(retransmitted, minimumBytes);
}

/**
 * The run of repetitions of a large segment that its peer was heard after and never acknowledged, nor any other payload
 * of `sender`; null if there is none of at least `minimum`.
 */
export function largeInVain(
  sender: Endpoint,
  peer: Endpoint,
  minimum: number,
  minimumBytes: number,
): (Milestone & { readonly retransmitted: Retransmitted }) | null {
  const octets = ((sender.nextSequence - sender.initialSequence) >>> 0) - (sender.finSent ? 2 : 1);
  if (sender.unacknowledgedBytes === 0 || sender.unacknowledgedBytes < octets) return null;
  const run = sender.milestones.find(
    (each): each is Milestone & { readonly retransmitted: Retransmitted } =>
      each.kind === 'retransmission-run' &&
      each.count >= minimum &&
      each.retransmitted?.acknowledgedBytes === 0 &&
      isLarge(each.retransmitted, minimumBytes) &&
      !silentSince(peer, { frame: each.lastFrame, time: each.lastTime }),
  );
  return run ?? null;
}

/** What `sender` meets, if it is silence; at least `minimum` retransmissions are needed to say so. */
export function silenceMetBy(
  connection: Connection,
  sender: Endpoint,
  peer: Endpoint,
  minimum: number,
  captureEnd: Timestamp,
): Silence | null {
  // The peer must have been heard before, unless nobody answers for its link address: then the capture does not
  // merely lack what it sends.
  if (peer.segments === 0 && lostNeighbour(sender, peer)?.isPeer !== true) return null;
  const run = lastMilestone(sender, 'retransmission-run');
  if (run === null || run.count < minimum || !silentSince(peer, run)) return null;
  // Payload must be at stake: a FIN alone has its own rule.
  const wasAcknowledged = sender.unacknowledgedBytes === 0;
  if (wasAcknowledged && !hasData(run)) return null;
  const from = firstSent(run);
  const seconds = secondsBetween(from, run.lastTime);
  // Repetitions within a second are tail loss probes and fast retransmissions.
  const doubt = clockDoubt(connection, run.frame - 1);
  if (!lasted(connection, run.frame - 1, seconds, 1)) return null;
  const firstGapSeconds = run.value / 1000;
  const asked = lostNeighbour(sender, peer);
  const lastTry = asked?.isOwnHost === true ? latest(run.lastTime, asked.run.lastTime) : run.lastTime;
  // Gaps that double: the last is half of the whole, and the next would be twice the last.
  const nextGap = Math.min(LONGEST_GAP_SECONDS, secondsBetween(from, lastTry) + firstGapSeconds);
  // A clock that was set back does not show how long the next gap would be, nor a router what it holds back.
  const isTimed = doubt === 0 && !isHeldBack(asked);
  const isLast = isTimed && (sender.lastSegment === null || sender.lastSegment.frame <= run.lastFrame);
  const stopped = isLast && secondsBetween(lastTry, captureEnd) > 1.1 * nextGap;
  const unheardSince = latest(from, peer.lastSegment?.time);
  return {
    run,
    transmissions: run.count + 1,
    from,
    seconds,
    firstGapSeconds,
    unheardSince,
    lastTry,
    stopped,
    wasAcknowledged,
  };
}
