import { cite } from '../citations.js';
import type { PatternRule } from '../rule.js';
import { count } from '../wording.js';
import { Members } from './members.js';
import { reportPattern } from './report-pattern.js';

/** Frames were captured twice. */
export const captureDuplicates: PatternRule = {
  id: 'capture-duplicates',
  family: 'capture',
  severity: 'info',
  summary: 'Frames were captured twice; the copies are not counted as retransmissions.',
  options: {},
  citations: [cite.retransmission, cite.sameIdentification],
  related: ['capture-loss'],
  documentation: {
    meaning:
      'A mirror port that copies both ports of a switch, or a capture on all interfaces of a router, holds each segment twice within milliseconds, perhaps with other frames between. Link layer and time to live may differ. The copies are left out, as they would look like retransmissions.',
    proof: [
      'Two frames with the same segment, the same IP identification and nearly the same time.',
      'Without identification: a SYN or FIN repeated too soon for any timer, or text repeated that nobody asked for; then whatever else of the connection comes as often.',
    ],
    notThis: [
      'A retransmission: it comes after a timeout, or after duplicate acknowledgments.',
      'A packet that the network itself doubled looks the same if it arrives within milliseconds, and is rare.',
    ],
    applicationSees: 'Nothing: this is about the capture.',
    likelyCauses: ['Several interfaces or mirrored ports see the same traffic (likely).'],
    nextSteps: [
      'Capture on one interface, or remove copies with editcap -d, or -w 0.01 if other frames lie between: copies that differ in link layer or time to live stay.',
    ],
    example: { fixture: 'capture-duplicates', capture: 'client' },
  },
  begin: () => {
    let members: Members | null = null;
    let frames = 0;
    return {
      add(connection) {
        const { duplicateFrames } = connection.quality;
        if (duplicateFrames === 0) return;
        frames += duplicateFrames;
        members ??= new Members(connection.start, connection.end);
        members.add(connection.id, connection.start, connection.end);
      },
      finish() {
        if (members === null) return [];
        return [
          reportPattern(captureDuplicates, {
            confidence: 'inferred',
            title: '{frames} in {connections} are there twice',
            explanation:
              'Probably the capture doubled them, or else the network. The copies are left out of every count.',
            connections: members.ids,
            count: members.count,
            from: members.from,
            to: members.to,
            facts: { connections: members.count, duplicateFrames: frames },
            words: { connections: count(members.count, 'connection'), frames: count(frames, 'frame') },
          }),
        ];
      },
    };
  },
};
