import type { Endpoint, IcmpError, Milestone } from '../connections/connection.js';
import { cite } from './citations.js';
import { eachEndpoint, silentSince } from './evidence/evidence.js';
import { asksForSmaller, isLocal } from './evidence/icmp-errors.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { count, inCase, nameOf } from './wording/wording.js';

const NARROW_LINK = 'A link with a smaller MTU on the way: a tunnel, VPN or PPPoE (likely).';
/** If the error comes from the very address that the segment was sent to. */
const BEHIND_PEER =
  'The link with a smaller MTU lies behind the address of {peer}: a load balancer or NAT answers there, and forwards through a tunnel, or to a host with a smaller MTU (likely).';
const BEHIND_PEER_STEP =
  'At {peer}: check the MTU of the tunnel or link over which the device there forwards connections; tracepath from outside ends before it.';
/** The error comes from the address of the sender, which may be that of a NAT. */
const OWN_TUNNEL =
  'A tunnel or VPN on the host of {sender} itself, or on a NAT that lends it the address, accepts only packets that are smaller by its headers (likely).';
const OWN_TUNNEL_STEP =
  'On the host of {sender}: ip route get {peerAddress} names the interface; ip -d link show gives its MTU and the kind of tunnel.';
const CLAMP =
  'Clamp the MSS at the router of that link, so that no connection has to find out, and none hangs if the error is dropped.';
const UNLIKELY =
  'A wrong MTU at {reporter}, or a forged error that slows the connection down (possible): nearly every link takes more than {mtu}.';

/** The sender did not send less, and nothing got through. */
const UNHEEDED_CAUSES = [
  'A firewall in front of {sender}, or on its host, drops the error (likely): then a capture there lacks it, or its rules name it.',
  'The host of {sender} does not act on the error (possible): the socket is set so (IP_MTU_DISCOVER), or what the error quotes was changed on the way, as by a NAT.',
];
const UNHEEDED_STEP =
  'On the host of {sender}: ip route get {peerAddress} shows whether it has learned an MTU; check the rules of its firewall for ICMP as well.';
const SEEN = '{sender} and {peer}: nothing, except for the time of a repetition.';
const SEEN_UNHEEDED =
  '{sender}: its small messages are answered, its large write succeeds, and then its read blocks until ETIMEDOUT. {peer}: its read waits for data that never comes.';
/** IP and TCP without options. */
const HEADER_BYTES = { 4: 40, 6: 60 } as const;

/** IPv4 hosts accept packets of this size (RFC 1191 §3.1), and IPv6 links carry them. */
const EVERYDAY_MTU = { 4: 576, 6: 1280 } as const;

/** A router asked for smaller packets: path MTU discovery at work. */
export const pmtuReduced: Rule = {
  id: 'pmtu-reduced',
  family: 'delivery',
  severity: 'info',
  summary: 'A router or host asked for smaller packets: the path MTU is below that of the sender’s own link.',
  options: {},
  signs: ['icmp-error'],
  needs: 'either',
  explains: ['peer-unresponsive', 'retransmission-gave-up'],
  related: ['pmtu-black-hole', 'icmp-unreachable'],
  citations: [
    cite.pathMtu,
    cite.pathMtuHost,
    cite.pathMtuRouter,
    cite.tooLargeIsSoft,
    cite.icmpUnreachable,
    cite.packetTooBig,
  ],
  documentation: {
    meaning:
      'A router could not forward a segment, as its next link takes only smaller packets and this one may not be fragmented, and told the sender so. That is how path MTU discovery works: the sender goes on with smaller segments. It costs a round trip on each new path, and shows that everything depends on these errors: if a firewall drops them, the connection hangs (pmtu-black-hole).',
    proof: [
      'An ICMP error “fragmentation needed” or an ICMPv6 “packet too big” that quotes a segment of {sender}.',
      'What is captured afterwards shows whether {sender} then sends less, and whether that gets through.',
    ],
    notThis: [
      'Large segments that vanish without an error: pmtu-black-hole.',
      'Errors that say that a host or port cannot be reached: icmp-unreachable.',
      'An error that quotes a number which {sender} never sent.',
    ],
    applicationSees: `${SEEN} If {sender} sends no less, its large writes succeed without effect, until ETIMEDOUT.`,
    likelyCauses: [
      NARROW_LINK,
      inCase('If {peer} itself asked', BEHIND_PEER),
      inCase('If the host of {sender} itself asked', OWN_TUNNEL),
      UNLIKELY,
      ...UNHEEDED_CAUSES.map((cause) => inCase('If {sender} sends no less, and nothing gets through', cause)),
    ],
    nextSteps: [
      'tracepath -n {peerAddress} from the host of {sender} shows where the path becomes narrow; ip route get {peerAddress} shows the MTU that Linux has learned.',
      CLAMP,
    ],
    example: { fixture: 'pmtu-reduced', capture: 'client' },
  },
  check: eachEndpoint((sender, peer, connection) => {
    const asked = requestsTo(sender);
    if (asked === null) return null;
    const { first, last, errors, icmp } = asked;
    const { mtu = 0, version } = icmp;
    const local = isLocal(sender, icmp);
    const resent = repeatedAfter(sender, first);
    const answered = !silentSince(peer, { frame: last.lastFrame, time: last.lastTime });
    const open = sender.unacknowledgedBytes;
    const outcome =
      open === 0
        ? answered
          ? ' All that {sender} sent was acknowledged in the end.'
          : ''
        : answered
          ? ' {open} of {sender} are not acknowledged, though {peer} was heard afterwards.'
          : ' {open} of {sender} are not acknowledged, and nothing from {peer} was captured afterwards.';
    const unheeded =
      open > 0 &&
      !answered &&
      resent !== null &&
      mtu > 0 &&
      sendsNoLess(sender, first, mtu - HEADER_BYTES[version]);
    const size = mtu === 0 ? 'for smaller packets' : 'for packets of at most {mtu}';
    const byPeer = icmp.reporter === peer.address;
    const narrow = byPeer ? BEHIND_PEER : local ? OWN_TUNNEL : NARROW_LINK;
    const unlikely = mtu > 0 && mtu < EVERYDAY_MTU[version];
    return reportFinding(pmtuReduced, connection, {
      endpoint: sender.role,
      applicationSees: SEEN,
      ...(unheeded && { severity: 'error', applicationSees: SEEN_UNHEEDED }),
      confidence: unheeded ? 'inferred' : 'observed',
      title: `${local ? 'The host of {sender} itself asked' : '{reporter} asked {sender}'} ${size} to {peer}`,
      explanation: `{errors} from {reporter}, the first in frame {first}: ICMP${version === 6 ? 'v6' : ''} type ${icmp.type} code ${icmp.code}, the segment is too large for the next link and may not be fragmented.${resent === null ? '' : ' Frame {again} sends data again, with {payload}.'}${unheeded ? ' That is more than the next link takes: {sender} did not get the error, or does not act on it.' : ''}${outcome}`,
      likelyCauses: unheeded ? [...UNHEEDED_CAUSES, narrow] : unlikely ? [UNLIKELY, narrow] : [narrow],
      ...(unheeded && { nextSteps: [UNHEEDED_STEP, CLAMP] }),
      ...(byPeer && { nextSteps: [BEHIND_PEER_STEP, CLAMP] }),
      ...(local && { nextSteps: [OWN_TUNNEL_STEP] }),
      citations: [
        cite.pathMtu,
        cite.pathMtuHost,
        ...(version === 4
          ? [cite.pathMtuRouter, cite.tooLargeIsSoft, cite.icmpUnreachable]
          : [cite.packetTooBig]),
      ],
      frames: [first.frame, last.lastFrame, resent?.frame ?? null],
      from: first.time,
      to: last.lastTime,
      facts: {
        version,
        reporter: icmp.reporter,
        local,
        errors,
        ...(mtu > 0 && { mtuBytes: mtu }),
        ...(resent !== null && { payloadBytes: resent.payload }),
        unacknowledgedBytes: open,
      },
      words: {
        sender: nameOf(sender),
        peer: nameOf(peer),
        peerAddress: peer.address,
        reporter: icmp.reporter,
        mtu: count(mtu, 'byte'),
        errors: count(errors, 'ICMP error'),
        first: first.frame,
        again: resent?.frame ?? '?',
        payload: count(resent?.payload ?? 0, 'byte'),
        open: count(open, 'byte'),
      },
    });
  }),
};

/** All errors that ask `sender` for smaller packets, and the one that asks for the smallest; null if there are none. */
function requestsTo({
  milestones,
}: Endpoint): { first: Milestone; last: Milestone; errors: number; icmp: IcmpError } | null {
  let asked: { first: Milestone; last: Milestone; errors: number; icmp: IcmpError } | null = null;
  for (const run of milestones) {
    const { icmp } = run;
    if (icmp === undefined || icmp.quotesUnsent === true || !asksForSmaller(icmp)) continue;
    if (asked === null) {
      asked = { first: run, last: run, errors: run.count, icmp };
      continue;
    }
    asked.last = run;
    asked.errors += run.count;
    if ((icmp.mtu ?? Number.POSITIVE_INFINITY) < (asked.icmp.mtu ?? Number.POSITIVE_INFINITY))
      asked.icmp = icmp;
  }
  return asked;
}

/** The first repetition after `error`, and the least payload of its run. */
function repeatedAfter(
  { milestones }: Endpoint,
  error: Milestone,
): { frame: number; payload: number } | null {
  for (const { retransmitted, frame } of milestones) {
    if (retransmitted !== undefined && frame > error.frame)
      return { frame, payload: retransmitted.payloadBytes };
  }
  return null;
}

/** No repetition after `error` had as little payload as `limit`; those a network card was still to cut prove nothing. */
function sendsNoLess({ milestones }: Endpoint, error: Milestone, limit: number): boolean {
  return milestones.every(
    ({ retransmitted, lastFrame }) =>
      retransmitted === undefined ||
      lastFrame < error.frame ||
      (retransmitted.payloadBytes > limit && !retransmitted.offloaded),
  );
}
