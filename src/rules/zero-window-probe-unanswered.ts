import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { clockDoubt, eachEndpoint, gradedBy, lastMilestone, unanswered } from './evidence.js';
import { causesOfSilence } from './host-fate.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { MINIMUM_RETRANSMISSIONS } from './thresholds.js';
import { count, duration, nameOf, round } from './wording.js';

/** A peer with a closed window has stopped answering the probes. */
export const zeroWindowProbeUnanswered: Rule = {
  id: 'zero-window-probe-unanswered',
  family: 'delivery',
  severity: 'error',
  summary: 'Probes of a closed window went unanswered: the receiver is gone.',
  options: { minimumProbes: MINIMUM_RETRANSMISSIONS },
  signs: ['window-probe'],
  needs: 'both',
  explains: ['zero-window-stall'],
  related: ['zero-window-stall', 'peer-unresponsive', 'keepalive-unanswered'],
  citations: [cite.windowAnsweredStaysOpen, cite.windowProbes, cite.probeDeadlock, cite.tcpErrors],
  documentation: {
    meaning:
      'A receiver may keep its window closed for as long as it answers the probes. When the answers stop, the rule that protects it ends: the sender treats it as any silent peer and gives up in the end.',
    proof: [
      'At least minimumProbes probes in a row, over more than half a second each, and no segment of {receiver} since the first.',
    ],
    notThis: [
      'Every other probe unanswered within 500 ms: Linux limits the rate of its answers.',
      'Probes that are answered: zero-window-stall.',
    ],
    applicationSees: '{sender}: ETIMEDOUT in the end. {receiver}: unknown.',
    likelyCauses: causesOfSilence('receiver'),
    nextSteps: ['As for peer-unresponsive: what happened to {receiver}?'],
    example: { fixture: 'zero-window-probe-unanswered', capture: 'client' },
  },
  check: eachEndpoint((sender, receiver, connection, { options }) => {
    const run = lastMilestone(sender, 'window-probe');
    if (run === null) return null;
    const probes = unanswered(run, receiver);
    if (probes < options.minimumProbes) return null;
    const seconds = secondsBetween(run.time, run.lastTime);
    // Linux answers at most one probe in 500 ms.
    if (seconds - clockDoubt(connection, run.frame) <= 0.5 * (run.count - 1)) return null;
    return reportFinding(zeroWindowProbeUnanswered, connection, {
      endpoint: receiver.role,
      confidence: gradedBy(connection, 'observed'),
      title: '{probes} of {sender} went unanswered for {time} while the window of {receiver} was closed',
      explanation:
        'The probes in frames {first} to {last} found no answer. Only answers oblige {sender} to keep the connection open.',
      frames: [receiver.lastSegment?.frame ?? null, run.frame, run.lastFrame],
      from: run.time,
      to: run.lastTime,
      facts: { unansweredProbes: probes, seconds: round(seconds) },
      words: {
        sender: nameOf(sender),
        receiver: nameOf(receiver),
        probes: count(probes, 'window probe'),
        time: duration(seconds),
        first: run.frame,
        last: run.lastFrame,
      },
    });
  }),
};
