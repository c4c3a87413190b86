import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  acknowledgedAfterPeerFin,
  eachEndpoint,
  finFrame,
  finFrameName,
  gradedBy,
  milestone,
} from './evidence/evidence.js';
import { mayBeTlsAlert } from './evidence/tls-alert.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { count, duration, inCase, nameOf, round } from './wording/wording.js';

const IS_ABORT_TO_SERVER = 'Check whether a server takes the client’s end of file for an abort.';
const KEPT_ON_PATH =
  'Check whether a firewall on the way keeps half-closed connections long enough: nf_conntrack_tcp_timeout_close_wait and nf_conntrack_tcp_timeout_fin_wait.';
const UNLESS_ILL = 'Nothing, if the transfer ended well.';
const BY_CALL = [
  cite.halfCloseAllowed,
  cite.closeOnlyEndsSending,
  cite.sendInCloseWait,
  cite.twoWayClose,
  cite.shutdownHow,
  cite.posixShutdown,
];
const ON_PATH = [cite.natEstablished, cite.conntrackTimeouts];

const PROXY = 'A proxy that passes on a half-close (possible).';
const STAGED = 'A server that stages its close, so that the client can read the last response (possible).';
const END_OF_REQUEST = 'shutdown(SHUT_WR) on purpose, to mark the end of a request (likely).';
const END_OF_OUTPUT =
  'shutdown(SHUT_WR) on purpose, to mark the end of what the server has to send (possible).';

/** The texts by which side closed, if it is known which one is the client. */
const BY = {
  client: {
    likelyCauses: [END_OF_REQUEST, PROXY],
    nextSteps: [UNLESS_ILL, IS_ABORT_TO_SERVER, KEPT_ON_PATH],
    citations: [...BY_CALL, cite.httpHalfClose, ...ON_PATH],
  },
  server: {
    likelyCauses: [STAGED, PROXY, END_OF_OUTPUT],
    nextSteps: [UNLESS_ILL, KEPT_ON_PATH],
    citations: [...BY_CALL, cite.httpStagedClose, ...ON_PATH],
  },
};

/** One direction was closed and the other went on to carry data, as TCP allows. */
export const halfClose: Rule = {
  id: 'half-close',
  family: 'teardown',
  severity: 'info',
  summary: 'One side closed its direction, and the other went on sending data that was accepted.',
  options: {},
  signs: ['data-after-peer-fin'],
  needs: 'both',
  explains: [],
  related: ['half-close-stalled', 'close-wait-stuck', 'rst-on-write-after-close'],
  citations: [...BY_CALL, cite.httpHalfClose, cite.httpStagedClose, ...ON_PATH],
  documentation: {
    meaning:
      'The two directions of a connection close independently. One side sent its FIN, most likely with shutdown(SHUT_WR), and keeps reading; the other, in CLOSE-WAIT, goes on sending. This is legitimate, and worth knowing because some servers and middleboxes take the first FIN for the end of everything.',
    proof: [
      'New payload of {sender} in a segment whose acknowledgment covers the FIN of {closer}: its kernel knew of the FIN.',
      'An acknowledgment from {closer} for at least some of those bytes.',
      'No reset from {closer}.',
    ],
    notThis: [
      'Data that was in flight when the FIN was sent: it merely crossed the FIN.',
      'Data that was answered with a reset: rst-on-write-after-close.',
      'Data that stopped for a long time without a FIN: half-close-stalled.',
      'A goodbye of the size of a TLS alert such as close_notify, which a TLS side has to send before it closes.',
    ],
    applicationSees:
      '{closer}: write fails with EPIPE and SIGPIPE, as it shut down its own side; read returns the data and then 0. {sender}: read returns 0, write works.',
    likelyCauses: [
      inCase('If the client closed', END_OF_REQUEST),
      inCase('If the server closed', STAGED),
      PROXY,
      `If the server closed: ${END_OF_OUTPUT}`,
    ],
    nextSteps: [UNLESS_ILL, IS_ABORT_TO_SERVER, KEPT_ON_PATH],
    example: { fixture: 'half-close', capture: 'client' },
  },
  check: eachEndpoint((sender, closer, connection) => {
    const data = milestone(sender, 'data-after-peer-fin');
    if (data === null || closer.resetsSent > 0) return null;
    const acknowledged = acknowledgedAfterPeerFin(sender);
    if (acknowledged === 0 || mayBeTlsAlert(connection, sender, data.value)) return null;
    const seconds = secondsBetween(data.time, data.lastTime);
    return reportFinding(halfClose, connection, {
      endpoint: closer.role,
      confidence: gradedBy(connection, 'observed'),
      title: '{closer} half-closed, and {sender} went on to send {bytes}',
      explanation: `{closer} sent its FIN in frame {fin}. {sender} knew of it and sent {bytes} more${data.count > 1 ? ' within {time}' : ''}; {closer} acknowledged {acknowledged} of that.`,
      ...(connection.rolesKnownBy !== 'guess' && BY[closer.role]),
      frames: [finFrame(closer), milestone(closer, 'fin-covered')?.frame ?? null, data.frame, data.lastFrame],
      from: data.time,
      to: data.lastTime,
      facts: { bytesAfterFin: data.value, acknowledgedBytes: acknowledged, sendingSeconds: round(seconds) },
      words: {
        closer: nameOf(closer),
        sender: nameOf(sender),
        fin: finFrameName(closer),
        bytes: count(data.value, 'byte'),
        acknowledged: acknowledged === data.value ? 'all' : count(acknowledged, 'byte'),
        time: duration(seconds),
      },
    });
  }),
};
