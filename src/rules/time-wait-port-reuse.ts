import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  eachEndpoint,
  endedWithin,
  entered,
  findReset,
  gradedBy,
  isProven,
  lastMilestone,
} from './evidence.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { duration, nameOf, round } from './wording.js';

/** A pair of ports was used again while the other side was in TIME-WAIT. */
export const timeWaitPortReuse: Rule = {
  id: 'time-wait-port-reuse',
  family: 'time-wait',
  severity: 'info',
  summary: 'A SYN reused a pair of ports whose last connection was still in TIME-WAIT.',
  options: {
    timeWaitSeconds: {
      unit: 'seconds',
      default: 240,
      minimum: 1,
      maximum: 3600,
      description:
        'How long TIME-WAIT may last: twice the MSL of two minutes in RFC 9293 §3.4.2. Linux takes 60 s.',
    },
  },
  signs: ['syn-on-open-connection'],
  needs: 'both',
  explains: [],
  related: ['rst-in-time-wait', 'half-open-syn-challenge', 'time-wait-port-pressure'],
  citations: [
    cite.timeWaitReopen,
    cite.timeWaitDuty,
    cite.timeWaitWithTimestamps,
    cite.timeWaitSyn,
    cite.reopenFromTimeWait,
    cite.timeWaitByTimestamp,
    cite.portCollision,
    cite.timeWaitReuse,
  ],
  documentation: {
    meaning:
      'TIME-WAIT keeps a pair of addresses and ports for a while. A new SYN on it may be accepted, if its sequence number or timestamp is beyond the old ones; then nothing is lost. Otherwise Linux answers with an acknowledgment of the old numbers, which the opener resets; a host that follows RFC 6191 drops the SYN. Either way connecting takes longer or fails.',
    proof: ['{holder} in TIME-WAIT, and a SYN of {opener} on the same 4-tuple within timeWaitSeconds.'],
    notThis: ['A host in another state: half-open-syn-challenge.', 'A SYN after TIME-WAIT is over.'],
    applicationSees:
      '{opener}: connect works as usual if the SYN was accepted, else it is slow or fails with ETIMEDOUT. {holder}: nothing.',
    likelyCauses: [
      'A client that connects often and uses up its ephemeral ports (possible).',
      'A fixed source port in the client (possible).',
      'A NAT that hands out ports again too early (possible).',
    ],
    nextSteps: [
      'On the host of {opener}: sysctl net.ipv4.ip_local_port_range net.ipv4.tcp_tw_reuse, and ss -Htan state time-wait | wc -l.',
    ],
    example: { fixture: 'port-reuse-time-wait', capture: 'client' },
  },
  check: eachEndpoint((opener, holder, connection, { options }) => {
    const syn = lastMilestone(opener, 'syn-on-open-connection');
    const waiting = entered(holder, 'TIME-WAIT');
    if (syn === null || waiting === null) return null;
    const ageSeconds = secondsBetween(waiting.time, syn.time);
    if (waiting.frame !== null && waiting.frame > syn.frame) return null;
    if (!endedWithin(connection, waiting.frame, ageSeconds, options.timeWaitSeconds)) return null;
    const refusal = findReset(opener, (_, seen) => seen.frame > syn.frame);
    const answered = refusal?.reset.trigger?.frame;
    return reportFinding(timeWaitPortReuse, connection, {
      endpoint: opener.role,
      severity: refusal === null ? 'info' : 'warning',
      confidence: gradedBy(connection, isProven(waiting) ? 'observed' : 'inferred'),
      title: '{opener} used its port again {age} after {holder} entered TIME-WAIT',
      explanation: `{holder} entered TIME-WAIT with frame {entry}; the SYN in frame {syn} opens the same 4-tuple again.${refusal === null ? '' : ` {opener} sent a reset in frame ${refusal.frame}${answered === undefined ? '' : `, in answer to frame ${answered}`}, as it does when the SYN is answered with the old numbers.`}`,
      frames: [waiting.frame, syn.frame, refusal?.frame ?? null],
      from: waiting.time,
      to: refusal?.time ?? syn.time,
      facts: { ageSeconds: round(ageSeconds), refused: refusal !== null },
      words: {
        opener: nameOf(opener),
        holder: nameOf(holder),
        age: duration(ageSeconds),
        entry: waiting.frame ?? '?',
        syn: syn.frame,
      },
    });
  }),
};
