/**
 * The state machine of RFC 9293 as a passive observer needs it: which event moves which state where.
 *
 * Read RFC 9293 §3.3.2 (Figure 5), §3.6 and §3.10.7 beside this table. Each row names the section that
 * prescribes it. No state changes anywhere else in the code. What is deliberately absent: LISTEN (no packet
 * shows it; a server's timeline starts with SYN-RECEIVED) and every timer (2 MSL, the FIN-WAIT-2 timeout,
 * giving up): no packet shows those either, so a later packet must reveal them (`found-gone`).
 */
import {
  CLOSE_WAIT,
  CLOSED,
  CLOSING,
  ESTABLISHED,
  FIN_WAIT_1,
  FIN_WAIT_2,
  LAST_ACK,
  STATES,
  SYN_RECEIVED,
  SYN_SENT,
  TIME_WAIT,
} from './states.js';

/** The events, as the small integers of the hot path. */
export const SENT_SYN = 0;
export const SENT_SYN_ACK = 1;
export const RECEIVED_SYN_ACK = 2;
export const RECEIVED_ACK_OF_SYN = 3;
export const SENT_FIN = 4;
export const RECEIVED_ACK_OF_FIN = 5;
export const RECEIVED_FIN = 6;
/** A reset with the ACK bit: a live socket aborts (§3.10.5). */
export const SENT_ABORT = 7;
/** A reset that answers a segment, its sequence number taken from it: nothing is left to receive it. */
export const SENT_RESET = 8;
export const RECEIVED_RESET = 9;
/** A SYN or SYN-ACK for a new connection on the same 4-tuple shows that the old one is gone here. */
export const FOUND_GONE = 10;
/** The capture starts inside the connection. */
export const CAPTURE_STARTED = 11;
/** The SYN was not captured, but its answer was. */
export const SYN_NOT_CAPTURED = 12;
/** The endpoint's own segment shows that the handshake is over for it, by a segment never captured. */
export const SHOWN_OPEN = 13;
/** The peer's own SYN arrived while this endpoint had sent one: both opened at once. */
export const RECEIVED_SYN = 14;

const EVENT_COUNT = 15;

export interface TransitionRow {
  readonly from: readonly number[];
  readonly event: number;
  readonly to: number;
  readonly cause: string;
  /** Section of RFC 9293. */
  readonly section: string;
}

const SYNCHRONIZED_OPEN = [ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT];
const BEFORE_TIME_WAIT = [SYN_SENT, SYN_RECEIVED, ...SYNCHRONIZED_OPEN, CLOSING, LAST_ACK];
const ANY_OPEN = [...BEFORE_TIME_WAIT, TIME_WAIT];

export const TRANSITIONS: readonly TransitionRow[] = [
  // Opening: the OPEN call, LISTEN and SYN-SENT.
  { from: [CLOSED], event: SENT_SYN, to: SYN_SENT, cause: 'sent SYN', section: '3.10.1' },
  {
    from: [CLOSED],
    event: SENT_SYN_ACK,
    to: SYN_RECEIVED,
    cause: 'received SYN, sent SYN-ACK',
    section: '3.10.7.2',
  },
  {
    from: [SYN_SENT],
    event: RECEIVED_SYN_ACK,
    to: ESTABLISHED,
    cause: 'received SYN-ACK',
    section: '3.10.7.3',
  },
  // Both sides opened (§3.5, Figure 7).
  { from: [SYN_SENT], event: RECEIVED_SYN, to: SYN_RECEIVED, cause: 'received SYN', section: '3.10.7.3' },
  {
    from: [SYN_SENT],
    event: SENT_SYN_ACK,
    to: SYN_RECEIVED,
    cause: 'received SYN, sent SYN-ACK',
    section: '3.10.7.3',
  },
  {
    from: [SYN_RECEIVED],
    event: RECEIVED_ACK_OF_SYN,
    to: ESTABLISHED,
    cause: 'received ACK of SYN',
    section: '3.10.7.4',
  },

  // Closing first: the CLOSE call, then the peer's acknowledgment (fifth step) and FIN (eighth step).
  {
    from: [SYN_RECEIVED, ESTABLISHED],
    event: SENT_FIN,
    to: FIN_WAIT_1,
    cause: 'sent FIN',
    section: '3.10.4',
  },
  {
    from: [FIN_WAIT_1],
    event: RECEIVED_ACK_OF_FIN,
    to: FIN_WAIT_2,
    cause: 'received ACK of FIN',
    section: '3.10.7.4',
  },
  { from: [FIN_WAIT_1], event: RECEIVED_FIN, to: CLOSING, cause: 'received FIN', section: '3.10.7.4' },
  { from: [FIN_WAIT_2], event: RECEIVED_FIN, to: TIME_WAIT, cause: 'received FIN', section: '3.10.7.4' },
  {
    from: [CLOSING],
    event: RECEIVED_ACK_OF_FIN,
    to: TIME_WAIT,
    cause: 'received ACK of FIN',
    section: '3.10.7.4',
  },

  // Closing second.
  {
    from: [SYN_RECEIVED, ESTABLISHED],
    event: RECEIVED_FIN,
    to: CLOSE_WAIT,
    cause: 'received FIN',
    section: '3.10.7.4',
  },
  { from: [CLOSE_WAIT], event: SENT_FIN, to: LAST_ACK, cause: 'sent FIN', section: '3.10.4' },
  {
    from: [LAST_ACK],
    event: RECEIVED_ACK_OF_FIN,
    to: CLOSED,
    cause: 'received ACK of FIN',
    section: '3.10.7.4',
  },

  // Resets. The sender of one has no connection any more, at once; so has a receiver that accepts it.
  { from: [SYN_SENT], event: RECEIVED_RESET, to: CLOSED, cause: 'received RST', section: '3.10.7.3' },
  {
    from: [SYN_RECEIVED, ...SYNCHRONIZED_OPEN, CLOSING, LAST_ACK, TIME_WAIT],
    event: RECEIVED_RESET,
    to: CLOSED,
    cause: 'received RST',
    section: '3.10.7.4',
  },
  { from: ANY_OPEN, event: SENT_ABORT, to: CLOSED, cause: 'sent RST, aborting', section: '3.10.5' },
  // A socket closed in both directions resets whoever still writes to it (SHLD-3); after the state's silent
  // end, or a crash, the reset comes from a host that knows no such connection. Both look the same.
  {
    from: [FIN_WAIT_1, FIN_WAIT_2],
    event: SENT_RESET,
    to: CLOSED,
    cause: 'sent RST in answer',
    section: '3.6.1',
  },
  {
    from: [SYN_SENT, SYN_RECEIVED, ESTABLISHED, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT],
    event: SENT_RESET,
    to: CLOSED,
    cause: 'sent RST in answer: no such connection here',
    section: '3.10.7.1',
  },

  // Revealed by later packets.
  // A connection that one side has lost is half-open (Figure 9); from TIME-WAIT a new SYN may open it again (MAY-2).
  {
    from: BEFORE_TIME_WAIT,
    event: FOUND_GONE,
    to: CLOSED,
    cause: 'opened the 4-tuple anew',
    section: '3.5.1',
  },
  {
    from: [TIME_WAIT],
    event: FOUND_GONE,
    to: CLOSED,
    cause: 'opened the 4-tuple anew',
    section: '3.6.1',
  },
  {
    from: [CLOSED],
    event: CAPTURE_STARTED,
    to: ESTABLISHED,
    cause: 'capture starts mid-connection',
    section: '3.3.2',
  },
  { from: [CLOSED], event: SYN_NOT_CAPTURED, to: SYN_SENT, cause: 'SYN not captured', section: '3.10.1' },
  {
    from: [SYN_SENT],
    event: SHOWN_OPEN,
    to: ESTABLISHED,
    cause: 'acknowledged a SYN-ACK not captured',
    section: '3.10.7.3',
  },
  {
    from: [SYN_RECEIVED],
    event: SHOWN_OPEN,
    to: ESTABLISHED,
    cause: 'received ACK of SYN not captured',
    section: '3.10.7.4',
  },
];

const rowByStateAndEvent = new Int8Array(STATES.length * EVENT_COUNT).fill(-1);
for (const [index, row] of TRANSITIONS.entries()) {
  for (const state of row.from) rowByStateAndEvent[state * EVENT_COUNT + row.event] = index;
}

/** Index in `TRANSITIONS` of what `event` does to `state`, or -1 if it changes nothing. */
export function transitionFor(state: number, event: number): number {
  return rowByStateAndEvent[state * EVENT_COUNT + event] as number;
}
