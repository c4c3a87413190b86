import {
  type Connection,
  type Endpoint,
  type Milestone,
  type Moment,
  peerOf,
  type Reset,
  type Transition,
} from '../../connections/connection.js';
import type { MilestoneKind } from '../../connections/milestones.js';
import { REORDERING_WINDOW } from '../../connections/tap.js';
import { secondsBetween, type Timestamp, timeAfter } from '../../core/time.js';
import type { State } from '../../tcp/states.js';
import type { Confidence, Finding } from '../finding.js';
import type { RuleContext } from '../rule.js';
import { isOfOtherHost } from './distance.js';

/** What a silent rule returns: one array for all, so that silence allocates nothing. */
export const NOTHING: readonly Finding[] = [];

/** Makes a rule's check of a function that looks at one endpoint and its peer. */
export function eachEndpoint(
  look: (endpoint: Endpoint, peer: Endpoint, connection: Connection, context: RuleContext) => Finding | null,
): (connection: Connection, context: RuleContext) => readonly Finding[] {
  return (connection, context) => {
    const ofClient = look(connection.client, connection.server, connection, context);
    const ofServer = look(connection.server, connection.client, connection, context);
    if (ofClient === null) return ofServer === null ? NOTHING : [ofServer];
    return ofServer === null ? [ofClient] : [ofClient, ofServer];
  };
}

/** The last time that `endpoint` entered `state` and that was not retracted. */
export function entered(endpoint: Endpoint, state: State): Transition | null {
  const { timeline } = endpoint;
  for (let i = timeline.length - 1; i >= 0; i--) {
    if (timeline[i].state === state && timeline[i].retractedBy === null) return timeline[i];
  }
  return null;
}

/** What followed `transition` in the endpoint's timeline, if anything did. */
export function leftBy(endpoint: Endpoint, transition: Transition): Transition | null {
  const { timeline } = endpoint;
  for (let i = timeline.indexOf(transition) + 1; i < timeline.length; i++) {
    if (timeline[i].retractedBy === null) return timeline[i];
  }
  return null;
}

/** The capture shows or confirms it: enough for a warning to rest on. */
export function isProven(transition: Transition | null): transition is Transition {
  return transition !== null && transition.evidence !== 'assumed';
}

/** The first milestone of this kind. */
export function milestone(endpoint: Endpoint, kind: MilestoneKind): Milestone | null {
  const { milestones } = endpoint;
  for (let i = 0; i < milestones.length; i++) {
    if (milestones[i].kind === kind) return milestones[i];
  }
  return null;
}

/** The last milestone of this kind. */
export function lastMilestone(endpoint: Endpoint, kind: MilestoneKind): Milestone | null {
  const { milestones } = endpoint;
  for (let i = milestones.length - 1; i >= 0; i--) {
    if (milestones[i].kind === kind) return milestones[i];
  }
  return null;
}

/** A reset with the moment it was seen. */
export interface SeenReset extends Milestone {
  readonly reset: Reset;
}

/** The milestone is that of a reset, with what it looked like. */
export function isReset(milestone: Milestone): milestone is SeenReset {
  return milestone.kind === 'reset' && milestone.reset !== undefined;
}

/** The first reset of `endpoint` that passes `test`. */
export function findReset(
  endpoint: Endpoint,
  test: (reset: Reset, seen: Milestone) => boolean,
): SeenReset | null {
  if (endpoint.resetsSent === 0) return null;
  for (const seen of endpoint.milestones) {
    if (isReset(seen) && test(seen.reset, seen)) return seen;
  }
  return null;
}

/**
 * The earlier reset of `sender` that `receiver` challenged, if `reset` is the exact one that the challenge drew: a
 * sender that answers so has given the connection up (RFC 5961 §3.2).
 */
export function challengedBefore(sender: Endpoint, receiver: Endpoint, reset: SeenReset): SeenReset | null {
  const { trigger, hasAck } = reset.reset;
  if (trigger === null || hasAck) return null;
  const answersChallenge = receiver.milestones.some(
    ({ kind, frame, lastFrame }) =>
      kind === 'challenge-ack' && frame <= trigger.frame && trigger.frame <= lastFrame,
  );
  if (!answersChallenge) return null;
  return findReset(sender, ({ verdict }, { frame }) => verdict === 'challenged' && frame < trigger.frame);
}

/** `endpoint` received a FIN, is known to have taken it, and has not closed its own side. */
export function heldInCloseWait(endpoint: Endpoint): Transition | null {
  if (endpoint.finalState !== 'CLOSE-WAIT') return null;
  const entry = entered(endpoint, 'CLOSE-WAIT');
  return isHeld(endpoint, entry) ? entry : null;
}

/**
 * `endpoint` is known to have entered CLOSE-WAIT by `entry`, unless a FIN of its own may be waiting behind
 * unacknowledged data: that is for the rule to say.
 */
export function isHeld(endpoint: Endpoint, entry: Transition | null): entry is Transition {
  return isProven(entry) || (entry !== null && endpoint.unacknowledgedBytes > 0);
}

/** Octets of its payload after the peer's FIN that the peer acknowledged: 0 if there were none. */
export function acknowledgedAfterPeerFin(endpoint: Endpoint): number {
  const sent = milestone(endpoint, 'data-after-peer-fin');
  return sent === null ? 0 : Math.max(0, sent.value - endpoint.unacknowledgedBytes);
}

/** Frame of the acknowledgment that covered the endpoint's FIN. */
export function finCoveredFrame(endpoint: Endpoint): number | null {
  return milestone(endpoint, 'fin-covered')?.frame ?? null;
}

/** How the endpoint closed its side. */
function finOf(endpoint: Endpoint): Transition | null {
  return entered(endpoint, 'FIN-WAIT-1') ?? entered(endpoint, 'LAST-ACK');
}

/** Frame of the endpoint's FIN, as far as its timeline shows it; of a later copy, if the first was not captured. */
export function finFrame(endpoint: Endpoint): number | null {
  const sent = finOf(endpoint);
  return sent?.frame ?? sent?.copyFrame ?? null;
}

/** That frame as named in texts; `?` for none. */
export function finFrameName(endpoint: Endpoint): number | string {
  const copy = finOf(endpoint)?.copyFrame;
  return copy === undefined
    ? (finFrame(endpoint) ?? '?')
    : `${copy} (a later copy: the first was not captured)`;
}

/** The endpoint had sent its FIN before `frame`. One not captured came before what it is known to have crossed. */
export function hadClosed(endpoint: Endpoint, frame: number): boolean {
  const sent = finOf(endpoint);
  if (sent === null) return false;
  const by = sent.frame ?? leftBy(endpoint, sent)?.frame ?? null;
  return by !== null && by < frame;
}

/** What a client sends sooner than this after data of its server may belong to that data (seconds). */
const PAUSE_BEFORE_REQUEST = 0.5;

/** What `client` sent last did not come right behind data of `server`: if it did, it may be no request. */
export function endsWithRequest(client: Endpoint, server: Endpoint): boolean {
  const { lastNewData } = client;
  if (lastNewData === null) return false;
  const before = server.lastNewData;
  return before === null || secondsBetween(before.time, lastNewData.time) >= PAUSE_BEFORE_REQUEST;
}

/** Octets of `endpoint` that the capture missed may have come after `frame`: its FIN may be among them. */
export function missedSince(endpoint: Endpoint, frame: number | null): boolean {
  const missed = lastMilestone(endpoint, 'acknowledged-unseen');
  return missed !== null && (frame === null || missed.lastFrame >= frame);
}

/** The capture has data of `endpoint`, or may lack some. */
export function mayHaveSentData({ quality }: Connection, endpoint: Endpoint): boolean {
  return endpoint.payloadBytes > 0 || quality.midstream || missedSince(endpoint, null);
}

/**
 * By how many seconds a duration that began with `frame` may be wrong because the capture's clock was set back:
 * by as much at either end, since two frames whose times are swapped look like that as well. Frames say what comes
 * first, times never do.
 */
export function clockDoubt({ quality: { clockSetBack } }: Connection, frame: number | null): number {
  if (clockSetBack === null || (frame !== null && frame > clockSetBack.frame)) return 0;
  return 2 * clockSetBack.seconds;
}

/** Whether what began with `frame` and was measured as `seconds` lasted for `limit`, whatever the clock did. */
export function lasted(
  connection: Connection,
  frame: number | null,
  seconds: number,
  limit: number,
): boolean {
  return seconds - clockDoubt(connection, frame) >= limit;
}

/** Whether it lasted no longer than `limit`: a clock that was set back may have hidden any time. */
export function endedWithin(
  connection: Connection,
  frame: number | null,
  seconds: number,
  limit: number,
): boolean {
  return clockDoubt(connection, frame) === 0 && seconds <= limit;
}

/** One grade less certain if the capture of this connection has holes or its clock ran backwards. */
export function gradedBy(connection: Connection, confidence: Confidence): Confidence {
  const { lostSegments, clockBackwards } = connection.quality;
  if (lostSegments === 0 && !clockBackwards) return confidence;
  return confidence === 'observed' ? 'inferred' : 'possible';
}

/**
 * The capture starts inside the connection, or went on inside it after a pause, and holds no data of `endpoint` before
 * the peer's FIN or after: its own FIN may have come before. Not if the capture had lasted for `keepsClosed` seconds by
 * the peer's FIN: a host that had closed before would no longer have acknowledged that.
 */
export function mayHaveClosedUnseen(
  connection: Connection,
  endpoint: Endpoint,
  peersFin: Timestamp,
  captureStart: Timestamp,
  keepsClosed: number,
): boolean {
  if (!connection.quality.midstream || endpoint.lastNewData !== null) return false;
  // A peer that probes still waits for that FIN.
  const probes = lastMilestone(peerOf(connection, endpoint), 'keep-alive');
  if (probes !== null && secondsBetween(peersFin, probes.lastTime) > 0) return false;
  const seen = secondsBetween(connection.quality.resumedAt ?? captureStart, peersFin);
  return !lasted(connection, connection.firstFrame, seen, keepsClosed);
}

/** Says why nothing is known of the time before. */
export function unseenBefore({ quality }: Connection): string {
  return quality.resumedAt === null
    ? 'The capture starts inside the connection, shortly before,'
    : 'The capture had paused until shortly before, does not hold how the connection began,';
}

export function latest(a: Timestamp, b: Timestamp | undefined): Timestamp {
  return b === undefined || secondsBetween(a, b) < 0 ? a : b;
}

/** The connection's other endpoint had a window of zero and this one probed it: it could not send. */
export function blockedByWindow(connection: Connection, endpoint: Endpoint): boolean {
  return peerOf(connection, endpoint).windowClosed && milestone(endpoint, 'window-probe') !== null;
}

/** The reset ended its receiver's connection, or found it already gone. */
export function tookEffect(reset: Reset): boolean {
  return reset.verdict === 'accepted' || reset.verdict === 'no-connection';
}

/** Nothing restarts within this, and no device on a path forgets a connection (seconds). */
const KEEPS_STATE_SECONDS = 0.2;

/**
 * A live socket was aborted. The reset answers nothing; or it answers a segment, but its sender had the
 * connection a moment before and has not closed it: it was given up, not lost. The reset's form does not show that,
 * as RFC 9293 §3.10.5 specifies an abort without ACK and stacks differ.
 */
export function isAbort(connection: Connection, sender: Endpoint, reset: Reset): boolean {
  const { trigger, hasAck } = reset;
  if (trigger === null) return true;
  if (hasAck || sender.finSent || trigger.knewFin || isOfHandshake(trigger.kind) || !opened(sender))
    return false;
  if (isUnheard(sender) || isOfOtherHost(sender, reset)) return false;
  return endedWithin(connection, null, trigger.idleSeconds, KEEPS_STATE_SECONDS) && !wasReset(sender);
}

/**
 * Whether who sent `reset`, in answer to a segment, may not have had the connection: time enough had passed for
 * `sender` to have lost it, or a reset in the peer's name had come, or another host answers.
 */
export function mayHaveLostState(connection: Connection, sender: Endpoint, reset: Reset): boolean {
  const idleSeconds = reset.trigger?.idleSeconds ?? 0;
  return (
    lasted(connection, null, idleSeconds, KEEPS_STATE_SECONDS) ||
    wasReset(sender) ||
    isOfOtherHost(sender, reset)
  );
}

/** Only resets of it were captured: whether it ever had the connection is unknown. */
export function isUnheard({ segments, resetsSent }: Endpoint): boolean {
  return segments <= resetsSent;
}

function wasReset(endpoint: Endpoint): boolean {
  return entered(endpoint, 'CLOSED')?.cause === 'received RST';
}

function isOfHandshake(kind: NonNullable<Reset['trigger']>['kind']): boolean {
  return kind === 'syn' || kind === 'syn-ack';
}

/** The endpoint opened: its timeline has an ESTABLISHED that stands. */
export function opened(endpoint: Endpoint): boolean {
  return entered(endpoint, 'ESTABLISHED') !== null;
}

/**
 * Whether frames put these two in one order and times in the other, by so little that several queues may have fed
 * the capture: then nothing may rest on which of them came first.
 */
export function areSwapped(a: Moment, b: Moment): boolean {
  const apart = a.frame < b.frame ? secondsBetween(b.time, a.time) : secondsBetween(a.time, b.time);
  return apart > 0 && apart < REORDERING_WINDOW;
}

/** Nothing of `endpoint` was captured after this moment. */
export function silentSince({ lastSegment }: Endpoint, since: Moment): boolean {
  return lastSegment === null || (lastSegment.frame < since.frame && !areSwapped(lastSegment, since));
}

/** Frame of the last segment with old numbers that followed a SYN on the same 4-tuple; null for none. */
export function answerTo(syn: Moment, { lastSegment }: Endpoint): number | null {
  return lastSegment !== null && lastSegment.frame > syn.frame ? lastSegment.frame : null;
}

/** How many probes of this run the peer left unanswered; 0 if the capture does not show it. */
export function unanswered(run: Milestone, peer: Endpoint): number {
  if (silentSince(peer, run)) return run.count;
  if (run.value === 0) return 0;
  // For the last one it only shows whether the peer spoke again.
  const last = silentSince(peer, { frame: run.lastFrame, time: run.lastTime }) ? 0 : 1;
  return Math.max(0, run.count - run.value - last);
}

/** By its time it came after a segment of `peer` that follows it in the capture, and so may answer that. */
export function mayAnswer(reset: SeenReset, { lastSegment, lastNewData }: Endpoint): boolean {
  return [lastSegment, lastNewData].some(
    (sent) => sent !== null && sent.frame > reset.frame && areSwapped(reset, sent),
  );
}

/** When the original of a run of retransmissions had been sent. */
export function firstSent(run: Milestone): Timestamp {
  return timeAfter(run.time, -run.value / 1000);
}

/** This run of retransmissions is not of a FIN alone. */
export function hasData({ retransmitted }: Milestone): boolean {
  return retransmitted !== undefined && retransmitted.payloadBytes > 0;
}

/** The endpoint went on after a reset in its name: it did not send that. */
export function wasDisproved(endpoint: Endpoint, reset: Milestone): boolean {
  const { timeline } = endpoint;
  for (let i = 0; i < timeline.length; i++) {
    const { state, frame, retractedBy } = timeline[i];
    if (state === 'CLOSED' && frame === reset.frame && retractedBy !== null) return true;
  }
  return false;
}

/** Every SYN of the client asked for ECN: it was not repeated without. */
export function asksForEcnUntilTheEnd({ asksForEcn, client }: Connection): boolean {
  return asksForEcn && (milestone(client, 'syn-repeated')?.value ?? 0) === 0;
}

/** For how long TIME-WAIT may last (RFC 9293 §3.4.2, §3.6.1). */
const TWO_MSL_SECONDS = 240;

/** By this capture it was in TIME-WAIT of the previous connection on the same ports when the SYN came. */
export function wasInTimeWait(listener: Endpoint): boolean {
  const held = milestone(listener, 'held-before');
  return held !== null && held.value >= 0 && held.value <= TWO_MSL_SECONDS;
}
