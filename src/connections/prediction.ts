/**
 * Header prediction, as Van Jacobson gave it to TCP stacks: on an open connection nearly every segment is the one
 * to expect after those before it. It continues where its sender's last one ended, acknowledges only what was
 * sent, and asks for nothing. Such a segment moves numbers and times but no state, and leaves no record: all
 * that the long way through `flagsOf`, `recordHistory` and `Observer` would amount to is done here at once.
 */
import { ACK, FIN, RST, type Segment, SYN } from '../decode/segment.js';
import { advance, after, within } from '../tcp/sequence.js';
import { ESTABLISHED } from '../tcp/states.js';
import {
  CLIENT,
  CONTIGUOUS,
  DATA_FRAME,
  DATA_NANOSECONDS,
  DATA_SECONDS,
  ENDPOINT_ACKNOWLEDGED,
  ENDPOINT_FIN_SENT,
  ENDPOINT_HAS_NEW_DATA,
  ENDPOINT_OPEN_UNPROVED,
  ENDPOINT_SCALE_OFFERED,
  ENDPOINT_SEEN,
  ENDPOINT_WINDOW_CLOSED,
  KIND_ACK,
  KIND_DATA,
  LAST_ACKNOWLEDGMENT,
  LAST_FRAME,
  LAST_INFO,
  LAST_KIND_SHIFT,
  LAST_NANOSECONDS,
  LAST_PAYLOAD_MASK,
  LAST_SECONDS,
  LINK_SOURCE,
  SCALE_MASK,
  SCALE_SHIFT,
  SND_NXT,
  STATE,
  STATE_MASK,
  TTL_MASK,
  TTL_SHIFT,
  UNA,
  WINDOW,
} from './record.js';
import { rememberTimestamp } from './segment-arrives/overtaken.js';
import { noteAcknowledgedSize, noteSize } from './segment-sizes.js';
import { reachContiguous } from './sequence-space.js';
import { concernsSilence } from './silence.js';
import { isUnremarkable, noteUnremarkable } from './tcp-analysis.js';
import { saysNothingNew } from './zeek.js';

/** The bits that show whether an endpoint is in mid-connection with nothing left to prove, and their values then. */
const MIDDLE_MASK =
  STATE_MASK |
  ENDPOINT_SEEN |
  ENDPOINT_ACKNOWLEDGED |
  ENDPOINT_FIN_SENT |
  ENDPOINT_OPEN_UNPROVED |
  ENDPOINT_WINDOW_CLOSED;
const MIDDLE = ESTABLISHED | ENDPOINT_SEEN | ENDPOINT_ACKNOWLEDGED;

/**
 * Whether this segment, sent by the endpoint at `x` to that at `y`, is the one to expect on the connection at `base`.
 * It shows something that no segment before it did: octets, or an acknowledgment of more.
 */
export function isPredicted(
  memory: Int32Array,
  base: number,
  x: number,
  y: number,
  segment: Segment,
): boolean {
  const { acknowledgment, flags, payloadLength, sequence, window } = segment;
  const news = payloadLength > 0 ? 0 : 1;
  return (
    (flags & (SYN | FIN | RST | ACK)) === ACK &&
    window !== 0 &&
    segment.sackBlocks === 0 &&
    (memory[x + STATE] & (MIDDLE_MASK | TTL_MASK)) === (MIDDLE | (segment.ttl << TTL_SHIFT)) &&
    (memory[y + STATE] & MIDDLE_MASK) === MIDDLE &&
    segment.linkSource === memory[x + LINK_SOURCE] &&
    sequence === memory[x + SND_NXT] &&
    sequence === memory[x + CONTIGUOUS] &&
    within(acknowledgment, advance(memory[y + UNA], news), memory[y + SND_NXT]) &&
    !after(acknowledgment, memory[y + CONTIGUOUS]) &&
    !concernsSilence(memory, base, x, segment) &&
    saysNothingNew(memory, base, x !== base + CLIENT, payloadLength) &&
    isUnremarkable(memory, base, x, y, segment)
  );
}

/** Takes in a segment that `isPredicted`. */
export function takePredicted(memory: Int32Array, x: number, y: number, segment: Segment): void {
  const { acknowledgment, frame, seconds, nanoseconds, payloadLength, window } = segment;
  noteUnremarkable(memory, x, segment);
  if (acknowledgment !== memory[y + UNA]) {
    memory[y + UNA] = acknowledgment;
    noteAcknowledgedSize(memory, y, acknowledgment);
  }
  const state = memory[x + STATE];
  if (payloadLength > 0) {
    const end = advance(segment.sequence, payloadLength);
    memory[x + STATE] = state | ENDPOINT_HAS_NEW_DATA;
    memory[x + DATA_FRAME] = frame;
    memory[x + DATA_SECONDS] = seconds;
    memory[x + DATA_NANOSECONDS] = nanoseconds;
    noteSize(memory, x, payloadLength, end);
    memory[x + SND_NXT] = end;
    reachContiguous(memory, x, end);
  }
  const scaled = (memory[y + STATE] & state & ENDPOINT_SCALE_OFFERED) !== 0;
  memory[x + WINDOW] = scaled ? window << ((state & SCALE_MASK) >>> SCALE_SHIFT) : window;
  rememberTimestamp(memory, x, segment);
  memory[x + LAST_FRAME] = frame;
  memory[x + LAST_SECONDS] = seconds;
  memory[x + LAST_NANOSECONDS] = nanoseconds;
  memory[x + LAST_ACKNOWLEDGMENT] = acknowledgment;
  const kind = payloadLength > 0 ? KIND_DATA : KIND_ACK;
  memory[x + LAST_INFO] = Math.min(payloadLength, LAST_PAYLOAD_MASK) | (kind << LAST_KIND_SHIFT);
}
