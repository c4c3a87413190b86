import type { Damage } from '../core/errors.js';
import type { Timestamp } from '../core/time.js';

export type CaptureFormat = 'pcap' | 'pcapng';

export type ByteOrder = 'little-endian' | 'big-endian';

/** One interface of a capture. A classic pcap file has exactly one, without a name or counters. */
export interface InterfaceFacts {
  /** See `linkTypeName`. */
  readonly linkType: string;
  /** As the capture says it, hence to be escaped before it is printed; at most 256 characters. */
  readonly name: string | null;
  /** Octets kept of each frame; 0 is no limit. */
  readonly snaplen: number;
  readonly timePrecision: string;
  /** Frames the interface received, from its last statistics block (isb_ifrecv). */
  readonly received: number | null;
  /** Frames lost for want of room at the interface (isb_ifdrop) and in the operating system (isb_osdrop). */
  readonly dropped: number | null;
}

/** What a reader knows of a capture, during or after reading. */
export interface ReaderFacts {
  readonly format: CaptureFormat;
  /** Of the file or its first section. */
  readonly byteOrder: ByteOrder;
  /** Distinct link types in the order in which the capture declares them. */
  readonly linkTypes: readonly string[];
  /** `s`, `ms`, `us`, `ns`, or `10^-n s`, `2^-n s`: of several interfaces the coarsest. */
  readonly timePrecision: string;
  /** Octets kept of each frame, of several interfaces the largest; 0 is no limit. */
  readonly snaplen: number;
  readonly frames: number;
  /** Frames whose block carries no time (Simple Packet Blocks): they took that of the frame before. */
  readonly framesWithoutTime: number;
  /** Captured octets of all frames, without record headers. */
  readonly bytes: number;
  /** Times of the first and the last frame in file order, which need not be the earliest and the latest. */
  readonly firstFrameAt: Timestamp | null;
  readonly lastFrameAt: Timestamp | null;
  /** Until when the capture lasted, by its own word (isb_endtime); null if it does not say. */
  readonly endAt: Timestamp | null;
  /** At most the first 65,536. */
  readonly interfaces: readonly InterfaceFacts[];
  /** Sum of the interfaces' drop counters; null if none has any. */
  readonly dropped: number | null;
  readonly damage: Damage | null;
}
