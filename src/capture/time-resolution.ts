import { MAX_SECONDS } from '../core/time.js';
import type { Frame } from './frame.js';

const NANOSECONDS_PER_SECOND = 1_000_000_000;
const TWO_TO_32 = 0x1_0000_0000;

/** if_tsresol: the top bit chooses powers of two, the rest is the negative exponent. */
const BASE_2_FLAG = 0x80;
/** What an interface without if_tsresol means: microseconds. */
export const DEFAULT_TSRESOL = 6;

const PRECISION_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 's'],
  [3, 'ms'],
  [6, 'us'],
  [9, 'ns'],
]);

/**
 * Turns the 64-bit timestamps of one pcapng interface into seconds and nanoseconds: its if_tsresol (powers of
 * ten and of two) and if_tsoffset (seconds). Exact for every resolution; what lies outside 1970 … 2106 becomes
 * the first or the last second of these years, which every resolution can express.
 * Source: draft-ietf-opsawg-pcapng, "Interface Description Block Options".
 */
export class TimeResolution {
  /** Seconds a unit lasts, to compare resolutions. */
  readonly unit: number;
  /** `us`, `ns` …, as in `ReaderFacts.timePrecision`. */
  readonly name: string;
  /** Units in a second if they fit an int32, else 0. */
  private readonly unitsPerSecond: number;
  private readonly nanosecondsPerUnit: number;
  /** Units in a second, for the timestamps that need 64-bit arithmetic. */
  private readonly exactUnitsPerSecond: bigint;

  constructor(
    tsresol: number,
    private readonly offsetSeconds: number,
  ) {
    const exponent = tsresol & ~BASE_2_FLAG;
    const base = tsresol & BASE_2_FLAG ? 2 : 10;
    const units = base ** exponent;
    const small = units <= NANOSECONDS_PER_SECOND;
    this.unit = 1 / units;
    this.name = (base === 10 && PRECISION_NAMES.get(exponent)) || `${base}^-${exponent} s`;
    this.unitsPerSecond = small ? units : 0;
    this.nanosecondsPerUnit = small ? NANOSECONDS_PER_SECOND / units : 0;
    this.exactUnitsPerSecond = BigInt(base) ** BigInt(exponent);
  }

  /** Sets the frame's time from the two halves of a timestamp, both uint32. */
  apply(high: number, low: number, frame: Frame): void {
    const units = this.unitsPerSecond;
    if (units === 0) {
      this.applyExactly(high, low, frame);
      return;
    }
    // A double holds the quotient to within one second (it errs by less than 2^-20 below 2^32 seconds), so
    // the remainder is off by at most one second's units: it fits an int32 and wraps to its exact value.
    let seconds = Math.floor((high * TWO_TO_32 + low) / units);
    if (seconds > MAX_SECONDS) {
      this.applyExactly(high, low, frame);
      return;
    }
    let remainder = (low - Math.imul(seconds, units)) | 0;
    if (remainder < 0) {
      remainder += units;
      seconds--;
    } else if (remainder >= units) {
      remainder -= units;
      seconds++;
    }
    // Exact for powers of ten. For powers of two the product lies further from the next integer than it errs.
    this.set(frame, seconds, (remainder * this.nanosecondsPerUnit) | 0);
  }

  private applyExactly(high: number, low: number, frame: Frame): void {
    const units = this.exactUnitsPerSecond;
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    const nanoseconds = ((ticks % units) * BigInt(NANOSECONDS_PER_SECOND)) / units;
    this.set(frame, Number(ticks / units), Number(nanoseconds));
  }

  private set(frame: Frame, seconds: number, nanoseconds: number): void {
    const shifted = seconds + this.offsetSeconds;
    if (shifted >= 0 && shifted <= MAX_SECONDS) {
      frame.seconds = shifted | 0;
      frame.nanoseconds = nanoseconds;
    } else if (shifted < 0) {
      frame.seconds = 0;
      frame.nanoseconds = 0;
    } else {
      frame.seconds = MAX_SECONDS | 0;
      frame.nanoseconds = 0;
    }
  }
}
