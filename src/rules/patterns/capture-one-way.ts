import { isLater, secondsBetween } from '../../core/time.js';
import { cite } from '../citations.js';
import { count, duration, inNetwork, round } from '../wording/wording.js';
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

const DETOUR =
  'What {host} sends to these clients takes another way, past the point of this capture (likely): a second network card, a route or a load balancer, which changed at that time if it was captured for these clients before. A stateful firewall that sees only one direction drops what follows the handshake.';
const STEP_OF_DETOUR =
  'On {host}: ip route get with the address of one of these clients; ip addr shows whether it has got a card in their network.';

/** A host that was captured until it suddenly was not, while others still were. */
interface Detour {
  readonly host: string;
  /** From its last segment to the start of the first connection that lacks it, in seconds. */
  readonly seconds: number;
}

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
    /** The same was sent again: on those of the others, and on all. */
    let repeated = 0;
    let inVain = 0;
    /** The one host that is missing from all of them; null if they are several. */
    let missing: { readonly address: string; readonly network: string } | null | undefined;
    let detour: Detour | null = null;
    return {
      add(connection) {
        const { unseen } = connection.quality;
        if (unseen === null) return;
        const { network } = connection;
        const { address } = connection[unseen];
        if (missing === undefined) missing = { address, network };
        else if (missing?.address !== address || missing.network !== network) missing = null;
        members ??= new Members(connection.start, connection.end);
        members.add(connection.id, connection.start, connection.end);
        const isRepeated = connection.client.retransmissions + connection.server.retransmissions > 0;
        if (isRepeated) inVain++;
        if (connection.quality.unseenSent) proven++;
        else if (isRepeated) repeated++;
      },
      doubtOf({ server, network }, { rule }) {
        if (rule !== UNANSWERED || !heard.misses(server.address, network)) return null;
        return DOUBT.replace('{host}', inNetwork(server.address, network));
      },
      endCapture() {
        if (members === null || missing === null || missing === undefined) return;
        // Where nothing shows that it still sends, it may have gone.
        if (2 * proven < members.count) return;
        const { from } = members;
        const { address, network } = missing;
        const last = heard.of(address, network);
        const host = inNetwork(address, network);
        if (last === null) return;
        // In a later capture it may be heard again.
        detour = null;
        if (!isLater(from, last)) return;
        for (const { time } of heard.others(host))
          if (isLater(time, from)) detour = { host, seconds: secondsBetween(last, from) };
      },
      finish() {
        if (members === null) return [];
        if (missing === null) detour = null;
        return [
          reportPattern(captureOneWay, {
            ...(proven === 0 ? { severity: 'info' } : {}),
            confidence: 'observed',
            title:
              detour === null
                ? 'Only one direction of {connections} was captured'
                : 'What {host} sends is not captured on {connections}, though it was before: only one direction is there',
            explanation: `${sayProven(proven, members.count)}${detour === null ? '' : ` All of them lack what {host} sent, which was captured until {apart} before the first of them began; other hosts still are.${inVain === 0 ? '' : ' On {inVain} the other side sent the same again: it did not arrive, or the answer did not.'}`} Rules that need both directions say nothing about ${members.count === 1 ? 'it' : 'any of them'}.`,
            ...(detour !== null
              ? {
                  likelyCauses: [DETOUR, ...captureOneWay.documentation.likelyCauses],
                  nextSteps: [STEP_OF_DETOUR, ...captureOneWay.documentation.nextSteps],
                }
              : repeated > 0 && { likelyCauses: [SILENT, ...captureOneWay.documentation.likelyCauses] }),
            connections: members.ids,
            count: members.count,
            from: members.from,
            to: members.to,
            facts: {
              connections: members.count,
              proven,
              ...(repeated > 0 && { repeated }),
              ...(detour !== null && {
                inVain,
                host: detour.host,
                heardBeforeSeconds: round(detour.seconds, 3),
              }),
            },
            words: {
              connections: count(members.count, 'connection'),
              repeated: count(repeated, 'connection'),
              inVain: count(inVain, 'connection'),
              host: detour?.host ?? '?',
              apart: duration(detour?.seconds ?? 0),
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
