/**
 * Capture time. A timestamp is two int32 numbers, never one double: nanoseconds since 1970 do not fit a
 * double's 53 bits, and two small integers cost nothing on the hot path.
 *
 * `seconds` holds the bit pattern of an unsigned 32-bit count of seconds since 1970-01-01T00:00:00Z
 * (`seconds >>> 0`, so the range is 1970 to 2106); `nanoseconds` is 0…999,999,999, except for `NO_TIME`.
 */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** The last second that a timestamp can express. */
export const MAX_SECONDS = 0xffff_ffff;

/** The time of what has none: frames without a time, if none before them has one either. */
export const NO_TIME: Timestamp = { seconds: 0, nanoseconds: -1 };

export function isKnown({ nanoseconds }: Timestamp): boolean {
  return nanoseconds >= 0;
}

/**
 * Seconds from `earlier` to `later`; negative if the clock ran backwards, and `NaN` if either has no time: then a
 * limit is neither kept nor exceeded.
 */
export function secondsBetween(earlier: Timestamp, later: Timestamp): number {
  if (!isKnown(earlier) || !isKnown(later)) return Number.NaN;
  return elapsedSeconds(earlier.seconds, earlier.nanoseconds, later.seconds, later.nanoseconds);
}

/** How long it lasted from `start` to `end`, in seconds; 0 if the clock ran back beyond `start`. */
export function secondsLasted(start: Timestamp, end: Timestamp): number {
  return Math.max(0, secondsBetween(start, end));
}

/** Whether `time` comes after `other`. */
export function isLater(time: Timestamp, other: Timestamp): boolean {
  const seconds = (time.seconds >>> 0) - (other.seconds >>> 0);
  return seconds > 0 || (seconds === 0 && time.nanoseconds > other.nanoseconds);
}

/** `secondsBetween` on the four parts, for callers that hold no objects; it takes no time as that of 1970. */
export function elapsedSeconds(s0: number, ns0: number, s1: number, ns1: number): number {
  return (s1 >>> 0) - (s0 >>> 0) + (ns1 - ns0) / 1e9;
}

/**
 * Microseconds modulo 2^32, as an int32: differences of two (`| 0`) are right up to 35 minutes. One word where
 * two would be too many.
 */
export function microsecondsOf(seconds: number, nanoseconds: number): number {
  return (Math.imul(seconds, 1_000_000) + ((nanoseconds / 1000) | 0)) | 0;
}

/** `seconds` after `time`, to the nanosecond: before it, if negative. Ends at what a timestamp can express. */
export function timeAfter(time: Timestamp, seconds: number): Timestamp {
  if (!isKnown(time) || Number.isNaN(seconds)) return NO_TIME;
  const nanoseconds = time.nanoseconds + Math.round((seconds % 1) * 1e9);
  const carry = Math.floor(nanoseconds / 1e9);
  const whole = (time.seconds >>> 0) + Math.trunc(seconds) + carry;
  if (whole < 0) return { seconds: 0, nanoseconds: 0 };
  if (whole > MAX_SECONDS) return { seconds: MAX_SECONDS | 0, nanoseconds: 999_999_999 };
  return { seconds: whole | 0, nanoseconds: nanoseconds - carry * 1e9 };
}

/** ISO 8601 in UTC with nine fractional digits, e.g. `2026-03-01T12:00:00.123456789Z`; empty for `NO_TIME`. */
export function toIsoString(time: Timestamp): string {
  if (!isKnown(time)) return '';
  const whole = new Date((time.seconds >>> 0) * 1000).toISOString();
  return `${whole.slice(0, 19)}.${String(time.nanoseconds).padStart(9, '0')}Z`;
}
