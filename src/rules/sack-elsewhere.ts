import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, gradedBy, milestone } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { count, nameOf, round } from './wording/wording.js';

/** Sequence numbers are rewritten on the path, but selective acknowledgments are not. */
export const sackElsewhere: Rule = {
  id: 'sack-elsewhere',
  family: 'delivery',
  severity: 'warning',
  summary:
    'Selective acknowledgments refer to octets that were never sent: a device on the path rewrites sequence numbers, but not these.',
  options: {
    minimumSegments: {
      unit: 'count',
      default: 2,
      minimum: 1,
      maximum: 1_000_000,
      description: 'Segments with such blocks. A single one may be damaged.',
    },
  },
  signs: ['sack-elsewhere'],
  needs: 'either',
  explains: ['delivery-stall', 'retransmission-storm'],
  related: ['delivery-stall', 'retransmission-storm', 'out-of-order-delivery', 'retransmission-gave-up'],
  citations: [cite.sackEdges, cite.sackUse, cite.sackDiscarded],
  documentation: {
    meaning:
      'Some firewalls give every connection different sequence numbers on either side, to protect hosts whose numbers can be guessed. They have to rewrite the numbers in each header, and those in blocks of selective acknowledgment as well. If they leave the blocks as they are, these refer to octets that {sender} never sent. {sender} ignores them, and so does not know what is lost and what is not: on Linux, nothing is sent again before the retransmission timer expires. On a path without loss nothing shows; with little loss, transfers become very slow.',
    proof: [
      'At least minimumSegments segments from {acknowledger} with blocks, the first of which lies further from what it acknowledges than its window can ever reach, with the scale that the SYNs agreed on, or with the largest there is.',
    ],
    notThis: [
      'Blocks that report octets received twice (DSACK): they lie below what is acknowledged.',
      'A capture on the other side of the device, where blocks and numbers agree.',
    ],
    applicationSees:
      'Both programs: transfers stall for a fifth of a second or more at each loss. No error, unless a program has a timeout of its own.',
    likelyCauses: [
      'A firewall randomizes sequence numbers, but does not rewrite selective acknowledgments (likely).',
      'A load balancer or proxy splices two connections, but does not rewrite selective acknowledgments (possible).',
    ],
    nextSteps: [
      'Capture on both sides of each firewall: where do the initial sequence numbers of one connection differ?',
      'There, switch off the randomization of sequence numbers, or have the firewall remove the option that permits selective acknowledgments.',
      'On the host of {sender}, run nstat -az TcpExtTCPSACKDiscard TcpExtTCPTimeouts. As a test, set net.ipv4.tcp_sack=0 on one of the hosts: is it faster?',
    ],
    example: { fixture: 'sack-elsewhere', capture: 'server' },
  },
  check: eachEndpoint((acknowledger, sender, connection, { options }) => {
    const run = milestone(acknowledger, 'sack-elsewhere');
    if (run === null || run.count < options.minimumSegments) return null;
    return reportFinding(sackElsewhere, connection, {
      endpoint: acknowledger.role,
      confidence: gradedBy(connection, 'inferred'),
      title: '{acknowledger} acknowledges selectively what {sender} never sent',
      explanation: `The blocks in ${count(run.count, 'segment')} of {acknowledger}, frames {first} to {last}, lie further from all octets of {sender} than a window can reach, the first of them by {away}. The sequence numbers of {sender} were rewritten on the way, but those that come back in these blocks were not: {sender} cannot use them.`,
      frames: [run.frame, run.lastFrame],
      from: run.time,
      to: run.lastTime,
      facts: {
        segments: run.count,
        octetsAway: Math.abs(run.value),
        seconds: round(secondsBetween(run.time, run.lastTime)),
        retransmissions: sender.retransmissions,
      },
      words: {
        acknowledger: nameOf(acknowledger),
        sender: nameOf(sender),
        first: run.frame,
        last: run.lastFrame,
        away: count(Math.abs(run.value), 'byte'),
      },
    });
  }),
};
