import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { lasted, milestone, NOTHING } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, nameOf, round } from './wording/wording.js';

const OFF = 'SO_KEEPALIVE is off, as it is by default, and the protocol has no heartbeat (possible).';
const STOPPED =
  'An application heartbeat stopped with frame {last} (possible): until then the two were never silent for longer than {before}, and the program that misses it should have reported that.';

/** This many intervals without silence before, and this many of silence now, suggest a heartbeat. */
const INTERVALS = 3;

/** An open connection is silent, and nothing would show if the other host were dead. */
export const idleNoLivenessCheck: Rule = {
  id: 'idle-no-liveness-check',
  family: 'liveness',
  severity: 'info',
  summary: 'An open connection has been idle for a long time, and no keep-alive would show a dead peer.',
  options: {
    idleSeconds: {
      unit: 'seconds',
      default: 7200,
      minimum: 1,
      maximum: 604_800,
      description:
        'Silence to the end of the capture: two hours, the least default interval that RFC 9293 §3.8.4 allows for keep-alives.',
    },
  },
  signs: ['unfinished'],
  needs: 'both',
  explains: [],
  related: ['keepalive-unanswered', 'peer-unresponsive', 'idle-reset-interval'],
  citations: [
    cite.keepAliveDefaultOff,
    cite.keepAliveInterval,
    cite.halfOpen,
    cite.natEstablished,
    cite.firewallIdle,
  ],
  documentation: {
    meaning:
      'A host that loses power sends nothing, and TCP on its own never checks: without keep-alive or an application heartbeat, an idle connection to a dead host stays ESTABLISHED forever. A firewall or NAT may also forget it.',
    proof: ['Both sides ESTABLISHED at the end, silence for idleSeconds, and no keep-alive in the capture.'],
    notThis: [
      'A connection without data in a capture that starts inside it: it may have been closed before.',
      'A capture too short to hold a keep-alive: it proves nothing about the setting.',
      'A connection of a host with itself: it has no path, and loses both ends at once.',
      'A connection with keep-alives, or with exchanges that go on: it is not silent for idleSeconds. If they were regular and stopped, the finding says so.',
    ],
    applicationSees: 'Nothing on either side until one of them sends.',
    likelyCauses: [OFF],
    nextSteps: [
      'Set SO_KEEPALIVE with TCP_KEEPIDLE below the idle timeout of every firewall on the path, or add a heartbeat.',
    ],
    example: { fixture: 'idle-no-liveness-check', capture: 'client' },
  },
  check: (connection, { captureEnd, options }) => {
    const { client, server } = connection;
    if (client.finalState !== 'ESTABLISHED' || server.finalState !== 'ESTABLISHED') return NOTHING;
    const idleSeconds = secondsBetween(connection.end, captureEnd);
    if (!lasted(connection, connection.lastFrame, idleSeconds, options.idleSeconds)) return NOTHING;
    if (client.unacknowledgedBytes > 0 || server.unacknowledgedBytes > 0) return NOTHING;
    // Without data it may be the end of a close that the capture begins with.
    if (connection.quality.midstream && client.lastNewData === null && server.lastNewData === null)
      return NOTHING;
    if (areOneHost(client.address, server.address)) return NOTHING;
    if (milestone(client, 'keep-alive') !== null || milestone(server, 'keep-alive') !== null) return NOTHING;
    // Whole seconds: it was less than one more.
    const { survivedSilenceSeconds } = connection;
    const before = survivedSilenceSeconds + 1;
    const activeSeconds = secondsBetween(connection.start, connection.end);
    const wasRegular =
      survivedSilenceSeconds > 0 &&
      lasted(connection, connection.firstFrame, activeSeconds, INTERVALS * before) &&
      lasted(connection, connection.lastFrame, idleSeconds, INTERVALS * before);
    return [
      reportFinding(idleNoLivenessCheck, connection, {
        endpoint: null,
        confidence: 'observed',
        title: '{client} and {server} have been silent for {idle}, without keep-alive',
        explanation: `The last segment is in frame {last}; none followed in the capture, not even a keep-alive. If one of the two hosts lost power, nobody would notice before data is sent.${wasRegular ? ' Before, they were never silent for longer than {before}: if that was an application heartbeat, it has stopped.' : ''}`,
        ...(wasRegular && { likelyCauses: [STOPPED, OFF] }),
        frames: [connection.lastFrame],
        from: connection.end,
        to: captureEnd,
        facts: {
          idleSeconds: round(idleSeconds),
          ...(wasRegular && { longestSilenceBeforeSeconds: survivedSilenceSeconds }),
        },
        words: {
          client: nameOf(client),
          server: nameOf(server),
          idle: duration(idleSeconds),
          last: connection.lastFrame,
          before: duration(before),
        },
      }),
    ];
  },
};

/** Loopback addresses (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3) are all of the host itself. */
function areOneHost(one: string, other: string): boolean {
  return one === other || (isLoopback(one) && isLoopback(other));
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
