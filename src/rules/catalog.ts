import { nearestName } from '../core/suggest.js';
import { acceptQueueOverflow } from './accept-queue-overflow.js';
import { acknowledgmentsLost } from './acknowledgments-lost.js';
import { closeWaitStuck } from './close-wait-stuck.js';
import { connectionRefused } from './connection-refused.js';
import { dataAfterOwnFin } from './data-after-own-fin.js';
import { deliveryStall } from './delivery-stall.js';
import { ecnSynUnanswered } from './ecn-syn-unanswered.js';
import { type Evaluate, prepareRules } from './evaluation/evaluate.js';
import { checkOrder, checkSettings, type RuleSettings } from './evaluation/settings.js';
import { type Suppression, Suppressor } from './evaluation/suppressions.js';
import { fastOpenRefused } from './fast-open-refused.js';
import { finUnacknowledged } from './fin-unacknowledged.js';
import { finWait2Stuck } from './fin-wait-2-stuck.js';
import { finWait2TimeoutLateFin } from './fin-wait-2-timeout-late-fin.js';
import { halfClose } from './half-close.js';
import { halfCloseStalled } from './half-close-stalled.js';
import { halfOpenSynChallenge } from './half-open-syn-challenge.js';
import { handshakeAborted } from './handshake-aborted.js';
import { handshakeDelayed } from './handshake-delayed.js';
import { icmpUnreachable } from './icmp-unreachable.js';
import { idleNoLivenessCheck } from './idle-no-liveness-check.js';
import { keepaliveUnanswered } from './keepalive-unanswered.js';
import { lastAckStuck } from './last-ack-stuck.js';
import { outOfOrderDelivery } from './out-of-order-delivery.js';
import { addressMoved } from './patterns/address-moved.js';
import { answerTimeout } from './patterns/answer-timeout.js';
import { captureClock } from './patterns/capture-clock.js';
import { captureDuplicates } from './patterns/capture-duplicates.js';
import { captureEndedEarly } from './patterns/capture-ended-early.js';
import { captureLoss } from './patterns/capture-loss.js';
import { captureMidstream } from './patterns/capture-midstream.js';
import { captureOffload } from './patterns/capture-offload.js';
import { captureOneWay } from './patterns/capture-one-way.js';
import { capturePause } from './patterns/capture-pause.js';
import { captureSnaplen } from './patterns/capture-snaplen.js';
import { closeWaitPileup } from './patterns/close-wait-pileup.js';
import { closedUnanswered } from './patterns/closed-unanswered.js';
import { endpointMassClose } from './patterns/endpoint-mass-close.js';
import { hostRestarted } from './patterns/host-restarted.js';
import { idleCloseInterval } from './patterns/idle-close-interval.js';
import { idleResetInterval } from './patterns/idle-reset-interval.js';
import { lossBursts } from './patterns/loss-bursts.js';
import { natMappingChanged } from './patterns/nat-mapping-changed.js';
import type { PatternRule } from './patterns/pattern-rule.js';
import { peerHostLost } from './patterns/peer-host-lost.js';
import { type Patterns, preparePatterns } from './patterns/prepare.js';
import { recurringFinding } from './patterns/recurring-finding.js';
import { serverTimeout } from './patterns/server-timeout.js';
import { serviceAnswersOthers } from './patterns/service-answers-others.js';
import { timeWaitPortPressure } from './patterns/time-wait-port-pressure.js';
import { turnedAway } from './patterns/turned-away.js';
import { peerUnresponsive } from './peer-unresponsive.js';
import { pmtuBlackHole } from './pmtu-black-hole.js';
import { pmtuReduced } from './pmtu-reduced.js';
import { retransmissionGaveUp } from './retransmission-gave-up.js';
import { retransmissionStorm } from './retransmission-storm.js';
import { rstActiveAbort } from './rst-active-abort.js';
import { rstAfterCloseComplete } from './rst-after-close-complete.js';
import { rstCarriesData } from './rst-carries-data.js';
import { rstHalfOpenDiscovered } from './rst-half-open-discovered.js';
import { rstInTimeWait } from './rst-in-time-wait.js';
import { rstNotAccepted } from './rst-not-accepted.js';
import { rstOnCloseRace } from './rst-on-close-race.js';
import { rstOnWriteAfterClose } from './rst-on-write-after-close.js';
import { rstOriginSuspect } from './rst-origin-suspect.js';
import type { Rule, RuleDescription } from './rule.js';
import { sackElsewhere } from './sack-elsewhere.js';
import { selfConnect } from './self-connect.js';
import { simultaneousClose } from './simultaneous-close.js';
import { simultaneousOpen } from './simultaneous-open.js';
import { splitHandshake } from './split-handshake.js';
import { synAckUnanswered } from './syn-ack-unanswered.js';
import { synUnanswered } from './syn-unanswered.js';
import { timeWaitPortReuse } from './time-wait-port-reuse.js';
import { tlsAlert } from './tls-alert.js';
import { undeliveredDataAtAbort } from './undelivered-data-at-abort.js';
import { windowScaleLost } from './window-scale-lost.js';
import { zeroWindowProbeUnanswered } from './zero-window-probe-unanswered.js';
import { zeroWindowStall } from './zero-window-stall.js';

/** Every rule about a single connection. A new rule is a file beside this one and a line here. */
export const RULES: readonly Rule[] = [
  closeWaitStuck,
  finWait2Stuck,
  finWait2TimeoutLateFin,
  halfClose,
  halfCloseStalled,
  finUnacknowledged,
  lastAckStuck,
  simultaneousClose,
  dataAfterOwnFin,
  rstActiveAbort,
  rstOnWriteAfterClose,
  rstOnCloseRace,
  rstAfterCloseComplete,
  rstHalfOpenDiscovered,
  connectionRefused,
  rstNotAccepted,
  rstOriginSuspect,
  rstInTimeWait,
  rstCarriesData,
  undeliveredDataAtAbort,
  peerUnresponsive,
  acknowledgmentsLost,
  retransmissionGaveUp,
  keepaliveUnanswered,
  icmpUnreachable,
  idleNoLivenessCheck,
  synUnanswered,
  synAckUnanswered,
  handshakeAborted,
  acceptQueueOverflow,
  fastOpenRefused,
  ecnSynUnanswered,
  handshakeDelayed,
  halfOpenSynChallenge,
  simultaneousOpen,
  selfConnect,
  splitHandshake,
  tlsAlert,
  timeWaitPortReuse,
  zeroWindowStall,
  windowScaleLost,
  zeroWindowProbeUnanswered,
  pmtuBlackHole,
  pmtuReduced,
  deliveryStall,
  retransmissionStorm,
  sackElsewhere,
  outOfOrderDelivery,
];

/**
 * Every pattern across connections, and what is said about the capture itself: what happened to a host or a path before
 * what clients got of it, which reports of equal severity keep.
 */
export const PATTERNS: readonly PatternRule[] = [
  closeWaitPileup,
  peerHostLost,
  hostRestarted,
  addressMoved,
  natMappingChanged,
  endpointMassClose,
  lossBursts,
  idleResetInterval,
  turnedAway,
  answerTimeout,
  closedUnanswered,
  serverTimeout,
  idleCloseInterval,
  timeWaitPortPressure,
  recurringFinding,
  serviceAnswersOthers,
  captureMidstream,
  captureEndedEarly,
  captureLoss,
  captureOneWay,
  captureDuplicates,
  capturePause,
  captureSnaplen,
  captureOffload,
  captureClock,
];

/** Both lists, in the order of `finwait rules`. */
export const CATALOG: readonly RuleDescription[] = [...RULES, ...PATTERNS];

/** The rule or pattern of this id; null if there is none. */
export function findRule(id: string): RuleDescription | null {
  return CATALOG.find((rule) => rule.id === id) ?? null;
}

/** The id that was probably meant; null if none is close. */
export function suggestRule(id: string): string | null {
  return nearestName(
    id,
    CATALOG.map((rule) => rule.id),
  );
}

/** The whole catalog at work: one analysis's rules and patterns. */
export interface Diagnosis {
  readonly evaluate: Evaluate;
  readonly patterns: Patterns;
}

/** The suppressions of one analysis. Throws `SettingsError` for one that cannot be. */
export function prepareSuppressions(suppressions: readonly Suppression[]): Suppressor {
  const ids = (rules: readonly RuleDescription[]): string[] => rules.map(({ id }) => id);
  return new Suppressor(suppressions, ids(RULES), ids(PATTERNS));
}

/** Prepares all rules and patterns. Throws `SettingsError` for settings that do not fit the catalog. */
export function prepareCatalog(settings: RuleSettings = {}): Diagnosis {
  checkSettings(settings, CATALOG);
  checkOrder(settings, CATALOG);
  return { evaluate: prepareRules(RULES, settings), patterns: preparePatterns(PATTERNS, settings) };
}
