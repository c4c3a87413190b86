/** Ways to spoil a capture: some know nothing of it, some know where records and headers are. */
import type { Random } from './random.js';

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Numbers at which counting goes wrong. */
const EDGES = [
  0, 1, 2, 4, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x40000, 0x7fff_ffff, 0x8000_0000,
  0xffff_ffff,
];

const flipBits: Mutation = (bytes, random) => {
  const changed = bytes.slice();
  for (let flips = 1 + random.below(8); flips > 0; flips--)
    changed[random.below(changed.length)] ^= 1 << random.below(8);
  return changed;
};

const setOctets: Mutation = (bytes, random) => {
  const changed = bytes.slice();
  for (let octets = 1 + random.below(4); octets > 0; octets--)
    changed[random.below(changed.length)] = random.below(256);
  return changed;
};

const writeEdge: Mutation = (bytes, random) => {
  const changed = bytes.slice();
  if (changed.length < 8) return changed;
  const view = new DataView(changed.buffer);
  const at = random.below(changed.length - 4);
  const edge = random.of(EDGES);
  if (random.below(2) === 0) view.setUint32(at, edge, random.below(2) === 0);
  else view.setUint16(at, edge & 0xffff, random.below(2) === 0);
  return changed;
};

const cut: Mutation = (bytes, random) => bytes.slice(0, random.below(bytes.length + 1));

const removeSome: Mutation = (bytes, random) => {
  const from = random.below(bytes.length + 1);
  return joined(bytes.subarray(0, from), bytes.subarray(from + 1 + random.below(64)));
};

const insertSome: Mutation = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  const extra = Uint8Array.from({ length: 1 + random.below(64) }, () => random.below(256));
  return joined(bytes.subarray(0, at), extra, bytes.subarray(at));
};

const repeatSome: Mutation = (bytes, random) => {
  const from = random.below(bytes.length + 1);
  const part = bytes.subarray(from, from + random.below(400));
  return joined(bytes.subarray(0, from), part, part, bytes.subarray(from));
};

const splice: Mutation = (bytes, random, other) =>
  joined(bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1)));

/** Drops, repeats, swaps and borrows whole records: captures that are sound, of traffic that is not. */
const shuffleRecords: Mutation = (bytes, random, other) => {
  const records = recordsOf(bytes);
  const foreign = recordsOf(other);
  for (let changes = 1 + random.below(6); changes > 0 && records.length > 0; changes--) {
    const at = random.below(records.length);
    const kind = random.below(5);
    if (kind === 0) records.splice(at, 1);
    else if (kind === 1) records.splice(random.below(records.length + 1), 0, records[at]);
    else if (kind === 2) records.push(...records.splice(at, 1));
    else if (kind === 3 && foreign.length > 0) records.splice(at, 0, random.of(foreign));
    else records.reverse();
  }
  return joined(bytes.subarray(0, FILE_HEADER), ...records);
};

/** Changes a TCP or IP header field of one record, where those of an Ethernet frame are. */
const changeHeader: Mutation = (bytes, random) => {
  const records = recordsOf(bytes).map((record) => record.slice());
  for (let changes = 1 + random.below(6); changes > 0 && records.length > 0; changes--) {
    const record = random.of(records);
    // Type field, IPv4 or IPv6 header, TCP header with its options.
    const at = RECORD_HEADER + 12 + random.below(70);
    if (at + 4 > record.length) continue;
    const view = new DataView(record.buffer);
    const kind = random.below(4);
    if (kind === 0)
      record[at] = random.of([0, 1, 2, 4, 5, 0x10, 0x11, 0x12, 0x14, 0x18, 0x45, 0x60, 0xf0, 0xff]);
    else if (kind === 1) view.setUint16(at, random.of(EDGES) & 0xffff);
    else if (kind === 2) view.setUint32(at, random.of(EDGES));
    else record[at] = (record[at] + random.of([1, 255])) & 255;
  }
  return joined(bytes.subarray(0, FILE_HEADER), ...records);
};

/** Moves records in time: backwards, far ahead, to the ends of what a timestamp can say. */
const changeTimes: Mutation = (bytes, random) => {
  const records = recordsOf(bytes).map((record) => record.slice());
  for (let changes = 1 + random.below(6); changes > 0 && records.length > 0; changes--) {
    const view = new DataView(random.of(records).buffer);
    if (random.below(3) === 0) view.setUint32(0, random.of(EDGES), true);
    else view.setUint32(0, view.getUint32(0, true) + random.of([-1, 1, 60, 3600, -3600, 86_400 * 365]), true);
    if (random.below(4) === 0) view.setUint32(4, random.of(EDGES), true);
  }
  return joined(bytes.subarray(0, FILE_HEADER), ...records);
};

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  setOctets,
  writeEdge,
  cut,
  removeSome,
  insertSome,
  repeatSome,
  splice,
  shuffleRecords,
  shuffleRecords,
  changeHeader,
  changeHeader,
  changeTimes,
];

/** An input made from `bytes` by one to three mutations; `other` lends parts. */
export function mutated(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let changed = bytes;
  for (let times = 1 + random.below(3); times > 0; times--) {
    if (changed.length === 0) return changed;
    changed = random.of(MUTATIONS)(changed, random, other);
  }
  return changed;
}

/** The records of a classic little-endian capture, headers included, as far as they make sense. */
function recordsOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Uint8Array[] = [];
  let at = FILE_HEADER;
  while (at + RECORD_HEADER <= bytes.length) {
    const end = at + RECORD_HEADER + view.getUint32(at + 8, true);
    if (end > bytes.length) break;
    records.push(bytes.subarray(at, end));
    at = end;
  }
  return records;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
