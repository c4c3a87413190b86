import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, entered, gradedBy, milestone } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { count, nameOf, round, times } from './wording/wording.js';

const STRIPPED =
  'A firewall, load balancer or “TCP normalizer” on the way removes the option from the SYN-ACKs (likely): a capture at {owner} shows it there.';
const SMALL_BUFFER =
  'The program of {owner} set a small receive buffer, and never meant more (possible): then its SYN-ACK carries no scale there either.';

/** A receiver scales its windows, and its SYN-ACK as captured says nothing of it: the sender takes them literally. */
export const windowScaleLost: Rule = {
  id: 'window-scale-lost',
  family: 'delivery',
  severity: 'info',
  summary:
    'A server’s windows look scaled, but its SYN-ACK carries no window scale: the client takes them literally and crawls.',
  options: {
    fullWindows: {
      unit: 'count',
      default: 3,
      minimum: 1,
      maximum: 1_000_000,
      description:
        'How often {peer} must have filled that window to make it a warning: below, it had little to send, and lost nothing.',
    },
  },
  signs: ['window-collapsed'],
  needs: 'both',
  explains: [],
  related: ['zero-window-stall', 'delivery-stall', 'pmtu-black-hole'],
  citations: [cite.windowScale],
  documentation: {
    meaning:
      'The window field has 16 bits; the scale that both sides agree on in their SYNs says by how much to multiply it. If something on the way takes the option out of the SYN-ACK, the server goes on to divide its windows, and the client no longer multiplies them: it believes that there is room for a few hundred bytes where there is room for tens of thousands. What the client sends then trickles, a small piece for each round trip or each timer. The other direction, the handshake and small requests are as fast as ever.',
    proof: [
      'A SYN with window scale, and a SYN-ACK of {owner} without.',
      'The next segment of {owner} offers less than a sixteenth of what is left of the window in its SYN-ACK.',
      'Where options of the SYN or SYN-ACK were cut off by the snaplen, nothing is said.',
    ],
    notThis: [
      'A capture between {owner} and what takes the option out: there the SYN-ACK still has it.',
      'A window that closes because the program does not read: zero-window-stall.',
    ],
    applicationSees:
      '{peer}: its writes succeed and then block, as its data leaves in small pieces. {owner}: its reads return a little at a time.',
    likelyCauses: [STRIPPED, SMALL_BUFFER],
    nextSteps: [
      'Capture at {owner} as well: does its SYN-ACK carry window scale (tcp.options.wscale)?',
      'Compare with a client that another path leads to: does its handshake keep the option?',
      'Until the device is mended, sysctl net.ipv4.tcp_window_scaling=0 on {ownerHost} lets both sides mean the same.',
    ],
    example: { fixture: 'window-scale-lost', capture: 'client' },
  },
  check: eachEndpoint((owner, peer, connection, { options }) => {
    const collapsed = milestone(owner, 'window-collapsed');
    const synAck = entered(owner, 'SYN-RECEIVED');
    if (collapsed === null || synAck === null) return null;
    const full = peer.tcpAnalysis.windowFull;
    const seconds = secondsBetween(collapsed.time, connection.end);
    return reportFinding(windowScaleLost, connection, {
      endpoint: owner.role,
      ...(full >= options.fullWindows && { severity: 'warning' }),
      confidence: gradedBy(connection, 'inferred'),
      title:
        '{owner} offers {window} right behind a SYN-ACK that offered much more: its window scale was probably lost on the way',
      explanation: `The SYN asks for window scale; the SYN-ACK, in frame {synAck}, carries none. The next segment of {owner}, in frame {next}, offers {window}, less than a sixteenth of the window before, as a host does that scales its windows. {peer} takes that literally${full === 0 ? ', but had not more to send than fits.' : `: it filled that window ${times(full)}, and waited each time.`}`,
      frames: [synAck.frame, collapsed.frame],
      from: collapsed.time,
      to: connection.end,
      facts: { windowBytes: collapsed.value, fullWindows: full, seconds: round(seconds) },
      words: {
        owner: nameOf(owner),
        ownerHost: owner.address,
        peer: nameOf(peer),
        window: count(collapsed.value, 'byte'),
        synAck: synAck.frame ?? '?',
        next: collapsed.frame,
      },
    });
  }),
};
