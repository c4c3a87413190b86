import { cite } from '../citations.js';
import { count } from '../wording/wording.js';
import { Members } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/** Segments were captured before the network card cut them, or after it put them together. */
export const captureOffload: PatternRule = {
  id: 'capture-offload',
  family: 'capture',
  severity: 'info',
  summary: 'Segments are larger than the MSS allows: the capturing host’s network card cuts or merges them.',
  options: {},
  citations: [cite.effectiveSendMss, cite.segmentationOffload, cite.receiveOffload],
  related: ['capture-snaplen', 'pmtu-black-hole'],
  documentation: {
    meaning:
      'On the wire no segment is larger than the MSS that its receiver announced. Larger ones show that they were captured on a host with segmentation offload: outgoing ones before the card cuts them, incoming ones after they were merged. States and sequence numbers hold. Sizes and numbers of segments, packet rates and gaps between segments are not those on the wire; checksums of outgoing segments are often not filled in yet. Rules that depend on a segment’s size are silent if it is larger than the MSS.',
    proof: ['A segment with more payload than the MSS in the SYN of its receiver.'],
    notThis: [
      'Segments as large as the MSS.',
      'Jumbo frames: the MSS is as large.',
      'Connections whose SYN was not captured, or had no MSS: nothing says what is too large.',
    ],
    applicationSees: 'Nothing: this is about the capture.',
    likelyCauses: [
      'The capture was taken on one of the hosts, or on a virtual machine’s host, whose network card or driver cuts and merges segments, as is usual (likely).',
    ],
    nextSteps: [
      'If sizes, numbers or gaps of segments matter, capture on the wire, at a mirror port or a tap.',
      'Or turn offloading off on the capturing host meanwhile, which costs it speed: ethtool -K eth0 tso off gso off gro off lro off.',
    ],
    example: { fixture: 'capture-offload', capture: 'client' },
  },
  begin: () => {
    let members: Members | null = null;
    return {
      add(connection) {
        if (!connection.quality.offloaded) return;
        members ??= new Members(connection.start, connection.end);
        members.add(connection.id, connection.start, connection.end);
      },
      finish() {
        if (members === null) return [];
        return [
          reportPattern(captureOffload, {
            confidence: 'inferred',
            title: 'Segments of {connections} are larger than the MSS allows',
            explanation:
              'So the capturing host’s network card cuts or merges them. States hold; sizes, numbers and checksums of segments are not those on the wire.',
            connections: members.ids,
            count: members.count,
            from: members.from,
            to: members.to,
            facts: { connections: members.count },
            words: { connections: count(members.count, 'connection') },
          }),
        ];
      },
    };
  },
};
