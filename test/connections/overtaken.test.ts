import { describe, expect, it } from 'vitest';
import type { Endpoint, Milestone } from '../../src/connections/connection.js';
import { connectionOf, statesOf } from '../support/conversation.js';

/** A handshake seen next to the client, 10 ms away from the server, with timestamps a millisecond apart. */
const OPEN = `
  0.0000 C S  0   ts=100
  0.0100 S SA 0 1 ts=500
  0.0101 C A  1 1 ts=110`;

const ACTIVE = 'SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT';

function kindsOf(endpoint: Endpoint): Milestone['kind'][] {
  return endpoint.milestones.map(({ kind }) => kind);
}

describe('a segment that others of its sender overtook', () => {
  it('takes no FIN back that was sent after it', () => {
    const script = (timestamp: number) => `${OPEN}
      0.05 C PA 1 1 +10 ts=150
      0.08 S PA 101 11 +50 ts=560     # 1 to 100 are lost
      0.08 S FA 151 11 ts=561
      0.14 S A 1 11 ts=${timestamp}`;
    expect(statesOf(connectionOf(script(555)).server)).toBe('SYN-RECEIVED ESTABLISHED FIN-WAIT-1');
    // Sent after the FIN it shows that its sender has sent none.
    expect(statesOf(connectionOf(script(620)).server)).toBe('SYN-RECEIVED ESTABLISHED');
  });

  it('is no repeated FIN if it acknowledges less than its sender did before', () => {
    const { client, server } = connectionOf(`
      0.0000 C S  0
      0.0100 S SA 0 1
      0.0101 C A  1 1
      0.10 C FA 1 1
      0.12 S FA 1 2
      0.12 C A  2 2
      0.30 C FA 1 1`);
    expect(statesOf(client)).toBe(ACTIVE);
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED');
    expect(kindsOf(client)).not.toContain('fin-repeated');
  });

  it('is no keep-alive', () => {
    const script = (timestamp: number) => `${OPEN}
      0.05 C PA 1 1 +10 ts=150
      0.06 S A 1 11 ts=550
      0.09 C A 10 1 ts=${timestamp}`;
    expect(kindsOf(connectionOf(script(140)).client)).not.toContain('keep-alive');
    expect(kindsOf(connectionOf(script(190)).client)).toContain('keep-alive');
  });

  it('is no retransmission', () => {
    const script = (timestamp: number) => `${OPEN}
      0.05 C PA 11 1 +10 ts=151
      0.09 C PA 1 1 +10 ts=${timestamp}`;
    expect(connectionOf(script(150)).client.retransmissions).toBe(0);
    expect(connectionOf(script(190)).client.retransmissions).toBe(1);
  });

  it('is no repeated SYN-ACK', () => {
    const script = (timestamp: number) => `${OPEN}
      0.05 C PA 1 1 +10 ts=150
      0.06 S A 1 11 ts=550
      0.50 S SA 0 1 ts=${timestamp}`;
    expect(kindsOf(connectionOf(script(500)).server)).not.toContain('syn-ack-repeated');
    expect(kindsOf(connectionOf(script(990)).server)).toContain('syn-ack-repeated');
  });

  it('closes no window', () => {
    const script = (timestamp: number) => `${OPEN}
      0.05 C PA 1 1 +10 ts=150
      0.06 S A 1 11 ts=560
      0.09 S A 1 11 win=0 ts=${timestamp}`;
    expect(kindsOf(connectionOf(script(555)).server)).not.toContain('zero-window');
    expect(kindsOf(connectionOf(script(590)).server)).toContain('zero-window');
  });

  it('is one of a clock that the endpoint may have: a timestamp from far behind proves nothing', () => {
    const { client } = connectionOf(`${OPEN}
      0.05 C PA 1 1 +10 ts=500000
      0.06 S A 1 11 ts=550
      0.09 C A 10 1 ts=190`);
    expect(kindsOf(client)).toContain('keep-alive');
  });
});

describe('a segment behind a reset of its sender', () => {
  it('shows by an older timestamp that it left before', () => {
    const script = (timestamp: number) => `${OPEN}
      0.09 S PA 1 1 +10 ts=580
      0.10 S RA 11 1 ts=590
      1.20 S PA 1 1 +10 ts=${timestamp}`;
    expect(statesOf(connectionOf(script(589)).server)).toBe('SYN-RECEIVED ESTABLISHED CLOSED');
    expect(statesOf(connectionOf(script(1690)).server)).toBe('SYN-RECEIVED ESTABLISHED');
  });

  it('may have left before if it is like those before', () => {
    const script = (segment: string) =>
      connectionOf(`${OPEN}\n 0.09 S PA 1 1 +10\n 0.10 S RA 11 1\n 0.20 S ${segment}`).server;
    expect(statesOf(script('PA 1 1 +10'))).toBe('SYN-RECEIVED ESTABLISHED CLOSED');
    expect(statesOf(script('PA 11 1 +10'))).toBe('SYN-RECEIVED ESTABLISHED');
  });

  const answered = `
    0.0000 C S  0
    0.0100 S SA 0 1
    0.0101 C A  1 1
    0.10 C PA 1 1 +10
    0.11 S R  1`;

  it('may have left before if the reset was an answer', () => {
    expect(statesOf(connectionOf(`${answered}\n 0.20 S PA 1 1 +10`).server)).toBe(
      'SYN-RECEIVED ESTABLISHED CLOSED',
    );
  });

  it('has not if it comes much later, or knows what came after the reset', () => {
    const states = 'SYN-RECEIVED ESTABLISHED';
    expect(statesOf(connectionOf(`${answered}\n 1.20 S PA 1 1 +10`).server)).toBe(states);
    const knowing = `${answered}\n 0.12 C PA 11 1 +5\n 0.20 S PA 1 16 +10`;
    expect(statesOf(connectionOf(knowing).server)).toBe(states);
  });
});

describe('the acknowledgment of a FIN by an endpoint that has sent what was not captured', () => {
  it('leaves open whether its own FIN was among that', () => {
    const script = (sequence: number) => `${OPEN}
      0.10 S FA 1 1 ts=590
      0.11 C A ${sequence} 2 ts=210`;
    const received = (sequence: number) => connectionOf(script(sequence)).client.timeline.at(-1);
    expect(received(1)).toMatchObject({ state: 'CLOSE-WAIT', evidence: 'confirmed' });
    expect(received(2)).toMatchObject({ state: 'CLOSE-WAIT', evidence: 'assumed' });
  });
});
