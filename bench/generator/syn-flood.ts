import { Dialogue } from './dialogue.js';
import { writeFrame } from './frame.js';
import { hostAt } from './network.js';
import type { PcapWriter } from './pcap-writer.js';
import { Random } from './random.js';
import { ACK, type Dialect, type Host, type Party, type Segment, SYN } from './segment.js';

const VICTIM = hostAt(0xc0000200, 0);
const FLOOD_PER_SECOND = 50_000;
const TAP_TO_SERVER = 60;
/** 11.0.0.0/8: all the spoofed sources that a flood may have. */
const SOURCES = 0x0b000000;
const MOST_SOURCES = 1 << 24;
/** Odd, so that counting in its steps visits every source once, in an order without neighbours. */
const STEP = 0x9e3779b1;

/** Writes `connections` SYNs, each from another source, and the SYN-ACKs that nobody answers. */
export function writeSynFlood(
  writer: PcapWriter,
  { connections, seed }: { connections: number; seed: number },
): void {
  if (connections > MOST_SOURCES) throw new RangeError(`a flood has at most ${MOST_SOURCES} connections`);
  const random = new Random(seed);
  /** Answers in flight, soonest first; never more than a handful. */
  const answers: { segment: Segment; dialogue: Dialogue }[] = [];

  const write = (segment: Segment, dialogue: Dialogue): void =>
    writeFrame(writer, segment, dialogue.peerOf(segment.from), dialogue.dialect);
  const answerUntil = (now: number): void => {
    while (answers.length > 0 && answers[0]!.segment.at <= now) {
      const { segment, dialogue } = answers.shift()!;
      write(segment, dialogue);
    }
  };

  for (let i = 0; i < connections; i++) {
    const now = Math.floor((i * 1e6) / FLOOD_PER_SECOND);
    answerUntil(now);
    const dialogue = attack(random, hostAt(SOURCES, Math.imul(i, STEP) & (MOST_SOURCES - 1)), now);
    dialogue.say(dialogue.client, SYN);
    dialogue.say(dialogue.server, SYN | ACK);
    const [syn, synAck] = dialogue.take();
    write(syn!, dialogue);
    answers.push({ segment: synAck!, dialogue });
  }
  answerUntil(Number.POSITIVE_INFINITY);
}

function attack(random: Random, source: Host, now: number): Dialogue {
  const dialect: Dialect = { ipv6: random.chance(0.1), timestamps: false, sack: false, windowScale: false };
  const client = makeParty(source, random.integer(1024, 65535), 0, random.bits());
  const server = makeParty(VICTIM, 80, TAP_TO_SERVER, random.bits());
  return new Dialogue(client, server, dialect, now);
}

function makeParty(host: Host, port: number, trip: number, next: number): Party {
  return {
    host,
    port,
    trip,
    timeToLive: 64,
    clockBase: 0,
    scale: 0,
    next,
    expected: 0,
    window: 64240,
    echo: 0,
    identification: 0,
  };
}
