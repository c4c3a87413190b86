import { describe, expect, it } from 'vitest';
import { CaptureError } from '../../src/core/errors.js';
import { readFrames } from '../support/frames.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** `length` zeros with `octets` at `offset`. */
function at(offset: number, octets: readonly number[], length = 512): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(octets, offset);
  return bytes;
}

/** Octets behind a frame of the given content length that zstd and lz4 pass over. */
function behindSkipped(length: number, octets: readonly number[]): Uint8Array {
  const bytes = at(8 + length, octets, 8 + length + octets.length);
  bytes.set([0x57, 0x2a, 0x4d, 0x18, length & 255, length >> 8]);
  return bytes;
}

/** Two ERF records of an Ethernet frame each, a second apart. */
function erf(): Uint8Array {
  const bytes = new Uint8Array(2 * 80);
  const view = new DataView(bytes.buffer);
  for (const start of [0, 80]) {
    view.setUint32(start + 4, 1_700_000_000 + start / 80, true);
    view.setUint8(start + 8, 2);
    view.setUint16(start + 10, 80);
    view.setUint16(start + 14, 62);
  }
  return bytes;
}

describe('what is no capture of ours', () => {
  it.each([
    ['an empty file', new Uint8Array(0), /empty file/],
    ['an HTML page', text('<!DOCTYPE html><html><body>Please log in</body></html>'), /HTML page/],
    ['an HTML page behind white space', text('\r\n  <html lang="en">'), /HTML page/],
    ['XML', text('<?xml version="1.0"?><pdml></pdml>'), /XML/],
    ['JSON', text('[{"_index": "packets"}]'), /JSON/],
    ['a Git LFS pointer', text('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'), /git lfs pull/],
    ['a hex dump', text('0000  45 00 00 28 00 01\n'), /text2pcap/],
    [
      'what tcpdump prints',
      text('12:00:00.000000 IP 10.0.0.1.80 > 10.0.0.2.9: Flags [.]\n'),
      /text.*tcpdump -w/,
    ],
    [
      'Microsoft Network Monitor',
      text('GMBU\u0000\u0002rest of the header and more'),
      /Network Monitor.*editcap/,
    ],
    ['Network Monitor 1.x', text('RTSS\u0001\u0001rest of the header'), /Network Monitor 1.*editcap/],
    ['snoop', text('snoop\0\0\0\0\0\0\u0002\0\0\0\u0004'), /snoop.*editcap/],
    ['ERF', erf(), /ERF.*editcap/],
    ['a Windows event trace', at(72, [0x02, 0x00, 0x02, 0xc0]), /ETL.*etl2pcapng/],
    ['a ZIP archive', text('PK\u0003\u0004 and so on, with some more octets'), /ZIP/],
    ['a tar archive', at(257, [...text('ustar')]), /tar archive/],
    [
      'pcapng after a transfer in text mode',
      at(0, [0x0d, 0x0a, 0x0d, 0x0d, 0x0d, 0x0a, 0x1c]),
      /binary mode/,
    ],
    ['zstd', at(0, [0x28, 0xb5, 0x2f, 0xfd]), /zstd -dc FILE \| finwait -/],
    ['lz4', at(0, [0x04, 0x22, 0x4d, 0x18]), /lz4 -dc FILE \| finwait -/],
    ['zstd behind a frame to be skipped', behindSkipped(9, [0x28, 0xb5, 0x2f, 0xfd]), /with zstd;.*zstd -dc/],
    ['lz4 behind a frame to be skipped', behindSkipped(9, [0x04, 0x22, 0x4d, 0x18]), /with lz4;.*lz4 -dc/],
    ['either behind a long one', behindSkipped(5000, [0x04, 0x22, 0x4d, 0x18]), /with zstd or lz4;.*lz4 -dc/],
    ['gzip behind a frame to be skipped', behindSkipped(9, [0x1f, 0x8b]), /with zstd or lz4;/],
    ['xz', at(0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), /xz -dc/],
    ['gzip, where nobody opened it', at(0, [0x1f, 0x8b]), /gzip -dc/],
    ['noise', Uint8Array.from([0x83, 0x11, 0x92, 0xfe, 0x07, 0x61, 0x99, 0x00]), /recognises.*83 11 92 fe/],
    ['two octets', Uint8Array.from([0xd4, 0xc3]), /recognises.*d4 c3/],
  ])('%s is called by its name', (_name, bytes, message) => {
    expect(() => readFrames(bytes)).toThrow(CaptureError);
    expect(() => readFrames(bytes)).toThrow(message);
    expect(() => readFrames(bytes, [1])).toThrow(message);
  });

  it('is told after four thousand octets, without waiting for the end', () => {
    expect(() => readFrames(new Uint8Array(1 << 20), [4096])).toThrow(/recognises/);
  });
});
