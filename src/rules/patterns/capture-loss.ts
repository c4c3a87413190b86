import { cite } from '../citations.js';
import type { PatternRule } from '../rule.js';
import { count } from '../wording.js';
import { Members } from './members.js';
import { reportPattern } from './report-pattern.js';

/** The capture lacks segments that were delivered. */
export const captureLoss: PatternRule = {
  id: 'capture-loss',
  family: 'capture',
  severity: 'warning',
  summary: 'Segments were acknowledged that the capture never saw: it is incomplete.',
  options: {},
  citations: [cite.cumulativeAck],
  related: ['capture-one-way', 'capture-midstream'],
  documentation: {
    meaning:
      'An acknowledgment covers octets that are not in the capture, so they were sent and arrived, and the capture missed them. What it missed may include a FIN or a reset. Findings on these connections are graded one step lower, or left out.',
    proof: ['Acknowledgments beyond everything that was captured from the other side.'],
    notThis: [
      'The first frames of a connection whose start was not captured.',
      'Segments lost on the network: they are not acknowledged.',
    ],
    applicationSees: 'Nothing: this is about the capture.',
    likelyCauses: [
      'The capturing host or port could not keep up and dropped frames (likely).',
      'Part of the traffic took another path (possible).',
    ],
    nextSteps: [
      'Look at the drop counters of the capture (tcpdump prints them at its end).',
      'Use a larger buffer (tcpdump -B), a shorter snaplen or a narrower filter.',
    ],
    example: { fixture: 'capture-loss', capture: 'client' },
  },
  begin: () => {
    let members: Members | null = null;
    let segments = 0;
    return {
      add(connection) {
        const { lostSegments } = connection.quality;
        if (lostSegments === 0) return;
        segments += lostSegments;
        members ??= new Members(connection.start, connection.end);
        members.add(connection.id, connection.start, connection.end);
      },
      finish() {
        if (members === null) return [];
        return [
          reportPattern(captureLoss, {
            confidence: 'observed',
            title: 'Segments of {connections} were acknowledged but never captured',
            explanation: 'Acknowledgments show it {times}. Findings there are graded lower.',
            connections: members.ids,
            count: members.count,
            from: members.from,
            to: members.to,
            facts: { connections: members.count, lostSegments: segments },
            words: { connections: count(members.count, 'connection'), times: count(segments, 'time') },
          }),
        ];
      },
    };
  },
};
