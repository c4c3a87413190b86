import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  acknowledgedAfterPeerFin,
  eachEndpoint,
  entered,
  findReset,
  finFrame,
  finFrameName,
  gradedBy,
  hadClosed,
  lasted,
  milestone,
  tookEffect,
} from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { ORPHAN_SECONDS } from './thresholds.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, nameOf, round } from './wording/wording.js';

/** By what came too late. */
const SEEN_OF_FIN = 'Nothing on either side: both programs had closed.';
const SEEN_OF_DATA =
  '{late}: its write succeeded, then its read returns 0 and its next write fails with EPIPE and SIGPIPE: the data is lost. {closer}: nothing.';
const SEEN_OF_LAST_DATA =
  '{late}: nothing, as its write and its close had succeeded: the data is lost. {closer}: nothing.';

/** The first closer had dropped its FIN-WAIT-2 by the time the other side closed or wrote. */
export const finWait2TimeoutLateFin: Rule = {
  id: 'fin-wait-2-timeout-late-fin',
  family: 'teardown',
  severity: 'error',
  summary: 'A FIN or data came so late after the peer’s close that the peer had forgotten the connection.',
  options: { orphanSeconds: ORPHAN_SECONDS },
  signs: ['reset'],
  needs: 'both',
  explains: ['close-wait-stuck', 'fin-wait-2-stuck', 'undelivered-data-at-abort', 'rst-after-close-complete'],
  related: ['close-wait-stuck', 'fin-wait-2-stuck', 'rst-on-write-after-close'],
  citations: [
    cite.closedAnswersReset,
    cite.resetForUnknown,
    cite.finTimeout,
    cite.finTimeoutViolates,
    cite.timeWaitSocket,
    cite.orphanedByClose,
  ],
  documentation: {
    meaning:
      'After close() a kernel does not keep FIN-WAIT-2 forever: Linux drops it, without a packet, after tcp_fin_timeout. A FIN or data that comes later meets a host that no longer knows the connection and answers with RST. A late FIN loses nothing but the proof of delivery, and is a warning; late data is lost.',
    proof: [
      'The FIN of {closer} and its acknowledgment.',
      'Silence of {closer} for nearly as long as an orphaned FIN-WAIT-2 lasts, and no data accepted in that time.',
      'A FIN or data from {late}, answered by a reset without ACK that takes its number from it.',
    ],
    notThis: [
      'A reset that comes much earlier: rst-on-write-after-close, or rst-after-close-complete.',
      'Data that was still accepted after the FIN: the socket was half-closed, and has no such timeout.',
      'A reset from elsewhere: rst-origin-suspect.',
    ],
    applicationSees:
      '{late}: nothing if its close() came late; if its data did, the write succeeded, then read returns 0 and the next write fails with EPIPE and SIGPIPE. {closer}: nothing.',
    likelyCauses: [
      'The application at {late} is slower to close than the peer’s tcp_fin_timeout (likely).',
      'A short tcp_fin_timeout or TCP_LINGER2 at {closer} (possible).',
      'The host of {closer} restarted, or a device on the path lost the connection (possible).',
    ],
    nextSteps: [
      'On the host of {closer}, run sysctl net.ipv4.tcp_fin_timeout, and nstat -az TcpOutRsts: Linux counts the reset, not the timeout.',
      'At {late}: find out what delays the close after the end of file.',
    ],
    example: { fixture: 'late-fin-reset', capture: 'client' },
  },
  check: eachEndpoint((late, closer, connection, { options }) => {
    const covered = milestone(closer, 'fin-covered');
    if (covered === null || acknowledgedAfterPeerFin(late) > 0) return null;
    const limit = 0.9 * options.orphanSeconds;
    const reset = findReset(
      closer,
      (form, seen) =>
        !form.hasAck &&
        tookEffect(form) &&
        form.trigger !== null &&
        (form.trigger.kind === 'fin' || form.trigger.kind === 'data') &&
        form.trigger.knewFin &&
        lasted(connection, covered.frame, form.trigger.idleSeconds, limit) &&
        lasted(connection, covered.frame, secondsBetween(covered.time, seen.time), limit),
    );
    if (reset === null) return null;
    const trigger = reset.reset.trigger!;
    const what = trigger.payloadBytes > 0 ? 'data' : 'FIN';
    const ageSeconds = secondsBetween(covered.time, reset.time) - trigger.reactionSeconds;
    return reportFinding(finWait2TimeoutLateFin, connection, {
      endpoint: late.role,
      // A FIN alone loses nothing, if all before it has arrived.
      ...(what === 'FIN' && late.unacknowledgedBytes === 0 && { severity: 'warning' }),
      confidence: gradedBy(connection, 'inferred'),
      title: `{late} sent its ${what} {age} after the peer’s close, and {closer} no longer knew the connection`,
      explanation: `{closer} sent its FIN in frame {fin}, acknowledged in frame {ack}. The ${what} of {late} came {age} later, in frame {trigger}, and was answered with RST in frame {rst}: {closer} no longer had such a connection. That fits the end of an orphaned FIN-WAIT-2, which no packet shows; a restart of the host would look the same.`,
      applicationSees:
        what === 'FIN' ? SEEN_OF_FIN : hadClosed(late, reset.frame) ? SEEN_OF_LAST_DATA : SEEN_OF_DATA,
      frames: [finFrame(closer), covered.frame, trigger.frame, reset.frame],
      from: entered(closer, 'FIN-WAIT-2')?.time ?? covered.time,
      to: reset.time,
      facts: {
        ageSeconds: round(ageSeconds),
        late: what === 'FIN' ? 'fin' : 'data',
        lostBytes: trigger.payloadBytes,
      },
      words: {
        late: nameOf(late),
        closer: nameOf(closer),
        age: duration(ageSeconds),
        fin: finFrameName(closer),
        ack: covered.frame,
        trigger: trigger.frame,
        rst: reset.frame,
      },
    });
  }),
};
