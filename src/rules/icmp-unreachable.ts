import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, latest, opened, silentSince } from './evidence.js';
import { lastUndelivered, meaningOf } from './icmp-errors.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { count, duration, nameOf, round } from './wording.js';

/** A router or host reported that segments could not be delivered. */
export const icmpUnreachable: Rule = {
  id: 'icmp-unreachable',
  family: 'liveness',
  severity: 'warning',
  summary: 'An ICMP error says that segments of this connection could not be delivered.',
  options: {},
  signs: ['icmp-error'],
  needs: 'either',
  explains: [
    'peer-unresponsive',
    'retransmission-gave-up',
    'syn-unanswered',
    'fin-unacknowledged',
    'keepalive-unanswered',
  ],
  related: ['peer-unresponsive', 'syn-unanswered'],
  citations: [
    cite.icmpReachesConnection,
    cite.softErrorsDoNotAbort,
    cite.hardErrorsAbort,
    cite.adminProhibited,
    cite.adminFiltered,
    cite.icmp6Unreachable,
    cite.softErrorsInHandshake,
    cite.icmpSequenceCheck,
    cite.icmpErrno,
    cite.tcpErrorHandling,
  ],
  documentation: {
    meaning:
      'A router or a host returned an ICMP error that quotes a segment of this connection. Soft errors must not end an established connection: Linux remembers them and reports them instead of ETIMEDOUT when it gives up. During the handshake many systems, Linux among them, give up at once.',
    proof: ['An ICMP or ICMPv6 error that quotes addresses and ports of this connection.'],
    notThis: [
      '“Fragmentation needed” and “packet too big”: they belong to path MTU discovery.',
      'A source quench, which TCP ignores, or a redirect: neither says that a segment was lost.',
      'An error about another connection.',
    ],
    applicationSees:
      '{sender}: (on Linux) while connecting, EHOSTUNREACH, ENETUNREACH, for a port ECONNREFUSED, or EACCES if ICMPv6 forbids it, at once; later nothing until the kernel gives up, and then that error instead of ETIMEDOUT.',
    likelyCauses: [
      'The host of {peer} is down, and the last router gets no answer to ARP (possible).',
      'No route to it (possible).',
      'A firewall forbids the traffic (possible; likely with “administratively prohibited”).',
    ],
    nextSteps: [
      'Ask {reporter}, which sent the error, for its route and its ARP or neighbour entry of {peerAddress}.',
      'The firewall rules there.',
    ],
    example: { fixture: 'host-unreachable', capture: 'client' },
  },
  check: eachEndpoint((sender, peer, connection, { captureEnd }) => {
    const reported = lastUndelivered(sender);
    if (reported === null) return null;
    const { run, icmp } = reported;
    const { text, kind } = meaningOf(icmp);
    const dead = silentSince(peer, run);
    const connecting = !opened(sender);
    return reportFinding(icmpUnreachable, connection, {
      endpoint: sender.role,
      severity: dead ? 'error' : 'warning',
      confidence: dead ? 'inferred' : 'observed',
      title: `{reporter} reported “${text}” for {peer}`,
      explanation: `{errors} from {reporter}, the first in frame {first}, about segments of {sender}: ICMP${icmp.version === 6 ? 'v6' : ''} type ${icmp.type} code ${icmp.code}, ${kind}. ${connecting ? 'The connection was not yet open.' : dead ? '{peer} was not heard again.' : '{peer} answered afterwards: the connection outlived it.'}`,
      frames: [run.frame, run.lastFrame],
      from: run.time,
      to: dead ? latest(captureEnd, run.lastTime) : run.lastTime,
      facts: {
        version: icmp.version,
        type: icmp.type,
        code: icmp.code,
        reporter: icmp.reporter,
        errors: run.count,
        seconds: round(secondsBetween(run.time, run.lastTime)),
        handshake: connecting,
      },
      words: {
        sender: nameOf(sender),
        peer: nameOf(peer),
        peerAddress: peer.address,
        reporter: icmp.reporter,
        errors: count(run.count, 'ICMP error'),
        first: run.frame,
        time: duration(secondsBetween(run.time, run.lastTime)),
      },
    });
  }),
};
