import { closeSync, openSync, writeSync } from 'node:fs';

const MICROSECOND_MAGIC = 0xa1b2c3d4;
const LINKTYPE_ETHERNET = 1;
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const BUFFER_BYTES = 4 << 20;
const LARGEST_FRAME = 2048;

/** Streams a classic microsecond capture to a file through one reused buffer. */
export class PcapWriter {
  readonly view = new DataView(new ArrayBuffer(BUFFER_BYTES));
  readonly bytes = new Uint8Array(this.view.buffer);
  packets = 0;
  /** Size of the file so far. */
  size = 0;
  private used = 0;
  private readonly descriptor: number;

  constructor(
    path: string,
    private readonly snapLength: number,
    /** Seconds since 1970 of the capture's time zero. */
    private readonly startSeconds: number,
  ) {
    this.descriptor = openSync(path, 'w');
    this.view.setUint32(0, MICROSECOND_MAGIC, true);
    this.view.setUint16(4, 2, true);
    this.view.setUint16(6, 4, true);
    this.view.setUint32(16, snapLength, true);
    this.view.setUint32(20, LINKTYPE_ETHERNET, true);
    this.used = FILE_HEADER_BYTES;
    this.size = FILE_HEADER_BYTES;
  }

  /**
   * Writes the record header of a frame seen at `micros` and returns the offset in `view` at which the
   * caller writes the whole frame at once. What lies beyond the snap length is overwritten by the next one.
   */
  startFrame(micros: number, length: number): number {
    if (this.used + RECORD_HEADER_BYTES + LARGEST_FRAME > BUFFER_BYTES) this.flush();
    const captured = Math.min(length, this.snapLength);
    const { view, used } = this;
    const seconds = Math.floor(micros / 1e6);
    view.setUint32(used, this.startSeconds + seconds, true);
    view.setUint32(used + 4, micros - seconds * 1e6, true);
    view.setUint32(used + 8, captured, true);
    view.setUint32(used + 12, length, true);
    this.packets++;
    this.size += RECORD_HEADER_BYTES + captured;
    this.used = used + RECORD_HEADER_BYTES + captured;
    return used + RECORD_HEADER_BYTES;
  }

  close(): void {
    this.flush();
    closeSync(this.descriptor);
  }

  private flush(): void {
    for (let done = 0; done < this.used; ) {
      done += writeSync(this.descriptor, this.bytes, done, this.used - done);
    }
    this.used = 0;
  }
}
