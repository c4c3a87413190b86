import { cite } from '../citations.js';
import { count, duration, round } from '../wording/wording.js';
import { Members } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

const SEVERAL_PORTS = 'Several interfaces or mirrored ports see the same traffic (likely).';
const CAUSES_OF_FEW = [
  'Several interfaces or mirrored ports see the same traffic (possible).',
  'The network delivered some packets twice (possible).',
];

/** From this many copies per original frame on, the capture is to blame: it doubles what passes, a network little. */
const WHOLESALE = 0.5;

/** Frames were captured twice. */
export const captureDuplicates: PatternRule = {
  id: 'capture-duplicates',
  family: 'capture',
  severity: 'info',
  summary: 'Frames are in the capture twice; the copies are not counted as retransmissions.',
  options: {},
  citations: [cite.retransmission, cite.sameIdentification],
  related: ['capture-loss'],
  documentation: {
    meaning:
      'A mirror port that copies both ports of a switch, or a capture on all interfaces of a router, holds each segment twice within milliseconds, perhaps with other frames between. Link layer and time to live may differ. The copies are left out of states, findings and the counts of each endpoint’s segments, payload and retransmissions, as they would look like retransmissions. frames, completeness and tcpAnalysis, which are Wireshark’s, count them as Wireshark does.',
    proof: [
      'Two frames with the same segment, the same IP identification and nearly the same time.',
      'Without identification: a SYN or FIN repeated too soon for any timer, or text repeated that nobody asked for; then whatever else of the connection comes as often.',
    ],
    notThis: [
      'A retransmission: it comes after a timeout, or after duplicate acknowledgments.',
      'A packet that the network itself doubled looks the same if it arrives within milliseconds. That is rare, so a few copies among many frames may be the network’s work.',
    ],
    applicationSees: 'Nothing: this is about the capture.',
    likelyCauses: [SEVERAL_PORTS],
    nextSteps: [
      'Capture on one interface, or remove copies with editcap -d, or -w 0.01 if other frames lie between: copies that differ in link layer or time to live stay.',
    ],
    example: { fixture: 'capture-duplicates', capture: 'client' },
  },
  begin: () => {
    let members: Members | null = null;
    let copies = 0;
    let frames = 0;
    let apartSeconds = 0;
    /** Connections that are doubled as a whole. */
    let wholesale = 0;
    return {
      add(connection) {
        const { duplicateFrames, duplicatesApartSeconds } = connection.quality;
        if (duplicateFrames === 0) return;
        copies += duplicateFrames;
        frames += connection.frames;
        apartSeconds = Math.max(apartSeconds, duplicatesApartSeconds);
        if (duplicateFrames >= WHOLESALE * (connection.frames - duplicateFrames)) wholesale++;
        members ??= new Members(connection.start, connection.end);
        members.add(connection.id, connection.start, connection.end);
      },
      finish() {
        if (members === null) return [];
        return [
          reportPattern(captureDuplicates, {
            confidence: 'inferred',
            title: `{copies} in {connections} ${copies === 1 ? 'appears' : 'appear'} twice`,
            explanation: `${sayWho(wholesale, members.count, copies, frames)}${apartSeconds > 0 ? ' A copy comes {apart} after the frame that it repeats, or sooner.' : ''} The copies are left out of states, findings and the counts of segments, payload and retransmissions; frames, completeness and tcpAnalysis count them, as Wireshark does.`,
            connections: members.ids,
            count: members.count,
            from: members.from,
            to: members.to,
            facts: {
              connections: members.count,
              duplicateFrames: copies,
              frames,
              wholesale,
              apartSeconds: round(apartSeconds),
            },
            words: {
              connections: count(members.count, 'connection'),
              copies: count(copies, 'frame'),
              apart: duration(apartSeconds),
            },
            ...(wholesale < members.count && { likelyCauses: CAUSES_OF_FEW }),
          }),
        ];
      },
    };
  },
};

/** Who doubled the frames: the capture, or perhaps the network. */
function sayWho(wholesale: number, all: number, copies: number, frames: number): string {
  if (wholesale === all) return 'Probably the capture doubled them.';
  if (wholesale > 0)
    return `On ${count(wholesale, 'connection')} probably the capture doubled them; on the other ${all - wholesale} they are few, so the network may have.`;
  return `They are few among ${count(frames, 'frame')}: the network may have delivered ${copies === 1 ? 'it' : 'them'} twice, or the capture may have seen some of its traffic twice.`;
}
