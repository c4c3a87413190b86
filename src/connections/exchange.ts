import { Segment } from '../decode/segment.js';
import { CLIENT, SERVER } from './record.js';

/** The segment at hand and the words that it concerns: its connection's, its sender's, its receiver's. */
export class Exchange {
  memory: Int32Array = new Int32Array(0);
  /** Where the connection's words start in `memory`, and both endpoints' blocks. */
  base = 0;
  sender = 0;
  receiver = 0;
  fromServer = false;
  segment: Segment = new Segment();

  enter(memory: Int32Array, base: number, fromServer: boolean, segment: Segment): void {
    this.memory = memory;
    this.base = base;
    this.fromServer = fromServer;
    this.sender = base + (fromServer ? SERVER : CLIENT);
    this.receiver = base + (fromServer ? CLIENT : SERVER);
    this.segment = segment;
  }
}
