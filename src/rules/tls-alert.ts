import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, milestone } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, inCase, nameOf } from './wording/wording.js';

/** Descriptions of fatal alerts by their numbers (RFC 8446 §6; those that only older versions have: RFC 5246 §7.2). */
const DESCRIPTIONS: ReadonlyMap<number, string> = new Map([
  [10, 'unexpected_message'],
  [20, 'bad_record_mac'],
  [22, 'record_overflow'],
  [40, 'handshake_failure'],
  [41, 'no_certificate'],
  [42, 'bad_certificate'],
  [43, 'unsupported_certificate'],
  [44, 'certificate_revoked'],
  [45, 'certificate_expired'],
  [46, 'certificate_unknown'],
  [47, 'illegal_parameter'],
  [48, 'unknown_ca'],
  [49, 'access_denied'],
  [50, 'decode_error'],
  [51, 'decrypt_error'],
  [70, 'protocol_version'],
  [71, 'insufficient_security'],
  [80, 'internal_error'],
  [86, 'inappropriate_fallback'],
  [109, 'missing_extension'],
  [110, 'unsupported_extension'],
  [112, 'unrecognized_name'],
  [113, 'bad_certificate_status_response'],
  [115, 'unknown_psk_identity'],
  [116, 'certificate_required'],
  [120, 'no_application_protocol'],
]);

const UNTRUSTED =
  'The {role} does not know the authority that signed the certificate of the {otherRole}: its bundle is old, a certificate in between is not sent, or a proxy on the way shows one of its own (likely).';
const BAD_CERTIFICATE =
  'The {role} rejects the certificate of the {otherRole}: expired, revoked, not yet valid, for another name, or damaged (likely).';
const NO_CERTIFICATE =
  'The {otherRole} showed no certificate of its own, and the {role} demands one (likely).';
const NOTHING_COMMON =
  'The two have no protocol version, cipher suite or application protocol in common: one is older, or configured more strictly (likely).';
const OTHER_NAME = 'The {role} serves no host of the name that the {otherRole} asked for (likely).';
const NO_TLS =
  'One of the two does not speak TLS on this port, or not this version, or a device on the way alters what they send (possible).';
const OTHER = 'The {role} met an error of its own: its log says which (possible).';

const OPENSSL =
  'On the host of {other}, run openssl s_client -connect {server} -servername NAME -showcerts, with the name that the program uses: what verifies there, and what does not?';
const LOG = 'Check the log of {sender} at the time of frame {frame}: TLS libraries name the reason there.';
const EXPIRY =
  'Compare with the clock of {sender}: openssl x509 -noout -dates -issuer -subject shows what the certificate says.';

/** The likeliest causes, by the numbers of alerts. */
const GROUPS: readonly (readonly [numbers: readonly number[], causes: readonly string[]])[] = [
  [[48], [UNTRUSTED]],
  // Some libraries say so of an unknown authority as well.
  [
    [42, 46],
    [UNTRUSTED, BAD_CERTIFICATE],
  ],
  [[43, 44, 45, 113], [BAD_CERTIFICATE]],
  [[41, 116], [NO_CERTIFICATE]],
  [[40, 70, 71, 86, 109, 110, 120], [NOTHING_COMMON]],
  [[112], [OTHER_NAME]],
  [[10, 22, 47, 50], [NO_TLS]],
];
const CAUSES = new Map(GROUPS.flatMap(([numbers, causes]) => numbers.map((number) => [number, causes])));

/** TLS failed before it encrypted anything, and says why; TCP did its part. */
export const tlsAlert: Rule = {
  id: 'tls-alert',
  family: 'teardown',
  severity: 'warning',
  summary:
    'A side ended the TLS handshake with a fatal alert: TCP worked, and TLS says why it went no further.',
  options: {},
  signs: ['tls-alert'],
  needs: 'either',
  explains: [
    'rst-active-abort',
    'rst-after-close-complete',
    'rst-on-write-after-close',
    'rst-on-close-race',
    'undelivered-data-at-abort',
  ],
  related: ['rst-active-abort', 'rst-after-close-complete', 'closed-unanswered'],
  citations: [cite.tlsErrorAlert],
  documentation: {
    meaning:
      'Until both sides have keys, TLS alerts are sent in the clear. A fatal one ends the session, and both sides close the connection; what follows on the wire, a FIN or resets of either side, is a consequence. The programs report a failed connection, and the network is not to blame.',
    proof: [
      'A payload of {sender} that begins with a TLS record of type alert, level fatal, which is not encrypted.',
    ],
    notThis: [
      'close_notify, and warnings: they are no failure.',
      'Encrypted alerts: from the outside they look like any other record.',
      'A server that closes without an alert, as some do with what is no TLS at all: closed-unanswered.',
    ],
    applicationSees:
      '{sender}: its TLS library fails with {alert}, or the reason behind it. {peer}: its TLS library reports that it received this alert.',
    likelyCauses: [
      inCase('On unknown_ca', UNTRUSTED),
      inCase('On bad_certificate, certificate_expired and the like', BAD_CERTIFICATE),
      inCase('On certificate_required', NO_CERTIFICATE),
      inCase('On handshake_failure and protocol_version', NOTHING_COMMON),
      inCase('On unrecognized_name', OTHER_NAME),
      inCase('On unexpected_message and decode_error', NO_TLS),
    ],
    nextSteps: [LOG, OPENSSL],
    example: { fixture: 'tls-alert', capture: 'server' },
  },
  check: eachEndpoint((sender, peer, connection) => {
    const alert = milestone(sender, 'tls-alert');
    if (alert === null) return null;
    const name = DESCRIPTIONS.get(alert.value);
    const causes = CAUSES.get(alert.value) ?? [OTHER];
    const isOfCertificate = causes.includes(BAD_CERTIFICATE);
    return reportFinding(tlsAlert, connection, {
      endpoint: sender.role,
      confidence: 'observed',
      title: '{sender} ended the TLS handshake with {peer}: {alert}',
      explanation: `Frame {frame}, {time} after the connection began, holds a fatal TLS alert of {sender}: {alert}${name === undefined ? '' : ' ({number})'}. TCP had opened the connection and carried the handshake so far; what ended it is between the two programs.`,
      likelyCauses: causes,
      nextSteps: [LOG, ...(isOfCertificate ? [EXPIRY] : []), OPENSSL],
      frames: [alert.frame],
      from: alert.time,
      to: alert.time,
      facts: { alert: alert.value, ...(name !== undefined && { description: name }) },
      words: {
        sender: nameOf(sender),
        role: sender.role,
        otherRole: peer.role,
        peer: nameOf(peer),
        other: connection.client.address,
        server: nameOf(connection.server),
        alert: name ?? `alert ${alert.value}`,
        number: alert.value,
        frame: alert.frame,
        time: duration(secondsBetween(connection.start, alert.time)),
      },
    });
  }),
};
