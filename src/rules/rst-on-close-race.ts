import { cite } from './citations.js';
import { closeRaceOf } from './close-race.js';
import { eachEndpoint, entered, gradedBy } from './evidence.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { MAY_BE_TLS_ALERT, mayBeTlsAlert } from './tls-alert.js';
import { count, nameOf } from './wording.js';

const CITATIONS = [
  cite.httpIdleCloseRace,
  cite.httpResetErasesResponse,
  cite.httpRetry,
  cite.resetTellsDataLoss,
];

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
      'The server’s idle timeout is shorter than the time for which the client keeps connections (possible).',
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
    const alert = mayBeTlsAlert(connection, sender, sender.unacknowledgedBytes);
    return reportFinding(rstOnCloseRace, connection, {
      endpoint: closer.role,
      ...(alert || closer.role === 'client' ? { severity: 'info' } : {}),
      confidence: gradedBy(connection, 'observed'),
      title: '{closer} closed while {bytes} from {sender} {were} in flight, and reset the connection',
      explanation: `{closer} sent its FIN in frame {fin}. The data in frame {data} does not acknowledge that; RST in frame {rst} followed, and no acknowledgment of the data.${alert ? ` ${MAY_BE_TLS_ALERT}` : ''}`,
      frames: [finFrame, dataFrame, reset.frame],
      from: fin?.time ?? reset.time,
      to: reset.time,
      ...(alert ? {} : { citations: CITATIONS }),
      facts: { lostBytes: sender.unacknowledgedBytes },
      words: {
        closer: nameOf(closer),
        sender: nameOf(sender),
        were: sender.unacknowledgedBytes === 1 ? 'was' : 'were',
        bytes: count(sender.unacknowledgedBytes, 'byte'),
        fin: finFrame,
        data: dataFrame ?? '?',
        rst: reset.frame,
      },
    });
  }),
};
