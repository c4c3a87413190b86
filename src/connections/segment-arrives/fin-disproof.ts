/**
 * FINs, and acknowledgments of them, that turn out to have been lost, or not to be their sender's: what they were
 * taken to cause is taken back.
 */
import { advance, after, before } from '../../tcp/sequence.js';
import { RECEIVED_ACK_OF_FIN, RECEIVED_FIN, SENT_FIN } from '../../tcp/transitions.js';
import { ASSUMED, CONFIRMED, evidenceOf } from '../entries.js';
import { FIN_REPEATED } from '../milestones.js';
import {
  CLIENT,
  CONTIGUOUS,
  ENDPOINT_FIN_SENT,
  ENDPOINT_FIN_UNPROVED,
  FIN_SEQUENCE,
  ISLAND_END,
  ISLAND_START,
  isLaterFrame,
  LAST_FRAME,
  SERVER,
  SND_NXT,
  STATE,
} from '../record.js';
import { REORDERING_WINDOW, secondsSinceLast, tapIsAt } from '../tap.js';
import type { Exchange } from './exchange.js';
import { isOvertaken } from './overtaken.js';
import { widestWindow } from './window.js';

/** The FIN of `x`, which its peer never took in, was not its own: what it went through since is taken back. */
export function disproveFin(at: Exchange, x: number, server: boolean): void {
  const { memory, ledger } = at;
  const { journal } = ledger;
  const received = ledger.newest(server);
  const event = received < 0 ? -1 : ledger.eventOf(received);
  // After a reset there is nothing to correct; a peer's FIN that came since stands, from the state that is left.
  if (event !== SENT_FIN && event !== RECEIVED_FIN) return;
  const evidence = evidenceOf(journal.detail(received));
  const proof = journal.other(received);
  if (ledger.retractFrom(server, SENT_FIN) < 0) return;
  memory[x + STATE] &= ~ENDPOINT_FIN_SENT;
  if (after(memory[x + SND_NXT], memory[x + FIN_SEQUENCE])) {
    memory[x + SND_NXT] = memory[x + CONTIGUOUS];
    memory[x + ISLAND_START] = 0;
    memory[x + ISLAND_END] = 0;
  }
  const copies = ledger.standingRun(FIN_REPEATED, server);
  if (copies >= 0) ledger.takeAllBack(copies);
  if (event !== RECEIVED_FIN) return;
  enterAsBefore(at, server, RECEIVED_FIN, received, evidence, proof);
}

/**
 * The peer's FIN lay beyond the window, and the sender's segment after it shows that it still does: it was not sent
 * by the peer, which keeps to the window, and the sender drops it.
 */
export function refuseFin(at: Exchange): void {
  const { memory, sender: x, receiver: y, fromServer } = at;
  const fin = memory[y + FIN_SEQUENCE];
  if (after(memory[y + SND_NXT], fin)) return;
  const edge = advance(memory[y + CONTIGUOUS], widestWindow(at, x));
  if (after(fin, edge)) disproveFin(at, y, !fromServer);
}

/** An acknowledgment carries SND.NXT (§3.10.7.4): its sender has sent neither its FIN nor the octets missing before. */
export function goOnBelowFin(at: Exchange): void {
  const { memory, sender: x, fromServer, segment } = at;
  const isBelow =
    segment.sequence === memory[x + CONTIGUOUS] && before(segment.sequence, memory[x + FIN_SEQUENCE]);
  if (isBelow && secondsSinceLast(memory, x, segment) >= REORDERING_WINDOW && !isOvertaken(at))
    disproveFin(at, x, fromServer);
}

/** The sender repeats its FIN: the acknowledgment taken to have reached it never did. */
export function disproveAckOfFin(at: Exchange): void {
  const { memory, sender: x, fromServer: server, ledger } = at;
  const journal = ledger.journal;
  const acknowledged = ledger.newestBy(server, RECEIVED_ACK_OF_FIN);
  if (acknowledged < 0 || at.tooSoon(acknowledged, server)) return;
  // The peer's FIN, if it came after that, did arrive: it stands, from the state that is left.
  const received = ledger.newest(server);
  const hasFin = received !== acknowledged && ledger.eventOf(received) === RECEIVED_FIN;
  const evidence = evidenceOf(journal.detail(received));
  const proof = journal.other(received);
  ledger.retractFrom(server, RECEIVED_ACK_OF_FIN);
  if (!hasFin) return;
  if (evidence !== CONFIRMED) {
    // The peer's FIN carries the acknowledgment: without that it has not arrived, unless it is still under way.
    if (!at.tooSoon(received, server)) {
      memory[x + STATE] &= ~ENDPOINT_FIN_UNPROVED;
      return;
    }
    enterAsBefore(at, server, RECEIVED_ACK_OF_FIN, received, evidence, proof);
  }
  // Else the peer's FIN, which had crossed the first copy, did arrive: it stands, from the state that is left.
  enterAsBefore(at, server, RECEIVED_FIN, received, evidence, proof);
}

/**
 * The sender repeats its FIN: the earlier copy cannot have arrived, nor its peer's if it does not know of that,
 * unless word of it could not have come by now. From here on only an acknowledgment shows that one did.
 * `server`: the endpoint that was taken to have received the FIN.
 */
export function disproveArrivalOfFin(at: Exchange, server: boolean): void {
  const received = at.ledger.newestBy(server, RECEIVED_FIN);
  if (received >= 0 && !at.tooSoon(received, server)) takeArrivalBack(at, server);
}

/** No FIN has reached this endpoint so far. */
function takeArrivalBack(at: Exchange, server: boolean): void {
  const { memory, base, ledger } = at;
  const newest = ledger.newest(server);
  ledger.retractFrom(server, RECEIVED_FIN);
  memory[base + (server ? SERVER : CLIENT) + STATE] &= ~ENDPOINT_FIN_UNPROVED;
  // What acknowledged its own FIN did arrive.
  if (ledger.eventOf(newest) !== RECEIVED_ACK_OF_FIN) return;
  enterAsBefore(at, server, RECEIVED_ACK_OF_FIN, newest, ASSUMED, 0);
}

/**
 * The sender repeats octets that its peer had not acknowledged in its last segment, after the FIN had come: without
 * them the peer could not take the FIN in (§3.10.7.4, eighth step).
 */
export function missBeforeFin(at: Exchange): void {
  const { memory, base, receiver: y, fromServer, ledger } = at;
  if ((memory[y + STATE] & ENDPOINT_FIN_UNPROVED) === 0 || tapIsAt(memory, base, !fromServer)) return;
  const { journal } = ledger;
  const fin = ledger.newestBy(fromServer, SENT_FIN);
  if (fin < 0 || !isLaterFrame(memory[y + LAST_FRAME], journal.frame(fin))) return;
  const newest = ledger.newest(!fromServer);
  // What only another repeated segment was taken to cause is not worth a retraction of its own.
  const isMoved = newest >= 0 && isLaterFrame(journal.frame(newest), journal.frame(fin));
  if (isMoved && ledger.eventOf(newest) === RECEIVED_FIN) ledger.putHere(newest);
  else takeArrivalBack(at, !fromServer);
}

/**
 * Enters by `event` again, as of `entry`, which was taken back; `evidence` and, if that is `CONFIRMED`, the frame
 * `proof` are those that it had.
 */
export function enterAsBefore(
  { ledger }: Exchange,
  server: boolean,
  event: number,
  entry: number,
  evidence: number,
  proof: number,
): void {
  const { journal } = ledger;
  const frame = journal.frame(entry);
  const [seconds, nanoseconds] = [journal.seconds(entry), journal.nanoseconds(entry)];
  if (evidence === CONFIRMED) ledger.enterProved(server, event, frame, seconds, nanoseconds, proof);
  else ledger.enterAt(server, event, evidence, frame, seconds, nanoseconds);
}
