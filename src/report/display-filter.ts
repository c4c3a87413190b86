/** Wireshark's display filter for a connection, but for its number. */
export const STREAM_FILTER = 'tcp.stream eq ';

/** The Wireshark display filter that shows the connection with this `stream`, or some of its frames. */
export function displayFilterFor(stream: number, frames: readonly number[] = []): string {
  const all = `${STREAM_FILTER}${stream}`;
  return frames.length === 0 ? all : `${all} and frame.number in {${frames.join(', ')}}`;
}
