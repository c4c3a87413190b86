import { describe, expect, it } from 'vitest';
import { connectionOf, conversation, statesOf } from '../support/conversation.js';

const OPENED = `
      0.000 I S  0
      0.001 I SA 0 1
      0.002 I A  1 1`;
const ALL = 'SYN-SENT SYN-RECEIVED ESTABLISHED';

/** A socket that called its own address and port, held against what Linux does with one (see the fixture). */
describe('a socket that is connected to itself', () => {
  it.each([
    ['is open', OPENED, ALL],
    [
      'goes through a simultaneous close',
      `${OPENED}
      1.000 I FA 1 1
      1.001 I A  2 2`,
      `${ALL} FIN-WAIT-1 CLOSING TIME-WAIT`,
    ],
    [
      'does so behind data',
      `${OPENED}
      1.000 I PA 1 1 +5
      1.001 I A  6 6
      2.000 I FA 6 6
      2.001 I A  7 7`,
      `${ALL} FIN-WAIT-1 CLOSING TIME-WAIT`,
    ],
    [
      'is closed by its own reset',
      `${OPENED}
      1.000 I RA 1 1`,
      `${ALL} CLOSED`,
    ],
    [
      'is known from where the capture starts',
      `
      1.000 I PA 1 1 +5
      1.001 I A  6 6
      2.000 I FA 6 6
      2.001 I A  7 7`,
      'ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT',
    ],
  ])('%s, as either endpoint', (_, script, states) => {
    const { client, server } = connectionOf(script);
    expect(statesOf(client)).toBe(states);
    expect(statesOf(server)).toBe(states);
    // In neither is anything taken back: what it sends and what it receives is one.
    expect([...client.timeline, ...server.timeline].filter((entry) => entry.retractedBy !== null)).toEqual(
      [],
    );
  });

  it('has each frame once, and both endpoints all segments', () => {
    const { frames, client, server, quality } = connectionOf(`${OPENED}
      1.000 I PA 1 1 +5
      1.001 I A  6 6`);
    expect(frames).toBe(5);
    expect([client.segments, server.segments]).toEqual([5, 5]);
    expect([client.payloadBytes, server.payloadBytes]).toEqual([5, 5]);
    expect([client.unacknowledgedBytes, server.unacknowledgedBytes]).toEqual([0, 0]);
    expect(quality).toMatchObject({ unseen: null, duplicateFrames: 0, lostSegments: 0 });
  });

  it('opens its 4-tuple again', () => {
    const connections = conversation(`${OPENED}
      1.000 I FA 1 1
      1.001 I A  2 2
      90.00 I S  0 isn=100000
      90.01 I SA 0 1 isn=100000`);
    expect(connections.map(({ client }) => statesOf(client))).toEqual([
      `${ALL} FIN-WAIT-1 CLOSING TIME-WAIT CLOSED`,
      ALL,
    ]);
  });
});
