/** The Wireshark display filter that shows one connection, or some of its frames. */
export function displayFilterFor(connection: number, frames: readonly number[] = []): string {
  const stream = `tcp.stream eq ${connection}`;
  return frames.length === 0 ? stream : `${stream} and frame.number in {${frames.join(', ')}}`;
}
