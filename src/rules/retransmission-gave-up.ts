import { cite } from './citations.js';
import { eachEndpoint, gradedBy } from './evidence.js';
import { causesOfSilence } from './host-fate.js';
import { lastUndelivered } from './icmp-errors.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { silenceMetBy } from './silence.js';
import { MINIMUM_RETRANSMISSIONS } from './thresholds.js';
import { count, duration, nameOf, round } from './wording.js';

/** Retransmission ended without an answer: the kernel, or the program, has given up. */
export const retransmissionGaveUp: Rule = {
  id: 'retransmission-gave-up',
  family: 'liveness',
  severity: 'error',
  summary: 'An endpoint stopped retransmitting: the connection timed out without a packet that says so.',
  options: {
    minimumRetransmissions: MINIMUM_RETRANSMISSIONS,
    r2Seconds: {
      unit: 'seconds',
      default: 100,
      minimum: 1,
      maximum: 86_400,
      description: 'Giving up earlier than this is remarked: RFC 9293 §3.8.3 asks for at least 100 s.',
    },
  },
  signs: ['retransmission-run'],
  needs: 'both',
  explains: ['peer-unresponsive', 'fin-unacknowledged'],
  related: ['peer-unresponsive', 'icmp-unreachable', 'keepalive-unanswered'],
  citations: [
    cite.retransmissionLimits,
    cite.secondLimit,
    cite.timeouts,
    cite.asynchronousReports,
    cite.hostRetransmissionLimits,
    cite.userTimeoutMeaning,
    cite.retries2,
    cite.userTimeout,
    cite.givingUp,
    cite.tcpErrors,
  ],
  documentation: {
    meaning:
      'After the last retransmission the next one became due and did not come: the connection was given up. RFC 9293 sends no packet at that point and neither does Linux, so the silence is the evidence. The data still queued is lost.',
    proof: [
      'Retransmissions into silence, as for peer-unresponsive.',
      'No further one by the time at which it was due, with a margin, to the end of the capture; no FIN and no reset.',
    ],
    notThis: [
      'A capture that ends before the next retransmission is due: peer-unresponsive alone.',
      'A capture filter that drops it.',
    ],
    applicationSees:
      '{sender}: {errno}, then EPIPE with SIGPIPE on a further write. {peer}: nothing; if its host lives, it still holds the connection.',
    likelyCauses: [
      ...causesOfSilence('peer'),
      'TCP_USER_TIMEOUT, or the application’s own timeout, ended it early (possible): then it is set in the code of {sender}, and others wait for longer.',
    ],
    nextSteps: [
      'sysctl net.ipv4.tcp_retries2 on the host of {sender}; TCP_USER_TIMEOUT in its code.',
      'nstat -az TcpExtTCPAbortOnTimeout',
      'As for peer-unresponsive: what happened to {peer}?',
    ],
    example: { fixture: 'retransmission-gave-up', capture: 'client' },
  },
  check: eachEndpoint((sender, peer, connection, { captureEnd, options }) => {
    const silence = silenceMetBy(connection, sender, peer, options.minimumRetransmissions, captureEnd);
    if (silence === null || !silence.gaveUp || sender.resetsSent > 0) return null;
    const early = silence.seconds < options.r2Seconds;
    const error = lastUndelivered(sender);
    const reported = error !== null && error.icmp.quotesUnsent === undefined;
    return reportFinding(retransmissionGaveUp, connection, {
      endpoint: sender.role,
      confidence: gradedBy(connection, 'inferred'),
      title: '{sender} gave up after sending the same data {count} times in {time}',
      explanation: `The last retransmission is frame {last}. The next one was due and did not come, nor did a FIN or RST: that is how a timed-out connection ends. {bytes} were never acknowledged.${early ? ` That is earlier than ${options.r2Seconds} s (RFC 9293 asks for 100 s at least): fewer retries, TCP_USER_TIMEOUT or a timeout of the application.` : ''}`,
      frames: [silence.run.frame, silence.run.lastFrame],
      from: silence.from,
      to: silence.run.lastTime,
      facts: {
        transmissions: silence.transmissions,
        seconds: round(silence.seconds),
        unacknowledgedBytes: sender.unacknowledgedBytes,
        earlierThanRfc: early,
        icmpReported: reported,
      },
      words: {
        sender: nameOf(sender),
        peer: nameOf(peer),
        count: silence.transmissions,
        time: duration(silence.seconds),
        last: silence.run.lastFrame,
        bytes: count(sender.unacknowledgedBytes, 'byte'),
        errno: reported ? 'the error that ICMP had reported, such as EHOSTUNREACH' : 'ETIMEDOUT',
      },
    });
  }),
};
