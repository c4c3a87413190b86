/**
 * A connection in Zeek's words: the letters of its `history` and its `conn_state`
 * (Zeek's documentation of `base/protocols/conn/main.zeek`). Upper case is the originator, our client.
 */
import { ACK, FIN, RST, type Segment, SYN } from '../decode/segment.js';
import { HISTORY, HISTORY_MORE, HISTORY_SEEN } from './record.js';

const LETTERS = '?shadfrtwg^';
const S = 1;
const H = 2;
const A = 3;
const D = 4;
const F = 5;
const R = 6;

const LETTERS_PER_WORD = 6;
const BITS = 5;
const RESPONDER = 0x10;

/** Adds what `segment` contributes to the history in the record at `base`: each letter once a direction. */
export function recordHistory(memory: Int32Array, base: number, fromServer: boolean, segment: Segment): void {
  const flags = segment.flags;
  if ((flags & SYN) !== 0) add(memory, base, fromServer, (flags & ACK) !== 0 ? H : S);
  if (segment.payloadLength > 0) add(memory, base, fromServer, D);
  if ((flags & RST) !== 0) add(memory, base, fromServer, R);
  else if ((flags & FIN) !== 0) add(memory, base, fromServer, F);
  else if (segment.payloadLength === 0 && (flags & (SYN | ACK)) === ACK) add(memory, base, fromServer, A);
}

function add(memory: Int32Array, base: number, fromServer: boolean, letter: number): void {
  const bit = 1 << (fromServer ? letter + 16 : letter);
  const seen = memory[base + HISTORY_SEEN];
  if ((seen & bit) !== 0) return;
  memory[base + HISTORY_SEEN] = seen | bit;
  const code = letter | (fromServer ? RESPONDER : 0);
  const word =
    base + (memory[base + HISTORY] >>> (BITS * (LETTERS_PER_WORD - 1)) === 0 ? HISTORY : HISTORY_MORE);
  const letters = memory[word];
  let place = 0;
  while (((letters >>> (BITS * place)) & 0x1f) !== 0) place++;
  memory[word] = letters | (code << (BITS * place));
}

/** The history as Zeek prints it, e.g. `ShADadFf`. */
export function historyOf(memory: Int32Array, base: number): string {
  let text = '';
  for (const word of [HISTORY, HISTORY_MORE]) {
    for (let letters = memory[base + word]; letters !== 0; letters >>>= BITS) {
      const letter = LETTERS[letters & 0x0f] as string;
      text += (letters & RESPONDER) !== 0 ? letter : letter.toUpperCase();
    }
  }
  return text;
}

/** What `conn_state` depends on, for the originator (client) and the responder (server). */
export interface ConnStateFacts {
  readonly syn: boolean;
  readonly synAck: boolean;
  readonly clientFin: boolean;
  readonly serverFin: boolean;
  readonly clientReset: boolean;
  readonly serverReset: boolean;
  /** The server answered the SYN with a reset and nothing else. */
  readonly refused: boolean;
  /** The client's third segment, or any later one, completed the handshake. */
  readonly established: boolean;
}

/** Zeek's `conn_state`. */
export function connStateOf(facts: ConnStateFacts): string {
  if (!facts.syn) {
    if (facts.synAck && !facts.established) {
      if (facts.serverReset) return 'RSTRH';
      if (facts.serverFin) return 'SHR';
    }
    return 'OTH';
  }
  if (!facts.synAck) {
    if (facts.refused) return 'REJ';
    if (facts.clientReset) return 'RSTOS0';
    if (facts.clientFin) return 'SH';
    return 'S0';
  }
  if (facts.clientReset) return 'RSTO';
  if (facts.serverReset) return 'RSTR';
  if (facts.clientFin && facts.serverFin) return 'SF';
  if (facts.clientFin) return 'S2';
  if (facts.serverFin) return 'S3';
  return facts.established ? 'S1' : 'S0';
}
