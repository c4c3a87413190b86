import type { Connection, Endpoint, Transition } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { closeRaceOf } from './close-race.js';
import { eachEndpoint, entered, gradedBy, lasted } from './evidence.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { MAY_BE_TLS_ALERT, mayBeTlsAlert } from './tls-alert.js';
import { count, duration, nameOf, round } from './wording.js';

const CITATIONS = [
  cite.httpIdleCloseRace,
  cite.httpResetErasesResponse,
  cite.httpRetry,
  cite.resetTellsDataLoss,
];

const IDLE_TIMEOUT =
  'The server’s idle timeout is shorter than the time for which the client keeps connections (possible).';
const LIFETIME =
  'The server ends connections at an age or after a number of requests, or was being stopped (possible).';
/** A server that has sent nothing for this long has answered what it was asked. */
const IDLE_SECONDS = 1;

/** One side closed while data of the other was on its way, and threw it away. */
export const rstOnCloseRace: Rule = {
  id: 'rst-on-close-race',
  family: 'reset',
  severity: 'warning',
  summary: 'A side closed while data was in flight to it, and answered that data with a reset.',
  options: {},
  signs: ['reset'],
  needs: 'both',
  explains: ['undelivered-data-at-abort', 'rst-active-abort'],
  related: ['rst-on-write-after-close', 'undelivered-data-at-abort'],
  citations: [...CITATIONS, cite.closeNotify],
  documentation: {
    meaning:
      'Data and FIN crossed: the sender could not know that the other side had closed, and the data met a closed socket. Whether the peer acted on it is unknown. The usual form is a request on an idle persistent connection at the moment when the server closes it.',
    proof: [
      'A FIN of {closer}, and data of {sender} whose acknowledgment does not cover it.',
      'A reset of {closer} that answers this data, or one without ACK after it, and no acknowledgment for it.',
    ],
    notThis: [
      'Data sent when the FIN was already known: rst-on-write-after-close.',
      'Data that was acknowledged before the close.',
      'A client that closes in the middle of a response it no longer wants: it stays info.',
      'A goodbye of the size of a TLS alert such as close_notify: it stays info.',
    ],
    applicationSees:
      '{sender}: read gives 0 if the FIN arrived before the reset, else ECONNRESET; the write had succeeded. {closer}: nothing, its socket is closed.',
    likelyCauses: [
      IDLE_TIMEOUT,
      'The server closed after an early error response without reading the rest of the request (possible).',
    ],
    nextSteps: [
      'Compare the keep-alive timeouts: the client’s must be the shorter one.',
      'Repeat the request only if it is idempotent.',
    ],
    example: { fixture: 'rst-on-close-race', capture: 'client' },
  },
  check: eachEndpoint((sender, closer, connection) => {
    const race = closeRaceOf(sender, closer);
    if (race === null) return null;
    const { reset, finFrame, dataFrame } = race;
    const fin = entered(closer, 'FIN-WAIT-1') ?? entered(closer, 'LAST-ACK');
    const idle = idleBeforeClose(connection, sender, closer, fin);
    const kind = idle === null ? 'data-in-flight' : 'keep-alive-race';
    const alert = mayBeTlsAlert(connection, sender, sender.unacknowledgedBytes);
    return reportFinding(rstOnCloseRace, connection, {
      endpoint: closer.role,
      ...(alert || closer.role === 'client' ? { severity: 'info' } : {}),
      confidence: gradedBy(connection, 'observed'),
      title: '{closer} closed while {bytes} from {sender} {were} in flight, and reset the connection',
      explanation: `{closer} sent its FIN in frame {fin}. The data in frame {data} does not acknowledge that; RST in frame {rst} followed, and no acknowledgment of the data.${idle === null ? '' : ` The last data of {closer} had come {idle} before its FIN: a request that meets the end of an idle persistent connection looks like this.`}${alert ? ` ${MAY_BE_TLS_ALERT}` : ''}`,
      frames: [finFrame, dataFrame, reset.frame],
      from: fin?.time ?? reset.time,
      to: reset.time,
      ...(alert ? {} : { citations: CITATIONS }),
      ...(idle !== null && { likelyCauses: [IDLE_TIMEOUT, LIFETIME] }),
      facts: {
        kind,
        lostBytes: sender.unacknowledgedBytes,
        ...(idle !== null && { idleBeforeCloseSeconds: round(idle) }),
      },
      words: {
        closer: nameOf(closer),
        sender: nameOf(sender),
        were: sender.unacknowledgedBytes === 1 ? 'was' : 'were',
        bytes: count(sender.unacknowledgedBytes, 'byte'),
        fin: finFrame,
        data: dataFrame ?? '?',
        rst: reset.frame,
        idle: duration(idle ?? 0),
      },
    });
  }),
};

/**
 * How long the server had sent no data when it closed, having answered this client before; null if that was no
 * idle connection: the data then belongs to what was going on.
 */
function idleBeforeClose(
  connection: Connection,
  sender: Endpoint,
  closer: Endpoint,
  fin: Transition | null,
): number | null {
  const answer = closer.lastNewData;
  const hasAsked = sender.payloadBytes > sender.unacknowledgedBytes;
  if (closer.role === 'client' || answer === null || fin === null || !hasAsked) return null;
  const idle = secondsBetween(answer.time, fin.time);
  return lasted(connection, answer.frame, idle, IDLE_SECONDS) ? idle : null;
}
