import { grouped } from '../../core/numbers.js';
import { secondsBetween } from '../../core/time.js';
import { cite } from '../citations.js';
import { count, duration, round } from '../wording/wording.js';
import { Members } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/** The capture holds nothing of a time in which there was traffic. */
export const capturePause: PatternRule = {
  id: 'capture-pause',
  family: 'capture',
  severity: 'warning',
  summary: 'The capture paused, or was put together from several: what happened meanwhile is not in it.',
  options: {},
  citations: [cite.cumulativeAck, cite.captureTime],
  related: ['capture-loss', 'capture-midstream', 'capture-ended-early', 'capture-clock'],
  documentation: {
    meaning:
      'For a while the capture holds no frame at all, and what follows picks up in the middle: connections are beyond what was captured of them, or were never seen to begin; or it holds none for longer than a network in use is silent. So the capture paused; the hosts did not. A connection that is not seen again after such a pause may have ended during it: its silence is counted only up to the pause, and no rule calls it stuck for longer.',
    proof: [
      'No frame for at least ten seconds, and in the minute that follows connections whose next segment is beyond what was captured, or that begin in their middle: at least three in all, or two of the first kind, and more than go on where they were.',
      'No frame for half an hour, and at least three connections that begin in their middle, while none goes on where it was; no frame for a day, and one such connection; or no frame for a week, unless all go on where they were.',
      'Connections that begin in their middle count for less than a day only if most of those before the gap were seen to begin: a capture of payload alone shows none beginning.',
    ],
    notThis: [
      'Silence after which connections go on where they were: then nothing was missed.',
      'A single octet or connection that is missing: capture-loss, capture-midstream.',
      'Times that are wrong: frames from before the end of the gap follow it, or it is longer than ten years.',
    ],
    applicationSees: 'Nothing: this is about the capture.',
    likelyCauses: [
      'The capture was stopped and started again, and its parts were put into one file, as by mergecap (likely).',
      'The capturing host was suspended, or its disk or buffer was full (possible).',
      'The port that it captured on was down (possible).',
    ],
    nextSteps: [
      'Analyse the parts separately: editcap -A and -B, with the times of the frames beside the pause, cut them out.',
      'Look at the drop counters and the log of the capturing host for that time.',
    ],
    example: { fixture: 'capture-pause', capture: 'server' },
  },
  begin: () => {
    /** Connections that were not over when the capture paused, and were not seen again. */
    let members: Members | null = null;
    let all: Members | null = null;
    return {
      add({ id, start, end, quality }) {
        all ??= new Members(start, end);
        all.add(id, start, end);
        if (quality.pausedAt === null) return;
        members ??= new Members(start, end);
        members.add(id, start, end);
      },
      finish(_captureEnd, captures) {
        const pauses = captures.flatMap(({ pauses: own = [] }) => own);
        if (pauses.length === 0 || all === null) return [];
        const [longest] = [...pauses].sort(
          (a, b) => secondsBetween(b.from, b.to) - secondsBetween(a.from, a.to),
        );
        const seconds = secondsBetween(longest.from, longest.to);
        const unheard = members?.count ?? 0;
        const concerned = members ?? all;
        return [
          reportPattern(capturePause, {
            confidence: 'inferred',
            title:
              pauses.length === 1
                ? 'The capture paused for {time}'
                : 'The capture paused {pauses} times, for {time} at most',
            explanation: `Nothing was captured in the {time} before frame ${grouped(longest.frame)}${longest.goesOnInside ? ', and what follows picks up in the middle' : ': no network in use is silent for so long'}. ${unheard === 0 ? 'No connection that was open then is missing afterwards.' : `${count(unheard, 'connection was', 'connections were')} not seen again after a pause: what is said of ${unheard === 1 ? 'it' : 'them'} ends where the pause began.`}`,
            connections: concerned.ids,
            count: concerned.count,
            from: longest.from,
            to: longest.to,
            facts: {
              pauses: pauses.length,
              longestSeconds: round(seconds),
              frame: longest.frame,
              connectionsNotSeenAgain: unheard,
            },
            words: { time: duration(seconds), pauses: pauses.length },
          }),
        ];
      },
    };
  },
};
