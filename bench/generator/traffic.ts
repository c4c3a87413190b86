import { type Aftermath, converse } from './conversation.js';
import { Dialogue } from './dialogue.js';
import { EventQueue } from './event-queue.js';
import { writeFrame } from './frame.js';
import { MIXES, type Mix, type MixName } from './mixes.js';
import { Network, type Tuple } from './network.js';
import { OpenConnections } from './open-connections.js';
import type { PcapWriter } from './pcap-writer.js';
import { Random } from './random.js';
import type { Dialect, Host, Party, Segment } from './segment.js';

const SYN_WINDOW = 64240;
const WINDOW_SCALE = 7;

export interface Traffic {
  readonly mix: MixName;
  readonly connections: number;
  readonly seed: number;
}

/** A conversation with the segments that are ready to go. */
interface Live {
  readonly dialogue: Dialogue;
  readonly batches: Generator<Segment[], Aftermath>;
  batch: Segment[];
  next: number;
}

/** Writes the conversations of a mix, interleaved as they happen; returns how many were open at once. */
export function writeTraffic(writer: PcapWriter, { mix: name, connections, seed }: Traffic): OpenConnections {
  const mix = MIXES[name];
  const random = new Random(seed);
  const network = new Network(random, mix.clients, mix.servers);
  const open = new OpenConnections();
  const queue = new EventQueue<Live>();
  let nextArrival = 0;

  for (let begun = 0; begun < connections || queue.nextTime < Number.POSITIVE_INFINITY; ) {
    if (begun < connections && nextArrival <= queue.nextTime) {
      const live = begin(network, random, mix, nextArrival);
      queue.push(live.batch[0]!.at, live);
      open.begin(nextArrival);
      begun++;
      nextArrival += random.exponential(1e6 / mix.arrivalRate);
      continue;
    }

    const live = queue.next;
    const { dialogue } = live;
    const segment = live.batch[live.next++]!;
    writeFrame(writer, segment, dialogue.peerOf(segment.from), dialogue.dialect);
    if (live.next < live.batch.length) {
      queue.postpone(live.batch[live.next]!.at);
      continue;
    }
    const { done, value } = live.batches.next();
    if (!done) {
      live.batch = value;
      live.next = 0;
      queue.postpone(value[0]!.at);
      continue;
    }
    queue.drop();
    open.end(segment.at, value);
    if (value !== 'open') network.remember({ ...dialogue, endedAt: segment.at });
  }
  return open;
}

function begin(network: Network, random: Random, mix: Mix, now: number): Live {
  const used = random.chance(mix.reuse) ? network.usedTuple(now) : undefined;
  const tuple: Tuple = used ?? network.freshTuple(mix.dialect(random));
  // The tap is in front of the servers, and the clients are anywhere from the next room to another continent.
  const client = makeParty(random, tuple.client, tuple.clientPort, tuple.dialect, {
    trip: 100 + random.exponential(15_000),
    timeToLive: (random.chance(0.6) ? 64 : 128) - random.integer(1, 20),
    sequence: tuple.clientSequence,
  });
  const server = makeParty(random, tuple.server, tuple.serverPort, tuple.dialect, {
    trip: random.integer(30, 300),
    timeToLive: 64,
    sequence: random.bits(),
  });
  const dialogue = new Dialogue(client, server, tuple.dialect, now);
  const batches = converse(dialogue, random, mix.plot(random));
  return { dialogue, batches, batch: batches.next().value as Segment[], next: 0 };
}

function makeParty(
  random: Random,
  host: Host,
  port: number,
  dialect: Dialect,
  { trip, timeToLive, sequence }: { trip: number; timeToLive: number; sequence: number },
): Party {
  return {
    host,
    port,
    trip,
    timeToLive,
    clockBase: random.bits(),
    scale: dialect.windowScale ? WINDOW_SCALE : 0,
    next: sequence,
    expected: 0,
    window: SYN_WINDOW,
    echo: 0,
    identification: random.bits(),
  };
}
