import { cite } from '../citations.js';
import { count, duration, round } from '../wording/wording.js';
import { Members } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/** Of one capture. */
interface SetBack {
  readonly members: Members;
  seconds: number;
  frame: number;
}

/** The capture's clock ran backwards. */
export const captureClock: PatternRule = {
  id: 'capture-clock',
  family: 'capture',
  severity: 'info',
  summary: 'The capture’s clock ran backwards: durations that span such a moment may be wrong.',
  options: {},
  citations: [cite.captureTime, cite.settableClock, cite.unorderedSources],
  related: ['capture-loss', 'capture-duplicates'],
  documentation: {
    meaning:
      'A frame has an earlier time than the one before it. The order of the frames then says what came first. A duration that spans such a moment may be wrong by twice as much as the clock ran back: rules require that much more before they call something long, and those that require a short time are silent. Findings on these connections are graded one step lower; once the clock ran back by 0.1 s or more, patterns across connections are no more than possible.',
    proof: [
      'A frame that is 3 ms or more older than the frame before it, or than its connection’s last one.',
    ],
    notThis: [
      'Less than 3 ms: frames that the queues of a network card delivered in another order.',
      'A clock that was set forward: that looks like silence.',
    ],
    applicationSees: 'Nothing: this is about the capture.',
    likelyCauses: [
      'The clock of the capturing host was set, by hand or by an NTP step, or a virtual machine was resumed (possible).',
      'The capture was put together from several interfaces or files, not in order of time (possible).',
    ],
    nextSteps: [
      'If it was put together: sort it with reordercap, or merge its parts with mergecap, from clocks that agree.',
      'Otherwise let NTP slew the clock rather than step it (chronyd without makestep, ntpd -x), and capture again.',
    ],
    example: { fixture: 'capture-clock', capture: 'client' },
  },
  begin: () => {
    const captures: (SetBack | undefined)[] = [];
    return {
      add(connection) {
        const { clockSetBack } = connection.quality;
        if (clockSetBack === null) return;
        const { capture, id, start, end } = connection;
        captures[capture] ??= { members: new Members(start, end), seconds: 0, frame: 0 };
        const setBack = captures[capture];
        setBack.members.add(id, start, end);
        setBack.seconds = Math.max(setBack.seconds, clockSetBack.seconds);
        setBack.frame = Math.max(setBack.frame, clockSetBack.frame);
      },
      finish() {
        return captures.flatMap((setBack) => {
          if (setBack === undefined) return [];
          const { members, seconds, frame } = setBack;
          return [
            reportPattern(captureClock, {
              confidence: 'observed',
              title: 'The clock ran backwards by up to {back} on {connections}',
              explanation:
                'Frame {frame} is the last that shows it. Durations that began before it may be wrong by up to {doubt}.',
              connections: members.ids,
              count: members.count,
              from: members.from,
              to: members.to,
              facts: { connections: members.count, seconds: round(seconds), lastFrame: frame },
              words: {
                back: duration(seconds),
                connections: count(members.count, 'connection'),
                frame,
                doubt: duration(2 * seconds),
              },
            }),
          ];
        });
      },
    };
  },
};
