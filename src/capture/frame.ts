/**
 * One captured frame, as a reader hands it on. A reader owns a single instance and refills it: a handler
 * must copy what it wants to keep. The frame's bytes are `bytes[offset … offset + capturedLength)`; `view`
 * covers the same buffer as `bytes`, with the same origin.
 */
export class Frame {
  /** 1-based position among all frames of the capture, as in Wireshark. */
  number = 0;
  /** See `core/time.ts`. */
  seconds = 0;
  nanoseconds = 0;
  /** LINKTYPE_ value of the frame's interface, without the FCS bits that share its word. */
  linkType = 0;
  /** Index of the interface, counted over all sections of a pcapng file; 0 in classic pcap. */
  interfaceId = 0;
  capturedLength = 0;
  /** Length on the wire; at least `capturedLength` in a sane capture. */
  originalLength = 0;
  /** Octets at its end on the wire that are its Frame Check Sequence, and nothing that it carries. */
  fcsLength = 0;
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  offset = 0;
}

export type FrameHandler = (frame: Frame) => void;
