import type { Connection } from '../../connections/connection.js';
import { inNetwork } from '../wording.js';
import { Groups } from './members.js';
import { PairCounts } from './pair-counts.js';

export interface Client {
  readonly number: number;
  readonly address: string;
  readonly network: string;
}

export interface Service {
  readonly number: number;
  readonly address: string;
  readonly port: number;
  readonly network: string;
  connections: number;
}

/** Counts by the numbers of clients. */
export type ByClient = ReadonlyMap<number, number>;

const NOBODY: ByClient = new Map();

/** Which client called which service how often, and how many of these connections had trouble. */
export class Census {
  readonly #clients = new Groups<Client>();
  readonly #services = new Groups<Service>();
  readonly #calls = new PairCounts();
  readonly #troubled = new PairCounts();
  #connections = 0;
  #isWhole = true;

  /** Counts a connection to its service; null if there are too many to tell them apart. */
  service({ server, network }: Connection): Service | null {
    this.#connections++;
    const service = this.#services.of(inNetwork(server.address, network), server.port, () => ({
      number: this.#services.all.length,
      address: server.address,
      port: server.port,
      network,
      connections: 0,
    }));
    if (service === null) this.#isWhole = false;
    else service.connections++;
    return service;
  }

  /** Counts a call of its client; null once there are too many to tell them apart. */
  client({ client, network }: Connection, service: Service): Client | null {
    // What is not whole tells nothing of who is well: no need to go on.
    if (!this.#isWhole) return null;
    const caller = this.#clients.of(inNetwork(client.address, network), 0, () => ({
      number: this.#clients.all.length,
      address: client.address,
      network,
    }));
    if (caller === null || !this.#calls.add(caller.number, service.number)) this.#isWhole = false;
    return caller;
  }

  /** Counts that a connection had trouble, whatever it was. */
  trouble(client: Client, service: Service): void {
    if (!this.#troubled.add(client.number, service.number)) this.#isWhole = false;
  }

  get connections(): number {
    return this.#connections;
  }

  /** Nothing was left out for want of room. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  get clients(): readonly Client[] {
    return this.#clients.all;
  }

  /** Looks through the counts. */
  results(): CensusResults {
    return new CensusResults(
      this.#clients.all,
      this.#services.all,
      this.#calls.byOther(),
      this.#troubled.byOther(),
    );
  }
}

export class CensusResults {
  readonly #callers: ReadonlyMap<number, ByClient>;
  readonly #troubled: ReadonlyMap<number, ByClient>;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #byHost = new Map<string, Service[]>();
  readonly #callsOf: ByClient;
  readonly #troubledOf: ByClient;

  constructor(
    clients: readonly Client[],
    services: readonly Service[],
    callers: ReadonlyMap<number, ByClient>,
    troubled: ReadonlyMap<number, ByClient>,
  ) {
    this.#callers = callers;
    this.#troubled = troubled;
    this.#callsOf = summed(callers.values());
    this.#troubledOf = summed(troubled.values());
    this.#numbers = new Map(
      clients.map(({ address, network, number }) => [inNetwork(address, network), number]),
    );
    for (const service of services) {
      const host = inNetwork(service.address, service.network);
      const known = this.#byHost.get(host);
      if (known === undefined) this.#byHost.set(host, [service]);
      else known.push(service);
    }
  }

  callersOf({ number }: Service): ByClient {
    return this.#callers.get(number) ?? NOBODY;
  }

  /** All connections of a client. */
  callsOf(client: number): number {
    return this.#callsOf.get(client) ?? 0;
  }

  /** Those that had no trouble. */
  wellOf(client: number): number {
    return this.callsOf(client) - (this.#troubledOf.get(client) ?? 0);
  }

  /** Those to one service that had none. */
  wellAt(service: Service, client: number): number {
    const troubled = this.#troubled.get(service.number)?.get(client) ?? 0;
    return (this.callersOf(service).get(client) ?? 0) - troubled;
  }

  /** The connections of a client to a host, both as `inNetwork` names them. */
  callsTo(client: string, host: string): number {
    const number = this.#numbers.get(client);
    if (number === undefined) return 0;
    const services = this.#byHost.get(host) ?? [];
    return services.reduce((sum, service) => sum + (this.callersOf(service).get(number) ?? 0), 0);
  }
}

function summed(counts: Iterable<ByClient>): ByClient {
  const sums = new Map<number, number>();
  for (const byClient of counts) {
    for (const [client, count] of byClient) sums.set(client, (sums.get(client) ?? 0) + count);
  }
  return sums;
}
