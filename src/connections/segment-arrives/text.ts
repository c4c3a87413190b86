/**
 * Text (RFC 9293 §3.10.7.4, seventh step): new octets, and repeated ones.
 */
import { elapsedSeconds } from '../../core/time.js';
import { FIN } from '../../decode/segment.js';
import { advance, after, before, distance } from '../../tcp/sequence.js';
import {
  DATA_AFTER_PEER_FIN,
  DATA_BEYOND_OWN_FIN,
  REPEATED_IN_VAIN,
  RETRANSMISSION_RUN,
} from '../milestones.js';
import {
  CONTIGUOUS,
  DATA_FRAME,
  DATA_NANOSECONDS,
  DATA_SECONDS,
  ENDPOINT_ACKNOWLEDGED,
  ENDPOINT_FIN_SENT,
  ENDPOINT_HAS_NEW_DATA,
  ENDPOINT_SECOND_FIN,
  FIN_SEQUENCE,
  isLaterFrame,
  KIND_DATA,
  KIND_FIN,
  KIND_KEEP_ALIVE,
  LAST_FRAME,
  MSS,
  RETRANSMISSIONS,
  SND_NXT,
  STATE,
  UNA,
} from '../record.js';
import { isSmaller, NO_SIZES, noteSize, packSizes, packTraits } from '../segment-sizes.js';
import { extendContiguous } from '../sequence-space.js';
import { REORDERING_WINDOW, secondsSinceLast } from '../tap.js';
import { catchUp } from './acknowledgment.js';
import type { Exchange } from './exchange.js';
import { endsBeforeFin, isNearFin, isNoneOfTheStream, takeFin } from './fin.js';
import { hasOpenFin, knowsPeersFin } from './fin-arrival.js';
import { disproveFin, missBeforeFin } from './fin-disproof.js';
import { repeatSynData } from './opening.js';
import { isOvertaken } from './overtaken.js';
import { isProbe } from './probe.js';
import { isBeyondWindow } from './window.js';

/** A segment with payload, a FIN, or both. */
export function takeText(at: Exchange): number {
  const { memory, sender: x, fromServer, segment } = at;
  const sequence = segment.sequence;
  const payload = segment.payloadLength;
  const hasFin = (segment.flags & FIN) !== 0;
  const textEnd = advance(sequence, payload);
  const end = hasFin ? advance(textEnd, 1) : textEnd;
  let next = memory[x + SND_NXT];

  if (payload === 1 && !hasFin && isProbe(at, sequence, next)) return KIND_KEEP_ALIVE;
  if (hasFin) {
    if (hasOpenFin(at, x) && endsBeforeFin(at, sequence, textEnd)) {
      disproveFin(at, x, fromServer);
      next = memory[x + SND_NXT];
    }
    // If it really was so, the receiver drops it (§3.10.7.4, first step), and the stream continues below.
    if (isBeyondWindow(at, sequence)) {
      takeFin(at, textEnd);
      return KIND_FIN;
    }
  } else if ((memory[x + STATE] & ENDPOINT_FIN_SENT) !== 0 && isNoneOfTheStream(at, sequence)) {
    return KIND_DATA;
  }

  const fresh = after(end, next);
  if (!fresh) {
    repeatSynData(at, sequence);
    takeRetransmission(at, sequence, end);
  } else if (sequence === next) {
    if (after(memory[x + UNA], next)) catchUp(at, end);
  } else if (before(sequence, memory[x + CONTIGUOUS]) && payload > 0) {
    // New octets behind repeated ones: both happened.
    repeatSynData(at, sequence);
    memory[x + RETRANSMISSIONS] = memory[x + RETRANSMISSIONS] + 1;
    goOnWithRun(at, sequence);
  }
  if (payload > 0 && after(textEnd, next)) takeNewData(at, textEnd, next);
  if (fresh) memory[x + SND_NXT] = end;
  extendContiguous(memory, x, sequence, end);
  if (hasFin) takeFin(at, textEnd);
  return hasFin ? KIND_FIN : KIND_DATA;
}

/** Octets up to `textEnd`, of which those from `next` on are new. */
function takeNewData(at: Exchange, textEnd: number, next: number): void {
  const { memory, sender: x, fromServer, segment, ledger } = at;
  const frameBefore = memory[x + DATA_FRAME];
  memory[x + STATE] = (memory[x + STATE] | ENDPOINT_HAS_NEW_DATA) & ~ENDPOINT_SECOND_FIN;
  memory[x + DATA_FRAME] = segment.frame;
  memory[x + DATA_SECONDS] = segment.seconds;
  memory[x + DATA_NANOSECONDS] = segment.nanoseconds;
  noteSize(memory, x, segment.payloadLength, textEnd);
  const octets = distance(textEnd, after(segment.sequence, next) ? segment.sequence : next);
  const finSent = (memory[x + STATE] & ENDPOINT_FIN_SENT) !== 0;
  if (finSent && after(textEnd, advance(memory[x + FIN_SEQUENCE], 1)) && isNearFin(at, segment.sequence)) {
    ledger.run(DATA_BEYOND_OWN_FIN, fromServer, octets);
  }
  if (!knowsPeersFin(at)) return;
  const entry = ledger.run(DATA_AFTER_PEER_FIN, fromServer, octets);
  // The run remembers the frame of the last data before it.
  if (entry >= 0 && ledger.countOf(entry) === 1) ledger.setOwnWord(entry, frameBefore);
}

/** Octets from `sequence` up to `end`, none of them new: repeated, or out of order. */
function takeRetransmission(at: Exchange, sequence: number, end: number): void {
  const { memory, sender: x, segment } = at;
  const contiguous = memory[x + CONTIGUOUS];
  if (isOvertaken(at)) return;
  // It fills a gap in what was captured: reordered if that gap has only just appeared.
  if (!before(sequence, contiguous) && secondsSinceLast(memory, x, segment) < REORDERING_WINDOW) return;
  memory[x + RETRANSMISSIONS] = memory[x + RETRANSMISSIONS] + 1;
  if (end !== sequence) goOnWithRun(at, sequence);
  const isAcknowledged = (memory[x + STATE] & ENDPOINT_ACKNOWLEDGED) !== 0 && !after(end, memory[x + UNA]);
  if (isAcknowledged && segment.payloadLength > 0) repeatInVain(at, sequence);
  const hasFin = (segment.flags & FIN) !== 0;
  if (!hasFin && hasOpenFin(at, x) && !before(sequence, memory[x + UNA])) missBeforeFin(at);
}

/** Octets from `sequence` on are sent again, although all of the segment's had been acknowledged before. */
function repeatInVain(at: Exchange, sequence: number): void {
  const { memory, sender: x, receiver: y, fromServer, ledger } = at;
  let entry = ledger.find(REPEATED_IN_VAIN, fromServer);
  const journal = ledger.journal;
  const goesOn =
    entry >= 0 &&
    sequence === ledger.markOf(entry) &&
    // Whoever acknowledges more hears its peer.
    memory[y + UNA] === ledger.ownWordOf(entry) &&
    !isLaterFrame(memory[x + DATA_FRAME], journal.frame(entry));
  if (goesOn) {
    // Copies that nobody answers in between are a matter of silence.
    if (isLaterFrame(memory[y + LAST_FRAME], journal.other(entry))) ledger.extend(entry, 0);
    return;
  }
  if (entry < 0) entry = ledger.startRun(REPEATED_IN_VAIN, fromServer, ageOfData(at), sequence);
  else ledger.restartRun(entry, ageOfData(at), sequence);
  // The run remembers what its sender had acknowledged.
  if (entry >= 0) ledger.setOwnWord(entry, memory[y + UNA]);
}

/** Milliseconds since the last octets of the sender that were new. */
function ageOfData(at: Exchange): number {
  return Math.max(0, Math.min(sinceNewData(at) * 1000, 0x7fffffff)) | 0;
}

/** Octets from `sequence` on are sent again: the same as the ones before, or as the first of a run. */
function goOnWithRun(at: Exchange, sequence: number): void {
  const { memory, sender: x, receiver: y, fromServer, ledger } = at;
  const age = ageOfData(at);
  let entry = ledger.find(RETRANSMISSION_RUN, fromServer);
  if (entry >= 0 && isLaterFrame(ledger.journal.frame(entry), memory[y + LAST_FRAME])) {
    const mark = ledger.markOf(entry);
    if (sequence === mark) {
      ledger.extend(entry, 0);
      noteRetransmitted(at, entry);
      return;
    }
    // What is sent again after the first missing octet shows less than that octet does.
    if (after(sequence, mark) && !before(mark, memory[x + UNA])) return;
  }
  // A run of one that was answered is not worth a place of its own.
  if (entry >= 0 && ledger.countOf(entry) === 1) ledger.restartRun(entry, age, sequence);
  else entry = ledger.startRun(RETRANSMISSION_RUN, fromServer, age, sequence);
  if (entry >= 0) noteRetransmitted(at, entry);
}

/**
 * Seconds since the last octets of the sender that were new: what it sends again is at least as old, and just as
 * old if it was the last. For a FIN without payload, only the segment before it shows that.
 */
function sinceNewData({ memory, sender: x, segment }: Exchange): number {
  const hasData = segment.payloadLength > 0 && (memory[x + STATE] & ENDPOINT_HAS_NEW_DATA) !== 0;
  if (!hasData) return secondsSinceLast(memory, x, segment);
  const { seconds, nanoseconds } = segment;
  return elapsedSeconds(memory[x + DATA_SECONDS], memory[x + DATA_NANOSECONDS], seconds, nanoseconds);
}

/** Records the segment's size in its run. */
function noteRetransmitted(at: Exchange, entry: number): void {
  const { memory, segment, ledger } = at;
  const isFirst = ledger.countOf(entry) === 1;
  const earlier = isFirst ? NO_SIZES : ledger.ownWordOf(entry);
  const sizes = packSizes(memory, at.sender, segment, earlier);
  ledger.setOwnWord(entry, sizes);
  const isSmallest = isFirst || isSmaller(sizes, earlier);
  const traits = isFirst ? 0 : ledger.ownBitsOf(entry);
  ledger.setOwnBits(entry, packTraits(segment, sizes, memory[at.receiver + MSS], isSmallest, traits));
}
