import { blockLengths } from './block-lengths.js';
import { blockTypes } from './block-types.js';
import { changeHeader } from './change-header.js';
import { changeLinkType } from './change-link-type.js';
import { changeTimes } from './change-times.js';
import { compress } from './compress.js';
import { copyFrames } from './copy-frames.js';
import { cut } from './cut.js';
import { extraBlocks } from './extra-blocks.js';
import { flipBits } from './flip-bits.js';
import { flipByteOrder } from './flip-byte-order.js';
import { fragmentPackets } from './fragment-packets.js';
import { hostileNotes } from './hostile-notes.js';
import { insertSome } from './insert-some.js';
import { interfaceIds } from './interface-ids.js';
import { lyingOptions } from './lying-options.js';
import { mergeCaptures } from './merge-captures.js';
import { muchInLittle } from './much-in-little.js';
import type { Mutator } from './mutator.js';
import { nestDeeply } from './nest-deeply.js';
import { quoteInIcmp } from './quote-in-icmp.js';
import { recordLengths } from './record-lengths.js';
import { removeSome } from './remove-some.js';
import { repeatSome } from './repeat-some.js';
import { setOctets } from './set-octets.js';
import { severalSections } from './several-sections.js';
import { shuffleBlocks } from './shuffle-blocks.js';
import { shuffleRecords } from './shuffle-records.js';
import { snaplen } from './snaplen.js';
import { splice } from './splice.js';
import { stretchTimes } from './stretch-times.js';
import { timeResolution } from './time-resolution.js';
import { toPcapng } from './to-pcapng.js';
import { wrapPackets } from './wrap-packets.js';
import { writeEdge } from './write-edge.js';

/** Every mutator. To add one, write its file and add its line; add it twice to use it twice as often. */
export const MUTATORS: readonly Mutator[] = [
  // Blind to what they corrupt.
  flipBits,
  setOctets,
  writeEdge,
  cut,
  removeSome,
  insertSome,
  repeatSome,
  splice,
  compress,
  muchInLittle,
  // Classic captures.
  shuffleRecords,
  shuffleRecords,
  changeHeader,
  changeHeader,
  changeTimes,
  stretchTimes,
  recordLengths,
  snaplen,
  changeLinkType,
  wrapPackets,
  fragmentPackets,
  nestDeeply,
  quoteInIcmp,
  copyFrames,
  mergeCaptures,
  toPcapng,
  // pcapng.
  blockTypes,
  blockLengths,
  shuffleBlocks,
  lyingOptions,
  hostileNotes,
  interfaceIds,
  timeResolution,
  severalSections,
  flipByteOrder,
  extraBlocks,
];
