import type { Connection, Endpoint } from '../connections/connection.js';

/** Wireshark's display filter for a connection, but for its number. */
export const STREAM_FILTER = 'tcp.stream eq ';

/** What narrows it to some frames: it stands before and after their list. */
export const FRAMES_FILTER = ' and frame.number in {';
export const FRAMES_FILTER_END = '}';

/** What a filter says of a connection. */
type Filtered = Pick<Connection, 'stream' | 'network' | 'client' | 'server'>;

/**
 * The Wireshark display filter that shows the connection, or some of its frames. Wireshark does not tell
 * networks apart: there, one with a network is told by its ends, together with its namesakes elsewhere.
 */
export function displayFilterFor(connection: Filtered, frames: readonly number[] = []): string {
  const { stream, network, client, server } = connection;
  const all = network === '' ? `${STREAM_FILTER}${stream}` : endsFilter(client, server);
  return frames.length === 0 ? all : `${all}${FRAMES_FILTER}${frames.join(', ')}${FRAMES_FILTER_END}`;
}

function endsFilter(client: Endpoint, server: Endpoint): string {
  const ip = client.address.includes(':') ? 'ipv6' : 'ip';
  return [
    `${ip}.addr eq ${client.address}`,
    `${ip}.addr eq ${server.address}`,
    `tcp.port eq ${client.port}`,
    `tcp.port eq ${server.port}`,
  ].join(' and ');
}
