/** The parts that finwait uses of the npm package `pcap-parser` 0.2.1, which has no types of its own. */
declare module 'pcap-parser' {
  import type { EventEmitter } from 'node:events';

  interface GlobalHeader {
    readonly majorVersion: number;
    readonly minorVersion: number;
    readonly snapshotLength: number;
    readonly linkLayerType: number;
  }

  interface PacketHeader {
    readonly timestampSeconds: number;
    readonly timestampMicroseconds: number;
    readonly capturedLength: number;
    readonly originalLength: number;
  }

  interface Packet {
    readonly header: PacketHeader;
    readonly data: Buffer;
  }

  /** Of a stream it uses only `on`, `pause` and `resume`. */
  interface PacketStream {
    on(event: string, listener: (argument: Buffer) => void): unknown;
    pause(): void;
    resume(): void;
  }

  interface Parser extends EventEmitter {
    on(event: 'globalHeader', listener: (header: GlobalHeader) => void): this;
    on(event: 'packetHeader', listener: (header: PacketHeader) => void): this;
    on(event: 'packet', listener: (packet: Packet) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
  }

  export function parse(input: PacketStream): Parser;
}
