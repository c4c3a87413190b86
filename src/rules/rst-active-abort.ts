import type { Connection, Endpoint } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { closeRaceOf } from './close-race.js';
import {
  eachEndpoint,
  findReset,
  finFrame,
  gradedBy,
  isAbort,
  mayAnswer,
  milestone,
  opened,
  type SeenReset,
  silentSince,
  wasDisproved,
} from './evidence.js';
import type { Severity } from './finding.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { mayBeTlsAlert } from './tls-alert.js';
import { count, duration, nameOf, round } from './wording.js';

/** A live socket was aborted: the reset answers nothing, and the connection had not ended. */
export const rstActiveAbort: Rule = {
  id: 'rst-active-abort',
  family: 'reset',
  severity: 'warning',
  summary: 'An endpoint aborted an open connection with a reset of its own.',
  options: {
    recentSeconds: {
      unit: 'seconds',
      default: 1,
      minimum: 0,
      maximum: 3600,
      description:
        'Data that arrived this shortly before the abort may have been unread, which by itself turns a close into an abort.',
    },
  },
  signs: ['reset'],
  needs: 'both',
  explains: [],
  related: ['undelivered-data-at-abort', 'handshake-aborted', 'keepalive-unanswered', 'endpoint-mass-close'],
  citations: [
    cite.twoWaysToEnd,
    cite.resetTellsDataLoss,
    cite.abortFlushes,
    cite.normalOrAborted,
    cite.resetOnPendingData,
    cite.lingerOption,
    cite.unreadDataCounter,
    cite.lingerCounter,
    cite.lingerTwoBelowZero,
  ],
  documentation: {
    meaning:
      'A reset that answers no segment, with the numbers of a live socket, is an abort: the program closed with data unread, closed with SO_LINGER 0, or was killed with data unread. All of these look the same. What the other side had sent and nobody had read is lost, and so is what the aborting side had not yet sent.',
    proof: [
      'A reset of {aborter} that the other side accepted, and that answers no segment; or one in answer to a segment, within 0.2 s of another segment of {aborter}, which had not closed.',
      'The connection was open: not both FINs were through, and data had flowed.',
    ],
    notThis: [
      'A reset right after the handshake, before any data: handshake-aborted.',
      'A reset that is all the capture holds of the connection, or comes first in it.',
      'A reset after everything was closed: rst-after-close-complete.',
      'A reset that answers data after a close, or data that crossed it: rst-on-write-after-close, rst-on-close-race.',
      'A reset of a host that lost the connection: rst-half-open-discovered.',
      'A reset after unanswered keep-alives: keepalive-unanswered.',
      'A client that leaves with nothing outstanding, or in the middle of a response: it stays info.',
      'An abort after the other side’s close, when that side took nothing more either: it stays info.',
    ],
    applicationSees:
      '{aborter}: its own action. {peer}: after queued data its read fails with ECONNRESET once and then gives 0; if it writes first, the write fails with ECONNRESET, the next with EPIPE and SIGPIPE. After a FIN of {aborter} its read gives 0 and its write EPIPE.',
    likelyCauses: [
      'close() with received data still unread (possible): TcpExtTCPAbortOnClose counts it.',
      'SO_LINGER with a time of 0 (possible): TcpExtTCPAbortOnData counts it.',
      'The process was killed with unread data (possible): the service manager’s log tells, and its other connections end in the same moment; TcpExtTCPAbortOnClose counts that as well.',
      'The program gave up on a protocol error or a timeout of its own (possible): its log tells.',
      'The kernel was short of memory or had too many orphans (possible): TcpExtTCPAbortOnMemory counts it.',
      'TCP_LINGER2 below zero, if the reset follows the acknowledgment of its own FIN (possible): TcpExtTCPAbortOnData counts that too, TcpExtTCPAbortOnLinger if shutdown() came before close().',
    ],
    nextSteps: [
      'On the host of {aborter}: nstat -az TcpExtTCPAbortOnClose TcpExtTCPAbortOnData TcpExtTCPAbortOnMemory TcpExtTCPAbortOnLinger.',
      'Look for SO_LINGER in the code, and at the log of {aborter} at that time.',
    ],
    example: { fixture: 'killed-unread-data', capture: 'client' },
  },
  check: eachEndpoint((aborter, peer, connection, { options }) => {
    if (aborter.resetsSent === 0 || !opened(aborter)) return null;
    if (aborter.payloadBytes === 0 && peer.payloadBytes === 0) return null;
    const first = findReset(aborter, () => true);
    const reset = findReset(aborter, (sent, seen) => {
      const { verdict, trigger, hasAck } = sent;
      if (verdict !== 'accepted') return false;
      if (trigger === null || isAbort(connection, aborter, sent)) return true;
      // Right on the acknowledgment of its own FIN it may be one as well (TCP_LINGER2 < 0).
      return (
        !hasAck &&
        trigger.kind === 'ack' &&
        trigger.knewFin &&
        !peer.finSent &&
        seen.frame === first?.frame &&
        !refusedData(aborter)
      );
    });
    if (reset === null || diedOfKeepAlive(aborter, peer) || wasDisproved(aborter, reset)) return null;
    if (mayAnswer(reset, peer)) return null;
    // Nothing else of it was seen before: whether it was open, and what the reset answers, cannot be told.
    if (reset.frame === connection.firstFrame) return null;
    if (!reset.reset.hasAck && closeRaceOf(peer, aborter) !== null) return null;
    const nothingOpen = peer.finSent && peer.unacknowledgedBytes === 0 && aborter.unacknowledgedBytes === 0;
    if (nothingOpen) return null;
    const kind = kindOf(aborter, peer, reset, options.recentSeconds);
    const afterFin = finFrame(aborter) !== null;
    return reportFinding(rstActiveAbort, connection, {
      endpoint: aborter.role,
      severity: severityOf(aborter, peer, connection),
      confidence: gradedBy(connection, reset.reset.trigger === null ? 'inferred' : 'possible'),
      title: `{aborter} aborted the connection${afterFin ? ' after its own FIN' : ''}`,
      explanation: `The reset of {aborter} in frame {rst} ${occasionOf(reset)}.${kind.words}`,
      frames: [finFrame(aborter), peer.lastNewData?.frame ?? null, reset.frame],
      from: reset.time,
      to: reset.time,
      facts: {
        kind: kind.name,
        afterOwnFin: afterFin,
        unacknowledgedBytesOfPeer: peer.unacknowledgedBytes,
        unacknowledgedBytes: aborter.unacknowledgedBytes,
        sinceLastDataSeconds: kind.sinceDataSeconds,
      },
      words: { aborter: nameOf(aborter), peer: nameOf(peer), rst: reset.frame },
    });
  }),
};

/** A client may leave as it likes: with all it asked for, or in the middle of a response it no longer wants. */
function severityOf(aborter: Endpoint, peer: Endpoint, connection: Connection): Severity {
  // All that a side threw away or left behind was a goodbye.
  if (mayBeTlsAlert(connection, peer, peer.unacknowledgedBytes) && peer.finSent) return 'info';
  // The peer had closed, and did not half-close only: it refused what came after.
  if (peer.finSent && peer.unacknowledgedBytes === 0 && refusedData(peer)) return 'info';
  if (aborter.role === 'server') return 'warning';
  if (mayBeTlsAlert(connection, aborter, aborter.unacknowledgedBytes)) return 'info';
  const everythingArrived = aborter.unacknowledgedBytes === 0 && peer.unacknowledgedBytes === 0;
  return everythingArrived || peer.unacknowledgedBytes > 0 ? 'info' : 'warning';
}

function occasionOf({ reset: { trigger } }: SeenReset): string {
  if (trigger === null) return 'answers no segment: a live socket was aborted';
  if (trigger.knewFin) return 'came right on the acknowledgment of its own FIN';
  return `came on frame ${trigger.frame}, ${duration(trigger.idleSeconds)} after another segment of {aborter}, which had the connection until then: its program gave it up`;
}

function kindOf(
  aborter: Endpoint,
  peer: Endpoint,
  reset: SeenReset,
  recentSeconds: number,
): { name: string; words: string; sinceDataSeconds: number } {
  const data = peer.lastNewData;
  const onOwnFin = reset.reset.trigger?.knewFin === true;
  const sinceDataSeconds =
    data === null || data.frame > reset.frame ? 0 : round(secondsBetween(data.time, reset.time));
  if (onOwnFin) {
    return {
      name: 'no-fin-wait-2',
      words:
        ' It does not wait for the peer’s FIN: TCP_LINGER2 is below zero, or the kernel has too many orphans.',
      sinceDataSeconds,
    };
  }
  if (
    aborter.windowClosed ||
    (data !== null && data.frame < reset.frame && sinceDataSeconds <= recentSeconds)
  ) {
    const last = aborter.windowClosed
      ? 'its receive window was closed'
      : `the last data of {peer} had come ${duration(sinceDataSeconds)} before`;
    return {
      name: 'unread-data-likely',
      words: ` It probably had unread data: ${last}.${peer.unacknowledgedBytes > 0 ? ` ${count(peer.unacknowledgedBytes, 'byte')} of {peer} had not even been acknowledged.` : ''}`,
      sinceDataSeconds,
    };
  }
  return { name: 'reason-unknown', words: ' Why, the capture does not tell.', sinceDataSeconds };
}

/** It had answered data as a closed socket does: whatever came later met the same. */
function refusedData(endpoint: Endpoint): boolean {
  return findReset(endpoint, ({ trigger }) => trigger !== null && trigger.payloadBytes > 0) !== null;
}

function diedOfKeepAlive(aborter: Endpoint, peer: Endpoint): boolean {
  const probes = milestone(aborter, 'keep-alive');
  return probes !== null && silentSince(peer, probes);
}
