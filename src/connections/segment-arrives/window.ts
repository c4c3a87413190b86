/**
 * Windows (RFC 9293 §3.8.6, RFC 7323 §2): those that are offered, and how wide they may be.
 */
import { FIN } from '../../decode/segment.js';
import { advance, after, distance } from '../../tcp/sequence.js';
import { WINDOW_COLLAPSED, ZERO_WINDOW } from '../milestones.js';
import {
  CONTIGUOUS,
  ENDPOINT_SCALE_OFFERED,
  ENDPOINT_SYN_CAPTURED,
  ENDPOINT_WINDOW_CLOSED,
  FLAGS,
  ISS,
  SCALE_MASK,
  SCALE_SHIFT,
  STATE,
  SYN_OPTIONS_CUT,
  WINDOW,
} from '../record.js';
import type { Exchange } from './exchange.js';
import { isOvertaken } from './overtaken.js';

/** A window without scale, the largest shift of one, and the largest window there is (RFC 7323 §2.2, §2.3). */
const LARGEST_UNSCALED_WINDOW = 0xffff;
const LARGEST_SCALE = 14;
const LARGEST_WINDOW = 2 ** 30;

/** The window that the sender offers. */
export function takeWindow(at: Exchange): void {
  if (isOvertaken(at)) return;
  const { memory, sender: x, receiver: y, fromServer, segment, ledger } = at;
  const flags = memory[x + STATE];
  const scaled = (memory[y + STATE] & flags & ENDPOINT_SCALE_OFFERED) !== 0;
  memory[x + WINDOW] = scaled ? segment.window << ((flags & SCALE_MASK) >>> SCALE_SHIFT) : segment.window;
  if (segment.window === 0) {
    if ((segment.flags & FIN) !== 0) return;
    if ((flags & ENDPOINT_WINDOW_CLOSED) === 0) {
      memory[x + STATE] = flags | ENDPOINT_WINDOW_CLOSED;
      ledger.startRun(ZERO_WINDOW, fromServer, 0);
    } else {
      const entry = ledger.find(ZERO_WINDOW, fromServer);
      if (entry >= 0) ledger.extend(entry, 0);
    }
  } else if ((flags & ENDPOINT_WINDOW_CLOSED) !== 0) {
    memory[x + STATE] = flags & ~ENDPOINT_WINDOW_CLOSED;
    const entry = ledger.find(ZERO_WINDOW, fromServer);
    // The window's opening ends the run: its last frame is the one that opened it.
    if (entry >= 0) ledger.extend(entry, 0);
  }
}

/** A scale shifts by more than this, as those of Linux, Windows and BSD do: a window that seems so much narrower has one. */
const LEAST_SHIFT = 4;

/** The sender's first segment behind its SYN: whether it scales its windows, although that SYN carried no scale. */
export function compareWithSyn({
  memory,
  base,
  sender: x,
  receiver: y,
  fromServer,
  segment,
  ledger,
}: Exchange): void {
  const own = memory[x + STATE] & (ENDPOINT_SYN_CAPTURED | ENDPOINT_SCALE_OFFERED);
  const isUnscaled = own === ENDPOINT_SYN_CAPTURED && (memory[y + STATE] & ENDPOINT_SCALE_OFFERED) !== 0;
  if (!isUnscaled || (memory[base + FLAGS] & SYN_OPTIONS_CUT) !== 0) return;
  // What it has taken in since, and not given to its program yet, is no longer in the window.
  const taken = distance(segment.acknowledgment, advance(memory[y + ISS], 1));
  if (segment.window !== 0 && segment.window < (memory[x + WINDOW] - taken) >> LEAST_SHIFT)
    ledger.note(WINDOW_COLLAPSED, fromServer, segment.window);
}

/** The widest window that the endpoint at `y` may have given its peer, as far as that is known. */
export function widestWindow(at: Exchange, y: number): number {
  const { memory } = at;
  const window = Math.max(memory[y + WINDOW], LARGEST_UNSCALED_WINDOW);
  return isScaleKnown(at) ? window : Math.min(window * 2 ** LARGEST_SCALE, LARGEST_WINDOW);
}

/** The widest that the window of the endpoint at `y` can be at any time, by its scale. */
export function windowLimit(at: Exchange, y: number): number {
  if (!isScaleKnown(at)) return LARGEST_WINDOW;
  const { memory } = at;
  const scaled = (memory[at.sender + STATE] & memory[at.receiver + STATE] & ENDPOINT_SCALE_OFFERED) !== 0;
  return scaled
    ? LARGEST_UNSCALED_WINDOW * 2 ** ((memory[y + STATE] & SCALE_MASK) >>> SCALE_SHIFT)
    : LARGEST_UNSCALED_WINDOW;
}

function isScaleKnown({ memory, sender: x, receiver: y }: Exchange): boolean {
  return (memory[x + STATE] & memory[y + STATE] & ENDPOINT_SYN_CAPTURED) !== 0;
}

/** A segment of the sender that begins beyond all that its receiver can hold. */
export function isBeyondWindow(at: Exchange, sequence: number): boolean {
  const { memory, sender: x, receiver: y } = at;
  return after(sequence, advance(memory[x + CONTIGUOUS], widestWindow(at, y)));
}
