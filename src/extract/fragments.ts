/** Which connection the fragments of IP datagrams belong to: most of them say nothing of it themselves. */
import { formatAddress, formatEndpoint } from '../core/addresses.js';
import { PROTOCOL_TCP } from '../decode/ip.js';
import type { Packet } from '../decode/packet.js';
import type { Ends, Segment } from '../decode/segment.js';
import { DESTINATION_PORT, SOURCE_PORT } from '../decode/tcp.js';

/** What is remembered at most, so that no capture fills the memory. */
const MAX_DATAGRAMS = 1 << 24;
const MAX_CONVERSATIONS = 1 << 20;

const PORTS_LENGTH = 4;

/** Both ends of a connection in either order. */
export function conversationOf(source: string, destination: string): string {
  return source < destination ? `${source} ${destination}` : `${destination} ${source}`;
}

/**
 * Learns in one reading what came of each datagram in fragments, and tells in the next. Datagrams are known by the
 * numbers that the decoder gives them, the same in every reading.
 *
 * Whose a datagram is shows in the segment, or in the ICMP error, that it turned out to hold, through however many
 * tunnels; if it never became whole, in the ports of its first fragment.
 */
export class FragmentedDatagrams {
  /** Frames recalled in vain that may have been of use, since not everything was remembered. */
  forgotten = 0;
  #isFull = false;
  /** By the datagram's number: a conversation's place, the negated number of the datagram inside, or 0. */
  #meaning = new Int32Array(1024);
  readonly #conversations: string[] = [''];
  readonly #places = new Map<string, number>();
  /** Of the frame at hand: the datagrams it holds fragments of, from the outermost on, and whose they are. */
  readonly #here: number[] = [];
  #conversation: string | null = null;

  /** Takes in a fragment of the frame at hand. Bound, as a listener. */
  readonly fragment = (packet: Packet, datagram: number): void => {
    this.#here.push(datagram);
    const { view, offset, end, segment } = packet;
    if (packet.fragmentOffset !== 0 || packet.fragmentProtocol !== PROTOCOL_TCP) return;
    if (offset + PORTS_LENGTH > end) return;
    const sourcePort = view.getUint16(offset + SOURCE_PORT);
    const destinationPort = view.getUint16(offset + DESTINATION_PORT);
    this.#conversation = nameOf(segment, sourcePort, destinationPort);
  };

  /** Takes in what the frame at hand turned out to be about: a segment, or one that an ICMP error quotes. */
  subject(segment: Ends & Pick<Segment, 'sourcePort' | 'destinationPort'>): void {
    if (this.#here.length > 0)
      this.#conversation = nameOf(segment, segment.sourcePort, segment.destinationPort);
  }

  /** Remembers what was taken in of the frame at hand, whose reading ends. */
  learn(): void {
    const here = this.#here;
    if (here.length === 0) return;
    const place = this.#conversation === null ? 0 : this.#placeOf(this.#conversation);
    for (let i = 0; i < here.length; i++) {
      const isInside = place === 0 && i + 1 < here.length;
      const meaning = isInside ? -here[i + 1] : place;
      if (meaning !== 0) this.#remember(here[i], meaning);
    }
    this.#end();
  }

  /** Whose fragments the frame at hand holds, as its reading ends; null if it has none or nobody knows. */
  recall(): string | null {
    const here = this.#here;
    if (here.length === 0) return null;
    let meaning = 0;
    for (let i = here.length - 1; i >= 0 && meaning === 0; i--) meaning = this.#meaningOf(here[i]);
    if (meaning === 0 && this.#isFull) this.forgotten++;
    this.#end();
    return meaning === 0 ? null : this.#conversations[meaning];
  }

  #meaningOf(datagram: number): number {
    let meaning = datagram < this.#meaning.length ? this.#meaning[datagram] : 0;
    // A datagram inside becomes whole after the one around it, so that this comes to an end.
    while (meaning < 0) meaning = -meaning < this.#meaning.length ? this.#meaning[-meaning] : 0;
    return meaning;
  }

  #remember(datagram: number, meaning: number): void {
    if (datagram > MAX_DATAGRAMS) {
      this.#isFull = true;
      return;
    }
    if (datagram >= this.#meaning.length) {
      const larger = new Int32Array(Math.max(2 * this.#meaning.length, datagram + 1));
      larger.set(this.#meaning);
      this.#meaning = larger;
    }
    this.#meaning[datagram] = meaning;
  }

  #placeOf(conversation: string): number {
    const known = this.#places.get(conversation);
    if (known !== undefined) return known;
    if (this.#conversations.length > MAX_CONVERSATIONS) {
      this.#isFull = true;
      return 0;
    }
    this.#conversations.push(conversation);
    this.#places.set(conversation, this.#conversations.length - 1);
    return this.#conversations.length - 1;
  }

  #end(): void {
    this.#here.length = 0;
    this.#conversation = null;
  }
}

function nameOf(ends: Ends, sourcePort: number, destinationPort: number): string {
  const { source0, source1, source2, source3 } = ends;
  const { destination0, destination1, destination2, destination3 } = ends;
  return conversationOf(
    formatEndpoint(formatAddress(source0, source1, source2, source3), sourcePort),
    formatEndpoint(formatAddress(destination0, destination1, destination2, destination3), destinationPort),
  );
}
