/** Where an ARP message has addresses. */
import { arpHardwareLength, arpSender, arpTarget } from '../decode/neighbour.js';
import type { Span } from './ip-layer.js';

const IPV4_LENGTH = 4;

export interface ArpLayer {
  /** The link addresses of sender and target, of equal length. */
  readonly hardware: readonly Span[];
  /** Their IPv4 addresses. */
  readonly protocol: readonly Span[];
  readonly end: number;
}

/** The message that starts at `start`; null if it is not about IPv4 addresses, or is cut. */
export function arpLayerAt(view: DataView, start: number, end: number): ArpLayer | null {
  const hardwareLength = arpHardwareLength(view, start, end);
  if (hardwareLength < 0) return null;
  const protocol = [arpSender(start, hardwareLength), arpTarget(start, hardwareLength)].map((at) => ({
    start: at,
    end: at + IPV4_LENGTH,
  }));
  const hardware = protocol.map((span) => ({ start: span.start - hardwareLength, end: span.start }));
  return { hardware, protocol, end: protocol[1].end };
}
