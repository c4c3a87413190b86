import type { Parameters } from './capture.js';

const SEED = 20260115;
/** Mean of the `service` mix. */
const PACKETS_PER_CONNECTION = 48.1;
const GROWTH_SNAP_LENGTH = 128;

/** The captures that programs are compared on. */
export const PROFILES = {
  small: { mix: 'service', connections: 2300, seed: SEED },
  mid: { mix: 'service', connections: 42_000, seed: SEED },
  conns: { mix: 'short', connections: 380_000, seed: SEED },
} as const satisfies Readonly<Record<string, Parameters>>;

export type ProfileName = keyof typeof PROFILES;

export function isProfile(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}

/**
 * The traffic of `mid` in any size. Frames are cut to 128 bytes, as a long capture's often are: the largest
 * one then fits the page cache, and the disk's speed is not mistaken for the program's.
 */
export function grown(packets: number): Parameters {
  const connections = Math.round(packets / PACKETS_PER_CONNECTION);
  return { mix: 'service', connections, seed: SEED, snapLength: GROWTH_SNAP_LENGTH };
}

/** This many connections that are never completed, all open until the capture ends. */
export function synFlood(connections: number): Parameters {
  return { mix: 'synflood', connections, seed: SEED };
}
