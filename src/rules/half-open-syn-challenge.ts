import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, entered, findReset, gradedBy, lastMilestone } from './evidence.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { duration, nameOf, round } from './wording.js';

/** A host opens a connection anew that its peer still holds: it has lost the old one. */
export const halfOpenSynChallenge: Rule = {
  id: 'half-open-syn-challenge',
  family: 'handshake',
  severity: 'warning',
  summary: 'A SYN arrived for a connection that its receiver still held open: the sender had lost its state.',
  options: {},
  signs: ['syn-on-open-connection'],
  needs: 'both',
  explains: ['rst-active-abort', 'rst-half-open-discovered', 'undelivered-data-at-abort'],
  related: ['rst-half-open-discovered', 'host-restarted', 'time-wait-port-reuse'],
  citations: [cite.halfOpenBySyn, cite.challengeSyn, cite.challengeUnacceptable, cite.synSentReset],
  documentation: {
    meaning:
      'One side opened a new connection with addresses and ports that the other still holds open. The holder answers the SYN with an acknowledgment of the old numbers; the opener, which knows nothing of them, resets the old connection and tries again. It had lost its state, as after a crash and a restart.',
    proof: [
      'A SYN of {opener} with a new number while {holder} was in a synchronized state other than TIME-WAIT.',
    ],
    notThis: ['{holder} in TIME-WAIT: time-wait-port-reuse.', 'A repetition of the old SYN.'],
    applicationSees:
      '{holder}: the program that held the old connection gets ECONNRESET. {opener}: its connect takes longer by a retransmission of the SYN.',
    likelyCauses: [
      'The host of {opener} crashed and restarted (possible): then uptime there is shorter than the old connection, and others of its connections are unknown to it as well.',
      'A NAT gave the port to another host while {holder} still held the old connection (possible): then TTL or TCP options of the two SYNs differ.',
    ],
    nextSteps: [
      'On the host of {opener}: uptime, last -x reboot.',
      'The port allocation and idle timeout of a NAT on the path.',
    ],
    example: { fixture: 'half-open-syn', capture: 'server' },
  },
  check: eachEndpoint((opener, holder, connection) => {
    const syn = lastMilestone(opener, 'syn-on-open-connection');
    if (syn === null) return null;
    const waiting = entered(holder, 'TIME-WAIT');
    if (waiting !== null && (waiting.frame === null || waiting.frame <= syn.frame)) return null;
    const reset = findReset(opener, ({ trigger }, seen) => seen.frame > syn.frame && trigger?.kind === 'ack');
    const ageSeconds = secondsBetween(connection.start, syn.time);
    return reportFinding(halfOpenSynChallenge, connection, {
      endpoint: opener.role,
      severity: reset === null ? 'info' : 'warning',
      confidence: reset === null ? 'possible' : gradedBy(connection, 'inferred'),
      title: '{opener} opened a connection anew that {holder} still held',
      explanation: `The SYN of {opener} in frame {syn} came {age} after this connection began, while {holder} still held it.${reset === null ? '' : ` {holder} answered with its old numbers, and {opener} reset the old connection in frame ${reset.frame}: it no longer knew it.`}`,
      frames: [syn.frame, reset?.reset.trigger?.frame ?? null, reset?.frame ?? null],
      from: syn.time,
      to: reset?.time ?? syn.time,
      facts: { ageSeconds: round(ageSeconds), resetByOpener: reset !== null },
      words: { opener: nameOf(opener), holder: nameOf(holder), syn: syn.frame, age: duration(ageSeconds) },
    });
  }),
};
