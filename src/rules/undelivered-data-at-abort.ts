import type { Connection, Endpoint } from '../connections/connection.js';
import { cite } from './citations.js';
import {
  eachEndpoint,
  findReset,
  gradedBy,
  isAbort,
  isUnheard,
  mayAnswer,
  opened,
  type SeenReset,
  wasDisproved,
} from './evidence/evidence.js';
import { marksAgainst } from './evidence/reset-origin.js';
import { MAY_BE_TLS_ALERT, mayBeTlsAlert } from './evidence/tls-alert.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { count, nameOf } from './wording/wording.js';

const CITATIONS = [
  cite.cumulativeAck,
  cite.cleanCloseDelivers,
  cite.closeIsGraceful,
  cite.posixSendNoDelivery,
];

const SEEN_NEVER = '{sender}: its writes had returned success. {receiver}: it never sees these bytes.';
const SEEN_PERHAPS =
  '{sender}: its writes had returned success. {receiver}: if the reset was not its own, these bytes may have reached it.';
const SEEN_UNKNOWN =
  '{sender}: its writes had returned success. {receiver}: it may have seen these bytes; its reset has no ACK bit, and does not show it.';
const SEEN_BEFORE =
  '{sender}: its writes had returned success. {receiver}: it sees at most those of these bytes that arrived before the reset.';

/** The connection was aborted with data on its way. */
export const undeliveredDataAtAbort: Rule = {
  id: 'undelivered-data-at-abort',
  family: 'reset',
  severity: 'error',
  summary: 'The connection was reset while data had not been acknowledged: it may not all have arrived.',
  options: {},
  signs: ['reset'],
  needs: 'both',
  explains: [],
  related: ['rst-active-abort', 'rst-on-write-after-close', 'retransmission-gave-up'],
  citations: [...CITATIONS, cite.closeNotify],
  documentation: {
    meaning:
      'A reset discards what is queued. Octets that no acknowledgment covers when {receiver} resets, not even that of the reset, meet a closed socket, although the write had returned success. If {sender} itself resets, it gave them up, and they may have arrived before: then the finding stays info. They may also have arrived if a device on the path sent the reset. Acknowledged octets are no proof of delivery: they reached the kernel, perhaps not the program.',
    proof: ['An accepted reset, and payload from {sender} that {receiver} had not acknowledged by then.'],
    notThis: [
      'Data that met a closed socket: rst-on-write-after-close, rst-on-close-race, rst-half-open-discovered report it.',
      'A client that leaves in the middle of a response it no longer wants: it stays info.',
      'A side that aborts with data of its own on the way: it gave that data up, and the finding stays info.',
      'A reset at the start of the capture, before any other segment of {receiver}, which may have closed before that: it stays info.',
      'A goodbye of the size of a TLS alert such as close_notify: it stays info.',
      'An acknowledgment that only the capture missed: see capture-loss.',
    ],
    applicationSees:
      '{sender}: its writes had returned success. {receiver}: it never sees these bytes, or at most those that arrived before a reset of {sender}.',
    likelyCauses: ['The abort, whose own finding on this connection names its causes (likely).'],
    nextSteps: [
      'Find out on both sides whether the operation has to be repeated; the capture cannot show it.',
    ],
    example: { fixture: 'undelivered-data-at-abort', capture: 'client' },
  },
  check: eachEndpoint((sender, receiver, connection) => {
    if (sender.unacknowledgedBytes === 0 || !opened(sender)) return null;
    const byReceiver = abortOf(connection, receiver);
    const reset = byReceiver ?? abortOf(connection, sender);
    if (reset === null || mayAnswer(reset, byReceiver === null ? receiver : sender)) return null;
    const unwanted = byReceiver !== null && receiver.role === 'client';
    // The rules on data that meets a closed socket grade that.
    const closedBefore =
      byReceiver !== null && receiver.finSent && (!byReceiver.reset.hasAck || byReceiver.reset.window === 0);
    const suspect =
      (byReceiver === null
        ? marksAgainst(connection, sender, receiver, reset)
        : marksAgainst(connection, receiver, sender, reset)) !== null;
    const alert = mayBeTlsAlert(connection, sender, sender.unacknowledgedBytes);
    const last = sender.lastNewData;
    const sentLater = last !== null && last.frame > reset.frame;
    return reportFinding(undeliveredDataAtAbort, connection, {
      endpoint: sender.role,
      severity:
        byReceiver === null || unwanted || closedBefore || alert || isUnheard(receiver)
          ? 'info'
          : suspect
            ? 'warning'
            : 'error',
      confidence: byReceiver === null || suspect ? 'possible' : gradedBy(connection, 'inferred'),
      title: '{bytes} of {sender} {were} never acknowledged when the connection was reset',
      explanation: `The reset ${suspect ? 'in the name of' : 'of'} ${byReceiver === null ? `{sender}${suspect ? '' : ' itself'}` : '{receiver}'} in frame {rst} ended the connection; {bytes} that {sender} ${sentLater ? `sent, the last of them only afterwards in frame ${last.frame}, {were} never acknowledged` : 'had sent {were} not acknowledged by then'}.${suspect ? ' The reset has marks of another sender: if it came from one, they may still have arrived.' : ''}${alert ? ` ${MAY_BE_TLS_ALERT}` : ''}`,
      frames: [last?.frame ?? null, reset.frame],
      from: sentLater ? reset.time : (last?.time ?? reset.time),
      to: sentLater ? last.time : reset.time,
      applicationSees: seenBy(byReceiver, suspect),
      ...(alert ? {} : { citations: CITATIONS }),
      facts: {
        unacknowledgedBytes: sender.unacknowledgedBytes,
        resetBy: byReceiver === null ? sender.role : receiver.role,
      },
      words: {
        sender: nameOf(sender),
        receiver: nameOf(receiver),
        were: sender.unacknowledgedBytes === 1 ? 'was' : 'were',
        bytes: count(sender.unacknowledgedBytes, 'byte'),
        rst: reset.frame,
      },
    });
  }),
};

/** What the programs see, by the receiver's reset, if it was not the sender's. */
function seenBy(byReceiver: SeenReset | null, suspect: boolean): string {
  if (byReceiver === null) return SEEN_BEFORE;
  if (suspect) return SEEN_PERHAPS;
  return byReceiver.reset.hasAck ? SEEN_NEVER : SEEN_UNKNOWN;
}

/** An abort, not the answer of a closed socket to data, nor a reset that the endpoint did not send. */
function abortOf(connection: Connection, endpoint: Endpoint) {
  return findReset(
    endpoint,
    (reset, seen) =>
      reset.verdict === 'accepted' &&
      (isAbort(connection, endpoint, reset) || reset.trigger?.payloadBytes === 0) &&
      !wasDisproved(endpoint, seen),
  );
}
