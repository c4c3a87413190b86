import type { Connection, Endpoint } from '../connections/connection.js';
import { hasAddress, otherTerms, ownTerms } from './network-filter.js';

/** Wireshark's display filter for a connection, but for its number. */
export const STREAM_FILTER = 'tcp.stream eq ';

/** What shows some frames, whichever connection they belong to: it stands before and after their list. */
export const FRAMES_FILTER = 'frame.number in {';
export const FRAMES_FILTER_END = '}';

/** What a filter says of a connection. */
type Filtered = Pick<Connection, 'stream' | 'networkPath' | 'client' | 'server'>;

/**
 * The Wireshark display filter that shows the connection, or some frames that tell of it. These may be those of
 * another connection on the same addresses and ports, which it met: their numbers are enough.
 */
export function displayFilterFor(connection: Filtered, frames: readonly number[] = []): string {
  if (frames.length === 0) return connectionFilter(connection);
  return `${FRAMES_FILTER}${frames.join(', ')}${FRAMES_FILTER_END}`;
}

/**
 * What such a filter says of the connection. Wireshark numbers connections without telling networks apart: where
 * they are, a filter goes by ends and network, and shows what else used these ports there as well.
 */
export function connectionFilter({ stream, networkPath, client, server }: Filtered): string {
  if (networkPath === null) return `${STREAM_FILTER}${stream}`;
  return [...endsTerms(client, server), ...ownTerms(networkPath), ...otherTerms(networkPath)].join(' and ');
}

/** The filter that shows connections by their numbers, or the first of them. */
export function streamsFilter(streams: readonly number[], most = streams.length): string {
  return `tcp.stream in {${streams.slice(0, most).join(', ')}}`;
}

function endsTerms(client: Endpoint, server: Endpoint): string[] {
  return [
    hasAddress(client.address),
    hasAddress(server.address),
    `tcp.port eq ${client.port}`,
    `tcp.port eq ${server.port}`,
  ];
}
