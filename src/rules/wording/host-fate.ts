/**
 * What may have become of a host, a process or the path, as far as one capture can tell: the same packets, or
 * the same silence, have several causes. Each is named with its grade and with the observation that decides,
 * and put in the order in which the capture suggests them. `{…}` is the name of the endpoint in a rule's words.
 */

/** Silence before the decisive moment from which on a device's idle timeout comes first. */
export const IDLE_SECONDS = 30;

/** The endpoint says nothing any more. `afterIdle`: the connection had been idle when the silence was found. */
export function causesOfSilence(name: string, afterIdle = false): readonly string[] {
  const host = `The host of {${name}} lost power, crashed or froze (possible): then none of its connections is answered any more, and on its own link not even ARP is (ip neigh: FAILED).`;
  const path =
    'A cable, link or route on the way failed (possible): then other hosts behind the same router are silent too.';
  const device = `A firewall or NAT dropped its state of the connection without a word (possible): then other connections to {${name}} go on, and a new one is accepted.`;
  return afterIdle ? [device, host, path] : [host, path, device];
}

/** What tells the host from the path, where an endpoint says nothing any more. */
export function stepsOfSilence(name: string): readonly string[] {
  return [
    'Do other connections to the same host still get answers? Then it is not the host.',
    `ping, ip neigh and the console of {${name}}; unanswered ARP means that its interface is off the link.`,
  ];
}

/** The endpoint says nothing any more, but its host is heard on other connections: neither it nor the way there failed. */
export function causesOfOneSilence(name: string, other: string): readonly string[] {
  const device = causesOfSilence(name, true)[0];
  return [
    device,
    `The path loses what {${other}} sends, on some connections or for some time only (possible): then other connections of its host wait for acknowledgments as well.`,
    `Several hosts share the address of {${name}}, and the one that had this connection has gone (possible): their TTLs, windows or timestamps differ.`,
  ];
}

/** What tells the one from the other. */
export const STEP_OF_ONE_SILENCE = 'Capture at {peer}: do the segments of {sender} arrive there?';

/** The other reading of a FIN in a capture that starts late, or goes on late after a pause. */
export const OVER_BEFORE =
  'The connection is over (possible): {holder} had closed before this capture saw the connection, and the FIN in frame {fin} was the second.';

/** What was acknowledged comes again: nothing that `name` sends reaches `other`. */
export function causesOfLostAnswers(name: string, other: string): readonly string[] {
  return [
    `A firewall in front of {${other}}, or on its host, drops what {${name}} sends (likely): its counters tell.`,
    `The way back leads over another device now, which does not know the connection and drops it (possible): then new connections get through.`,
    `The path loses what {${name}} sends, but not what {${other}} sends (possible): then other connections by the same way lose segments as well.`,
    `The host of {${other}} takes in nothing of what arrives, as when it is overloaded, or a device on the way spoils numbers or checksums (possible): then a capture there holds the acknowledgments, and nstat -az TcpInErrs TcpInCsumErrors may count them.`,
  ];
}

/** Of a server that resets before it has sent anything. */
export const QUEUE_FULL =
  'The accept queue was full, and the host is told to reset then (possible): TcpExtListenOverflows counts that.';

/** A client that closed before it had all that its server sent. */
export const CLIENT_LEFT: readonly string[] = [
  'The client had all it wanted, or its user left (possible).',
  'The client closes after its request without waiting for the answer, or gave up waiting (possible).',
  'The client ended or was killed (possible).',
];

export const UNLESS_CLIENT_SHOULD_WAIT =
  'Nothing, unless the client should have waited: then its timeout, and its log at the time of frame {fin}.';

/** What suggests why an endpoint answers as a host that has no such connection. */
interface SignsOfUnknown {
  /** The connection had been idle, or the reset has an unusual TTL: rather a device. */
  readonly byDevice?: boolean;
  /** What came before was sent again without an answer. */
  readonly unanswered?: boolean;
  /** The capture has nothing else of it: it begins with what draws the reset. */
  readonly unheard?: boolean;
  /** Something had to be sent again on the connection. */
  readonly lossy?: boolean;
}

/** The endpoint answered as a host that has no such connection. */
export function causesOfUnknown(
  name: string,
  { byDevice = false, unanswered = false, unheard = false, lossy = false }: SignsOfUnknown = {},
): readonly string[] {
  const restart = `The host of {${name}} crashed and restarted (possible): then uptime there is shorter than this connection, and its other connections are reset at their next use as well.`;
  const reset = `A reset that this capture does not hold had ended the connection at {${name}}, injected or made on the path (possible): then the program there got ECONNRESET, and a capture at its host shows that reset.`;
  const closed = unheard
    ? `The program of {${name}} had closed or ended before the capture began (possible): then its log shows it.`
    : `The program of {${name}} had closed or ended, its FIN was lost on the way, and its kernel has given the connection up since; or it had aborted, and its reset, which no host repeats, was lost (possible): then its log shows a close or a timeout, and a capture at its host the FIN or the reset.`;
  const device = `A NAT, firewall or load balancer forgot the ${unanswered || unheard ? '' : 'idle '}connection and answers for the host (possible): then several connections die after the same silence, or the reset’s TTL differs from that of {${name}}.`;
  const moved =
    'The address moved to another host, container or virtual machine (possible): then the MAC address behind it, or the orchestrator’s log, changed in between.';
  // The path loses segments: it may have lost that one as well.
  if (unanswered || unheard || lossy)
    return byDevice ? [device, closed, restart, moved, reset] : [closed, restart, device, moved, reset];
  return byDevice ? [device, restart, moved, reset, closed] : [restart, device, moved, reset, closed];
}
