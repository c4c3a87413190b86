import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Connection } from '../../src/connections/connection.js';
import { Dormant } from '../../src/connections/dormant.js';
import { Journal, TRANSITION } from '../../src/connections/journal.js';
import { ID, JOURNAL, RECORD_WORDS } from '../../src/connections/record.js';
import { Tracker, type TrackerOptions } from '../../src/connections/tracker.js';
import { IPV4_MAPPED } from '../../src/core/addresses.js';
import { ACK, IcmpError, Segment, SYN } from '../../src/decode/segment.js';
import { statesOf } from '../support/conversation.js';

/** As many as `MAX_ENTRIES`. */
const MOST_ENTRIES = 16;

const word = fc.oneof(
  fc.constant(0),
  fc.constantFrom(1, 64_240, -1),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);
const packable = fc.record({
  words: fc.array(word, { minLength: RECORD_WORDS, maxLength: RECORD_WORDS }),
  entries: fc.array(
    fc.record({
      kind: fc.nat(9),
      server: fc.boolean(),
      words: fc.tuple(word, word, word, word),
      link: fc.nat(),
    }),
    { maxLength: MOST_ENTRIES },
  ),
});
type Packable = typeof packable extends fc.Arbitrary<infer T> ? T : never;

/** Writes a record with its journal, in which transitions link to entries before them. */
function write(journal: Journal, { words, entries }: Packable, id: number): Int32Array {
  const memory = Int32Array.from(words);
  memory[ID] = id;
  const written: number[] = [];
  for (const { kind, server, words: other, link } of entries) {
    const value =
      kind !== TRANSITION ? other[3] : written.length === 0 ? 0 : written[link % written.length] + 1;
    const head = written.at(-1) ?? -1;
    written.push(journal.prepend(head, kind, server, 5, other[0], other[1], other[2], other[3], value));
  }
  memory[JOURNAL] = written.at(-1) ?? -1;
  return memory;
}

/** All that a record and its journal say, wherever the journal's entries are. */
function read(journal: Journal, memory: Int32Array): unknown {
  const entries = [];
  for (let entry = memory[JOURNAL]; entry >= 0; entry = journal.next(entry)) {
    const kind = journal.kind(entry);
    const value = journal.value(entry);
    entries.push({
      kind,
      server: journal.isServer(entry),
      detail: journal.detail(entry),
      depth: journal.depth(entry),
      frame: journal.frame(entry),
      time: [journal.seconds(entry), journal.nanoseconds(entry)],
      other: journal.other(entry),
      value: kind === TRANSITION ? journal.depth(value - 1) : value,
    });
  }
  return { words: Array.from(memory).filter((_, place) => place !== JOURNAL), entries };
}

describe('a connection that was packed', () => {
  it('is, once awake, what it was, whatever else was packed and woken', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ connection: packable, wakesFirst: fc.boolean() }), {
          minLength: 1,
          maxLength: 12,
        }),
        (all) => {
          const journal = new Journal();
          const dormant = new Dormant(journal, 1);
          const before = all.map(({ connection }, id) => {
            const memory = write(journal, connection, id);
            const said = read(journal, memory);
            expect(dormant.accepts(memory, 0)).toBe(true);
            dormant.add(memory, 0);
            if (all[id].wakesFirst) expect(read(journal, wake(dormant, id))).toEqual(said);
            return said;
          });
          const left = all.flatMap(({ wakesFirst }, id) => (wakesFirst ? [] : [id]));
          expect(dormant.size).toBe(left.length);
          for (const id of left.reverse()) expect(read(journal, wake(dormant, id))).toEqual(before[id]);
          expect([...dormant.slots()]).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is not one on which much has happened', () => {
    const journal = new Journal();
    const memory = new Int32Array(RECORD_WORDS);
    memory[JOURNAL] = -1;
    for (let entry = 0; entry <= MOST_ENTRIES; entry++)
      memory[JOURNAL] = journal.prepend(memory[JOURNAL], 1, false, 0, 1, 1, 1, 1, 1);
    expect(new Dormant(journal, 1).accepts(memory, 0)).toBe(false);
  });
});

/** Wakes the connection with this number. */
function wake(dormant: Dormant, id: number): Int32Array {
  const slot = [...dormant.slots()].find((each) => dormant.idOf(each) === id);
  if (slot === undefined) throw new Error(`connection ${id} is not packed`);
  const memory = new Int32Array(RECORD_WORDS);
  dormant.wake(slot, memory, 0);
  return memory;
}

/** SYNs from this many clients, as many a second; enough for the first ones to be packed. */
const FLOOD = 140_000;
const PER_SECOND = 10_000;

/** A tracker with what tells of its connections, to which a flood comes. */
class Flooded {
  readonly ended: Connection[] = [];
  readonly tracker: Tracker;
  #frame = 0;

  constructor(options: Partial<TrackerOptions> = {}) {
    this.tracker = new Tracker({ onConnection: (connection) => this.ended.push(connection), ...options });
    for (let client = 0; client < FLOOD; client++) this.send(client, SYN, 0);
  }

  /** From a client, or to it where the server answers. */
  send(client: number, flags: number, sequence: number, acknowledgment = 0, payload = 0): void {
    const fromServer = (flags & (SYN | ACK)) === (SYN | ACK);
    const segment = Object.assign(new Segment(), { flags, sequence, acknowledgment, payloadLength: payload });
    segment.payloadCaptured = payload;
    segment.source2 = IPV4_MAPPED;
    segment.destination2 = IPV4_MAPPED;
    segment.source3 = fromServer ? SERVER_ADDRESS : client;
    segment.destination3 = fromServer ? client : SERVER_ADDRESS;
    segment.sourcePort = fromServer ? 443 : 40_000;
    segment.destinationPort = fromServer ? 40_000 : 443;
    segment.window = 64_240;
    segment.ttl = 64;
    segment.ipId = this.#frame & 0xffff;
    segment.frame = ++this.#frame;
    segment.seconds = 1_700_000_000 + Math.floor(this.#frame / PER_SECOND);
    segment.nanoseconds = (this.#frame % PER_SECOND) * (1e9 / PER_SECOND);
    this.tracker.segment(segment);
  }

  /** The connections as they are told at the end, by number. */
  finish(): Connection[] {
    this.tracker.finish();
    return this.ended.sort((a, b) => a.id - b.id);
  }
}

const SERVER_ADDRESS = 0x0a00_0001;

describe('in a flood', () => {
  afterEach(() => vi.restoreAllMocks());

  it('what comes for a packed connection goes on with it, and all are told at the end', () => {
    const wakes = vi.spyOn(Dormant.prototype, 'wake');
    const flooded = new Flooded();
    expect(wakes).not.toHaveBeenCalled();
    expect(flooded.tracker.held).toBe(FLOOD);
    flooded.send(7, SYN | ACK, 0, 1);
    flooded.send(7, ACK, 1, 1, 10);
    expect(wakes).toHaveBeenCalledTimes(1);
    const connections = flooded.finish();
    expect(wakes.mock.calls.length).toBeGreaterThan(FLOOD / 10);
    expect(connections.map(({ id }) => id)).toEqual(Array.from({ length: FLOOD }, (_, id) => id));
    const { client, server, firstFrame, lastFrame } = connections[7];
    expect([statesOf(client), statesOf(server)]).toEqual([
      'SYN-SENT ESTABLISHED',
      'SYN-RECEIVED ESTABLISHED',
    ]);
    expect([firstFrame, lastFrame, client.payloadBytes]).toEqual([8, FLOOD + 2, 10]);
    expect(statesOf(connections[8].client)).toBe('SYN-SENT');
  });

  it('an ICMP error wakes the connection that it quotes', () => {
    const flooded = new Flooded();
    const error = Object.assign(new IcmpError(), {
      type: 3,
      code: 1,
      frame: FLOOD + 1,
      hasHeader: 1,
      flags: SYN,
    });
    error.seconds = 1_700_000_000 + FLOOD;
    error.source2 = IPV4_MAPPED;
    error.destination2 = IPV4_MAPPED;
    error.source3 = 7;
    error.destination3 = SERVER_ADDRESS;
    error.sourcePort = 40_000;
    error.destinationPort = 443;
    flooded.tracker.icmpError(error);
    const connection = flooded.finish()[7];
    expect(connection.client.milestones.map(({ kind }) => kind)).toContain('icmp-error');
  });

  it('packed connections count against the limit, and are the first to be given up', () => {
    const flooded = new Flooded({ maximumConnections: FLOOD });
    flooded.send(FLOOD, SYN, 0);
    expect(flooded.tracker.held).toBeLessThanOrEqual(FLOOD);
    const { evicted } = flooded.tracker;
    expect(evicted).toBeGreaterThan(0);
    const connections = flooded.finish();
    expect(connections.map(({ quality }) => quality.evicted)).toEqual(
      Array.from({ length: FLOOD + 1 }, (_, id) => id < evicted),
    );
  });

  it('are given up in the order of their first frames, whatever the seed of the tables', () => {
    for (const seed of [1, 2]) {
      const flooded = new Flooded({ maximumConnections: FLOOD, seed });
      flooded.send(FLOOD, SYN, 0);
      const { evicted } = flooded.tracker;
      expect(flooded.ended.map(({ id }) => id)).toEqual(Array.from({ length: evicted }, (_, id) => id));
    }
  });
});
