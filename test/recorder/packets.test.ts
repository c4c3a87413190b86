import { expect, it } from 'vitest';
import { readCapture } from '../../fixtures/record/capture-file.js';
import {
  fragmentationNeeded,
  hostUnreachable,
  routed,
  Segment,
  withChecksums,
} from '../../fixtures/record/packets.js';
import { ACK, PSH } from '../../src/decode/segment.js';
import { captureOf } from '../support/fixtures.js';

/** The client's request, as its host sent it. */
const request = readCapture(captureOf('data-after-own-fin', 'client'))
  .map(({ data }) => Segment.in(data, true))
  .find((segment) => segment !== null && segment.payload.length > 0)!;

it('reads a segment', () => {
  const { sourcePort, flags, payload, isBare, sequence, end } = request;
  expect({ sourcePort, flags, isBare }).toEqual({ sourcePort: 40_000, flags: PSH | ACK, isBare: false });
  expect(String(payload)).toBe('GET / HTTP/1.0\r\n\r\n');
  expect(end - sequence).toBe(18);
});

it('forges as the recorded device did', () => {
  const forged = readCapture(captureOf('data-after-own-fin', 'server')).find(({ data }) =>
    data.includes('one line too many'),
  )!.data;
  const { sequence, acknowledgment } = Segment.in(forged, true)!;
  const payload = 'one line too many\n';
  const fields = { flags: PSH | ACK, sequence, acknowledgment, payload, window: 500, ttl: 62 };
  expect(request.forge(fields).equals(forged)).toBe(true);
});

it('routes as a router would: one hop less, and checksums that are right', () => {
  const next = routed(request.frame);
  expect(next[22]).toBe(request.frame[22] - 1);
  expect(withChecksums(Buffer.from(next)).equals(next)).toBe(true);
});

it('says how large a packet may be as the recorded router did', () => {
  const capture = readCapture(captureOf('pmtu-reduced', 'client')).map(({ data }) => data);
  const at = capture.findIndex((data) => data[23] === 1);
  const quoted = capture[at].subarray(42, 82);
  const tooLarge = capture.find((data) => data.length > 1214 && data.subarray(14, 54).equals(quoted));
  const router = [...capture[at].subarray(26, 30)].join('.');
  expect(tooLarge).toBeDefined();
  expect(fragmentationNeeded(tooLarge as Buffer, router, 1200).equals(capture[at])).toBe(true);
});

it('reports an unreachable host as the recorded router did', () => {
  const capture = readCapture(captureOf('host-unreachable', 'client')).map(({ data }) => data);
  const at = capture.findIndex((data) => data[23] === 1);
  const undelivered = capture[at - 1];
  const router = [...capture[at].subarray(26, 30)].join('.');
  expect(hostUnreachable(undelivered, router).equals(capture[at])).toBe(true);
});
