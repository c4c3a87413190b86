/**
 * What people and programs wrote into a pcapng capture besides its frames. All of it comes from strangers, in any
 * length and number: only so much is kept, and whoever shows it must escape it.
 */
import type { FrameComment } from './facts.js';

/** In characters, including the ellipsis that says that more was there. */
const MAX_TEXT_LENGTH = 500;
/** Comments kept on frames, and those on sections and interfaces together. */
const MAX_FRAME_COMMENTS = 1000;
export const MAX_COMMENTS = 100;

/** UTF-8 takes no more octets than this for a character of JavaScript's. */
const MAX_OCTETS = 3;

const decoder = new TextDecoder();

/** The text of an option, which may end with a zero octet although it should not; cut to `most` characters. */
export function textAt(bytes: Uint8Array, offset: number, length: number, most = MAX_TEXT_LENGTH): string {
  // One character more than is kept, so that it shows whether there are more.
  const octets = bytes.subarray(offset, offset + Math.min(length, MAX_OCTETS * (most + 1)));
  const text = decoder.decode(octets).replace(/\0+$/, '');
  if (text.length <= most && octets.length === length) return text;
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Comments on frames: the first ones, and how many more there are. */
export class FrameComments {
  readonly kept: FrameComment[] = [];
  omitted = 0;

  add(frame: number, bytes: Uint8Array, offset: number, length: number): void {
    if (this.kept.length < MAX_FRAME_COMMENTS) this.kept.push({ frame, text: textAt(bytes, offset, length) });
    else this.omitted++;
  }
}
