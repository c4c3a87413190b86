import { Frame, type FrameHandler } from '../../src/capture/frame.js';
import { broken } from '../invariants/broken.js';
import { isRefused, outcomeOf } from '../outcome.js';
import type { Random } from '../random.js';
import { say } from './report.js';
import type { Target } from './target.js';

const MARGIN = 80;

/**
 * Each frame in memory of its own, between octets that differ from run to run and are overwritten once the frame
 * is done with. Code that reads past a frame, or keeps hold of it, gives two different reports.
 */
export const surrounded: Target = {
  name: 'surrounded',
  run(input, random) {
    const outcomes = [0, 0xff, null].map((filling) =>
      outcomeOf([input], { between: (onFrame) => between(onFrame, filling, random) }),
    );
    const [first, ...others] = outcomes;
    for (const other of others) {
      if (isRefused(first) || isRefused(other)) {
        if (first !== other) broken(`it is ${say(first)}, and again ${say(other)}`);
      } else if (first.texts.json !== other.texts.json) {
        broken('the report depends on what is in memory around a frame');
      }
    }
    return new Set(isRefused(first) ? [] : Object.keys(first.end.captures[0].skipped));
  },
};

/** Hands on a copy of each frame, between octets of the given value; or of any, and at any place. */
function between(onFrame: FrameHandler, filling: number | null, random: Random): FrameHandler {
  return (original) => {
    const { bytes, offset, capturedLength } = original;
    const before = filling === null ? random.below(MARGIN) : MARGIN;
    const memory = new Uint8Array(before + capturedLength + MARGIN).fill(filling ?? 0);
    if (filling === null) memory.set(random.octets(memory.length));
    memory.set(bytes.subarray(offset, offset + capturedLength), before);
    const frame = Object.assign(new Frame(), original, {
      bytes: memory,
      view: new DataView(memory.buffer),
      offset: before,
    });
    onFrame(frame);
    memory.fill(filling ?? 0xa5);
  };
}
