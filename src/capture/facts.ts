import type { Damage } from '../core/errors.js';
import type { Timestamp } from '../core/time.js';

export type CaptureFormat = 'pcap' | 'pcapng';

export type ByteOrder = 'little-endian' | 'big-endian';

/** What somebody, or some program, noted on a frame. */
export interface FrameComment {
  readonly frame: number;
  /** As in the capture, hence to be escaped before it is shown; at most 500 characters. */
  readonly text: string;
}

/** What a capture says about itself besides its frames; only pcapng can. Texts are a stranger's, as above. */
export interface CaptureNotes {
  /** The program that wrote it, and the machine and system where it did (shb_userappl, shb_hardware, shb_os). */
  readonly application: string | null;
  readonly hardware: string | null;
  readonly operatingSystem: string | null;
  /** On its sections; at most 100, with those on interfaces. */
  readonly comments: readonly string[];
  /** At most the first 1000. */
  readonly frameComments: readonly FrameComment[];
  /** Comments on frames beyond those. */
  readonly omittedFrameComments: number;
}

/** A capture that says nothing about itself. */
export const NO_NOTES: CaptureNotes = {
  application: null,
  hardware: null,
  operatingSystem: null,
  comments: [],
  frameComments: [],
  omittedFrameComments: 0,
};

/** Files that follow the first of a capture within the same input, one after the other. */
export interface Appended {
  /** How many. */
  readonly files: number;
  /** Byte offset of the first of them. */
  readonly offset: number;
}

/** One interface of a capture. A classic pcap file has exactly one, without a name or counters. */
export interface InterfaceFacts {
  /** See `linkTypeName`. */
  readonly linkType: string;
  /** As in the capture, hence to be escaped before it is printed; at most 256 characters. */
  readonly name: string | null;
  /** What it is in words (if_description), the same way. */
  readonly description: string | null;
  /** Comments on it; see `CaptureNotes.comments`. */
  readonly comments: readonly string[];
  /** Octets kept of each frame; 0 is no limit. */
  readonly snaplen: number;
  readonly timePrecision: string;
  /** Frames the interface received, from its last statistics block (isb_ifrecv). */
  readonly received: number | null;
  /** Those of them that the capture filter let through (isb_filteraccept). */
  readonly accepted: number | null;
  /**
   * Frames lost for lack of room at the interface (isb_ifdrop) and in the operating system (isb_osdrop); if no
   * statistics give that, as the frames themselves count them (epb_dropcount).
   */
  readonly dropped: number | null;
}

/** The interface of a classic pcap file. */
export function namelessInterface(linkType: string, snaplen: number, timePrecision: string): InterfaceFacts {
  return {
    linkType,
    name: null,
    description: null,
    comments: [],
    snaplen,
    timePrecision,
    received: null,
    accepted: null,
    dropped: null,
  };
}

/** What a reader knows of a capture, during or after reading. */
export interface ReaderFacts extends CaptureNotes {
  readonly format: CaptureFormat;
  /** Of the file or its first section. */
  readonly byteOrder: ByteOrder;
  /** Distinct link types in the order in which the capture declares them. */
  readonly linkTypes: readonly string[];
  /** `s`, `ms`, `us`, `ns`, or `10^-n s`, `2^-n s`; of several interfaces the coarsest. */
  readonly timePrecision: string;
  /** Octets kept of each frame, of several interfaces the largest; 0 is no limit. */
  readonly snaplen: number;
  readonly frames: number;
  /** Frames whose block carries no time (Simple Packet Blocks): they took that of the frame before, if it had one. */
  readonly framesWithoutTime: number;
  /** Captured octets of all frames, without record headers. */
  readonly bytes: number;
  /** Times of the first and last frame in file order, which need not be the earliest and the latest; null without. */
  readonly firstFrameAt: Timestamp | null;
  readonly lastFrameAt: Timestamp | null;
  /** When the capture began and ended, as it states itself (isb_starttime, isb_endtime); null if it does not. */
  readonly startAt: Timestamp | null;
  readonly endAt: Timestamp | null;
  /** At most the first 65,536. */
  readonly interfaces: readonly InterfaceFacts[];
  /** Sum of the interfaces' drop counters; null if none has any. */
  readonly dropped: number | null;
  /** Classic files that were read on as parts of this one; null without. pcapng has sections for that. */
  readonly appended: Appended | null;
  readonly damage: Damage | null;
}
