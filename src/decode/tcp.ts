import type { Packet } from './packet.js';
import { copyEnds } from './segment.js';
import { clearOptions, tcpOptions } from './tcp-options.js';
import { NOT_LOOKED_AT, tlsOf } from './tls.js';
import { MALFORMED, SEGMENT, type Verdict } from './verdict.js';

export const SOURCE_PORT = 0;
export const DESTINATION_PORT = 2;
export const SEQUENCE = 4;
const ACKNOWLEDGMENT = 8;
/** Data offset, reserved bits and flags as one 16-bit word. */
export const OFFSET_AND_FLAGS = 12;
const WINDOW = 14;
export const MIN_HEADER_LENGTH = 20;
export const MAX_HEADER_LENGTH = 60;
/** Ports to window: what must have been captured of a header for Wireshark to give its 4-tuple a number. */
export const NUMBERED_LENGTH = 16;

const DATA_OFFSET_SHIFT = 12;
export const FLAGS_MASK = 0xff;

/** TCP header (RFC 9293 §3.1) into the packet's segment, whose addresses the network layer has written. */
export function tcp(packet: Packet): Verdict {
  const { view, offset, end, wireEnd, segment } = packet;
  if (offset + MIN_HEADER_LENGTH > end) return broken(packet, packet.shortage(offset + MIN_HEADER_LENGTH));
  const offsetAndFlags = view.getUint16(offset + OFFSET_AND_FLAGS);
  const headerLength = (offsetAndFlags >> DATA_OFFSET_SHIFT) << 2;
  const payload = offset + headerLength;
  if (headerLength < MIN_HEADER_LENGTH || payload > wireEnd) return broken(packet, MALFORMED);

  segment.sourcePort = view.getUint16(offset + SOURCE_PORT);
  segment.destinationPort = view.getUint16(offset + DESTINATION_PORT);
  segment.sequence = view.getInt32(offset + SEQUENCE);
  segment.acknowledgment = view.getInt32(offset + ACKNOWLEDGMENT);
  segment.flags = offsetAndFlags & FLAGS_MASK;
  segment.window = view.getUint16(offset + WINDOW);
  segment.payloadLength = wireEnd - payload;
  segment.payloadOffset = Math.min(payload, end);
  segment.payloadCaptured = (payload < end ? end - payload : 0) + packet.beyond;

  // What was put together from fragments is not all in this frame.
  segment.tls = packet.beyond === 0 ? tlsOf(segment, view) : NOT_LOOKED_AT;

  clearOptions(segment);
  if (headerLength > MIN_HEADER_LENGTH) tcpOptions(segment, view, offset + MIN_HEADER_LENGTH, payload, end);
  return SEGMENT;
}

/** A header that makes no segment, for the reason `why`; what can be read of it goes to the packet's `brokenHeader`. */
function broken(packet: Packet, why: Verdict): Verdict {
  const { view, offset, brokenHeader } = packet;
  if (offset + NUMBERED_LENGTH > packet.end) return why;
  const offsetAndFlags = view.getUint16(offset + OFFSET_AND_FLAGS);
  const headerLength = (offsetAndFlags >> DATA_OFFSET_SHIFT) << 2;
  copyEnds(packet.segment, brokenHeader);
  brokenHeader.sourcePort = view.getUint16(offset + SOURCE_PORT);
  brokenHeader.destinationPort = view.getUint16(offset + DESTINATION_PORT);
  brokenHeader.sequence = view.getInt32(offset + SEQUENCE);
  brokenHeader.acknowledgment = view.getInt32(offset + ACKNOWLEDGMENT);
  brokenHeader.flags = offsetAndFlags & FLAGS_MASK;
  brokenHeader.payloadLength = packet.wireEnd - offset - headerLength;
  packet.brokenHeaders++;
  return why;
}
