import type { Timestamp } from '../core/time.js';
import type { NetworkPath } from '../decode/domains.js';
import type { State } from '../tcp/states.js';
import type { MilestoneKind } from './milestones.js';
import type { FirstMarked, TcpAnalysis } from './tcp-analysis.js';

export type Role = 'client' | 'server';

/**
 * How well a transition is known. `observed`: the endpoint's own segment shows it. `confirmed`: a segment was taken
 * as delivered to it, or as its own, and a later segment of its own proves that. `assumed`: nothing in the capture
 * proves it.
 */
export type Evidence = 'observed' | 'confirmed' | 'assumed';

/** A frame and its time. */
export interface Moment {
  readonly frame: number;
  readonly time: Timestamp;
}

/** One entry of an endpoint's timeline: the state it entered, and why we believe so. */
export interface Transition {
  readonly state: State;
  /** The frame that caused it; null if no packet shows the transition. */
  readonly frame: number | null;
  /** The first captured copy of a FIN that itself was not; absent if `frame` is the FIN's, or nothing was sent. */
  readonly copyFrame?: number;
  readonly time: Timestamp;
  /** A few words, e.g. `received FIN`. */
  readonly cause: string;
  readonly evidence: Evidence;
  /** The endpoint's own frame that proves it; only with `confirmed`. */
  readonly confirmedBy: number | null;
  /** The frame that disproved it. A retracted transition stays in the record but never happened. */
  readonly retractedBy: number | null;
  /** Section of RFC 9293, e.g. `3.10.7.4`. */
  readonly section: string;
}

/** Something worth remembering; see `milestones.ts` for what each kind's `value` means. */
export interface Milestone extends Moment {
  readonly kind: MilestoneKind;
  /** Occurrences in this run, at least 1. */
  readonly count: number;
  /** Last frame and time of a run; the same as `frame` and `time` for a single event. */
  readonly lastFrame: number;
  readonly lastTime: Timestamp;
  readonly value: number;
  /** Only with kind `reset`. */
  readonly reset?: Reset;
  /** Only with kind `icmp-error`. */
  readonly icmp?: IcmpError;
  /** Only with kind `neighbour-unanswered`. */
  readonly neighbour?: NeighbourRequest;
  /** Only with kind `retransmission-run`. */
  readonly retransmitted?: Retransmitted;
  /** Only with kind `data-after-peer-fin`: frame of the last new data before; absent if there was none. */
  readonly dataBefore?: number;
}

/** The sizes of a run's retransmissions, in octets of payload. */
export interface Retransmitted {
  /** The smallest of them. */
  readonly payloadBytes: number;
  /** What TCP's options take in its header: timestamps and SACK blocks, padded as is usual. */
  readonly optionBytes: number;
  /** The largest segment of this endpoint that had been acknowledged by the run's end; 0 for none. */
  readonly acknowledgedBytes: number;
  /** Even the smallest is larger than the peer's MSS allows: the network card had yet to split it. */
  readonly offloaded: boolean;
  /** None of them may be fragmented on the way: IPv4 with Don't Fragment, or IPv6. */
  readonly dontFragment: boolean;
  /**
   * The smallest came after one that was larger than all that had been acknowledged, and larger than what passes every
   * path.
   */
  readonly shrunk: boolean;
}

/** An ICMP (version 4) or ICMPv6 (version 6) error about a segment. */
export interface IcmpError {
  readonly version: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** Address of the host or router that sent it. */
  readonly reporter: string;
  /** Sequence number of the quoted segment. */
  readonly sequence: number;
  /** The largest packet that the next link takes, in octets, if the error asks for smaller ones and states it. */
  readonly mtu?: number;
  /** Only if the endpoint whose segment it claims to quote cannot have sent that number. */
  readonly quotesUnsent?: true;
  /** Only if all up to that number and beyond it had been acknowledged: a keep-alive's, or long delivered. */
  readonly quotesAcknowledged?: true;
}

/** A request for the link address of the next host on the link. */
export interface NeighbourRequest {
  /** ARP, or the neighbour discovery of IPv6. */
  readonly protocol: 'ARP' | 'ND';
  /** Address of the host that asks: the endpoint's own, or a router's. */
  readonly asker: string;
  /** Address of the host that it asks for: the peer's, or a router's. */
  readonly target: string;
}

/** What a reset looked like and what it did (RFC 9293 §3.5.2, §3.5.3, §3.10.7). */
export interface Reset {
  /** The reset carried the ACK bit: the form of a live socket aborting, or of an answer to a SYN. */
  readonly hasAck: boolean;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly window: number;
  readonly ttl: number;
  /** Octets in the reset itself, such as a text about its cause; nearly always 0. */
  readonly payloadBytes: number;
  /**
   * The receiver's verdict: `accepted` (exactly RCV.NXT, or what Linux accepts too: the number of a FIN that it has,
   * and the end of what came beyond a gap; in SYN-SENT, an acceptable acknowledgment), `challenged` (in window but not
   * exact), `out-of-window`, `ignored` (SYN-SENT, unacceptable acknowledgment), `no-connection` (nothing was left to
   * reset), or `undelivered` (the path had been silent before).
   */
  readonly verdict: 'accepted' | 'challenged' | 'out-of-window' | 'ignored' | 'no-connection' | 'undelivered';
  /**
   * Octets by which its number misses: if `challenged`, what the receiver expects next; if `out-of-window`, the
   * nearer edge of the window, negative before it. 0 with the other verdicts.
   */
  readonly missedBy: number;
  /** The segment of the peer that it answers: it came just before and fits; null for a spontaneous reset. */
  readonly trigger: {
    readonly frame: number;
    readonly kind: 'syn' | 'syn-ack' | 'data' | 'fin' | 'ack' | 'keep-alive';
    /** Seconds from the trigger to the reset. */
    readonly reactionSeconds: number;
    /** Seconds from the last segment of the reset's sender to the trigger; 0 if it had sent none. */
    readonly idleSeconds: number;
    /** The trigger's acknowledgment covers a FIN of the reset's sender. */
    readonly knewFin: boolean;
    readonly payloadBytes: number;
  } | null;
  /**
   * Only if its frame came from another Ethernet address than the last segment of its sender before it, and the
   * capture does not see both sides of a router.
   */
  readonly otherLinkAddress?: true;
}

export interface Endpoint {
  readonly role: Role;
  /** Dotted quad, or IPv6 as in RFC 5952. */
  readonly address: string;
  readonly port: number;
  /** The last state that was not taken back; CLOSED for an endpoint that never had a connection. */
  readonly finalState: State;
  /** In the order entered, with the retracted entries in their place. */
  readonly timeline: readonly Transition[];
  readonly milestones: readonly Milestone[];
  readonly segments: number;
  /** Payload octets on the wire, retransmissions included. */
  readonly payloadBytes: number;
  readonly retransmissions: number;
  /** Wireshark's marks on its segments, counted as its display filters count them. */
  readonly tcpAnalysis: TcpAnalysis;
  /** The first of its frames with some of those marks. */
  readonly firstMarked: FirstMarked;
  /** Segments (no SYN, FIN or RST) that advertised a window of zero. */
  readonly zeroWindows: number;
  readonly resetsSent: number;
  readonly finSent: boolean;
  /** Payload octets sent that no acknowledgment of the peer covers. */
  readonly unacknowledgedBytes: number;
  /** Its last payload of at most 85 octets, as far as those were captured whole, was no TLS record. */
  readonly lastShortIsNoTls: boolean;
  /** The last window it advertised was zero. */
  readonly windowClosed: boolean;
  /** Its last segment, and the last that carried payload never sent before. */
  readonly lastSegment: Moment | null;
  readonly lastNewData: Moment | null;
  /**
   * TTL or hop limit of its last segment that is no reset, or of the first reset if there is nothing else; null if it
   * was never seen.
   */
  readonly ttl: number | null;
  /** ISS and SND.NXT (RFC 9293 §3.3.1), as 32-bit patterns; without its SYN, as far as the capture shows them. */
  readonly initialSequence: number;
  readonly nextSequence: number;
}

/** Durations that began before the clock was set back, or with that frame, may be wrong by that much. */
export interface ClockSetBack {
  /** By how many seconds at most. */
  readonly seconds: number;
  /** The last frame that shows it. */
  readonly frame: number;
}

/** What limits the verdicts on this connection; every field at its zero value means an ideal capture. */
export interface CaptureQuality {
  /** The first frame was not a SYN or SYN-ACK. */
  readonly midstream: boolean;
  /**
   * The role none of whose segments were captured although the peer acknowledges some; null if that endpoint is known
   * to be gone from its link, so that it had none to send.
   */
  readonly unseen: Role | null;
  /** The unseen endpoint sent while the capture ran: the peer's acknowledgments advance, or answer its SYN. */
  readonly unseenSent: boolean;
  /** Segments that were acknowledged but never captured. */
  readonly lostSegments: number;
  /** Frames that the capture holds again, within milliseconds. */
  readonly duplicateFrames: number;
  /** The longest time between such a copy and the identical frame before it. */
  readonly duplicatesApartSeconds: number;
  /** Segments larger than the peer's MSS allows: captured before segmentation or after coalescing. */
  readonly offloaded: boolean;
  /** Payload was cut by the snaplen. */
  readonly truncated: boolean;
  /** A frame was older than the one before it on this connection. */
  readonly clockBackwards: boolean;
  /** The same by more than if the capture had only taken frames in the wrong order; else null. */
  readonly clockSetBack: ClockSetBack | null;
  /** A subflow of Multipath TCP: its end is not the end of the application's connection. */
  readonly multipath: boolean;
  /** More happened than is written down for one connection: timelines and milestones are incomplete. */
  readonly historyCut: boolean;
  /**
   * When the capture paused after the connection's last frame, if it did: what followed until it resumed is not known,
   * so that the connection's silence is silence until this time only.
   */
  readonly pausedAt: Timestamp | null;
  /**
   * For a connection first seen in its middle: when the capture last resumed before that, if it had paused. What
   * happened until then is as unknown as what happened before the capture. Null also if the connection was over.
   */
  readonly resumedAt: Timestamp | null;
  /** Given up after a long silence, because too many were open: what followed counts as another connection. */
  readonly evicted: boolean;
}

/** For a connection whose capture leaves nothing to be desired; all of those share it. */
export const IDEAL_QUALITY: CaptureQuality = Object.freeze({
  midstream: false,
  unseen: null,
  unseenSent: false,
  lostSegments: 0,
  duplicateFrames: 0,
  duplicatesApartSeconds: 0,
  offloaded: false,
  truncated: false,
  clockBackwards: false,
  clockSetBack: null,
  multipath: false,
  historyCut: false,
  pausedAt: null,
  resumedAt: null,
  evicted: false,
});

/** Where the capture was taken, seen from this connection. */
export interface Vantage {
  readonly near: Role | 'between' | 'unknown';
  readonly confidence: 'high' | 'low' | 'none';
  /** The handshake's round trip as far as the capture shows it. */
  readonly roundTripSeconds: number | null;
}

/** One finished connection: immutable, and all that rules and reporters see. */
export interface Connection {
  /** Continues from one capture to the next; in the first it equals `stream`. */
  readonly id: number;
  /** The capture that it is in: its place among those read, from 0. */
  readonly capture: number;
  /** Its number in that capture: Wireshark's `tcp.stream`, unless networks distinguish connections. */
  readonly stream: number;
  /**
   * The network that distinguishes it from connections with the same addresses and ports elsewhere, such as
   * `VLAN 5, VXLAN 42`; empty if it is in none that does, or if all networks count as one, as in Wireshark.
   */
  readonly network: string;
  /** What `network` is made of, and what it might have been; null if all networks count as one. */
  readonly networkPath: NetworkPath | null;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly rolesKnownBy: 'syn' | 'syn-ack' | 'guess';
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly start: Timestamp;
  readonly end: Timestamp;
  readonly frames: number;
  /** Wireshark's `tcp.completeness` bits, as they are on its last frame in a second pass. */
  readonly completeness: number;
  /** Zeek's `conn_state` and `history`. */
  readonly zeek: { readonly connState: string; readonly history: string };
  readonly vantage: Vantage;
  readonly quality: CaptureQuality;
  /**
   * The longest time without any segment after which the next was still answered, in whole seconds; 0 if it was
   * never silent for ten seconds.
   */
  readonly survivedSilenceSeconds: number;
  /** The first SYN asked for ECN: it has ECE and CWR (RFC 3168 §6.1.1). */
  readonly asksForEcn: boolean;
  /** The earlier connection on the same 4-tuple whose TIME-WAIT or open state this one met; null if none. */
  readonly predecessor: number | null;
}

/** The endpoint's final state; null if nothing of it was captured, so that it may be in any, such as LISTEN. */
export function stateOf({ segments, timeline, finalState }: Endpoint): State | null {
  return segments === 0 && timeline.length === 0 ? null : finalState;
}

/** Neither endpoint expects anything more. */
export function isOver({ client, server }: Pick<Connection, Role>): boolean {
  return isDone(client) && isDone(server);
}

function isDone({ finalState }: Endpoint): boolean {
  return finalState === 'CLOSED' || finalState === 'TIME-WAIT';
}

/**
 * Both endpoints are one socket, and have the same states and figures, except for `tcpAnalysis`: there Wireshark has
 * only one direction.
 */
export function isToItself({ client, server }: Pick<Connection, Role>): boolean {
  return client.port === server.port && client.address === server.address;
}

/** The endpoint opposite to `role`. */
export function peerOf(connection: Connection, endpoint: Endpoint): Endpoint {
  return endpoint.role === 'client' ? connection.server : connection.client;
}
