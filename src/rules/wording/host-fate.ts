/**
 * What may have happened to a host, a process or the path, as far as one capture can tell: the same packets, or
 * the same silence, can have several causes. Each comes with its grade and with the observation that decides,
 * in the order in which the capture suggests them. `{…}` is the name of the endpoint in a rule's words.
 */
import type { Elsewhere } from '../evidence/distance.js';

/** From this much silence before the decisive moment on, a device's idle timeout is named first. */
export const IDLE_SECONDS = 30;

/** A server ended a connection as soon as it had accepted it; a grade is still to come. */
export function turnedAway(name: string): string {
  return `{${name}} turned the connection away, as it was at its limit of connections or does not admit the client’s address`;
}

/** How to find out why it did. */
export function stepOfTurnedAway(name: string): string {
  return `At {${name}}: check its log, its limits of connections and of open files, and its access rules.`;
}

/** The endpoint no longer sends anything. `afterIdle`: the connection had been idle when the silence began to show. */
export function causesOfSilence(name: string, afterIdle = false): readonly string[] {
  const host = `The host of {${name}} lost power, crashed or froze (possible): then none of its connections gets an answer any more, and on its own link ARP gets none either (ip neigh: FAILED).`;
  const path =
    'A cable, link or route on the way failed (possible): then other hosts behind the same router are silent too.';
  const device = `A firewall or NAT silently dropped its state for the connection (possible): then other connections to {${name}} continue, and a new one is accepted.`;
  return afterIdle ? [device, host, path] : [host, path, device];
}

/** The endpoint was silent, and heard again when it was too late. */
export function causesOfOutage(name: string): readonly string[] {
  const device = causesOfSilence(name, true)[0];
  return [
    `The path lost segments for a time, or loses those of one direction (likely): the host of {${name}} had not gone.`,
    device,
  ];
}

/** How to tell whether the host or the path failed, when an endpoint no longer sends anything. */
export function stepsOfSilence(name: string): readonly string[] {
  return [
    'Check whether other connections to the same host still get answers: if so, it is not the host.',
    `Check ping, ip neigh and the console of {${name}}; unanswered ARP means that its interface is off the link.`,
  ];
}

/** The endpoint no longer sends anything, but other connections hear its host: neither host nor path has failed. */
export function causesOfOneSilence(name: string, other: string): readonly string[] {
  const device = causesOfSilence(name, true)[0];
  return [
    device,
    `The path loses what {${other}} sends, but only on some connections or for some time (possible): then other connections of its host wait for acknowledgments as well.`,
    `Several hosts share the address of {${name}}, and the one that had this connection is gone (possible): their TTLs, windows or timestamps differ.`,
  ];
}

/** Tells these causes apart. */
export const STEP_OF_ONE_SILENCE = 'Capture at {peer}: do the segments of {sender} arrive there?';

/** The other way to read a FIN in a capture that starts late, or resumes late after a pause. */
export const OVER_BEFORE =
  'The connection is over (possible): {holder} had closed before this capture saw the connection, and the FIN in frame {fin} was the second.';

/** Acknowledged data is sent again: nothing that `name` sends reaches `other`. */
export function causesOfLostAnswers(name: string, other: string): readonly string[] {
  return [
    `A firewall in front of {${other}}, or on its host, drops what {${name}} sends (likely): its counters show it.`,
    `The return path now leads through another device, which does not know the connection and drops its segments (possible): then new connections get through.`,
    `The path loses what {${name}} sends, but not what {${other}} sends (possible): then other connections on the same path lose segments as well.`,
    `The host of {${other}} processes nothing of what arrives, as when it is overloaded, or a device on the way corrupts numbers or checksums (possible): then a capture there shows the acknowledgments, and nstat -az TcpInErrs TcpInCsumErrors may count them.`,
  ];
}

/** For a server that resets before it has sent anything. */
export const QUEUE_FULL =
  'The accept queue was full, and the host is configured to reset then (possible): TcpExtListenOverflows counts that.';

/** For a client that closed before it had all that its server sent. */
export const CLIENT_LEFT: readonly string[] = [
  'The client had all it wanted, or its user left (possible).',
  'The client closes after its request without waiting for the answer, or gave up waiting (possible).',
  'The client ended or was killed (possible).',
];

export const UNLESS_CLIENT_SHOULD_WAIT =
  'Nothing, unless the client should have waited: then check its timeout, and its log at the time of frame {fin}.';

/** What suggests why an endpoint answers like a host that has no such connection. */
interface SignsOfUnknown {
  /** The connection had been idle, or the reset has an unusual TTL: a device is more likely. */
  readonly byDevice?: boolean;
  /** Where else the reset came from, if that shows. */
  readonly elsewhere?: Elsewhere | null;
  /** What came before was sent again and got no answer. */
  readonly unanswered?: boolean;
  /** The capture holds nothing else of the connection: it begins with what draws the reset. */
  readonly unheard?: boolean;
  /** Something had to be sent again on the connection. */
  readonly lossy?: boolean;
}

const DEVICE_ANSWERED =
  'A firewall, NAT or load balancer on the path answers for the host (likely): it forgot the connection, or a rule of its own rejects it with a reset.';
const MOVED_AWAY =
  'The address moved to another host, container or virtual machine (likely), by failover or redeployment: the connection stayed with the old one.';
const SHARED_ADDRESS =
  'Two hosts have the same address (possible): then ARP, or with IPv6 neighbour discovery, finds two MAC addresses for it, and connections break again and again.';

/** The endpoint answered like a host that has no such connection. */
export function causesOfUnknown(
  name: string,
  {
    byDevice = false,
    elsewhere = null,
    unanswered = false,
    unheard = false,
    lossy = false,
  }: SignsOfUnknown = {},
): readonly string[] {
  const restart = `The host of {${name}} crashed and restarted (possible): then its uptime is shorter than this connection’s age, and its other connections are reset at their next use as well.`;
  const reset = `A reset injected or made on the path, which this capture does not hold, had ended the connection at {${name}} (possible): then the program there got ECONNRESET, and a capture at its host shows that reset.`;
  const closed = unheard
    ? `The program of {${name}} had closed or ended before the capture began (possible): then its log shows it.`
    : `The program of {${name}} had closed or ended, its FIN was lost on the way, and its kernel has since given up the connection; or it had aborted, and its reset, which no host repeats, was lost (possible): then its log shows a close or a timeout, and a capture at its host shows the FIN or the reset.`;
  const device = `A NAT, firewall or load balancer forgot the ${unanswered || unheard ? '' : 'idle '}connection and answers for the host (possible): then several connections die after the same silence, or the reset’s TTL differs from that of {${name}}.`;
  const moved =
    'The address moved to another host, container or virtual machine (possible): then the MAC address behind it changed in between, or the orchestrator’s log shows the move.';
  if (elsewhere === 'another-host') return [MOVED_AWAY, SHARED_ADDRESS];
  if (elsewhere === 'another-distance') return [DEVICE_ANSWERED, moved, restart, closed, reset];
  if (elsewhere === 'another-path') return [device, moved, restart, closed, reset];
  // The path loses segments: it may have lost the FIN or the reset as well.
  if (unanswered || unheard || lossy)
    return byDevice ? [device, closed, restart, moved, reset] : [closed, restart, device, moved, reset];
  return byDevice ? [device, restart, moved, reset, closed] : [restart, device, moved, reset, closed];
}
