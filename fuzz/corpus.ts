import { readdirSync, readFileSync } from 'node:fs';
import { CaptureReader } from '../src/capture/reader.js';
import {
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  join,
  obsoletePacket,
  sectionHeader,
} from '../test/support/capture-builder.js';
import { captureOf, scenarios } from '../test/support/fixtures.js';
import { WRAPPINGS, wrappedCapture } from '../test/support/wrapped.js';

const REGRESSIONS = new URL('regressions/', import.meta.url);
/** Larger captures make slow inputs, and nothing that smaller ones do not. */
const LARGEST = 20_000;

/**
 * The captures that inputs are made from: all recorded ones of a handy size, every third as pcapng too, and
 * one in all link layers and encapsulations.
 */
export function corpus(): Uint8Array[] {
  const captures = scenarios
    .flatMap((scenario) => [captureOf(scenario, 'client'), captureOf(scenario, 'server')])
    .map((path) => Uint8Array.from(readFileSync(path)))
    .filter(({ length }) => length <= LARGEST);
  const small = captureOf('rst-on-write-after-close', 'server');
  return [
    ...captures,
    ...captures.filter((_, place) => place % 3 === 0).map(asPcapng),
    ...WRAPPINGS.map((wrapping) => wrappedCapture(small, wrapping)),
  ];
}

/** The frames of a capture in blocks of all kinds that hold frames, with a comment and statistics. */
function asPcapng(bytes: Uint8Array): Uint8Array {
  const blocks = [sectionHeader()];
  const reader = new CaptureReader(
    ({ number, linkType, seconds, nanoseconds, bytes, offset, capturedLength }) => {
      const data = bytes.slice(offset, offset + capturedLength);
      const microseconds = BigInt(seconds) * 1_000_000n + BigInt(Math.floor(nanoseconds / 1000));
      if (number === 1) blocks.push(interfaceDescription(linkType, [[1, [65, 66]]]));
      blocks.push(number % 5 === 0 ? obsoletePacket(data, microseconds) : enhancedPacket(data, microseconds));
    },
  );
  reader.push(bytes);
  reader.end();
  return join(...blocks, interfaceStatistics(0, [[5, [7, 0, 0, 0, 0, 0, 0, 0]]]));
}

/** Inputs that once broke something, by name. */
export function regressions(): ReadonlyMap<string, Uint8Array> {
  const names = readdirSync(REGRESSIONS).filter((name) => name.endsWith('.bin'));
  return new Map(names.map((name) => [name, Uint8Array.from(readFileSync(new URL(name, REGRESSIONS)))]));
}
