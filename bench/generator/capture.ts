import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PcapWriter } from './pcap-writer.js';
import { writeSynFlood } from './syn-flood.js';
import { type Traffic, writeTraffic } from './traffic.js';

export const DATA_FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', 'data');

/** To be raised whenever the same parameters would give other bytes. */
const GENERATOR_VERSION = 1;
/** 2026-01-15T12:00:00Z. */
const START_SECONDS = 1_768_478_400;
const WHOLE_FRAMES = 262_144;

export interface Parameters extends Omit<Traffic, 'mix'> {
  readonly mix: Traffic['mix'] | 'synflood';
  /** Bytes kept of each frame; all if absent. */
  readonly snapLength?: number;
}

/** What is known about a capture because it was generated. */
export interface CaptureFacts {
  readonly packets: number;
  readonly bytes: number;
  readonly connections: number;
  /** The most connections at one moment with an end that was not CLOSED; TIME-WAIT lasts 240 s. */
  readonly peakOpen: number;
  /** The same without TIME-WAIT. */
  readonly peakUnfinished: number;
}

export interface Capture extends CaptureFacts {
  readonly path: string;
}

interface Sidecar extends CaptureFacts {
  readonly version: number;
  readonly parameters: Parameters;
}

/** The capture of that name: the one on disk if it was made with the same parameters, else a new one. */
export function ensureCapture(
  name: string,
  parameters: Parameters,
  announce: (message: string) => void,
): Capture {
  const path = join(DATA_FOLDER, `${name}.pcap`);
  const sidecarPath = join(DATA_FOLDER, `${name}.json`);
  const known = readSidecar(sidecarPath);
  if (known !== undefined && isCurrent(known, parameters, path)) return { ...facts(known), path };

  mkdirSync(DATA_FOLDER, { recursive: true });
  // Whatever was made from an older capture of that name is out of date.
  for (const stale of [sidecarPath, `${path}.gz`]) rmSync(stale, { force: true });
  const started = performance.now();
  const made = generate(path, parameters);
  writeFileSync(
    sidecarPath,
    `${JSON.stringify({ version: GENERATOR_VERSION, parameters, ...made }, null, 2)}\n`,
  );
  const seconds = (performance.now() - started) / 1000;
  announce(
    `${name}: ${made.packets} packets, ${made.bytes} bytes, ${made.connections} connections, ${seconds.toFixed(1)} s`,
  );
  return { ...made, path };
}

/** Makes `<path>.gz` unless it is there; a new capture removes the old one's. */
export function ensureCompressed(path: string): void {
  const compressed = `${path}.gz`;
  if (existsSync(compressed)) return;
  const unfinished = `${compressed}.part`;
  const output = openSync(unfinished, 'w');
  const { status } = spawnSync('gzip', ['-c', path], { stdio: ['ignore', output, 'inherit'] });
  closeSync(output);
  if (status !== 0) throw new Error(`gzip could not compress ${path}`);
  renameSync(unfinished, compressed);
}

function generate(path: string, parameters: Parameters): CaptureFacts {
  const { mix, connections, seed, snapLength = WHOLE_FRAMES } = parameters;
  const unfinished = `${path}.part`;
  const writer = new PcapWriter(unfinished, snapLength, START_SECONDS);
  let peak = { peakOpen: connections, peakUnfinished: connections };
  if (mix === 'synflood') {
    writeSynFlood(writer, parameters);
  } else {
    const open = writeTraffic(writer, { mix, connections, seed });
    peak = { peakOpen: open.peak, peakUnfinished: open.peakUnfinished };
  }
  writer.close();
  renameSync(unfinished, path);
  return { packets: writer.packets, bytes: writer.size, connections, ...peak };
}

function isCurrent(sidecar: Sidecar, parameters: Parameters, path: string): boolean {
  return (
    sidecar.version === GENERATOR_VERSION &&
    JSON.stringify(sidecar.parameters) === JSON.stringify(parameters) &&
    existsSync(path) &&
    statSync(path).size === sidecar.bytes
  );
}

function readSidecar(path: string): Sidecar | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Sidecar) : undefined;
}

function facts({ packets, bytes, connections, peakOpen, peakUnfinished }: Sidecar): CaptureFacts {
  return { packets, bytes, connections, peakOpen, peakUnfinished };
}
