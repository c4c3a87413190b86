/** Wireshark's display filter for a connection, but for its number. */
export const STREAM_FILTER = 'tcp.stream eq ';

/** The Wireshark display filter that shows one connection, or some of its frames. */
export function displayFilterFor(connection: number, frames: readonly number[] = []): string {
  const stream = `${STREAM_FILTER}${connection}`;
  return frames.length === 0 ? stream : `${stream} and frame.number in {${frames.join(', ')}}`;
}
