import { CaptureReader } from '../../src/capture/reader.js';
import { CaptureError } from '../../src/core/errors.js';
import {
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  obsoletePacket,
  sectionHeader,
  simplePacket,
} from '../../test/support/capture-builder.js';
import { joined } from '../octets.js';
import type { Mutator } from './mutator.js';

/** A capture's frames in every kind of pcapng block that holds frames, on up to three interfaces, in either byte order. */
export const toPcapng: Mutator = {
  name: 'to-pcapng',
  mutate(bytes, random) {
    const littleEndian = random.below(3) !== 0;
    const interfaces = 1 + random.below(3);
    const mostSimple = random.below(3);
    const blocks = [sectionHeader(littleEndian)];
    const reader = new CaptureReader((frame) => {
      const { number, linkType, seconds, nanoseconds, offset, capturedLength, originalLength } = frame;
      if (number === 1) {
        for (let each = 0; each < interfaces; each++)
          blocks.push(interfaceDescription(linkType, [[2, [65 + each]]], littleEndian));
      }
      const data = frame.bytes.slice(offset, offset + capturedLength);
      const time = BigInt(seconds >>> 0) * 1_000_000n + BigInt(Math.floor(nanoseconds / 1000));
      const from = random.below(interfaces);
      if (capturedLength === originalLength && random.below(10) < mostSimple)
        blocks.push(simplePacket(data, data.length, littleEndian));
      else if (random.below(5) === 0) blocks.push(obsoletePacket(data, time, from, 0, littleEndian));
      else blocks.push(enhancedPacket(data, time, from, littleEndian, [], originalLength));
    });
    try {
      reader.push(bytes);
      reader.end();
    } catch (error) {
      if (error instanceof CaptureError) return bytes;
      throw error;
    }
    if (blocks.length > 1) {
      const received = [7, 0, 0, 0, 0, 0, 0, 0];
      blocks.push(
        interfaceStatistics(0, [[5, littleEndian ? received : received.toReversed()]], littleEndian),
      );
    }
    return joined(blocks);
  },
};
