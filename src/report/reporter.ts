import type { Appended, CaptureNotes, FrameComment, InterfaceFacts } from '../capture/facts.js';
import type { Connection } from '../connections/connection.js';
import type { Pause } from '../connections/pauses.js';
import type { Damage } from '../core/errors.js';
import type { Timestamp } from '../core/time.js';
import type { Separation } from '../decode/domains.js';
import type { BaselineOutcome } from '../rules/evaluation/baseline.js';
import type { Finding, Pattern, Severity } from '../rules/finding.js';
import type { State } from '../tcp/states.js';
import { VERSION } from '../version.js';
import type { LadderItem } from './ladder/recorder.js';
import type { LadderFacts } from './ladder/rows.js';

/** What is known of one capture after it was read. */
export interface CaptureFacts extends CaptureNotes {
  readonly path: string;
  readonly format: string;
  readonly compression: string | null;
  /** DLT names, e.g. `EN10MB`, one per kind of link in the capture: the first of them. */
  readonly linkTypes: readonly string[];
  /** Kinds of link beyond those. */
  readonly omittedLinkTypes: number;
  readonly timePrecision: string;
  /** Number of its first frame: above 1 if it continues the capture before (`--join`). */
  readonly firstFrame: number;
  readonly frames: number;
  readonly tcpSegments: number;
  /** Frames with an ICMP error about a TCP segment. */
  readonly icmpErrors: number;
  /** Frames with a request for a link address, or an answer. Every other frame is in `skipped`. */
  readonly neighbourMessages: number;
  readonly bytes: number;
  /** Null without frames, or if these have no time. */
  readonly firstFrameAt: Timestamp | null;
  readonly lastFrameAt: Timestamp | null;
  /** Frames that have no time of their own; absent without such frames. */
  readonly framesWithoutTime?: number;
  /** Until when the capture lasted: its last frame, or later if it says so itself. */
  readonly endAt: Timestamp | null;
  /** From its first frame to `endAt`; null if that has no time. */
  readonly durationSeconds: number | null;
  /** Frames lost at the interfaces, by their own counters; null if the capture has none. */
  readonly dropped: number | null;
  /** Further files read as parts of this one; absent without any. */
  readonly appended?: Appended;
  /** The first of its interfaces. */
  readonly interfaces: readonly InterfaceFacts[];
  /** Interfaces beyond those. */
  readonly omittedInterfaces: number;
  /** Connections dropped while they were idle, because too many were open. */
  readonly evicted: number;
  /** When it paused, as far as that shows; absent if not. Of joined captures, the part with the frame after it. */
  readonly pauses?: readonly Pause[];
  /** What separated connections besides addresses and ports, if anything did. */
  readonly separatedBy?: readonly Separation[];
  /** Frames that were not analysed, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Those skipped because their link type is not decoded, by its name; that of an inner header if one names it. */
  readonly undecodedLinkTypes: Readonly<Record<string, number>>;
  /**
   * Frames that the snaplen cut before their TCP header ended, and the most octets that were captured of any; absent
   * without such frames.
   */
  readonly cutHeaders?: { readonly frames: number; readonly octets: number };
  /** Frames that hold several packets (802.11 A-MSDU), of which only the first was analysed. */
  readonly aggregates: number;
  readonly damage: Damage | null;
}

export interface Summary {
  readonly connections: number;
  /** Those that are reported. */
  readonly findings: Readonly<Record<Severity, number>>;
  /** Findings that a suppression keeps out of the report. */
  readonly suppressed: number;
  /** How this compares with an earlier report, if there was one. */
  readonly baseline?: BaselineOutcome;
  /** Endpoints by the state they were last in; only states that occur, and only endpoints that were captured. */
  readonly finalStates: Partial<Readonly<Record<State, number>>>;
}

/** What a reporter receives when everything has been read. */
export interface AnalysisEnd {
  readonly captures: readonly CaptureFacts[];
  readonly summary: Summary;
  readonly patterns: readonly Pattern[];
  /**
   * A filter selects connections, or the settings turn rules off, grade them otherwise or change their limits; left out
   * if all was judged by the catalog as it is.
   */
  readonly isRestricted?: true;
}

/** When the capture at index `place`, or the joined capture it is a part of, ended; null if it has no frames. */
export function captureEnd(captures: readonly CaptureFacts[], place: number): Timestamp | null {
  let last = place;
  while (isContinued(captures, last)) last++;
  return captures[last].endAt;
}

/** What a ladder needs besides its connection and segments. */
export function ladderFacts(
  captures: readonly CaptureFacts[],
  connection: Connection,
  findings: readonly Finding[],
): LadderFacts {
  const { capture, end } = connection;
  const comments: FrameComment[] = [...captures[capture].frameComments];
  for (let part = capture; isContinued(captures, part); part++)
    comments.push(...captures[part + 1].frameComments);
  return { findings, comments, captureEnd: captureEnd(captures, capture) ?? end };
}

function isContinued(captures: readonly CaptureFacts[], place: number): boolean {
  return place + 1 < captures.length && captures[place + 1].firstFrame > 1;
}

/** Names the report's format; a breaking change gets a new number. */
export const REPORT_SCHEMA = 'finwait/report/1';

/** The program that wrote the report. */
export const TOOL = { name: 'finwait', version: VERSION } as const;

/**
 * Where a reporter's output goes, part by part: text, or the octets of text in UTF-8. Octets are valid only
 * during the call, as their buffer is reused: write them at once, or copy or decode them.
 */
export type Write = (part: string | Uint8Array) => void;

/** Holds octets that can only be written later, however many there are. */
export interface Spool {
  /** Takes a copy. */
  append(octets: Uint8Array): void;
  /** Writes everything in order, and is then empty. */
  drain(write: Write): void;
}

/** A spool in memory, where there is nothing better. */
export class MemorySpool implements Spool {
  #parts: Uint8Array[] = [];

  append(octets: Uint8Array): void {
    this.#parts.push(octets.slice());
  }

  drain(write: Write): void {
    for (const part of this.#parts) write(part);
    this.#parts = [];
  }
}

/** Connections whose segments a report would show, and the frames that it must not leave out. */
export type LadderWishes = ReadonlyMap<number, readonly number[]>;

/**
 * One output format. A reporter receives connections as they end and must not keep what it can write at
 * once: a capture may hold millions of connections.
 */
export interface Reporter {
  /** `captureStart` is the time of the first frame: every `t` counts from it. */
  connection(connection: Connection, findings: readonly Finding[], captureStart: Timestamp): void;
  /** Called after all connections, before `end`. The wishes are granted if captures can be read again. */
  wishes?(): LadderWishes;
  /** A wish granted. */
  ladder?(connection: number, items: readonly LadderItem[]): void;
  end(end: AnalysisEnd): void;
}
