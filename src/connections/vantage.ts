/**
 * Where the tap was, seen from one connection. The handshake's round trip splits at the tap: from the SYN
 * to its SYN-ACK is the server's part, from that to the client's ACK the client's. The part of an endpoint
 * at which the tap sits is next to nothing.
 */
import type { Vantage } from './connection.js';
import { hopsCrossed } from './origin.js';

/** An endpoint whose part is at most this share of the whole is where the tap is. */
const NEAR_SHARE = 0.2;
/** The shares between which neither endpoint can be called near. */
const FAR_SHARE = 0.35;
/** Round trips below this (seconds) split by the speed of the hosts, not of the path. */
const SHORTEST_ROUND_TRIP = 0.0005;

export interface HandshakeTimes {
  /** Seconds from SYN to SYN-ACK, and from that to the client's ACK; null while unknown. */
  readonly serverDelay: number | null;
  readonly clientDelay: number | null;
  /** A SYN or SYN-ACK was repeated, so that the times may belong to different copies. */
  readonly repeated: boolean;
  readonly clientTtl: number | null;
  readonly serverTtl: number | null;
}

export function estimateVantage(times: HandshakeTimes): Vantage {
  const { serverDelay, clientDelay, clientTtl, serverTtl } = times;
  const nearByTtl = nearByInitialTtl(clientTtl, serverTtl);
  if (serverDelay === null || clientDelay === null) {
    return {
      near: nearByTtl ?? 'unknown',
      confidence: nearByTtl === null ? 'none' : 'low',
      roundTripSeconds: null,
    };
  }
  const roundTripSeconds = serverDelay + clientDelay;
  const confidence = times.repeated ? 'low' : 'high';
  if (roundTripSeconds < SHORTEST_ROUND_TRIP) {
    return {
      near: nearByTtl ?? 'unknown',
      confidence: nearByTtl === null ? 'none' : 'low',
      roundTripSeconds,
    };
  }
  if (clientDelay <= roundTripSeconds * NEAR_SHARE) {
    return { near: 'client', confidence: nearByTtl === 'server' ? 'low' : confidence, roundTripSeconds };
  }
  if (serverDelay <= roundTripSeconds * NEAR_SHARE) {
    return { near: 'server', confidence: nearByTtl === 'client' ? 'low' : confidence, roundTripSeconds };
  }
  const clear = Math.min(clientDelay, serverDelay) >= roundTripSeconds * FAR_SHARE;
  return { near: 'between', confidence: clear ? confidence : 'low', roundTripSeconds };
}

function nearByInitialTtl(clientTtl: number | null, serverTtl: number | null): 'client' | 'server' | null {
  const client = clientTtl !== null && hopsCrossed(clientTtl) === 0;
  const server = serverTtl !== null && hopsCrossed(serverTtl) === 0;
  if (client === server) return null;
  return client ? 'client' : 'server';
}
