import { isSkippableMagic } from '../../capture/detect.js';
import { grouped } from '../../core/numbers.js';
import type { ByteSource } from '../byte-source.js';
import { CONTENT, compareChecksums, type Decoder, decode } from './decoder.js';
import { XxHash32 } from './xxhash.js';

const FRAME_MAGIC = 0x184d2204;
const LEGACY_MAGIC = 0x184c2102;
/** How far back a match may reach. */
const HISTORY = 64 << 10;
const LEGACY_BLOCK = 8 << 20;
const LONGEST_HEADER = 19;
const IS_INDEPENDENT = 0x20;
const HAS_BLOCK_CHECKSUM = 0x10;
const HAS_CONTENT_SIZE = 0x08;
const HAS_CONTENT_CHECKSUM = 0x04;
const HAS_DICTIONARY = 0x01;
const IS_STORED = 0x80000000;
const SHORTEST_MATCH = 4;
const CHECKSUM_LENGTH = 4;

/** Inflates consecutive LZ4 frames (and the legacy format). See `decode`. */
export function unlz4(
  source: ByteSource,
  head: Uint8Array,
  onChunk: (chunk: Uint8Array) => boolean,
): Promise<string | null> {
  return decode('lz4', (onOutput) => new Lz4Decoder(onOutput), source, head, onChunk);
}

type Stage = 'magic' | 'skippable' | 'descriptor' | 'header' | 'block' | 'content' | 'checksum' | 'skipped';

/** Decodes the LZ4 frame format 1.6.x. Holds two blocks, at most 16 MiB, and only as they arrive. */
class Lz4Decoder implements Decoder {
  readonly #onOutput: (output: Uint8Array) => void;
  #stage: Stage = 'magic';
  readonly #head = new Uint8Array(LONGEST_HEADER);
  #have = 0;
  #want = 4;
  /** Octets to skip. */
  #skip = 0;
  /** The block that is being collected. */
  #block = new Uint8Array(0);
  #blockLength = 0;
  #isStored = false;
  /** The latest output, to which the next block may refer. */
  #output = new Uint8Array(0);
  #historyFrom = HISTORY;
  #maximum = 0;
  #flags = 0;
  /** Checksum of the frame's content; null if the frame has none. */
  #hash: XxHash32 | null = null;
  #isLegacy = false;

  constructor(onOutput: (output: Uint8Array) => void) {
    this.#onOutput = onOutput;
  }

  get complete(): boolean {
    if (this.#have > 0) return false;
    // The legacy format has no end mark: it ends with the file.
    return this.#stage === 'magic' || (this.#stage === 'block' && this.#isLegacy);
  }

  push(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#stage === 'skipped') {
        const length = Math.min(this.#skip, piece.length - at);
        at += length;
        this.#skip -= length;
        if (this.#skip === 0) this.#next('magic', 4);
        continue;
      }
      const target = this.#stage === 'content' ? this.#roomForBlock() : this.#head;
      const part = piece.subarray(at, at + Math.min(this.#want, target.length) - this.#have);
      target.set(part, this.#have);
      at += part.length;
      this.#have += part.length;
      if (this.#have === this.#want) this.#collected(at);
    }
  }

  /** Holds what has arrived of a block; it grows with that, whatever length was claimed. */
  #roomForBlock(): Uint8Array {
    if (this.#have === this.#block.length) {
      const larger = new Uint8Array(Math.min(this.#want, Math.max(HISTORY, this.#block.length * 2)));
      larger.set(this.#block.subarray(0, this.#have));
      this.#block = larger;
    }
    return this.#block;
  }

  /** The octets that were wanted have arrived, and end at `octet` of the piece. */
  #collected(octet: number): void {
    const view = new DataView(this.#head.buffer);
    switch (this.#stage) {
      case 'magic':
        this.#start(view.getUint32(0, true));
        return;
      case 'skippable':
        this.#leaveOut(view.getUint32(4, true));
        return;
      case 'descriptor': {
        this.#flags = this.#head[4];
        if (this.#flags >> 6 !== 1) throw new Error(`version ${this.#flags >> 6} is not known`);
        if ((this.#flags & HAS_DICTIONARY) !== 0) throw new Error('it needs a dictionary');
        this.#collect('header', 7 + ((this.#flags & HAS_CONTENT_SIZE) !== 0 ? 8 : 0));
        return;
      }
      case 'header': {
        const size = (this.#head[5] >> 4) & 7;
        if (size < 4) throw new Error(`block size ${size} is not known`);
        const end = this.#have - 1;
        const found = (hashOf(this.#head.subarray(4, end)) >>> 8) & 0xff;
        compareChecksums('the compressed frame’s header', octet, this.#head[end], found, 1);
        this.#hash = (this.#flags & HAS_CONTENT_CHECKSUM) === 0 ? null : new XxHash32();
        this.#isLegacy = false;
        this.#begin(1 << (2 * size + 8));
        return;
      }
      case 'block':
        this.#startBlock(view.getUint32(0, true));
        return;
      case 'content':
        this.#checkBlock(octet);
        this.#endBlock();
        return;
      case 'checksum': {
        const found = this.#hash?.digest() ?? 0;
        compareChecksums(CONTENT, octet, view.getUint32(0, true), found);
        this.#next('magic', 4);
        return;
      }
    }
  }

  #start(magic: number): void {
    if (magic === FRAME_MAGIC) {
      this.#collect('descriptor', 6);
      return;
    }
    if (isSkippableMagic(magic)) {
      this.#collect('skippable', 8);
      return;
    }
    if (magic !== LEGACY_MAGIC) throw new Error('something else follows a frame');
    this.#isLegacy = true;
    this.#hash = null;
    this.#flags = IS_INDEPENDENT;
    this.#begin(LEGACY_BLOCK);
  }

  /** A frame's blocks follow, each with at most `maximum` octets of output. */
  #begin(maximum: number): void {
    this.#maximum = maximum;
    this.#historyFrom = HISTORY;
    this.#next('block', 4);
  }

  #startBlock(word: number): void {
    if (this.#isLegacy && (word === LEGACY_MAGIC || word === FRAME_MAGIC)) {
      this.#start(word);
      return;
    }
    if (word === 0 && !this.#isLegacy) {
      if (this.#hash === null) this.#next('magic', 4);
      else this.#next('checksum', CHECKSUM_LENGTH);
      return;
    }
    this.#isStored = !this.#isLegacy && word >= IS_STORED;
    const length = this.#isStored ? word - IS_STORED : word;
    // Incompressible blocks are stored; the legacy format has no stored blocks, so its blocks may grow.
    const most = this.#isLegacy ? LEGACY_BLOCK + Math.ceil(LEGACY_BLOCK / 255) + 16 : this.#maximum;
    if (length > most || length === 0) throw new Error(`a block claims to have ${grouped(length)} octets`);
    this.#blockLength = length;
    this.#next('content', length + ((this.#flags & HAS_BLOCK_CHECKSUM) !== 0 ? CHECKSUM_LENGTH : 0));
  }

  /** A block's own checksum covers the octets as they are in the file. */
  #checkBlock(octet: number): void {
    if ((this.#flags & HAS_BLOCK_CHECKSUM) === 0) return;
    const { buffer, byteOffset } = this.#block;
    const expected = new DataView(buffer, byteOffset).getUint32(this.#blockLength, true);
    compareChecksums('a block', octet, expected, hashOf(this.#block.subarray(0, this.#blockLength)));
  }

  #endBlock(): void {
    if ((this.#flags & IS_INDEPENDENT) !== 0) this.#historyFrom = HISTORY;
    const block = this.#block.subarray(0, this.#blockLength);
    const length = this.#isStored ? this.#store(block) : this.#inflate(block);
    const output = this.#output.subarray(HISTORY, HISTORY + length);
    this.#hash?.update(output);
    this.#onOutput(output);
    const kept = Math.min(HISTORY, HISTORY - this.#historyFrom + length);
    this.#output.copyWithin(HISTORY - kept, HISTORY + length - kept, HISTORY + length);
    this.#historyFrom = HISTORY - kept;
    this.#next('block', 4);
  }

  /** Makes room for `length` octets after the history; the buffer grows with actual output. */
  #room(length: number): Uint8Array {
    if (length > this.#maximum) throw new Error('a block inflates to more than it may');
    if (this.#output.length < HISTORY + length) {
      const larger = new Uint8Array(HISTORY + Math.min(this.#maximum, Math.max(HISTORY, length * 2)));
      larger.set(this.#output);
      this.#output = larger;
    }
    return this.#output;
  }

  #store(block: Uint8Array): number {
    this.#room(block.length).set(block, HISTORY);
    return block.length;
  }

  /** The sequences of one block: literals, then a match in the output so far. */
  #inflate(block: Uint8Array): number {
    let at = 0;
    let to = HISTORY;
    const extended = (length: number): number => {
      if (length < 15) return length;
      let sum = length;
      for (;;) {
        if (at >= block.length) throw new Error('a length is cut off');
        const octet = block[at++];
        sum += octet;
        if (octet < 255) return sum;
      }
    };
    while (at < block.length) {
      const token = block[at++];
      const literals = extended(token >> 4);
      if (literals > block.length - at) throw new Error('literals are cut off');
      let output = this.#room(to - HISTORY + literals);
      output.set(block.subarray(at, at + literals), to);
      at += literals;
      to += literals;
      if (at === block.length) break;
      if (at + 2 > block.length) throw new Error('a match is cut off');
      const distance = block[at] | (block[at + 1] << 8);
      at += 2;
      if (distance === 0 || to - distance < this.#historyFrom)
        throw new Error('a match reaches too far back');
      const length = extended(token & 15) + SHORTEST_MATCH;
      output = this.#room(to - HISTORY + length);
      if (distance >= length) output.copyWithin(to, to - distance, to - distance + length);
      // A match may overlap its own output: then it repeats.
      else for (let i = to; i < to + length; i++) output[i] = output[i - distance];
      to += length;
    }
    return to - HISTORY;
  }

  #collect(stage: Stage, want: number): void {
    this.#stage = stage;
    this.#want = want;
  }

  #next(stage: Stage, want: number): void {
    this.#have = 0;
    this.#collect(stage, want);
  }

  #leaveOut(length: number): void {
    this.#skip = length;
    if (length === 0) this.#next('magic', 4);
    else this.#next('skipped', 0);
  }
}

function hashOf(octets: Uint8Array): number {
  const hash = new XxHash32();
  hash.update(octets);
  return hash.digest();
}
