/** Which connection the fragments of IP datagrams belong to: most of them do not say so themselves. */
import { formatAddress, formatEndpoint } from '../core/addresses.js';
import { PROTOCOL_TCP } from '../decode/ip.js';
import type { Packet } from '../decode/packet.js';
import type { Ends, Segment } from '../decode/segment.js';
import { DESTINATION_PORT, SOURCE_PORT } from '../decode/tcp.js';

/** How much is remembered at most, so that no capture fills the memory. */
const MAX_DATAGRAMS = 1 << 24;
const MAX_OWNERS = 1 << 20;

const PORTS_LENGTH = 4;

/** Whose a datagram is: that connection's, or, if no connection is known, that of one between these ends. */
export interface Owner {
  /** See `conversationOf`. */
  readonly conversation: string;
  readonly connection: number | null;
}

/** Both ends of a connection in either order. */
export function conversationOf(source: string, destination: string): string {
  return source < destination ? `${source} ${destination}` : `${destination} ${source}`;
}

/**
 * Learns in one reading what became of each datagram in fragments, and says so in the next. Datagrams are known by
 * the numbers that the decoder gives them, the same in every reading.
 *
 * Whose a datagram is shows in the segment, or in the ICMP error, that it turned out to hold, through however many
 * tunnels; if it never became whole, in the ports of its first fragment.
 */
export class FragmentedDatagrams {
  /** Frames recalled in vain whose owner may have been forgotten, since not everything was remembered. */
  forgotten = 0;
  #isFull = false;
  /** By the datagram's number: an owner's place, the negated number of the datagram inside, or 0. */
  #meaning = new Int32Array(1024);
  readonly #owners: (Owner | null)[] = [null];
  readonly #places = new Map<string, number>();
  /** For the current frame: the datagrams it holds fragments of, from the outermost on, and whose they are. */
  readonly #here: number[] = [];
  #owner: Owner | null = null;

  /** Takes in a fragment of the current frame. Bound, as a listener. */
  readonly fragment = (packet: Packet, datagram: number): void => {
    this.#here.push(datagram);
    const { view, offset, end, segment } = packet;
    if (packet.fragmentOffset !== 0 || packet.fragmentProtocol !== PROTOCOL_TCP) return;
    if (offset + PORTS_LENGTH > end) return;
    const sourcePort = view.getUint16(offset + SOURCE_PORT);
    const destinationPort = view.getUint16(offset + DESTINATION_PORT);
    this.#owner = { conversation: nameOf(segment, sourcePort, destinationPort), connection: null };
  };

  /** Takes in what the current frame turned out to hold: a connection's segment, or one that an ICMP error quotes. */
  subject(connection: number, segment: Ends & Pick<Segment, 'sourcePort' | 'destinationPort'>): void {
    if (this.#here.length > 0)
      this.#owner = {
        conversation: nameOf(segment, segment.sourcePort, segment.destinationPort),
        connection,
      };
  }

  /** Remembers what was taken in from the current frame, at the end of its reading. */
  learn(): void {
    const here = this.#here;
    if (here.length === 0) return;
    const place = this.#owner === null ? 0 : this.#placeOf(this.#owner);
    for (let i = 0; i < here.length; i++) {
      const isInside = place === 0 && i + 1 < here.length;
      const meaning = isInside ? -here[i + 1] : place;
      if (meaning !== 0) this.#remember(here[i], meaning);
    }
    this.#end();
  }

  /** Whose fragments the current frame holds, at the end of its reading; null if it has none or nobody knows. */
  recall(): Owner | null {
    const here = this.#here;
    if (here.length === 0) return null;
    let meaning = 0;
    for (let i = here.length - 1; i >= 0 && meaning === 0; i--) meaning = this.#meaningOf(here[i]);
    if (meaning === 0 && this.#isFull) this.forgotten++;
    this.#end();
    return this.#owners[meaning];
  }

  #meaningOf(datagram: number): number {
    let meaning = datagram < this.#meaning.length ? this.#meaning[datagram] : 0;
    // A datagram inside becomes whole after the one around it, so this comes to an end.
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

  #placeOf(owner: Owner): number {
    const name = `${owner.connection ?? ''} ${owner.conversation}`;
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    if (this.#owners.length > MAX_OWNERS) {
      this.#isFull = true;
      return 0;
    }
    this.#owners.push(owner);
    this.#places.set(name, this.#owners.length - 1);
    return this.#owners.length - 1;
  }

  #end(): void {
    this.#here.length = 0;
    this.#owner = null;
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
