/**
 * What happened on a connection besides its state transitions, as far as a rule may ask for it. The hot path
 * appends a milestone at its first occurrence and then only counts: a run of a thousand retransmissions is
 * one milestone. The endpoint named is the one whose segment shows it, unless stated otherwise.
 */
export const MILESTONE_KINDS = [
  /** The peer's acknowledgment first covered this endpoint's FIN; `frame` is that acknowledgment. */
  'fin-covered',
  /** This endpoint sent its FIN again. A run: `count` repetitions. */
  'fin-repeated',
  /**
   * This endpoint sent its SYN, or its SYN-ACK, again. Runs; `value` for SYNs: how many of them no longer ask for ECN
   * although the first one did (RFC 3168 §6.1.1.1).
   */
  'syn-repeated',
  'syn-ack-repeated',
  /**
   * New payload in a segment whose acknowledgment covers the peer's FIN: the sender's kernel knew that the
   * peer had closed. A run: `count` segments; `value` is the number of payload octets.
   */
  'data-after-peer-fin',
  /** New payload beyond this endpoint's own FIN, or a second FIN elsewhere. A run; `value`: octets of payload. */
  'data-beyond-own-fin',
  /** A reset sent by this endpoint. Details in `reset`. One milestone per reset, up to a bound. */
  'reset',
  /** A bare acknowledgment that answered an unacceptable reset or SYN (RFC 5961 §3.2, §4.2). */
  'challenge-ack',
  /**
   * This endpoint sent a segment again, unanswered in between. A run of those that begin with the same number;
   * `value`: ms from the original, or from other new data sent since, to the first of them.
   */
  'retransmission-run',
  /**
   * This endpoint sent octets again that its peer had acknowledged, and again after each further segment of the peer. A
   * run of those that begin with the same number, while it sent nothing new and acknowledged nothing more; `value` as
   * for `retransmission-run`.
   */
  'repeated-in-vain',
  /** Keep-alive probes (RFC 9293 §3.8.4): a run; `value`: how many of them, except the last, were answered. */
  'keep-alive',
  /** This endpoint advertised a zero window, from `frame` to `lastFrame`; `value`: probes by the peer. */
  'zero-window',
  /** Probes of this endpoint against the peer's closed window: a run; `value` as for `keep-alive`. */
  'window-probe',
  /** ICMP errors of one type that quote segments sent by this endpoint: a run. Details in `icmp`. */
  'icmp-error',
  /**
   * A SYN on a 4-tuple whose connection this endpoint's peer still held. A run: `count` copies of it before anything
   * else of the new connection; `value`: `SYN_IS_BEYOND` and so on, 0 if unknown.
   */
  'syn-on-open-connection',
  /** The peer acknowledged octets of this endpoint that the capture never saw. `value`: octets. */
  'acknowledged-unseen',
  /**
   * A bare acknowledgment of this endpoint has a number beyond all that it was seen to send: it sent what the capture
   * does not hold, or not yet. A run; `value`: octets before the first of them.
   */
  'sent-unseen',
  /** The connection's SYN carried Fast Open data that the SYN-ACK covered (RFC 7413 §4.2.2). */
  'fast-open-accepted',
  /** This endpoint's SYN carried Fast Open data. A run: `count` such SYNs; `value`: octets of them all. */
  'syn-data',
  /**
   * Its SYN-ACK covers no Fast Open data of the peer's SYN. A run with each segment in which the peer resends that
   * data before it is acknowledged; `value`: octets of the cookie that the SYN-ACK brings, 0 for none.
   */
  'fast-open-refused',
  /** This endpoint sent its first SYN, not a SYN-ACK, after a SYN of its peer: the two crossed, or it is an answer. */
  'second-syn',
  /**
   * After this endpoint's `syn-on-open-connection`: the first segment of the new connection that is not that SYN.
   * `value`: 1 if it is a reset, else 0.
   */
  'opened-anew',
  /**
   * This endpoint still held the previous connection when its peer's SYN came. A run of that SYN and of the segments
   * that it has sent for that connection since; `value`: seconds that it had been in TIME-WAIT, -1 if it was not.
   */
  'held-before',
  /**
   * The peer acknowledged more than this endpoint's FIN, which it had not covered: to the peer that FIN is an old
   * segment (RFC 9293 §3.10.7.4, first step). A run; `value`: octets from the FIN's number on that the first such
   * acknowledgment covers.
   */
  'fin-passed',
  /**
   * Before its first data was taken in, this endpoint's segments began to arrive with another TTL, by more than a route
   * change explains. `value`: the TTL before.
   */
  'ttl-changed',
  /**
   * Blocks of selective acknowledgment (RFC 2018 §3) in this endpoint's segments lie further from what it acknowledged
   * than its window can reach. A run; `value`: octets from the peer's SND.UNA to the first of them.
   */
  'sack-elsewhere',
  /**
   * Requests for a link address, by this endpoint's host for that of its peer or of another host, or by a router for
   * its peer's, that nobody has answered since. A run. Details in `neighbour`; it is in no journal.
   */
  'neighbour-unanswered',
  /**
   * This endpoint's host announced its address on its link without being asked, as hosts do after a start (ARP, RFC
   * 5227 §2.3; RFC 4861 §7.2.6): the last time that it did while the connection lasted. It is in no journal.
   */
  'address-announced',
  /** This endpoint sent a fatal TLS alert that is not encrypted (RFC 8446 §6): the first. `value`: its description. */
  'tls-alert',
  /**
   * Right behind its SYN or SYN-ACK, which carries no window scale although the peer's does, this endpoint offered less
   * than a sixteenth of what was left of the window in it, as only a scaled one is. `value`: that window, taken literally.
   */
  'window-collapsed',
] as const;

export type MilestoneKind = (typeof MILESTONE_KINDS)[number];

function codeOf(kind: MilestoneKind): number {
  return MILESTONE_KINDS.indexOf(kind) + 1;
}

/** Journal kinds of the milestones, by the small integers of the hot path. */
export const FIN_COVERED = codeOf('fin-covered');
export const FIN_REPEATED = codeOf('fin-repeated');
export const SYN_REPEATED = codeOf('syn-repeated');
export const SYN_ACK_REPEATED = codeOf('syn-ack-repeated');
export const DATA_AFTER_PEER_FIN = codeOf('data-after-peer-fin');
export const DATA_BEYOND_OWN_FIN = codeOf('data-beyond-own-fin');
export const RESET = codeOf('reset');
export const CHALLENGE_ACK = codeOf('challenge-ack');
export const RETRANSMISSION_RUN = codeOf('retransmission-run');
export const REPEATED_IN_VAIN = codeOf('repeated-in-vain');
export const KEEP_ALIVE = codeOf('keep-alive');
export const ZERO_WINDOW = codeOf('zero-window');
export const WINDOW_PROBE = codeOf('window-probe');
export const ICMP_ERROR = codeOf('icmp-error');
export const SYN_ON_OPEN_CONNECTION = codeOf('syn-on-open-connection');
export const WINDOW_COLLAPSED = codeOf('window-collapsed');
export const TLS_ALERT = codeOf('tls-alert');
export const ACKNOWLEDGED_UNSEEN = codeOf('acknowledged-unseen');
export const SENT_UNSEEN = codeOf('sent-unseen');
export const FAST_OPEN_ACCEPTED = codeOf('fast-open-accepted');
export const SYN_DATA = codeOf('syn-data');
export const FAST_OPEN_REFUSED = codeOf('fast-open-refused');
export const SECOND_SYN = codeOf('second-syn');
export const OPENED_ANEW = codeOf('opened-anew');
export const HELD_BEFORE = codeOf('held-before');
export const FIN_PASSED = codeOf('fin-passed');
export const TTL_CHANGED = codeOf('ttl-changed');
export const SACK_ELSEWHERE = codeOf('sack-elsewhere');

/** Routes change by a hop or two: a TTL that changes by more comes from elsewhere. */
export const ROUTE_CHANGE_HOPS = 2;

/** `value` of `syn-on-open-connection`: how the SYN's number relates to those its sender had used (RFC 6191 §2). */
export const SYN_IS_BEYOND = 1;
/** Not beyond them; if it has a timestamp, that may still make it newer. */
export const SYN_IS_BEHIND = 2;
export const SYN_IS_BEHIND_WITH_TIMESTAMP = 3;
