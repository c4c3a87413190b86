/**
 * Sequence-number arithmetic modulo 2^32 (RFC 9293 §3.4). Numbers are int32 bit patterns; the sign of
 * their wrapped difference orders any two that lie less than 2^31 apart. Nothing else in the code compares
 * raw sequence numbers.
 */

/** How far `a` lies after `b`: positive if later, negative if earlier. */
export function distance(a: number, b: number): number {
  return (a - b) | 0;
}

/** `a` lies before `b`. */
export function before(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

/** `a` lies after `b`. */
export function after(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}

/** `low ≤ value ≤ high` on the circle, for ranges shorter than 2^31. */
export function within(value: number, low: number, high: number): boolean {
  return ((value - low) | 0) >= 0 && ((high - value) | 0) >= 0;
}

/** The sequence number `octets` after `sequence`. */
export function advance(sequence: number, octets: number): number {
  return (sequence + octets) | 0;
}
