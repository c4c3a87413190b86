/** What a short payload shows of TLS: whether it is one record, and an alert that is not encrypted. */
import type { Segment } from './segment.js';

/**
 * `Segment.tls` of a payload that was not looked at: it is too short or too long for an alert, cut, blanked, or in
 * fragments.
 */
export const NOT_LOOKED_AT = 0;
/** It is no TLS record. */
export const NO_RECORD = -1;
/** It is a TLS record that does not show an alert. */
export const RECORD = 1;
/** From here on: a fatal alert that is not encrypted, with its description above this. */
export const FATAL_ALERT = 256;

const MAJOR_VERSION = 3;
// Content types (RFC 8446 §5.1).
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const APPLICATION_DATA = 23;
/** An alert has a level and a description, one octet each (RFC 8446 §6). */
const ALERT_LENGTH = 2;
const FATAL = 2;
/** close_notify and user_canceled end a session in good order, whatever their level (RFC 8446 §6.1). */
const CLOSURES = [0, 90];

const HEADER_LENGTH = 5;
/** Records that hold one alert are no shorter and no longer, see `evidence/tls-alert.ts`. */
const SHORTEST = HEADER_LENGTH + ALERT_LENGTH;
const LONGEST = 85;

type Payload = Pick<Segment, 'payloadLength' | 'payloadCaptured' | 'payloadOffset'>;

/** How many octets at the start of a payload show what it is. */
export function shownOctets(tls: number): number {
  return tls < RECORD ? 0 : tls < FATAL_ALERT ? HEADER_LENGTH : HEADER_LENGTH + ALERT_LENGTH;
}

/** What the captured payload is. */
export function tlsOf({ payloadLength, payloadCaptured, payloadOffset }: Payload, view: DataView): number {
  if (payloadLength > LONGEST || payloadLength < SHORTEST || payloadCaptured !== payloadLength)
    return NOT_LOOKED_AT;
  // Whoever hands a capture on may have overwritten all payload.
  if (view.getInt32(payloadOffset) === 0) return NOT_LOOKED_AT;
  const type = view.getUint8(payloadOffset);
  const length = view.getUint16(payloadOffset + 3);
  const isRecord =
    type >= CHANGE_CIPHER_SPEC &&
    type <= APPLICATION_DATA &&
    view.getUint8(payloadOffset + 1) === MAJOR_VERSION &&
    length <= payloadLength - HEADER_LENGTH;
  if (!isRecord) return NO_RECORD;
  const level = view.getUint8(payloadOffset + HEADER_LENGTH);
  const description = view.getUint8(payloadOffset + HEADER_LENGTH + 1);
  const isFatal = type === ALERT && length === ALERT_LENGTH && level === FATAL;
  return isFatal && !CLOSURES.includes(description) ? FATAL_ALERT + description : RECORD;
}
