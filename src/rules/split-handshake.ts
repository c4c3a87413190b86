import type { Connection } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { bothSyns } from './evidence/both-syns.js';
import { endedWithin, entered, gradedBy, milestone, NOTHING } from './evidence/evidence.js';
import type { Finding } from './finding.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, nameOf, round } from './wording/wording.js';

/** An answer comes within so many round trips, plus this many seconds for the host that sends it. */
const PROMPT_ROUND_TRIPS = 2;
const PROMPT_SECONDS = 0.05;
/** Within this, the SYN of a server that acknowledged a SYN belongs to the same handshake (seconds). */
const SAME_HANDSHAKE_SECONDS = 3;

const CAUSES = [
  'A server made for it: a test of the devices on the path, or an attempt to get past them (possible).',
  'A device on the path that changed the SYN-ACK (possible).',
];

/** The server answered the SYN with a SYN: the client has to send the SYN-ACK. */
export const splitHandshake: Rule = {
  id: 'split-handshake',
  family: 'handshake',
  severity: 'info',
  summary: 'A server answered a SYN with a SYN of its own, so that the client sent the SYN-ACK.',
  options: {},
  signs: ['second-syn', 'syn-on-open-connection'],
  needs: 'both',
  explains: ['half-open-syn-challenge'],
  related: ['simultaneous-open', 'half-open-syn-challenge'],
  citations: [cite.simultaneousOpen, cite.synForSyn],
  documentation: {
    meaning:
      'The server answered the SYN with a SYN instead of a SYN-ACK, perhaps after a bare acknowledgment. To the client this looks as if both sides had opened at the same time, and RFC 9293 has it go along: it sends the SYN-ACK itself. The connection works; but a device on the path that takes the sender of the SYN-ACK for the server has the roles the wrong way round, and may let through what it should not, or not inspect what it should. This is the TCP split handshake, also known as sneak ACK.',
    proof: [
      'A SYN from {client}, and after it a SYN from {server} that does not acknowledge it and came late enough to answer it.',
      'A SYN-ACK from {client}, and none from {server}; or a bare acknowledgment from {server} before its SYN.',
    ],
    notThis: [
      'SYNs that crossed: simultaneous-open. There the server answers with a SYN-ACK as well.',
      'A SYN that was lost while the other side opened by itself, as in TCP hole punching, looks the same.',
    ],
    applicationSees: 'Nothing: connect succeeds on {client}.',
    likelyCauses: [
      ...CAUSES,
      'TCP hole punching: the first SYN was lost on the way, and {server} opened by itself (possible).',
    ],
    nextSteps: [
      'Capture at {server}: does its host send the SYN without ACK?',
      'Check how firewalls and intrusion detection on the path have logged it: who is the client there?',
    ],
    example: { fixture: 'split-handshake', capture: 'client' },
  },
  check: (connection) => {
    const syns = bothSyns(connection);
    if (syns === null) return inTwoConnections(connection);
    const { first, second, apartSeconds, roundTripSeconds, verdict } = syns;
    if (verdict !== 'answers' || roundTripSeconds === null) return NOTHING;
    const { client, server } = connection;
    const limit = PROMPT_ROUND_TRIPS * roundTripSeconds + PROMPT_SECONDS;
    const isPrompt = endedWithin(connection, first.frame, apartSeconds, limit);
    const answer = entered(server, 'ESTABLISHED');
    return [
      reportFinding(splitHandshake, connection, {
        endpoint: 'server',
        confidence: isPrompt ? gradedBy(connection, 'inferred') : 'possible',
        title: isPrompt
          ? '{server} answered the SYN of {client} with a SYN of its own'
          : '{server} sent a SYN of its own {apart} after the SYN of {client}',
        explanation: `The SYN in frame {second} came {apart} after that in frame {first}, long enough to answer it with {roundTrip} to {server} and back, and acknowledges nothing. {client} sent the SYN-ACK in frame {answer}; {server} sent none.${isPrompt ? '' : ' So late, it may also be that the first SYN was lost, and {server} opened by itself.'}`,
        frames: [first.frame, second.frame, answer?.frame ?? null],
        from: first.time,
        to: second.time,
        facts: { apartSeconds: round(apartSeconds), acknowledgedFirst: false },
        words: {
          client: nameOf(client),
          server: nameOf(server),
          first: first.frame,
          second: second.frame,
          answer: answer?.frame ?? '?',
          apart: duration(apartSeconds),
          roundTrip: duration(roundTripSeconds),
        },
      }),
    ];
  },
};

/**
 * The server acknowledged the SYN, and only then sent its own, in a segment of its own. That opens the 4-tuple
 * anew, by Wireshark's count as well: what follows is another connection, in which the server is the client.
 */
function inTwoConnections(connection: Connection): readonly Finding[] {
  const { client, server } = connection;
  const syn = milestone(server, 'syn-on-open-connection');
  if (syn === null || server.payloadBytes > 0 || client.payloadBytes > 0) return NOTHING;
  if (server.finSent || client.finSent || server.resetsSent > 0 || client.resetsSent > 0) return NOTHING;
  const opening = entered(client, 'SYN-SENT');
  const answered = entered(server, 'SYN-RECEIVED');
  const acknowledgment = entered(server, 'ESTABLISHED');
  if (opening === null || opening.frame === null || acknowledgment === null) return NOTHING;
  // A SYN-ACK was captured; or the client went on, so there was one that the capture missed.
  const repetitions = milestone(client, 'syn-repeated')?.count ?? 0;
  if (answered === null || answered.frame !== null || client.segments > 1 + repetitions) return NOTHING;
  const seconds = secondsBetween(opening.time, syn.time);
  if (!endedWithin(connection, opening.frame, seconds, SAME_HANDSHAKE_SECONDS)) return NOTHING;
  return [
    reportFinding(splitHandshake, connection, {
      endpoint: 'server',
      confidence: gradedBy(connection, 'inferred'),
      title: '{server} acknowledged the SYN of {client}, and then sent a SYN of its own',
      explanation:
        'The SYN of {client} is frame {first}. {server} acknowledged it in frame {acknowledgment}, without a SYN, and sent its SYN by itself in frame {second}. That opens the addresses and ports anew: what follows is reported as the next connection on them, with {server} as its client.',
      // It had the SYN: that was not lost.
      likelyCauses: CAUSES,
      frames: [opening.frame, acknowledgment.frame, syn.frame],
      from: opening.time,
      to: syn.time,
      facts: { apartSeconds: round(seconds), acknowledgedFirst: true },
      words: {
        client: nameOf(client),
        server: nameOf(server),
        first: opening.frame,
        acknowledgment: acknowledgment.frame ?? '?',
        second: syn.frame,
      },
    }),
  ];
}
