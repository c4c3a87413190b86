/** Recorded captures with other times, another order or other numbers than their frames had. */
import { readFileSync } from 'node:fs';
import { Analysis } from '../../src/analysis.js';
import { Frame } from '../../src/capture/frame.js';
import { CaptureReader } from '../../src/capture/reader.js';
import type { Connection } from '../../src/connections/connection.js';
import type { Finding, Pattern } from '../../src/rules/finding.js';
import { Gathering } from './gathering.js';

const SECOND = 1_000_000_000n;

/** A frame out of a capture. */
export interface Taken {
  readonly bytes: Uint8Array;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly linkType: number;
  readonly originalLength: number;
}

export interface Diagnosed {
  readonly connections: readonly Connection[];
  readonly findings: readonly Finding[];
  readonly patterns: readonly Pattern[];
}

export function framesOf(path: string): readonly Taken[] {
  const frames: Taken[] = [];
  const reader = new CaptureReader(({ bytes, offset, capturedLength, linkType, originalLength, ...at }) => {
    frames.push({
      bytes: bytes.slice(offset, offset + capturedLength),
      time: BigInt(at.seconds >>> 0) * SECOND + BigInt(at.nanoseconds),
      linkType,
      originalLength,
    });
  });
  reader.push(readFileSync(path));
  reader.end();
  return frames;
}

/** What is found in a capture of these frames. The first of them is number `firstNumber`. */
export function diagnose(frames: readonly Taken[], firstNumber = 1, maximumConnections?: number): Diagnosed {
  const gathered = new Gathering();
  const analysis = new Analysis({
    reporters: [gathered],
    maximumConnections,
  });
  const take = analysis.begin();
  const frame = new Frame();
  for (const [index, { bytes, time, linkType, originalLength }] of frames.entries()) {
    frame.number = firstNumber + index;
    frame.seconds = Number(time / SECOND) | 0;
    frame.nanoseconds = Number(time % SECOND);
    frame.bytes = bytes;
    frame.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    frame.capturedLength = bytes.length;
    frame.linkType = linkType;
    frame.originalLength = originalLength;
    take(frame);
  }
  const { patterns } = analysis.finish();
  return { connections: gathered.connections, findings: gathered.findings, patterns };
}
