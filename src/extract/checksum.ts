/** The Internet checksum (RFC 1071): the complement of the ones' complement sum of 16-bit words. */
import type { IpLayer, Span } from './ip-layer.js';

/** Sum of the words of a span, a last odd octet padded with zero; start with 0 or another sum. */
function sumOf(view: DataView, { start, end }: Span, first = 0): number {
  let sum = first;
  let at = start;
  for (; at + 1 < end; at += 2) sum += view.getUint16(at);
  if (at < end) sum += view.getUint8(at) << 8;
  return sum;
}

function complementOf(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}

/** Writes the checksum of `span` into it, at `at`. */
export function writeChecksum(view: DataView, at: number, span: Span): void {
  view.setUint16(at, 0);
  view.setUint16(at, complementOf(sumOf(view, span)));
}

/**
 * Writes the checksum of what `ip` carries, including its pseudo-header (RFC 9293 §3.1;
 * RFC 8200 §8.1). What was not captured counts as zeroes.
 */
export function writeTransportChecksum(view: DataView, at: number, ip: IpLayer): void {
  const { source, destination, payload, end, wireEnd, protocol } = ip;
  const length = wireEnd - payload;
  const pseudoHeader = protocol + (length >>> 16) + (length & 0xffff);
  view.setUint16(at, 0);
  const addresses = sumOf(view, destination, sumOf(view, source, pseudoHeader));
  view.setUint16(at, complementOf(sumOf(view, { start: payload, end }, addresses)));
}
