import type { Connection } from '../../connections/connection.js';
import { inNetwork } from '../wording/wording.js';
import type { Heard } from './heard.js';
import { Groups } from './members.js';
import { PairCounts } from './pair-counts.js';
import { Services } from './services.js';

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
  /** The same number for all services of one host. */
  readonly host: number;
  connections: number;
  /** The time to live that all its connections share; null if none was heard, `SEVERAL_TTLS` if they differ. */
  ttl: number | null;
}

/** No packet has it. */
const SEVERAL_TTLS = -1;

/** Counts by the numbers of clients. */
export type ByClient = ReadonlyMap<number, number>;

const NOBODY: ByClient = new Map();

/** Which client called which service how often, and how many of these connections had trouble. */
export class Census {
  readonly #clients = new Groups<Client>();
  readonly #services: Services<Service>;
  readonly #hosts = new Map<string, number>();
  readonly #calls = new PairCounts();
  readonly #hostCalls = new PairCounts();
  readonly #troubled = new PairCounts();
  #connections = 0;
  #isWhole = true;

  constructor(heard: Heard) {
    this.#services = new Services(heard);
  }

  /** Counts the connection that was heard last to its service; null if there are too many to tell them apart. */
  service({ server, network }: Connection): Service | null {
    this.#connections++;
    const service = this.#services.of((number) => ({
      number,
      address: server.address,
      port: server.port,
      network,
      host: this.#hostNumber(inNetwork(server.address, network)),
      connections: 0,
      ttl: server.ttl,
    }));
    if (service === null) {
      this.#giveUp();
      return null;
    }
    service.connections++;
    service.ttl ??= server.ttl;
    if (server.ttl !== null && server.ttl !== service.ttl) service.ttl = SEVERAL_TTLS;
    return service;
  }

  /** Counts a call of its client; null once there are too many to tell them apart. */
  client({ client, network }: Connection, service: Service): Client | null {
    // Counts that are not whole do not show who had no trouble: no need to go on.
    if (!this.#isWhole) return null;
    const caller = this.#clients.of(inNetwork(client.address, network), 0, () => ({
      number: this.#clients.all.length,
      address: client.address,
      network,
    }));
    const isCounted =
      caller !== null &&
      this.#calls.add(caller.number, service.number) &&
      this.#hostCalls.add(caller.number, service.host);
    if (!isCounted) this.#giveUp();
    return caller;
  }

  /** The connections of a client to a host so far, both as `inNetwork` names them; null once not all are counted. */
  callsTo(client: string, host: string): number | null {
    if (!this.#isWhole) return null;
    const caller = this.#clients.find(client, 0);
    const called = this.#hosts.get(host);
    return caller === null || called === undefined ? 0 : this.#hostCalls.of(caller.number, called);
  }

  /** The service of a connection that was counted; null if it is not told apart. */
  serviceOf(connection: Connection): Service | null {
    return this.#services.find(connection);
  }

  #hostNumber(host: string): number {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    this.#hosts.set(host, this.#hosts.size);
    return this.#hosts.size - 1;
  }

  /** Counts that a connection had trouble, whatever it was. */
  trouble(client: Client, service: Service): void {
    if (this.#isWhole && !this.#troubled.add(client.number, service.number)) this.#giveUp();
  }

  /** Once some are not counted, nobody asks who had no trouble: what was kept for that goes. */
  #giveUp(): void {
    this.#isWhole = false;
    this.#calls.clear();
    this.#hostCalls.clear();
    this.#troubled.clear();
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

  get services(): readonly Service[] {
    return this.#services.all;
  }

  /** Looks through the counts. */
  results(): CensusResults {
    return new CensusResults(this.#calls.byOther(), this.#troubled.byOther());
  }
}

export class CensusResults {
  readonly #callers: ReadonlyMap<number, ByClient>;
  readonly #troubled: ReadonlyMap<number, ByClient>;
  readonly #callsOf: ByClient;
  readonly #troubledOf: ByClient;

  constructor(callers: ReadonlyMap<number, ByClient>, troubled: ReadonlyMap<number, ByClient>) {
    this.#callers = callers;
    this.#troubled = troubled;
    this.#callsOf = summed(callers.values());
    this.#troubledOf = summed(troubled.values());
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
}

function summed(counts: Iterable<ByClient>): ByClient {
  const sums = new Map<number, number>();
  for (const byClient of counts) {
    for (const [client, count] of byClient) sums.set(client, (sums.get(client) ?? 0) + count);
  }
  return sums;
}
