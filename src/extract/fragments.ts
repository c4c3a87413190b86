/** Which connection the fragments of IP datagrams belong to: only the first of each says its ports. */
import type { Frame } from '../capture/frame.js';
import { formatAddress, formatEndpoint, IPV4_MAPPED } from '../core/addresses.js';
import { secondsBetween, type Timestamp } from '../core/time.js';
import { PROTOCOL_TCP } from '../decode/ip.js';
import type { IpLayer, Span } from './ip-layer.js';
import { layoutOf } from './layout.js';

/** What is remembered at most, so that no capture fills the memory: keys, and datagrams with the same key. */
const MAX_KEYS = 1 << 16;
const MAX_DATAGRAMS = 16;

/** How long hosts wait for the rest of a datagram, in seconds (RFC 8200 §4.5; RFC 1122 §3.3.2). */
const REASSEMBLY_TIMEOUT = 60;

interface Datagram {
  /** Number and time of the frame with its first fragment. */
  readonly frame: number;
  readonly time: Timestamp;
  readonly conversation: string;
}

/** Both ends of a connection in either order. */
export function conversationOf(source: string, destination: string): string {
  return source < destination ? `${source} ${destination}` : `${destination} ${source}`;
}

/** Learns from the first fragments of one reading, in whatever order they come, and tells in the next. */
export class FragmentedDatagrams {
  readonly #datagrams = new Map<string, Datagram[]>();

  /** Takes in a frame that holds a fragment. */
  learn(frame: Frame): void {
    const ip = layoutOf(frame)?.ip;
    if (ip === undefined || ip.fragment?.offset !== 0 || ip.protocol !== PROTOCOL_TCP) return;
    if (ip.payload + 4 > ip.end) return;
    const key = keyOf(frame.view, ip);
    const conversation = conversationOf(
      formatEndpoint(addressAt(frame.view, ip.source), frame.view.getUint16(ip.payload)),
      formatEndpoint(addressAt(frame.view, ip.destination), frame.view.getUint16(ip.payload + 2)),
    );
    const datagrams = this.#datagrams.get(key) ?? [];
    const { number, seconds, nanoseconds } = frame;
    datagrams.push({ frame: number, time: { seconds, nanoseconds }, conversation });
    if (datagrams.length > MAX_DATAGRAMS) datagrams.shift();
    this.#datagrams.set(key, datagrams);
    if (this.#datagrams.size > MAX_KEYS) this.#datagrams.delete(this.#datagrams.keys().next().value!);
  }

  /** The conversation that the fragment in `frame` is a part of; null if that was never seen. */
  conversation(frame: Frame): string | null {
    const ip = layoutOf(frame)?.ip;
    if (ip === undefined || ip.fragment === null) return null;
    const candidates = (this.#datagrams.get(keyOf(frame.view, ip)) ?? []).filter(
      ({ time }) => Math.abs(secondsBetween(time, frame)) <= REASSEMBLY_TIMEOUT,
    );
    // Identifications come again: it is the datagram begun last, or the next if its first fragment is late.
    const begun = candidates.findLast((datagram) => datagram.frame <= frame.number) ?? candidates[0];
    return begun?.conversation ?? null;
  }
}

/** What the fragments of a datagram have in common (RFC 791 §3.2; RFC 8200 §4.5). */
function keyOf(view: DataView, ip: IpLayer): string {
  const { source, destination, fragment } = ip;
  return `${addressAt(view, source)} ${addressAt(view, destination)} ${fragment?.identification}`;
}

export function addressAt(view: DataView, { start, end }: Span): string {
  if (end - start === 4) return formatAddress(0, 0, IPV4_MAPPED, view.getInt32(start));
  const [a, b, c, d] = [0, 4, 8, 12].map((offset) => view.getInt32(start + offset));
  return formatAddress(a, b, c, d);
}
