import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, gradedBy, silentSince } from './evidence/evidence.js';
import { LOST_NEIGHBOUR_CITATIONS, reportSilence } from './evidence/neighbours.js';
import { unansweredProbes } from './evidence/window-probes.js';
import type { Rule } from './rule.js';
import { MINIMUM_RETRANSMISSIONS } from './thresholds.js';
import { causesOfSilence, stepsOfSilence } from './wording/host-fate.js';
import { inGeneral, type ProgramView, READS_END, seenAt } from './wording/program-view.js';
import { count, duration, nameOf, round } from './wording/wording.js';

const SENDER: ProgramView = {
  name: 'sender',
  open: 'ETIMEDOUT in the end',
  read: 'fails with ETIMEDOUT in the end',
  ended: `${READS_END}; its write fails with ETIMEDOUT in the end`,
};

/** A peer with a closed window has stopped answering the probes. */
export const zeroWindowProbeUnanswered: Rule = {
  id: 'zero-window-probe-unanswered',
  family: 'delivery',
  severity: 'error',
  summary: 'Probes of a closed window went unanswered: the receiver is gone.',
  options: {
    minimumProbes: {
      ...MINIMUM_RETRANSMISSIONS,
      description:
        'How many probes without an answer count as a failure, by the same measure as retransmissions.',
    },
  },
  signs: ['window-probe'],
  needs: 'both',
  explains: ['zero-window-stall'],
  related: ['zero-window-stall', 'peer-unresponsive', 'keepalive-unanswered'],
  citations: [cite.windowAnsweredStaysOpen, cite.windowProbes, cite.tcpErrors, ...LOST_NEIGHBOUR_CITATIONS],
  documentation: {
    meaning:
      'A receiver may keep its window closed for as long as it answers the probes. When the answers stop, the rule that protects it no longer holds: the sender treats it like any silent peer and gives up in the end.',
    proof: [
      'At least minimumProbes probes in a row, over more than half a second each, and no segment from {receiver} since the first.',
    ],
    notThis: [
      'Every other probe unanswered within 500 ms: Linux limits the rate of its answers.',
      'Probes that are answered: zero-window-stall.',
    ],
    applicationSees: `${inGeneral(SENDER)} {receiver}: unknown.`,
    likelyCauses: causesOfSilence('receiver'),
    nextSteps: stepsOfSilence('receiver'),
    example: { fixture: 'zero-window-probe-unanswered', capture: 'client' },
  },
  check: eachEndpoint((sender, receiver, connection, { options }) => {
    const probes = unansweredProbes(connection, sender, receiver, options.minimumProbes);
    if (probes === null) return null;
    const { run } = probes;
    const answered = !silentSince(receiver, run);
    const heard = receiver.lastSegment;
    const last = { frame: run.lastFrame, time: run.lastTime };
    const from = answered && heard !== null && silentSince(receiver, last) ? heard.time : run.time;
    const seconds = secondsBetween(from, run.lastTime);
    return reportSilence(zeroWindowProbeUnanswered, connection, sender, receiver, 'receiver', {
      endpoint: receiver.role,
      confidence: gradedBy(connection, 'observed'),
      title: '{probes} from {sender} went unanswered for {time} while the window of {receiver} was closed',
      explanation: `${answered ? 'Of the {all} in frames {first} to {last}, {count} got no answer.' : 'The probes in frames {first} to {last} got no answer.'} Only answers oblige {sender} to keep the connection open.`,
      applicationSees: `${seenAt(sender, receiver, SENDER)} {receiver}: unknown.`,
      frames: [heard?.frame ?? null, run.frame, run.lastFrame],
      from,
      to: run.lastTime,
      facts: { unansweredProbes: probes.count, seconds: round(seconds) },
      words: {
        sender: nameOf(sender),
        receiver: nameOf(receiver),
        probes: count(probes.count, 'window probe'),
        all: count(run.count, 'probe'),
        count: probes.count,
        time: duration(seconds),
        first: run.frame,
        last: run.lastFrame,
      },
    });
  }),
};
