/**
 * Segments that others of their sender overtook on the way to the tap: they show what it had done and known before,
 * and so take back nothing that the others showed.
 */
import { ACK, type Segment } from '../../decode/segment.js';
import { after, before, distance } from '../../tcp/sequence.js';
import { ENDPOINT_ACKNOWLEDGED, SND_NXT, STATE, TIMESTAMP, UNA } from '../record.js';
import type { Exchange } from './exchange.js';

/**
 * No segment is under way for longer than this (MSL, RFC 9293 §3.4.2), in ticks of the fastest clock that timestamps
 * may have (RFC 7323 §5.4: one a millisecond): a greater difference comes from another clock.
 */
const LONGEST_WAY = 120_000;

/**
 * Whether the sender sent the segment at hand before one that was captured earlier: its timestamp is older, as for
 * PAWS (RFC 7323 §5.3), or it acknowledges less, though RCV.NXT never goes back.
 */
export function isOvertaken({ memory, sender: x, receiver: y, segment }: Exchange): boolean {
  const newest = memory[x + TIMESTAMP];
  if (segment.hasTimestamps === 1 && newest !== 0) {
    const behind = distance(newest, segment.timestampValue);
    if (behind !== 0) return behind > 0 && behind <= LONGEST_WAY;
    // Within one tick: an acknowledgment carries SND.NXT (§3.10.7.4), and a FIN is not repeated that soon.
    if (segment.payloadLength === 0 && before(segment.sequence, memory[x + SND_NXT])) return true;
  }
  // What acknowledges octets that were never sent comes from somebody else, and proves nothing about the sender.
  const acknowledged = memory[y + UNA];
  return (
    (segment.flags & ACK) !== 0 &&
    (memory[y + STATE] & ENDPOINT_ACKNOWLEDGED) !== 0 &&
    before(segment.acknowledgment, acknowledged) &&
    !after(acknowledged, memory[y + SND_NXT])
  );
}

/** Keeps the segment's timestamp if it is the newest of its sender at `x`. */
export function rememberTimestamp(memory: Int32Array, x: number, segment: Segment): void {
  const newest = memory[x + TIMESTAMP];
  if (segment.hasTimestamps === 1 && (newest === 0 || after(segment.timestampValue, newest)))
    memory[x + TIMESTAMP] = segment.timestampValue;
}
