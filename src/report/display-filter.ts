/** Wireshark's display filter for a connection, but for its number. */
export const STREAM_FILTER = 'tcp.stream eq ';

/** What narrows it to some frames: it stands before and after their list. */
export const FRAMES_FILTER = ' and frame.number in {';
export const FRAMES_FILTER_END = '}';

/** The Wireshark display filter that shows the connection with this `stream`, or some of its frames. */
export function displayFilterFor(stream: number, frames: readonly number[] = []): string {
  const all = `${STREAM_FILTER}${stream}`;
  return frames.length === 0 ? all : `${all}${FRAMES_FILTER}${frames.join(', ')}${FRAMES_FILTER_END}`;
}
