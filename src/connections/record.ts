/**
 * The hot record: what is known of one open connection, as int32 words in chunks of plain memory.
 *
 * Objects would be kinder to read, but cost a kilobyte each and half of the throughput; these words cost a
 * quarter of that. A connection's words start at `base` in its chunk; each endpoint has a block of its own,
 * so that code can speak of a sender's and a receiver's block whichever side sends. The client's block
 * comes first.
 */

// Words of the connection.
/**
 * Its key: addresses of client and server (four words each), `client port << 16 | server port`, and the number of
 * the network that they are in, see `Domains`.
 */
export const CLIENT_ADDRESS = 0;
export const SERVER_ADDRESS = 4;
export const PORTS = 8;
export const DOMAIN = 9;
export const KEY_WORDS = 10;
export const ID = 10;
/** Flag bits, see below; the low six are Wireshark's `tcp.completeness`, once there are two frames. */
export const FLAGS = 11;
export const FRAMES = 12;
/** Newest entry of the connection's journal, -1 for none. */
export const JOURNAL = 13;
/** Microseconds from the SYN to its SYN-ACK and from that to the client's ACK; 0 while unknown. */
export const SERVER_DELAY = 14;
export const CLIENT_DELAY = 15;
/** One more than the slot of the earlier connection on this 4-tuple while it may still receive segments; 0 for none. */
export const PREDECESSOR = 16;
/** One more than the id of that earlier connection, kept for the report; 0 for none. */
export const PREDECESSOR_ID = 17;
/** The first letters of Zeek's history, five bits each. */
export const HISTORY = 18;
export const HISTORY_MORE = 19;
/** Which letters each side has in the history already, and Zeek's states; see `zeek.ts`. */
export const ZEEK = 20;
/** Segments acknowledged but never captured, and repeated frames. */
export const LOST_SEGMENTS = 21;
export const DUPLICATE_FRAMES = 22;
/** Frame and time of its first segment. */
export const FIRST_FRAME = 23;
export const FIRST_SECONDS = 24;
export const FIRST_NANOSECONDS = 25;
/** For `tcp-analysis.ts`: time of the last SYN, later that from it to the first acknowledgment, and which of both. */
export const SYN_SECONDS = 26;
export const SYN_NANOSECONDS = 27;
export const FIRST_ROUND_TRIP = 28;
/** The longest time without a segment after which both ends still answered, in seconds; see `silence.ts`. */
export const SILENCE = 29;
/** One ended by a segment not answered yet: seconds above, and in the lowest bit whether the server sent that. */
export const SILENCE_PENDING = 30;
/** The most microseconds between a repeated frame and the identical one before it. */
export const DUPLICATES_APART = 31;
const CONNECTION_WORDS = 32;

// Words of an endpoint's block.
/** State in the low four bits, `ENDPOINT_*` flags above. */
export const STATE = 0;
/** Sequence number of its SYN, or of the octet before the first captured one. */
export const ISS = 1;
/** One past the highest sequence number it sent (SND.NXT as far as captured). */
export const SND_NXT = 2;
/** Highest acknowledgment that the peer sent for it (SND.UNA if that arrived; the peer's RCV.NXT at least). */
export const UNA = 3;
/** One past the last octet captured without a gap: the peer's RCV.NXT at most. */
export const CONTIGUOUS = 4;
/** A run of octets captured beyond a gap; empty if both are equal. */
export const ISLAND_START = 5;
export const ISLAND_END = 6;
/** Sequence number of its FIN with `ENDPOINT_FIN_SENT`, of its other SYN-ACK with `ENDPOINT_OTHER_ISN`. */
export const FIN_SEQUENCE = 7;
/** Last window it advertised, scaled if the scale is known. */
export const WINDOW = 8;
/**
 * Frame and time of its last segment; acknowledgment field and `LAST_*` bits of the last that is no reset. Here as
 * elsewhere a frame's number is the bit pattern of an unsigned one, and 0 is none.
 */
export const LAST_FRAME = 9;
export const LAST_SECONDS = 10;
export const LAST_NANOSECONDS = 11;
export const LAST_ACKNOWLEDGMENT = 12;
export const LAST_INFO = 13;
/** Frame and time of its last segment with payload never sent before. */
export const DATA_FRAME = 14;
export const DATA_SECONDS = 15;
export const DATA_NANOSECONDS = 16;
export const SEGMENTS = 17;
/** Payload octets, modulo 2^32 and above. */
export const PAYLOAD_LOW = 18;
export const PAYLOAD_HIGH = 19;
export const RETRANSMISSIONS = 20;
/** Zero windows in the low 20 bits, resets in the 12 above; both stop at their maximum. */
export const ZERO_WINDOWS_AND_RESETS = 21;
export const ZERO_WINDOWS_MASK = 0x000fffff;
export const RESETS_SHIFT = 20;
export const RESETS_MAX = 0xfff;
/** For `tcp-analysis.ts`: microseconds of its last frame, copies included, modulo 2^32. */
export const ANALYSIS_LAST_MICROSECONDS = 22;
/** Maximum segment size that its SYN announced; 0 while unknown. */
export const MSS = 23;
/** Largest payload that it sent in the upper half, largest that the peer acknowledged in the lower half. */
export const SEGMENT_SIZES = 24;
/** One past the last octet of the first segment with that largest payload. */
export const LARGEST_END = 25;
/**
 * For `tcp-analysis.ts`: its next number, the next that may be acknowledged, and its last acknowledgment, zero
 * while unknown; the time of the highest number, bits, and one more than the place of its counts.
 */
export const ANALYSIS_NEXT = 26;
export const ANALYSIS_TO_ACK = 27;
export const ANALYSIS_LAST_ACK = 28;
export const ANALYSIS_NEXT_SECONDS = 29;
export const ANALYSIS_NEXT_NANOSECONDS = 30;
export const ANALYSIS_BITS = 31;
export const ANALYSIS_COUNTS = 32;
/** What Wireshark counts its numbers from: a SYN that starts elsewhere opens the 4-tuple again. */
export const ANALYSIS_BASE = 33;
/** The newest timestamp that it sent (RFC 7323 §3.2); 0 while there is none. */
export const TIMESTAMP = 34;
/** `Segment.linkSource` of its last segment that is no reset; 0 while unknown. */
export const LINK_SOURCE = 35;
const ENDPOINT_WORDS = 36;

/** Where the endpoints' blocks start, from the record's base. */
export const CLIENT = CONNECTION_WORDS;
export const SERVER = CONNECTION_WORDS + ENDPOINT_WORDS;
export const RECORD_WORDS = CONNECTION_WORDS + 2 * ENDPOINT_WORDS;

// FLAGS.
export const COMPLETE_SYN = 1 << 0;
export const COMPLETE_SYN_ACK = 1 << 1;
export const COMPLETE_ACK = 1 << 2;
export const COMPLETE_DATA = 1 << 3;
export const COMPLETE_FIN = 1 << 4;
export const COMPLETE_RST = 1 << 5;
export const COMPLETENESS_MASK = 0x3f;
/** An ICMP error quoted a whole TCP header of it: it may have a number only because of that, and no frame yet. */
export const QUOTED = 1 << 6;
export const ROLES_BY_SYN = 1 << 7;
export const ROLES_BY_SYN_ACK = 1 << 8;
export const MIDSTREAM = 1 << 9;
/** The SYN carried data that the SYN-ACK acknowledged. */
export const FAST_OPEN = 1 << 10;
/** A SYN or SYN-ACK was repeated, so that the handshake's times measure no round trip. */
export const HANDSHAKE_REPEATED = 1 << 11;
export const OFFLOADED = 1 << 12;
export const TRUNCATED = 1 << 13;
export const CLOCK_BACKWARDS = 1 << 14;
export const MULTIPATH = 1 << 15;
/** The journal reached its bound: states still change, but are no longer written down. */
export const JOURNAL_FULL = 1 << 16;
/** Another connection took over the 4-tuple: no lookup finds this record any more. */
export const SUPERSEDED = 1 << 17;
/** Given up to make room, after the longest silence; it may continue in the capture. */
export const EVICTED = 1 << 18;
/** Its first SYN asked for ECN: ECE and CWR were set (RFC 3168 §6.1.1). */
export const ECN_ASKED = 1 << 19;
/** What comes now belongs to another connection on the same ports, whose SYN was not captured: it is only counted. */
export const FOLLOWED = 1 << 20;
/** Its SYN-ACK agreed to selective acknowledgments (RFC 2018 §2). */
export const SACK_AGREED = 1 << 21;
/** Both endpoints are one socket, which called its own address and port. */
export const TO_ITSELF = 1 << 22;
/** The capture holds a frame with two link addresses or TTLs: it sees both sides of a router. */
export const BOTH_SIDES = 1 << 23;
/** The last short payload of the client, and of the server, was no TLS record; see `decode/tls.ts`. */
export const CLIENT_NOT_TLS = 1 << 24;
export const SERVER_NOT_TLS = 1 << 25;
/** Options of a SYN or SYN-ACK were cut off: what it seems to lack it may have had. */
export const SYN_OPTIONS_CUT = 1 << 26;

// STATE.
export const STATE_MASK = 0x0f;
export const ENDPOINT_SEEN = 1 << 4;
export const ENDPOINT_FIN_SENT = 1 << 5;
/** The peer's acknowledgment covered its FIN. */
export const ENDPOINT_FIN_COVERED = 1 << 6;
/** It entered ESTABLISHED on a segment whose delivery its own segments have not proved yet. */
export const ENDPOINT_OPEN_UNPROVED = 1 << 7;
/** The same for the peer's FIN. */
export const ENDPOINT_FIN_UNPROVED = 1 << 8;
/** It sent SYN-ACKs with two numbers; which one counts shows once the peer acknowledges one, which it has not yet. */
export const ENDPOINT_OTHER_ISN = 1 << 9;
/** `UNA` is set. */
export const ENDPOINT_ACKNOWLEDGED = 1 << 10;
export const ENDPOINT_WINDOW_CLOSED = 1 << 11;
/** Its SYN was captured, with or without a window scale option. */
export const ENDPOINT_SYN_CAPTURED = 1 << 12;
export const ENDPOINT_SCALE_OFFERED = 1 << 13;
export const SCALE_SHIFT = 14;
export const SCALE_MASK = 0x0f << SCALE_SHIFT;
/** TTL of its last segment that is no reset, or of the first reset if there is nothing else. */
export const TTL_SHIFT = 18;
export const TTL_MASK = 0xff << TTL_SHIFT;
/** It lost its connection to a reset: its own, or one taken as delivered. */
export const ENDPOINT_RESET = 1 << 26;
export const ENDPOINT_HAS_NEW_DATA = 1 << 27;
/** It sent a SYN without ACK: it opened actively. */
export const ENDPOINT_SENT_SYN = 1 << 28;
export const ENDPOINT_SENT_SYN_ACK = 1 << 29;
/** More of it was captured beyond gaps than `ISLAND_*` can hold, so that `CONTIGUOUS` may lag behind. */
export const ENDPOINT_ISLANDS_LOST = 1 << 30;
/** The number before `CONTIGUOUS` is that of a second FIN, at another place than the first. */
export const ENDPOINT_SECOND_FIN = 1 << 31;

// LAST_INFO: payload octets in the low bits, then what kind of segment it was.
export const LAST_PAYLOAD_MASK = 0x00ffffff;
export const LAST_KIND_SHIFT = 24;
export const LAST_KIND_MASK = 0x07 << LAST_KIND_SHIFT;
export const KIND_ACK = 0;
export const KIND_SYN = 1;
export const KIND_SYN_ACK = 2;
export const KIND_DATA = 3;
export const KIND_FIN = 4;
export const KIND_KEEP_ALIVE = 5;
export const KIND_RST = 6;
/** It acknowledged the peer's FIN. */
export const LAST_KNEW_FIN = 1 << 27;
/** Resets came after it, and only frame and time are theirs. */
export const LAST_RESET_SINCE = 1 << 28;
/** An acknowledgment whose number lay one beyond what was captured: an octet had been sent before it, or a FIN. */
export const LAST_ONE_UNSEEN = 1 << 29;

/** The block of the endpoint that sent the connection's last segment. */
export function lastSender(memory: Int32Array, base: number): number {
  const isClient = isLaterFrame(memory[base + CLIENT + LAST_FRAME], memory[base + SERVER + LAST_FRAME]);
  return base + (isClient ? CLIENT : SERVER);
}

/** Whether frame `a` comes after frame `b`, both as records and journals hold them. */
export function isLaterFrame(a: number, b: number): boolean {
  return a >>> 0 > b >>> 0;
}

/** Connections per chunk: large enough to be rare, small enough that the last, half-used one is cheap. */
const CHUNK_SHIFT = 14;
const CHUNK_MASK = (1 << CHUNK_SHIFT) - 1;

/** Memory for records, handed out by slot number and taken back. */
export class RecordStore {
  readonly #chunks: Int32Array[] = [];
  #used = 0;
  #free = -1;
  #live = 0;

  /** Records in use. */
  get live(): number {
    return this.#live;
  }

  /** One past the highest slot ever used: a sweep visits `0 … highWater - 1`. */
  get highWater(): number {
    return this.#used;
  }

  /** A zeroed record's slot. */
  allocate(): number {
    this.#live++;
    if (this.#free >= 0) {
      const slot = this.#free;
      const memory = this.memory(slot);
      const base = this.base(slot);
      this.#free = memory[base + ID];
      memory.fill(0, base, base + RECORD_WORDS);
      return slot;
    }
    const slot = this.#used++;
    if (slot >>> CHUNK_SHIFT === this.#chunks.length) {
      this.#chunks.push(new Int32Array(RECORD_WORDS << CHUNK_SHIFT));
    }
    return slot;
  }

  /** Takes a record back. Its `FRAMES` word turns negative, which no live record's is. */
  release(slot: number): void {
    const memory = this.memory(slot);
    const base = this.base(slot);
    memory[base + FRAMES] = -1;
    memory[base + ID] = this.#free;
    this.#free = slot;
    this.#live--;
  }

  isLive(slot: number): boolean {
    return (this.memory(slot)[this.base(slot) + FRAMES] as number) >= 0;
  }

  memory(slot: number): Int32Array {
    return this.#chunks[slot >>> CHUNK_SHIFT] as Int32Array;
  }

  base(slot: number): number {
    return (slot & CHUNK_MASK) * RECORD_WORDS;
  }
}
