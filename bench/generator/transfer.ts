import type { Dialogue } from './dialogue.js';
import { largestPayload } from './frame.js';
import type { Random } from './random.js';
import { ACK, type Party, PSH } from './segment.js';

const LOSS_RATE = 0.016;
/** Share of the losses that happen beyond the tap, which therefore sees both copies. */
const LOST_BEYOND_TAP = 0.7;
const REORDER_RATE = 0.004;
const SHORTEST_TIMEOUT = 200_000;
const DELAYED_ACK = 40_000;
const DUPLICATE_ACKS = 3;
const INITIAL_WINDOW = 10;
const LARGEST_WINDOW = 40;
const LARGEST_WINDOW_FIELD = 8192;
/** µs between two segments of a flight. */
const SERIALIZATION = 13;

interface Arrival {
  /** µs after time zero at which the copy that arrived passed the tap. */
  readonly at: number;
  readonly index: number;
}

interface Message {
  readonly bytes: number;
  /** How long the sender waits first, in µs. */
  readonly after: number;
  /** µs until the receiver sends data in its turn; if that is soon, the data carries the last ACK. */
  readonly answerAfter: number;
}

/** Lets `sender` send `bytes` to its peer, with losses, reordering, delayed and duplicate ACKs. */
export function transfer(dialogue: Dialogue, random: Random, sender: Party, message: Message): void {
  const { bytes } = message;
  const size = largestPayload(dialogue.dialect);
  const count = Math.ceil(bytes / size);
  const departure = dialogue.reply(sender, dialogue.time) + message.after;
  const arrivals = sendFlights(dialogue, random, sender, bytes, departure);
  arrivals.sort((a, b) => a.at - b.at);
  const start = sender.next;
  sender.next = (start + bytes) | 0;
  const edge = (index: number): number => (start + (index < count ? index * size : bytes)) | 0;
  acknowledge(dialogue, dialogue.peerOf(sender), arrivals, edge, message.answerAfter);
}

function sendFlights(
  dialogue: Dialogue,
  random: Random,
  sender: Party,
  bytes: number,
  departure: number,
): Arrival[] {
  const size = largestPayload(dialogue.dialect);
  const count = Math.ceil(bytes / size);
  const { roundTrip } = dialogue;
  const timeout = Math.max(SHORTEST_TIMEOUT, 2 * roundTrip);
  const times: number[] = [];
  const arrivals: Arrival[] = [];
  let at = departure;
  for (let index = 0; index < count; index++) {
    const window = Math.min(LARGEST_WINDOW, INITIAL_WINDOW + (index >> 1));
    if (index >= window) at = Math.max(at, times[index - window]! + roundTrip);
    times.push(at);

    const last = index === count - 1;
    const sequence = (sender.next + index * size) | 0;
    const flags = last ? ACK | PSH : ACK;
    const length = last ? bytes - index * size : size;
    if (random.chance(LOSS_RATE)) {
      const repaired = count - index > DUPLICATE_ACKS;
      const again = at + (repaired ? roundTrip + DUPLICATE_ACKS * SERIALIZATION : timeout);
      if (random.chance(LOST_BEYOND_TAP)) dialogue.put(sender, flags, at, sequence, { length });
      dialogue.put(sender, flags, again, sequence, { length });
      arrivals.push({ at: again, index });
    } else {
      const heldUp = random.chance(REORDER_RATE) ? random.integer(100, 2500) : 0;
      dialogue.put(sender, flags, at, sequence, { length, heldUp });
      arrivals.push({ at: at + heldUp, index });
    }
    at += random.integer(SERIALIZATION, 3 * SERIALIZATION);
  }
  return arrivals;
}

/** The receiver's side: `edge(n)` is the sequence number of the nth segment. */
function acknowledge(
  dialogue: Dialogue,
  receiver: Party,
  arrivals: readonly Arrival[],
  edge: (index: number) => number,
  answerAfter: number,
): void {
  const { sack } = dialogue.dialect;
  const arrived = new Uint8Array(arrivals.length);
  let expected = 0;
  let unacknowledged = 0;
  let previous = 0;

  for (const { at, index } of arrivals) {
    if (unacknowledged > 0 && at - previous > DELAYED_ACK) {
      dialogue.put(receiver, ACK, dialogue.reply(receiver, previous) + DELAYED_ACK, receiver.next);
      unacknowledged = 0;
    }
    previous = at;
    arrived[index] = 1;
    if (index === expected) {
      while (arrived[expected] === 1) expected++;
      receiver.expected = edge(expected);
      if (receiver.scale > 0 && receiver.window < LARGEST_WINDOW_FIELD) receiver.window++;
      unacknowledged++;
      const holeFilled = expected > index + 1;
      if (unacknowledged < 2 && !holeFilled) continue;
      dialogue.put(receiver, ACK, dialogue.reply(receiver, at), receiver.next);
    } else {
      let left = index;
      let right = index + 1;
      while (arrived[left - 1] === 1) left--;
      while (arrived[right] === 1) right++;
      const block = sack ? { sackLeft: edge(left), sackRight: edge(right) } : {};
      dialogue.put(receiver, ACK, dialogue.reply(receiver, at), receiver.next, block);
    }
    unacknowledged = 0;
  }

  if (unacknowledged === 0) {
    dialogue.time = dialogue.reply(receiver, previous);
  } else if (answerAfter < DELAYED_ACK) {
    dialogue.time = previous;
  } else {
    dialogue.time = dialogue.reply(receiver, previous) + DELAYED_ACK;
    dialogue.put(receiver, ACK, dialogue.time, receiver.next);
  }
}
