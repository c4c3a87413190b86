export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

/** An address in the forms that frames need. */
export interface Host {
  readonly ipv4: number;
  /** The last 64 bits of its IPv6 address are `::<this>`. */
  readonly ipv6Suffix: number;
  /** 32 low bits of its Ethernet address. */
  readonly mac: number;
}

/** What both ends agreed to use. */
export interface Dialect {
  readonly ipv6: boolean;
  readonly timestamps: boolean;
  readonly sack: boolean;
  readonly windowScale: boolean;
}

/** One end of a connection. Sequence numbers are int32. */
export interface Party {
  readonly host: Host;
  readonly port: number;
  /** µs from this host to the place where the capture is taken. */
  readonly trip: number;
  readonly timeToLive: number;
  /** TSval at the capture's time zero. */
  readonly clockBase: number;
  readonly scale: number;
  /** SND.NXT. */
  next: number;
  /** RCV.NXT. */
  expected: number;
  /** The window field of segments after the SYN; it only ever grows, so the right edge never moves back. */
  window: number;
  /** TS.Recent. */
  echo: number;
  identification: number;
}

export interface Segment {
  /** µs after time zero at which the tap sees it. */
  at: number;
  /** The same without what delayed it on the way. */
  readonly due: number;
  readonly from: Party;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly window: number;
  readonly length: number;
  /** The one SACK block; none if both edges are equal. */
  readonly sackLeft: number;
  readonly sackRight: number;
  timestamp: number;
  echo: number;
}
