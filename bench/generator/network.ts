import type { Random } from './random.js';
import type { Dialect, Host, Party } from './segment.js';

const LOWEST_EPHEMERAL_PORT = 32768;
const HIGHEST_EPHEMERAL_PORT = 60999;
const CLIENTS = 0x0a000000;
/** 198.18.0.0/15, reserved for benchmarks. */
const SERVERS = 0xc6120000;
/** No well-known ports: their dissectors would find fault with a payload that means nothing. */
const SERVICES = [7101, 7102, 7103, 7104, 8901, 8902, 9301, 9302] as const;
/** After this long in TIME-WAIT a host uses the same ports for a new connection. */
const REUSE_AFTER = 90_000_000;
const REMEMBERED = 4096;

export interface Tuple {
  readonly client: Host;
  readonly clientPort: number;
  readonly server: Host;
  readonly serverPort: number;
  readonly dialect: Dialect;
  /** Above everything that an earlier connection of this tuple has used. */
  readonly clientSequence: number;
}

interface Past {
  readonly client: Party;
  readonly server: Party;
  readonly dialect: Dialect;
  readonly endedAt: number;
}

/** The hosts, and which ports they have used. */
export class Network {
  private readonly lastPorts: Int32Array;
  private readonly past: Past[] = [];

  constructor(
    private readonly random: Random,
    private readonly clients: number,
    private readonly servers: number,
  ) {
    this.lastPorts = Int32Array.from({ length: clients }, () =>
      random.integer(LOWEST_EPHEMERAL_PORT, HIGHEST_EPHEMERAL_PORT),
    );
  }

  /** A tuple never used before (with fewer than 28 thousand connections per client). */
  freshTuple(dialect: Dialect): Tuple {
    const { random } = this;
    const index = random.integer(0, this.clients - 1);
    const used = this.lastPorts[index]!;
    const clientPort = used === HIGHEST_EPHEMERAL_PORT ? LOWEST_EPHEMERAL_PORT : used + 1;
    this.lastPorts[index] = clientPort;
    return {
      client: hostAt(CLIENTS, index),
      clientPort,
      server: hostAt(SERVERS, random.integer(0, this.servers - 1)),
      serverPort: SERVICES[random.integer(0, SERVICES.length - 1)]!,
      dialect,
      clientSequence: random.bits(),
    };
  }

  /** The tuple of a connection closed a while before `now`, if there is one; each is given out once. */
  usedTuple(now: number): Tuple | undefined {
    const oldest = this.past[0];
    if (oldest === undefined || now - oldest.endedAt < REUSE_AFTER) return undefined;
    this.past.shift();
    return {
      client: oldest.client.host,
      clientPort: oldest.client.port,
      server: oldest.server.host,
      serverPort: oldest.server.port,
      dialect: oldest.dialect,
      clientSequence: (oldest.client.next + this.random.integer(0x10000, 0x1000000)) | 0,
    };
  }

  /** Remembers a connection that ended, so that its tuple may be used again. */
  remember(past: Past): void {
    if (this.past.length < REMEMBERED) this.past.push(past);
  }
}

export function hostAt(network: number, index: number): Host {
  return {
    ipv4: (network + index + 1) >>> 0,
    ipv6Suffix: (network + index + 1) >>> 0,
    mac: network + index + 1,
  };
}
