import type { Connection } from '../../connections/connection.js';
import { grouped } from '../../core/numbers.js';
import { cite } from '../citations.js';
import { milestone } from '../evidence/evidence.js';
import type { Pattern } from '../finding.js';
import { count, inCase, times } from '../wording/wording.js';
import { Members } from './members.js';
import type { CaptureCounts, PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

const TOO_SLOW = 'The capturing host or port could not keep up and dropped frames (likely).';
const OTHER_PATH = 'Part of the traffic took another path (possible).';
const COUNTERS = 'Look at the drop counters of the capture (tcpdump prints them at its end).';
const MORE_ROOM = 'Use a larger buffer (tcpdump -B), a shorter snaplen or a narrower filter.';
/** By its own counters it dropped none. */
const NONE_DROPPED = {
  likelyCauses: [
    'The mirror port, or a device before the capturing host, dropped frames, which the host’s counters do not show (possible).',
    OTHER_PATH,
    'The capture filter kept them out (possible).',
  ],
  nextSteps: [
    'Check the counters of the mirror port, and the filter of the capture.',
    'Capture at an endpoint: all of its traffic passes there.',
  ],
};
/** It has no counters. */
const UNCOUNTED = { likelyCauses: [TOO_SLOW, OTHER_PATH] };
/** By its own counters it dropped some, which need not be these. */
const DROPPED_SOME = { likelyCauses: [TOO_SLOW, OTHER_PATH], nextSteps: [MORE_ROOM] };
/** Only its own counters show it. */
const DROPPED = { likelyCauses: [TOO_SLOW], nextSteps: [MORE_ROOM] };

/** The capture lacks segments that were delivered. */
export const captureLoss: PatternRule = {
  id: 'capture-loss',
  family: 'capture',
  severity: 'warning',
  summary:
    'Segments were acknowledged that the capture never saw, or its counters report dropped frames: it is incomplete.',
  options: {},
  citations: [cite.cumulativeAck],
  related: ['capture-one-way', 'capture-midstream'],
  documentation: {
    meaning:
      'An acknowledgment covers octets that are not in the capture, so they were sent and arrived, and the capture missed them. The missing segments may include a FIN or a reset. Findings on these connections are graded one step lower, or left out. Drop counters (in pcapng) show only that frames are missing somewhere: without an acknowledgment that shows where, they are reported as info, and no finding is graded lower for them.',
    proof: [
      'Acknowledgments beyond everything that was captured from the other side.',
      'Or drop counters of the capture’s interfaces above zero.',
    ],
    notThis: [
      'The first frames of a connection whose start was not captured.',
      'Segments lost on the network: they are not acknowledged.',
    ],
    applicationSees: 'Nothing: this is about the capture.',
    likelyCauses: [TOO_SLOW, OTHER_PATH, inCase('If its counters report none', NONE_DROPPED.likelyCauses[2])],
    nextSteps: [COUNTERS, MORE_ROOM],
    example: { fixture: 'capture-loss', capture: 'client' },
  },
  begin: () => {
    let members: Members | null = null;
    /** All connections of each capture. */
    const all: Members[] = [];
    let segments = 0;
    /** On those connections. */
    let findingsThere = 0;
    /** The first frame of the first capture that shows it. */
    let first: { readonly capture: number; readonly frame: number } | null = null;
    return {
      add(connection, findings) {
        const { capture, start, end } = connection;
        if (all[capture] === undefined) all[capture] = new Members(start, end);
        all[capture].add(connection.id, start, end);
        const { lostSegments } = connection.quality;
        if (lostSegments === 0) return;
        segments += lostSegments;
        findingsThere += findings.length;
        const frame = firstUnseen(connection);
        if (
          frame !== null &&
          (first === null || capture < first.capture || (capture === first.capture && frame < first.frame))
        )
          first = { capture, frame };
        members ??= new Members(start, end);
        members.add(connection.id, start, end);
      },
      finish(_captureEnd, captures) {
        const known = captures.map(({ dropped }) => dropped).filter((dropped) => dropped !== null);
        const counted = known.reduce((sum, each) => sum + each, 0);
        // None was dropped only if all of them say so.
        const isKnown = counted > 0 || (known.length > 0 && known.length === captures.length);
        const dropped = isKnown ? counted : null;
        if (members === null) return droppedAlone(all, captures);
        const frame = first?.frame ?? null;
        const shown =
          frame === null ? '' : `, first in frame ${frame}${captures.length > 1 ? ' of its capture' : ''}`;
        return [
          reportPattern(captureLoss, {
            confidence: 'observed',
            title: 'Segments of {connections} were acknowledged but never captured',
            explanation: `Acknowledgments show it {times}${shown}. ${sayCounters(dropped)}Findings there are graded lower; there ${findingsThere === 1 ? 'is' : 'are'} ${findingsThere === 0 ? 'none' : grouped(findingsThere)}.`,
            connections: members.ids,
            count: members.count,
            from: members.from,
            to: members.to,
            facts: {
              connections: members.count,
              lostSegments: segments,
              ...(frame !== null && { firstFrame: frame }),
              findings: findingsThere,
              ...(dropped !== null && { droppedFrames: dropped }),
            },
            words: {
              connections: count(members.count, 'connection'),
              times: times(segments),
            },
            ...(dropped === 0 ? NONE_DROPPED : dropped === null ? UNCOUNTED : DROPPED_SOME),
          }),
        ];
      },
    };
  },
};

/** The first acknowledgment of what was never captured. */
function firstUnseen({ client, server }: Connection): number | null {
  const frames = [client, server].map((endpoint) => milestone(endpoint, 'acknowledged-unseen')?.frame);
  const known = frames.filter((frame) => frame !== undefined);
  return known.length === 0 ? null : Math.min(...known);
}

function sayCounters(dropped: number | null): string {
  if (dropped === null) return '';
  return dropped > 0
    ? `The capture’s own counters report ${count(dropped, 'dropped frame')}. `
    : 'The capture’s own counters report no dropped frame: a capture filter, the mirror port, or another path is the likelier reason. ';
}

/** Counters report dropped frames, and no acknowledgment shows whose they were. */
function droppedAlone(
  all: readonly (Members | undefined)[],
  captures: readonly CaptureCounts[],
): readonly Pattern[] {
  return captures.flatMap(({ dropped }, capture) => {
    const members = all[capture];
    if (dropped === null || dropped === 0 || members === undefined) return [];
    return [
      reportPattern(captureLoss, {
        severity: 'info',
        confidence: 'observed',
        title: `{dropped} ${dropped === 1 ? 'is' : 'are'} missing from the capture, by its own counters`,
        explanation: `No acknowledgment shows that ${dropped === 1 ? 'it belonged' : 'they belonged'} to its {connections}: what is missing may be a FIN, a reset, a bare acknowledgment or a whole connection.`,
        connections: members.ids,
        count: members.count,
        from: members.from,
        to: members.to,
        facts: { connections: members.count, lostSegments: 0, droppedFrames: dropped },
        ...DROPPED,
        words: { dropped: count(dropped, 'frame'), connections: count(members.count, 'connection') },
      }),
    ];
  });
}
