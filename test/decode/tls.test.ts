import { describe, expect, it } from 'vitest';
import { Segment } from '../../src/decode/segment.js';
import { FATAL_ALERT, NO_RECORD, NOT_LOOKED_AT, RECORD, tlsOf } from '../../src/decode/tls.js';

/** What a payload shows that begins at the third octet of a frame. */
function shown(payload: readonly number[], fields: Partial<Segment> = {}): number {
  const segment = new Segment();
  segment.payloadOffset = 2;
  segment.payloadLength = payload.length;
  segment.payloadCaptured = payload.length;
  Object.assign(segment, fields);
  return tlsOf(segment, new DataView(Uint8Array.from([1, 2, ...payload]).buffer));
}

const record = (type: number, content: readonly number[], minor = 3): readonly number[] => [
  type,
  3,
  minor,
  0,
  content.length,
  ...content,
];

describe('a short payload', () => {
  it('is a fatal alert', () => {
    expect(shown(record(21, [2, 48]))).toBe(FATAL_ALERT + 48);
    expect(shown(record(21, [2, 40], 1))).toBe(FATAL_ALERT + 40);
    expect(shown([...record(21, [2, 70]), 1, 2, 3])).toBe(FATAL_ALERT + 70);
  });

  it('is another record', () => {
    for (const closure of [
      [1, 0],
      [2, 0],
      [2, 90],
    ])
      expect(shown(record(21, closure))).toBe(RECORD);
    expect(shown(record(21, new Array(26).fill(9)))).toBe(RECORD);
    expect(shown(record(23, new Array(19).fill(9)))).toBe(RECORD);
  });

  it('is no record', () => {
    for (const payload of [
      [...new TextEncoder().encode('GET / HTTP/1.0\r\n\r\n')],
      record(24, [2, 48]),
      record(19, [2, 48]),
      [21, 2, 3, 0, 2, 2, 48],
      // More than is there.
      [21, 3, 3, 0, 3, 2, 48],
    ])
      expect(shown(payload)).toBe(NO_RECORD);
  });

  it('is not looked at', () => {
    expect(shown([])).toBe(NOT_LOOKED_AT);
    expect(shown([21, 3, 3, 0, 2, 2])).toBe(NOT_LOOKED_AT);
    expect(shown(new Array(86).fill(65))).toBe(NOT_LOOKED_AT);
    expect(shown(record(21, [2, 48]), { payloadCaptured: 6 })).toBe(NOT_LOOKED_AT);
    expect(shown(new Array(24).fill(0))).toBe(NOT_LOOKED_AT);
  });
});
