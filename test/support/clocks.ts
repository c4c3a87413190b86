/** Recorded captures with other times, another order or other numbers than their frames had. */
import { readFileSync } from 'node:fs';
import { Analysis } from '../../src/analysis.js';
import { NO_NOTES } from '../../src/capture/facts.js';
import { Frame, type FrameHandler } from '../../src/capture/frame.js';
import { CaptureReader } from '../../src/capture/reader.js';
import type { Connection } from '../../src/connections/connection.js';
import type { Timestamp } from '../../src/core/time.js';
import { JsonReporter } from '../../src/report/json.js';
import { MemorySpool } from '../../src/report/reporter.js';
import type { Finding, Pattern } from '../../src/rules/finding.js';
import { Gathering } from './gathering.js';
import { textOf } from './report.js';

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
  const analysis = new Analysis({ reporters: [gathered], maximumConnections });
  feed(frames, firstNumber, analysis.begin());
  const { patterns } = analysis.finish();
  return { connections: gathered.connections, findings: gathered.findings, patterns };
}

/** The JSON report on a capture of these frames. */
export function jsonOf(frames: readonly Taken[]): string {
  let text = '';
  const reporter = new JsonReporter((part) => {
    text += textOf(part);
  }, new MemorySpool());
  const analysis = new Analysis({ reporters: [reporter] });
  feed(frames, 1, analysis.begin());
  const end = frames[frames.length - 1];
  const [firstFrameAt, lastFrameAt] = [frames[0], end].map(({ time }) => timestampOf(time));
  analysis.endCapture({
    ...NO_NOTES,
    path: 'set-back.pcap',
    compression: null,
    format: 'pcap',
    byteOrder: 'little-endian',
    snaplen: 0,
    framesWithoutTime: 0,
    linkTypes: [],
    timePrecision: 'ns',
    frames: frames.length,
    bytes: 0,
    firstFrameAt,
    lastFrameAt,
    startAt: null,
    endAt: lastFrameAt,
    dropped: null,
    appended: null,
    interfaces: [],
    damage: null,
  });
  analysis.finish();
  return text;
}

function feed(frames: readonly Taken[], firstNumber: number, take: FrameHandler): void {
  const frame = new Frame();
  for (const [index, { bytes, time, linkType, originalLength }] of frames.entries()) {
    frame.number = firstNumber + index;
    Object.assign(frame, timestampOf(time));
    frame.bytes = bytes;
    frame.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    frame.capturedLength = bytes.length;
    frame.linkType = linkType;
    frame.originalLength = originalLength;
    take(frame);
  }
}

function timestampOf(time: bigint): Timestamp {
  return { seconds: Number(time / SECOND) | 0, nanoseconds: Number(time % SECOND) };
}
