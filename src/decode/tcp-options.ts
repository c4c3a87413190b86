import type { Segment } from './segment.js';

/** Option kinds (RFC 9293 §3.2; IANA TCP Option Kind Numbers). */
const END_OF_LIST = 0;
const NO_OPERATION = 1;
const MAXIMUM_SEGMENT_SIZE = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const MULTIPATH = 30;
const FAST_OPEN = 34;
const EXPERIMENT = 254;
/** Experiment identifier under which Fast Open was used before it had a kind (RFC 7413 §9). */
const FAST_OPEN_EXPERIMENT = 0xf989;

/** Lengths, kind and length octet included. */
const KIND_AND_LENGTH = 2;
const MAXIMUM_SEGMENT_SIZE_LENGTH = 4;
const WINDOW_SCALE_LENGTH = 3;
const SACK_PERMITTED_LENGTH = 2;
const SACK_BLOCK_LENGTH = 8;
const TIMESTAMPS_LENGTH = 10;
const EXPERIMENT_HEADER = 4;

/** A larger shift counts as this one (RFC 7323 §2.3). */
const MAX_WINDOW_SCALE = 14;

/** Two no-operations and the head of a timestamp option: all that most segments carry (RFC 7323 appendix A). */
const PADDED_TIMESTAMPS = 0x0101080a;
const PADDED_TIMESTAMPS_LENGTH = 12;

/** Sets every option field to its "absent" value. */
export function clearOptions(segment: Segment): void {
  segment.maximumSegmentSize = -1;
  segment.windowScale = -1;
  segment.sackPermitted = 0;
  segment.sackBlocks = 0;
  segment.hasTimestamps = 0;
  segment.timestampValue = 0;
  segment.timestampEcho = 0;
  segment.fastOpenCookieLength = -1;
  segment.multipath = 0;
  segment.optionsIncomplete = 0;
}

/**
 * Reads the options between `start` and `headerEnd` into a cleared segment. Those that reach beyond `end`,
 * where the captured bytes stop, or whose length is wrong, set `optionsIncomplete`.
 */
export function tcpOptions(
  segment: Segment,
  view: DataView,
  start: number,
  headerEnd: number,
  end: number,
): void {
  if (
    headerEnd === start + PADDED_TIMESTAMPS_LENGTH &&
    headerEnd <= end &&
    view.getInt32(start) === PADDED_TIMESTAMPS
  ) {
    segment.hasTimestamps = 1;
    segment.timestampValue = view.getInt32(start + 4);
    segment.timestampEcho = view.getInt32(start + 8);
    return;
  }

  const captured = Math.min(headerEnd, end);
  let at = start;
  while (at < captured) {
    const kind = view.getUint8(at);
    if (kind === END_OF_LIST) return;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    if (at + KIND_AND_LENGTH > captured) break;
    const length = view.getUint8(at + 1);
    if (length < KIND_AND_LENGTH || at + length > captured) break;
    tcpOption(segment, view, at, kind, length);
    at += length;
  }
  if (at < headerEnd) segment.optionsIncomplete = 1;
}

/** One option, all of whose `length` octets were captured. */
function tcpOption(segment: Segment, view: DataView, at: number, kind: number, length: number): void {
  switch (kind) {
    case MAXIMUM_SEGMENT_SIZE:
      if (length === MAXIMUM_SEGMENT_SIZE_LENGTH) segment.maximumSegmentSize = view.getUint16(at + 2);
      else segment.optionsIncomplete = 1;
      break;
    case WINDOW_SCALE:
      if (length === WINDOW_SCALE_LENGTH) {
        const shift = view.getUint8(at + 2);
        segment.windowScale = Math.min(shift, MAX_WINDOW_SCALE);
      } else segment.optionsIncomplete = 1;
      break;
    case SACK_PERMITTED:
      if (length === SACK_PERMITTED_LENGTH) segment.sackPermitted = 1;
      else segment.optionsIncomplete = 1;
      break;
    case SACK:
      sackBlocks(segment, view, at, length);
      break;
    case TIMESTAMPS:
      if (length === TIMESTAMPS_LENGTH) {
        segment.hasTimestamps = 1;
        segment.timestampValue = view.getInt32(at + 2);
        segment.timestampEcho = view.getInt32(at + 6);
      } else segment.optionsIncomplete = 1;
      break;
    case MULTIPATH:
      segment.multipath = 1;
      break;
    case FAST_OPEN:
      segment.fastOpenCookieLength = length - KIND_AND_LENGTH;
      break;
    case EXPERIMENT:
      if (length >= EXPERIMENT_HEADER && view.getUint16(at + 2) === FAST_OPEN_EXPERIMENT) {
        segment.fastOpenCookieLength = length - EXPERIMENT_HEADER;
      }
      break;
  }
}

/** SACK blocks (RFC 2018 §3); the header's 40 octets of options never hold more than four. */
function sackBlocks(segment: Segment, view: DataView, at: number, length: number): void {
  const octets = length - KIND_AND_LENGTH;
  if (octets === 0 || octets % SACK_BLOCK_LENGTH !== 0) {
    segment.optionsIncomplete = 1;
    return;
  }
  segment.sackBlocks = octets / SACK_BLOCK_LENGTH;
  const edges = segment.sackBlocks * 2;
  for (let edge = 0; edge < edges; edge++) {
    segment.sackEdges[edge] = view.getInt32(at + KIND_AND_LENGTH + edge * 4);
  }
}
