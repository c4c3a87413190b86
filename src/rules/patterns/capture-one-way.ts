import { cite } from '../citations.js';
import { count, inNetwork } from '../wording/wording.js';
import { Members } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/** The rule about hosts that never answer: it cannot see by itself that the answers were not captured. */
const UNANSWERED = 'syn-unanswered';
const DOUBT =
  'But the capture holds nothing that {host} sent, though other connections show that answers came: the answer to this SYN may be missing as well.';

/** For when nothing shows that the other side sent anything. */
const SILENT =
  'The other side was silent, as its host was gone or the path lost what was sent to it (possible): on {repeated} the same was sent again, as happens without an answer.';

/** One direction is missing. */
export const captureOneWay: PatternRule = {
  id: 'capture-one-way',
  family: 'capture',
  severity: 'warning',
  grades: [UNANSWERED],
  summary: 'Only one direction of connections was captured: what the other side did is unknown.',
  options: {},
  citations: [cite.cumulativeAck],
  related: ['capture-loss', 'syn-unanswered'],
  documentation: {
    meaning:
      'The acknowledgments of one side advance, so the other side was sending, but none of its segments is in the capture. Its states and its silence cannot be judged, and rules that need both directions are silent. A SYN without an answer is possible info if the answers of its host are missing elsewhere too.',
    proof: ['Segments of one side whose acknowledgments advance, and none of the other.'],
    notThis: [
      'A dead peer: nothing it sent is acknowledged. If the capture begins after its last segment, and what is sent to it is repeated, it stays info, and the silence is named as a cause.',
      'A few segments of one side at the edge of the capture, whose acknowledgments do not advance: nothing shows that the other side sent anything then. It stays info.',
    ],
    applicationSees: 'Nothing: this is about the capture.',
    likelyCauses: [
      'The two directions take different paths (possible).',
      'A mirror port that copies one direction only (possible).',
      'A capture filter on one address (possible).',
    ],
    nextSteps: ['Capture at an endpoint, or mirror both directions.'],
    example: { fixture: 'capture-one-way', capture: 'client' },
  },
  begin: (_, heard) => {
    let members: Members | null = null;
    let proven = 0;
    let repeated = 0;
    return {
      add(connection) {
        if (connection.quality.unseen === null) return;
        members ??= new Members(connection.start, connection.end);
        members.add(connection.id, connection.start, connection.end);
        if (connection.quality.unseenSent) proven++;
        else if (connection.client.retransmissions + connection.server.retransmissions > 0) repeated++;
      },
      doubtOf({ server, network }, { rule }) {
        if (rule !== UNANSWERED || !heard.misses(server.address, network)) return null;
        return DOUBT.replace('{host}', inNetwork(server.address, network));
      },
      finish() {
        if (members === null) return [];
        return [
          reportPattern(captureOneWay, {
            ...(proven === 0 ? { severity: 'info' } : {}),
            confidence: 'observed',
            title: 'Only one direction of {connections} was captured',
            explanation: `${sayProven(proven, members.count)} Rules that need both directions say nothing about ${members.count === 1 ? 'it' : 'any of them'}.`,
            ...(repeated > 0 && { likelyCauses: [SILENT, ...captureOneWay.documentation.likelyCauses] }),
            connections: members.ids,
            count: members.count,
            from: members.from,
            to: members.to,
            facts: { connections: members.count, proven, ...(repeated > 0 && { repeated }) },
            words: {
              connections: count(members.count, 'connection'),
              repeated: count(repeated, 'connection'),
            },
          }),
        ];
      },
    };
  },
};

function sayProven(proven: number, all: number): string {
  if (proven === 0) return 'Nothing shows that the other side sent anything meanwhile.';
  if (all === 1) return 'Its acknowledgments advance: the other side was sending.';
  if (proven === all) return 'Their acknowledgments advance: the other sides were sending.';
  return `On ${count(proven, 'connection')} the acknowledgments advance: there the other side was sending.`;
}
