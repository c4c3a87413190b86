import { type Connection, type Endpoint, peerOf } from '../../connections/connection.js';

/**
 * Octets on the wire of a TLS record that holds one alert (RFC 5246 §6.2.3, RFC 8446 §5.2): a header of 5, the
 * alert's 2, and what protects them.
 */
const ALERT_RECORD_BYTES: ReadonlySet<number> = new Set([
  7, // not encrypted yet
  23, // TLS 1.2 with ChaCha20-Poly1305: tag 16
  24, // TLS 1.3: content type 1, tag 16
  31, // TLS 1.2 with AES-GCM: nonce 8, tag 16
  53, // TLS 1.2 with AES-CBC and SHA-1: initialization vector 16, MAC and padding 32
  57, // the same, encrypt-then-MAC (RFC 7366)
  69, // with SHA-256, either way
  85, // with SHA-384
]);

/** What each side has sent when a session is set up, at the least: the hello messages of a resumed one. */
const HANDSHAKE_BYTES = 100;

/**
 * The last `bytes` that `sender` sent have the size of a TLS alert, and a TLS session may have come before them,
 * perhaps before the capture. A TLS side has to send close_notify before it closes (RFC 8446 §6.1), and most peers
 * are gone by then. Apart from the header, sizes are all there is to go by: from TLS 1.3 on the record does not show its
 * type, and payload may be cut off.
 */
export function mayBeTlsAlert(connection: Connection, sender: Endpoint, bytes: number): boolean {
  if (!ALERT_RECORD_BYTES.has(bytes) || sender.lastShortIsNoTls) return false;
  const mayHaveSession =
    sender.payloadBytes - bytes >= HANDSHAKE_BYTES &&
    peerOf(connection, sender).payloadBytes >= HANDSHAKE_BYTES;
  return mayHaveSession || connection.quality.midstream;
}

/** What a finding says of such bytes, and what follows if nothing else was lost. */
export const SIZE_OF_TLS_ALERT =
  'They have the size of a TLS alert such as close_notify, which has to come before a TLS side closes';
export const MAY_BE_TLS_ALERT = `${SIZE_OF_TLS_ALERT}: then no data of the application was lost.`;
