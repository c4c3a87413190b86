import type { Dialogue } from './dialogue.js';
import type { Random } from './random.js';
import { ACK, FIN, type Party, PSH, RST, type Segment, SYN } from './segment.js';
import { transfer } from './transfer.js';

const SECOND = 1_000_000;
const RETRANSMISSION_RATE = 0.01;
const KEEP_ALIVE_INTERVAL = 30 * SECOND;

export type Opening = 'accepted' | 'refused' | 'unanswered';

export type Ending =
  | 'clientFin'
  | 'serverFin'
  | 'threeSegments'
  | 'simultaneous'
  | 'clientReset'
  | 'serverReset'
  | 'resetInCloseWait'
  | 'neverClosed'
  | 'stuckInCloseWait';

/** How the last states were left: what an observer must keep remembering. */
export type Aftermath = 'open' | 'time-wait' | 'closed';

/** One request and its response. */
export interface Exchange {
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** µs before the request. */
  readonly pause: number;
  /** µs before the response. */
  readonly thinking: number;
}

export interface Plot {
  readonly opening: Opening;
  readonly exchanges: readonly Exchange[];
  /** µs of silence before the ending. */
  readonly idle: number;
  readonly keepAlive: boolean;
  readonly ending: Ending;
}

/** Plays a connection from its SYN to its end, a few segments at a time. */
export function* converse(dialogue: Dialogue, random: Random, plot: Plot): Generator<Segment[], Aftermath> {
  if (plot.opening === 'unanswered') {
    yield* knockInVain(dialogue);
    return 'open';
  }
  if (plot.opening === 'refused') {
    yield refuse(dialogue);
    return 'closed';
  }
  yield shakeHands(dialogue, random);
  for (const { requestBytes, responseBytes, pause, thinking } of plot.exchanges) {
    const request = { bytes: requestBytes, after: pause, answerAfter: thinking };
    transfer(dialogue, random, dialogue.client, request);
    const response = { bytes: responseBytes, after: thinking, answerAfter: Number.POSITIVE_INFINITY };
    transfer(dialogue, random, dialogue.server, response);
    yield dialogue.take();
  }
  if (plot.keepAlive) yield* keepAlive(dialogue, Math.floor(plot.idle / KEEP_ALIVE_INTERVAL));
  return yield* end(dialogue, random, plot);
}

function* knockInVain(dialogue: Dialogue): Generator<Segment[]> {
  dialogue.say(dialogue.client, SYN);
  yield dialogue.take();
  for (const wait of [1, 2, 4]) {
    dialogue.sayAgain(dialogue.client, SYN, wait * SECOND);
    yield dialogue.take();
  }
}

function refuse(dialogue: Dialogue): Segment[] {
  dialogue.say(dialogue.client, SYN);
  dialogue.server.next = 0;
  dialogue.say(dialogue.server, RST | ACK);
  return dialogue.take();
}

function shakeHands(dialogue: Dialogue, random: Random): Segment[] {
  const { client, server } = dialogue;
  dialogue.say(client, SYN);
  if (random.chance(RETRANSMISSION_RATE)) dialogue.sayAgain(client, SYN, SECOND);
  dialogue.say(server, SYN | ACK);
  if (random.chance(RETRANSMISSION_RATE)) dialogue.sayAgain(server, SYN | ACK, SECOND);
  for (const party of [client, server]) {
    // Rounded up, so that scaling does not take back what the SYN had offered.
    party.window = Math.ceil(party.window / (1 << party.scale));
  }
  dialogue.say(client, ACK);
  return dialogue.take();
}

/** A probe repeats the last byte's sequence number, RFC 9293 §3.8.4. */
function* keepAlive(dialogue: Dialogue, probes: number): Generator<Segment[]> {
  const { client, server } = dialogue;
  for (let i = 0; i < probes; i++) {
    dialogue.time += KEEP_ALIVE_INTERVAL;
    dialogue.put(client, ACK, dialogue.time, (client.next - 1) | 0);
    dialogue.time = dialogue.reply(server, dialogue.time);
    dialogue.put(server, ACK, dialogue.time, server.next);
    yield dialogue.take();
  }
}

function* end(dialogue: Dialogue, random: Random, plot: Plot): Generator<Segment[], Aftermath> {
  const { client, server } = dialogue;
  const after = plot.keepAlive ? plot.idle % KEEP_ALIVE_INTERVAL : plot.idle;
  switch (plot.ending) {
    case 'clientFin':
      yield closeInTurn(dialogue, random, client, after);
      return 'time-wait';
    case 'serverFin':
      yield closeInTurn(dialogue, random, server, after);
      return 'time-wait';
    case 'threeSegments':
      finish(dialogue, random, client, after);
      finish(dialogue, random, server, 0);
      dialogue.say(client, ACK);
      yield dialogue.take();
      return 'time-wait';
    case 'simultaneous':
      yield closeAtOnce(dialogue, after);
      return 'time-wait';
    case 'clientReset':
      dialogue.say(client, RST | ACK, { after });
      yield dialogue.take();
      return 'closed';
    case 'serverReset':
      dialogue.say(server, RST | ACK, { after });
      yield dialogue.take();
      return 'closed';
    case 'resetInCloseWait':
      // The client has closed altogether: what the server still sends meets a reset.
      halfClose(dialogue, random, client, after);
      dialogue.say(server, ACK | PSH, { after: random.exponential(SECOND), length: random.integer(1, 900) });
      dialogue.say(client, RST);
      yield dialogue.take();
      return 'closed';
    case 'stuckInCloseWait':
      halfClose(dialogue, random, client, after);
      yield dialogue.take();
      return 'open';
    case 'neverClosed':
      return 'open';
  }
}

function closeInTurn(dialogue: Dialogue, random: Random, first: Party, after: number): Segment[] {
  const second = dialogue.peerOf(first);
  halfClose(dialogue, random, first, after);
  finish(dialogue, random, second, random.exponential(20_000));
  dialogue.say(first, ACK);
  return dialogue.take();
}

function halfClose(dialogue: Dialogue, random: Random, party: Party, after: number): void {
  finish(dialogue, random, party, after);
  dialogue.say(dialogue.peerOf(party), ACK);
}

function finish(dialogue: Dialogue, random: Random, party: Party, after: number): void {
  dialogue.say(party, FIN | ACK, { after });
  if (random.chance(RETRANSMISSION_RATE)) dialogue.sayAgain(party, FIN | ACK, 200_000 + dialogue.roundTrip);
}

/** Both FINs are under way before either arrives. */
function closeAtOnce(dialogue: Dialogue, after: number): Segment[] {
  const { client, server } = dialogue;
  const at = Math.max(dialogue.reply(client, dialogue.time), dialogue.reply(server, dialogue.time)) + after;
  dialogue.put(client, FIN | ACK, at, client.next);
  dialogue.put(server, FIN | ACK, at + 1, server.next);
  client.next = (client.next + 1) | 0;
  server.next = (server.next + 1) | 0;
  client.expected = server.next;
  server.expected = client.next;
  dialogue.put(client, ACK, dialogue.reply(client, at + 1), client.next);
  dialogue.put(server, ACK, dialogue.reply(server, at), server.next);
  dialogue.time = Math.max(dialogue.reply(client, at + 1), dialogue.reply(server, at));
  return dialogue.take();
}
