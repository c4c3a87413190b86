import type { FrameHandler } from '../../src/capture/frame.js';
import { CaptureReader, type FrameReader } from '../../src/capture/reader.js';
import { CaptureError, type Damage } from '../../src/core/errors.js';
import { PcapParserReader } from '../../src/node/pcap-parser-reader.js';
import { copyOf } from '../../test/support/frames.js';
import { broken } from '../invariants/broken.js';
import { feed, withoutNumbers } from '../outcome.js';
import type { Random } from '../random.js';
import type { Target } from './target.js';

interface Read {
  readonly frames: string;
  /** Null if it was refused. */
  readonly damage: Damage | null | string;
}

/** The second reader, in pieces of any size: unless it refuses an input, it delivers the same frames as the first. */
export const pcapParser: Target = {
  name: 'pcap-parser',
  run(input, random) {
    const own = readBy((onFrame) => new CaptureReader(onFrame), input, [input.length + 1]);
    const theirs = readBy((onFrame) => new PcapParserReader(onFrame), input, [input.length + 1]);
    const pieces = readBy((onFrame) => new PcapParserReader(onFrame), input, sizesOf(random));
    if (JSON.stringify(theirs) !== JSON.stringify(pieces))
      broken(`as a whole: ${say(theirs)}; in pieces: ${say(pieces)}`);
    const isRefused = typeof theirs.damage === 'string';
    if (typeof own.damage === 'string' && !isRefused) {
      if (own.damage.includes(LONGER_HEADERS)) return new Set(['longer record headers']);
      broken(`only one reader refuses: ${own.damage}`);
    }
    if (isRefused) return new Set([`refused: ${withoutNumbers(String(theirs.damage))}`]);
    if (own.frames !== theirs.frames || JSON.stringify(withoutCause(own)) !== JSON.stringify(theirs.damage))
      broken(`finwait's own: ${say(own)}; pcap-parser: ${say(theirs)}`);
    return new Set([`damage: ${withoutNumbers((theirs.damage as Damage | null)?.message ?? 'none')}`]);
  },
};

/** What pcap-parser does not know about: other record headers, and the possible cause of damage. */
const LONGER_HEADERS = 'longer record headers';
const CAUSE = /; the header of a pcap file is at byte .*$/;

function withoutCause({ damage }: Read): Read['damage'] {
  if (damage === null || typeof damage === 'string') return damage;
  return { ...damage, message: damage.message.replace(CAUSE, '') };
}

function readBy(
  create: (onFrame: FrameHandler) => FrameReader,
  input: Uint8Array,
  sizes: readonly number[],
): Read {
  let frames = '';
  const reader = create((frame) => {
    const { time, ...rest } = copyOf(frame);
    frames += `${time} ${JSON.stringify(rest)}\n`;
  });
  try {
    feed(reader, input, sizes);
    return { frames, damage: reader.facts().damage };
  } catch (error) {
    if (error instanceof CaptureError) return { frames, damage: error.message };
    throw error;
  }
}

function say({ frames, damage }: Read): string {
  return `${frames.split('\n').length - 1} frames, ${JSON.stringify(damage)}`;
}

function sizesOf(random: Random): number[] {
  return Array.from({ length: 1 + random.below(4) }, () => 1 + random.below(random.of([3, 50, 5000])));
}
