import type { Connection } from '../connections/connection.js';
import type { Located, Pattern, PatternPlace } from '../rules/finding.js';
import { hasAddress, otherTerms, ownTerms } from './network-filter.js';

/** Wireshark's display filter for a connection, without its number. */
export const STREAM_FILTER = 'tcp.stream eq ';

/** The filter for some frames, whichever connection they belong to: what goes before and after their list. */
export const FRAMES_FILTER = 'frame.number in {';
export const FRAMES_FILTER_END = '}';

/** What a filter needs of a connection. */
type Filtered = Pick<Connection, 'stream' | 'networkPath' | 'client' | 'server'>;

/**
 * The Wireshark display filter that shows the connection, or some frames that concern it. These may belong to
 * another connection on the same addresses and ports that it ran into: their numbers are enough.
 */
export function displayFilterFor(connection: Filtered, frames: readonly number[] = []): string {
  if (frames.length === 0) return connectionFilter(connection);
  return `${FRAMES_FILTER}${frames.join(', ')}${FRAMES_FILTER_END}`;
}

/**
 * The filter for the whole connection. Wireshark numbers connections without telling networks apart: if they are told
 * apart here, the filter goes by ends and network, and also shows what else used these ports there.
 */
export function connectionFilter(connection: Filtered): string {
  return connection.networkPath === null ? `${STREAM_FILTER}${connection.stream}` : endsFilter([connection]);
}

/** A filter for the connections of a pattern, and what must be known to use it. */
export interface PatternFilter {
  readonly filter: string;
  /** Place of the capture that it is for; null if there is no other. */
  readonly capture: number | null;
  /** How many connections it shows, if these are not all; else null. */
  readonly first: number | null;
}

/** Place of the capture that a pattern is listed under: it may span several. */
export function firstCaptureOf({ places = [] }: Pick<Pattern, 'places'>): number {
  return places[0]?.capture ?? 0;
}

/** The filters that show a pattern's connections, or the first `most` of them in each capture. */
export function patternFilters(
  { places = [], count }: Pick<Pattern, 'places' | 'count'>,
  most = Number.POSITIVE_INFINITY,
): readonly PatternFilter[] {
  const isListed = places.reduce((sum, { connections }) => sum + connections.length, 0) === count;
  return places.map((place) => {
    const shown = place.connections.slice(0, most);
    const isWhole = isListed && shown.length === place.connections.length;
    return {
      filter: isNumbers(shown) ? streamsFilter(shown) : endsFilter(shown),
      capture: place.capture,
      first: isWhole ? null : shown.length,
    };
  });
}

function isNumbers(connections: PatternPlace['connections']): connections is readonly number[] {
  return connections.every((each) => typeof each === 'number');
}

/** The filter that shows connections by their numbers. */
function streamsFilter(streams: readonly number[]): string {
  return `tcp.stream in {${streams.join(', ')}}`;
}

/** Connections of one client with one port of a server, in one network, are listed by the client's ports. */
function endsFilter(connections: readonly Located[]): string {
  const groups = new Map<string, { readonly first: Located; readonly ports: number[] }>();
  for (const connection of connections) {
    const { client, server } = connection;
    const key = [client.address, server.address, server.port, ...networkTerms(connection)].join();
    const group = groups.get(key) ?? { first: connection, ports: [] };
    groups.set(key, group);
    group.ports.push(client.port);
  }
  const terms = [...groups.values()].map(({ first, ports }) =>
    [...endsTerms(first, ports), ...networkTerms(first)].join(' and '),
  );
  return terms.length === 1 ? terms[0] : terms.map((term) => `(${term})`).join(' or ');
}

function networkTerms({ networkPath }: Located): string[] {
  return networkPath === null ? [] : [...ownTerms(networkPath), ...otherTerms(networkPath)];
}

function endsTerms({ client, server }: Located, clientPorts: readonly number[]): string[] {
  return [
    hasAddress(client.address),
    hasAddress(server.address),
    clientPorts.length === 1 ? `tcp.port eq ${clientPorts[0]}` : `tcp.port in {${clientPorts.join(', ')}}`,
    `tcp.port eq ${server.port}`,
  ];
}
