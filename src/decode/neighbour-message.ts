/** A request for the link address of a neighbour, or a neighbour's message that it is there. */
export class NeighbourMessage {
  frame = 0;
  seconds = 0;
  nanoseconds = 0;
  /** 1 for a request, 0 for an answer; a request that asks for its own sender's address is one, too. */
  isRequest = 0;
  /** 4 for ARP, 6 for neighbour discovery. */
  version = 4;
  /** Who sent it, as `AddressWords`: that host is there. For an answer: whose link address it gives. */
  sender0 = 0;
  sender1 = 0;
  sender2 = 0;
  sender3 = 0;
  /** Whom it asks for; for an answer, whom it is for. */
  target0 = 0;
  target1 = 0;
  target2 = 0;
  target3 = 0;
  /** As in `Segment`. */
  domain = 0;
}
