import type { Decapsulator } from '../packet.js';

/** A link layer after an octet that says whether the frame was received or sent. */
export function withDirection(decode: Decapsulator): Decapsulator {
  return (packet) => {
    packet.offset++;
    return decode(packet);
  };
}
