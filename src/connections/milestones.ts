/**
 * What happened on a connection beside its state transitions, as far as a rule may ask for it. The hot side
 * appends a milestone at its first occurrence and then only counts: a run of a thousand retransmissions is
 * one milestone. The endpoint named is the one whose segment shows it, unless stated otherwise.
 */
export const MILESTONE_KINDS = [
  /** The peer's acknowledgment first covered this endpoint's FIN; `frame` is that acknowledgment. */
  'fin-covered',
  /** This endpoint sent its FIN again. A run: `count` repetitions. */
  'fin-repeated',
  /** This endpoint sent its SYN, or its SYN-ACK, again. Runs. */
  'syn-repeated',
  'syn-ack-repeated',
  /**
   * New payload in a segment whose acknowledgment covers the peer's FIN: the sender's kernel knew that the
   * peer had closed. A run: `count` segments; `value` is the number of payload octets.
   */
  'data-after-peer-fin',
  /** New payload beyond this endpoint's own FIN, or a second FIN elsewhere. `value`: octets beyond it. */
  'data-beyond-own-fin',
  /** A reset sent by this endpoint. Details in `reset`. One milestone per reset, up to a bound. */
  'reset',
  /** A bare acknowledgment that answered an unacceptable reset or SYN (RFC 5961 §3.2, §4.2). */
  'challenge-ack',
  /** This endpoint sent the same octets again, unanswered in between. A run; `value`: first gap in ms. */
  'retransmission-run',
  /** Keep-alive probes (RFC 9293 §3.8.4): a run; `value`: how many of them the peer answered. */
  'keep-alive',
  /** This endpoint advertised a zero window, from `frame` to `lastFrame`; `value`: probes by the peer. */
  'zero-window',
  /** A window probe of this endpoint against the peer's closed window. A run; `value`: answered probes. */
  'window-probe',
  /** An ICMP error that quotes a segment sent by this endpoint. `value`: version << 16 | type << 8 | code. */
  'icmp-error',
  /** A SYN on a 4-tuple whose connection this endpoint's peer still held. */
  'syn-on-open-connection',
  /** The peer acknowledged octets of this endpoint that the capture never saw. `value`: octets. */
  'acknowledged-unseen',
  /** The connection's SYN carried Fast Open data that the SYN-ACK covered (RFC 7413 §4.2.2). */
  'fast-open-accepted',
] as const;

export type MilestoneKind = (typeof MILESTONE_KINDS)[number];
