import { describe, expect, it } from 'vitest';
import { CaptureError } from '../../src/core/errors.js';
import { readFrames } from '../support/frames.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('what is no capture of ours', () => {
  it.each([
    ['an empty file', new Uint8Array(0), /empty file/],
    ['an HTML page', text('<!DOCTYPE html><html><body>Please log in</body></html>'), /HTML page/],
    ['Microsoft Network Monitor', text('GMBU\u0000\u0002rest of the header and more'), /Network Monitor/i],
    ['snoop', text('snoop\u0000\u0000\u0000\u0000\u0000\u0000\u0002\u0000\u0000\u0000\u0004'), /snoop/],
    ['a ZIP archive', text('PK\u0003\u0004 and so on, with some more octets'), /zip/i],
    ['text', text('this is a log file\nwith two lines\n'), /text|recognise/],
    ['noise', Uint8Array.from([0x83, 0x11, 0x92, 0xfe, 0x07, 0x61, 0x99, 0x00, 0x01, 0x02]), /recognise/],
  ])('%s is called by its name', (_name, bytes, message) => {
    expect(() => readFrames(bytes)).toThrow(CaptureError);
    expect(() => readFrames(bytes)).toThrow(message);
  });
});
