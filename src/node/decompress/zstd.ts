import { Decompress } from 'fzstd';
import { isSkippableMagic } from '../../capture/detect.js';
import { grouped } from '../../core/numbers.js';
import type { ByteSource } from '../byte-source.js';
import { CONTENT, compareChecksums, type Decoder, decode } from './decoder.js';
import { XxHash64 } from './xxhash.js';

/** The least that every decoder should support (RFC 8878 §3.1.1.1.2), and what zstd needs up to level 19. */
const MAXIMUM_WINDOW = 8 << 20;
/** Largest block, before and after decompression (RFC 8878 §3.1.1.2.4). */
const MAXIMUM_BLOCK = 128 << 10;
const FRAME_MAGIC = 0xfd2fb528;
const LONGEST_HEADER = 18;
const CHECKSUM_LENGTH = 4;
const HAS_CHECKSUM = 4;
const RLE = 1;
const RESERVED = 3;

/** Inflates consecutive Zstandard frames. See `decode`. */
export function unzstd(
  source: ByteSource,
  head: Uint8Array,
  onChunk: (chunk: Uint8Array) => boolean,
): Promise<string | null> {
  return decode('zstd', (onOutput) => new ZstdDecoder(onOutput), source, head, onChunk);
}

type Stage = 'magic' | 'skippable' | 'descriptor' | 'header' | 'block' | 'content' | 'checksum' | 'skipped';

/**
 * Follows the structure of frames and blocks (RFC 8878 §3.1.1), so that fzstd gets single frames, and none
 * that asks for more memory than is reasonable.
 */
class ZstdDecoder implements Decoder {
  readonly #onOutput: (output: Uint8Array) => void;
  #frame: Decompress | null = null;
  #stage: Stage = 'magic';
  readonly #head = new Uint8Array(LONGEST_HEADER);
  #have = 0;
  #want = 4;
  /** Octets of a block or skippable frame still to come. */
  #left = 0;
  #isLast = false;
  /** Checksum of the frame's content; null if the frame has none. */
  #hash: XxHash64 | null = null;

  constructor(onOutput: (output: Uint8Array) => void) {
    this.#onOutput = (output) => {
      this.#hash?.update(output);
      onOutput(output);
    };
  }

  get complete(): boolean {
    return this.#stage === 'magic' && this.#have === 0;
  }

  push(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#left > 0) {
        const part = piece.subarray(at, at + this.#left);
        at += part.length;
        this.#left -= part.length;
        // fzstd keeps its input until a block is complete.
        if (this.#stage === 'content') this.#frame?.push(part.slice());
        if (this.#left === 0) this.#passed();
        continue;
      }
      const part = piece.subarray(at, at + this.#want - this.#have);
      this.#head.set(part, this.#have);
      at += part.length;
      this.#have += part.length;
      if (this.#have === this.#want) this.#collected(at);
    }
  }

  /** The octets that were wanted are in `#head`, and end at `octet` of the piece. */
  #collected(octet: number): void {
    const head = this.#head;
    const view = new DataView(head.buffer);
    switch (this.#stage) {
      case 'magic': {
        const magic = view.getUint32(0, true);
        if (magic === FRAME_MAGIC) {
          this.#collect('descriptor', 5);
          return;
        }
        if (isSkippableMagic(magic)) {
          this.#collect('skippable', 8);
          return;
        }
        throw new Error('something else follows a frame');
      }
      case 'skippable':
        this.#pass('skipped', view.getUint32(4, true));
        return;
      case 'descriptor':
        this.#collect('header', headerLength(head[4]));
        return;
      case 'header': {
        checkWindow(view);
        this.#hash = (head[4] & HAS_CHECKSUM) === 0 ? null : new XxHash64();
        // The checksum is not passed to fzstd, which would not verify it.
        head[4] &= ~HAS_CHECKSUM;
        this.#frame = new Decompress(this.#onOutput);
        this.#frame.push(head.slice(0, this.#have));
        this.#next('block', 3);
        return;
      }
      case 'block': {
        const header = head[0] | (head[1] << 8) | (head[2] << 16);
        const type = (header >> 1) & 3;
        const size = header >> 3;
        if (type === RESERVED) throw new Error('a block is of no known type');
        if (size > MAXIMUM_BLOCK) throw new Error(`a block claims to have ${grouped(size)} octets`);
        this.#isLast = (header & 1) !== 0;
        this.#frame?.push(head.slice(0, 3));
        this.#pass('content', type === RLE ? 1 : size);
        return;
      }
      case 'checksum': {
        // The low half of the hash (RFC 8878 §3.1.1).
        const found = Number(BigInt.asUintN(32, this.#hash?.digest() ?? 0n));
        compareChecksums(CONTENT, octet, view.getUint32(0, true), found);
        this.#next('magic', 4);
        return;
      }
    }
  }

  /** All octets that had to pass have passed. */
  #passed(): void {
    if (this.#stage !== 'content') {
      this.#next('magic', 4);
      return;
    }
    if (!this.#isLast) {
      this.#next('block', 3);
      return;
    }
    // fzstd waits for more if a complete frame is shorter than the longest header.
    this.#frame?.push(new Uint8Array(0), true);
    this.#frame = null;
    if (this.#hash === null) this.#next('magic', 4);
    else this.#next('checksum', CHECKSUM_LENGTH);
  }

  #collect(stage: Stage, want: number): void {
    this.#stage = stage;
    this.#want = want;
  }

  #next(stage: Stage, want: number): void {
    this.#have = 0;
    this.#collect(stage, want);
  }

  #pass(stage: Stage, length: number): void {
    this.#stage = stage;
    this.#left = length;
    if (length === 0) this.#passed();
  }
}

/** Length of a frame's header by its descriptor (RFC 8878 §3.1.1.1). */
function headerLength(descriptor: number): number {
  const single = (descriptor >> 5) & 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3];
  const size = [single, 2, 4, 8][descriptor >> 6];
  return 5 + (1 - single) + dictionary + size;
}

function checkWindow(header: DataView): void {
  const window = windowOf(header);
  if (window <= MAXIMUM_WINDOW) return;
  throw new Error(
    `it needs a window of ${Math.ceil(window / 2 ** 20)} MiB, more than ${MAXIMUM_WINDOW >> 20}; ` +
      'decompress it first: zstd -dc --long=31 FILE | finwait -',
  );
}

/** How many octets back a frame may refer (RFC 8878 §3.1.1.1.2): in a single-segment frame, all of it. */
function windowOf(header: DataView): number {
  const descriptor = header.getUint8(4);
  if ((descriptor & 0x20) === 0) {
    const exponent = header.getUint8(5) >> 3;
    const mantissa = header.getUint8(5) & 7;
    return 2 ** (10 + exponent) * (1 + mantissa / 8);
  }
  const at = 5 + [0, 1, 2, 4][descriptor & 3];
  switch (descriptor >> 6) {
    case 0:
      return header.getUint8(at);
    case 1:
      return header.getUint16(at, true) + 256;
    case 2:
      return header.getUint32(at, true);
    default:
      return Number(header.getBigUint64(at, true));
  }
}
