import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/connections/connection.js';
import { connectionOf, conversation, statesOf } from '../support/conversation.js';

/** A handshake seen next to the client, 10 ms away from the server. */
const OPEN = `
  0.0000 C S  0
  0.0100 S SA 0 1
  0.0101 C A  1 1`;
/** The same seen next to the server. */
const OPEN_AT_SERVER = `
  0.0000 C S  0
  0.0001 S SA 0 1
  0.0101 C A  1 1`;

/** What an endpoint went through since it was open, without what was taken back. */
const sinceOpen = ({ timeline }: Endpoint) =>
  timeline.filter(({ retractedBy }) => retractedBy === null).slice(2);

const ACTIVE = 'SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT';
const PASSIVE = 'SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED';

describe('the TTL', () => {
  const changes = (script: string) =>
    connectionOf(script).server.milestones.filter(({ kind }) => kind === 'ttl-changed');
  const opened = (ttl: number) => `
    0.00 C S  0
    0.01 S SA 0 1 ttl=${ttl}
    0.02 C PA 1 1 +10`;

  it('is noted where it is another than that of the SYN-ACK, once', () => {
    const script = `${opened(244)}\n 0.03 S A 1 11 ttl=54\n 0.04 S PA 1 11 +5 ttl=44\n 0.05 S PA 6 11 +5 ttl=244`;
    expect(changes(script)).toMatchObject([{ frame: 4, value: 244 }]);
    expect(connectionOf(script).server.ttl).toBe(244);
  });

  it('is none where a route changes by a hop or two', () => {
    expect(changes(`${opened(54)}\n 0.03 S PA 1 11 +5 ttl=52`)).toEqual([]);
  });

  it('is none once data came: that is another route', () => {
    expect(changes(`${opened(54)}\n 0.03 S PA 1 11 +5 ttl=54\n 0.04 S PA 6 11 +5 ttl=44`)).toEqual([]);
  });

  it('of a reset counts for nothing', () => {
    const reset = `0.00 S R 1 ttl=244\n 0.01 S A 1 1 ttl=54`;
    expect(changes(reset)).toEqual([]);
    expect(connectionOf(`${opened(54)}\n 0.03 S R 1 ttl=255`).server.ttl).toBe(54);
  });

  it('of another connection on the same ports counts for nothing', () => {
    const closed = `${opened(54)}
      0.03 S A  1 11 ttl=54
      0.04 C FA 11 1
      0.05 S FA 1 12 ttl=54
      0.06 C A  12 2`;
    const followed = connectionOf(`${closed}\n 9.00 S SA 900000 800001 ttl=30\n 9.01 S R 900001 ttl=30`);
    expect(followed.server).toMatchObject({ ttl: 54, finalState: 'CLOSED' });
  });
});

describe('opening (RFC 9293 §3.5)', () => {
  it('opens by three segments, each transition with its evidence', () => {
    const { client, server } = connectionOf(`${OPEN}\n 0.02 S PA 1 1 +10`);
    expect(client.timeline).toMatchObject([
      { state: 'SYN-SENT', frame: 1, evidence: 'observed', section: '3.10.1' },
      { state: 'ESTABLISHED', frame: 2, evidence: 'confirmed', confirmedBy: 3, section: '3.10.7.3' },
    ]);
    expect(server.timeline).toMatchObject([
      { state: 'SYN-RECEIVED', frame: 2, evidence: 'observed', section: '3.10.7.2' },
      { state: 'ESTABLISHED', frame: 3, evidence: 'confirmed', confirmedBy: 4, section: '3.10.7.4' },
    ]);
  });

  it('is not shown by an acknowledgment that tells no more than the SYN-ACK', () => {
    const challenged = `
      0.000 C S  0
      0.001 S SA 0 1
      0.200 C RA 2 1
      0.201 S A  1 1`;
    expect(statesOf(connectionOf(challenged).server)).toBe('SYN-RECEIVED');
    expect(statesOf(connectionOf(`${challenged}\n 0.300 S PA 1 1 +5`).server)).toBe(
      'SYN-RECEIVED ESTABLISHED',
    );
  });

  describe('with two SYN-ACKs of different numbers', () => {
    const two = `
      0.000 C S  0
      0.010 S SA 0 1
      0.020 S SA 7777 1`;

    it('is by the one that the client acknowledges', () => {
      const first = connectionOf(`${two}\n 0.03 C A 1 1\n 0.04 C PA 1 1 +3\n 0.05 S A 1 4`);
      expect(first.client.timeline).toMatchObject([
        { state: 'SYN-SENT' },
        { state: 'ESTABLISHED', frame: 2, evidence: 'confirmed', confirmedBy: 4 },
      ]);
      const second = connectionOf(`${two}\n 0.03 C A 1 7778\n 0.04 C PA 1 7778 +3\n 0.05 S A 7778 4`);
      expect(second.client.timeline).toMatchObject([
        { state: 'SYN-SENT' },
        { state: 'ESTABLISHED', frame: 2, retractedBy: 4 },
        { state: 'ESTABLISHED', frame: 3, evidence: 'confirmed', confirmedBy: 4 },
      ]);
      for (const { server, quality } of [first, second]) {
        expect(server.timeline.map(({ state, frame }) => [state, frame])).toEqual([
          ['SYN-RECEIVED', 2],
          ['ESTABLISHED', 4],
        ]);
        expect([server.milestones, quality.lostSegments]).toEqual([[], 0]);
      }
    });

    it('is by the second where the client shows that the first was lost', () => {
      const { client, server, quality } = connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        1.00 C S  0
        1.01 S SA 7777 1
        1.02 C A  1 7778
        1.03 C PA 1 7778 +3
        1.04 S PA 7778 4 +5`);
      expect(client.timeline.at(-1)).toMatchObject({ state: 'ESTABLISHED', frame: 4, confirmedBy: 5 });
      expect([server.milestones, quality.lostSegments]).toEqual([[], 0]);
      expect([server.finalState, server.unacknowledgedBytes]).toEqual(['ESTABLISHED', 5]);
    });

    it('is not touched by one that comes later', () => {
      const { client, server, vantage } = connectionOf(`${OPEN}
        0.05 C PA 1 1 +3
        0.06 S PA 1 4 +4
        0.07 C A  4 5
        0.08 S SA 7777 4
        0.09 C A  4 5`);
      expect([statesOf(client), statesOf(server)]).toEqual([
        'SYN-SENT ESTABLISHED',
        'SYN-RECEIVED ESTABLISHED',
      ]);
      expect(server.milestones).toEqual([]);
      expect(vantage).toEqual(connectionOf(OPEN).vantage);
    });
  });

  it('takes an acknowledgment that says no more than the SYN-ACK for no proof that the server is open', () => {
    const { server } = connectionOf(`${OPEN}
      0.0200 C RA 2 1
      0.0300 S A  1 1`);
    expect(server.timeline[1]).toMatchObject({ state: 'ESTABLISHED', frame: 3, evidence: 'assumed' });
  });

  it('does not measure the way to the client by text, which comes when its program likes', () => {
    const { vantage } = connectionOf(`
      0.000 C S 0 ttl=60
      0.005 S SA 0 1 ttl=61
      0.350 C PA 1 1 +100 ttl=60`);
    expect(vantage).toEqual({ near: 'unknown', confidence: 'none', roundTripSeconds: null });
  });

  it.each([
    ['of the copy before, which measures nothing', 500, { near: 'unknown', roundTripSeconds: null }],
    ['of the copy at hand', 511, { near: 'server', confidence: 'low' }],
  ])('measures the way to the client by the timestamp of a repeated SYN-ACK: %s', (_which, echo, vantage) => {
    const connection = connectionOf(`
      0.0000 C S  0   ts=100
      0.0001 S SA 0 1 ts=500 echo=100
      0.0110 C S  0   ts=110
      0.0110 S SA 0 1 ts=511 echo=100
      0.0220 C A  1 1 ts=120 echo=${echo}`);
    expect(connection.vantage).toMatchObject(vantage);
  });

  it('opens from both sides at once (Figure 7)', () => {
    const { client, server } = connectionOf(`
      0.000 C S  0
      0.001 S S  0
      0.002 S SA 0 1
      0.011 C SA 0 1
      0.021 C A  1 1
      0.021 S A  1 1`);
    expect(statesOf(client)).toBe('SYN-SENT SYN-RECEIVED ESTABLISHED');
    expect(statesOf(server)).toBe('SYN-SENT SYN-RECEIVED ESTABLISHED');
  });

  it('takes an ESTABLISHED back when the SYN-ACK is repeated: the ACK was lost beyond the tap', () => {
    const { server } = connectionOf(`${OPEN}
      1.0300 S SA 0 1
      1.0301 C A  1 1
      1.0500 S PA 1 1 +5`);
    expect(server.timeline).toMatchObject([
      { state: 'SYN-RECEIVED', retractedBy: null },
      { state: 'ESTABLISHED', frame: 3, retractedBy: 4 },
      { state: 'ESTABLISHED', frame: 5, evidence: 'confirmed', retractedBy: null },
    ]);
  });

  it('opens by the client’s own acknowledgment, however often the SYN-ACK was repeated before', () => {
    const { client, server } = connectionOf(`
       0.0 C S  0
       0.1 S SA 0 1
       1.0 C S  0
       1.1 S SA 0 1
       1.2 S SA 0 1
       3.2 S SA 0 1
       7.2 S SA 0 1
      10.0 C PA 1 1 +20
      10.1 S A  1 21`);
    expect(client.timeline.filter(({ retractedBy }) => retractedBy === null)).toMatchObject([
      { state: 'SYN-SENT', frame: 1 },
      { state: 'ESTABLISHED', frame: 7, evidence: 'confirmed', confirmedBy: 8 },
    ]);
    expect(client.finalState).toBe('ESTABLISHED');
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED');
  });

  it('refuses: the SYN is answered by a reset, and the server never had a connection', () => {
    const { client, server, zeek } = connectionOf(`
      0.000 C S  0
      0.010 S RA -5000 1`);
    expect(statesOf(client)).toBe('SYN-SENT CLOSED');
    expect(statesOf(server)).toBe('');
    expect(server.milestones[0]).toMatchObject({
      kind: 'reset',
      reset: { verdict: 'accepted', trigger: { kind: 'syn' } },
    });
    expect(zeek.connState).toBe('REJ');
  });

  it('ignores a reset in SYN-SENT whose acknowledgment does not fit', () => {
    const { client, server } = connectionOf(`
      0.000 C S  0
      0.010 S RA -5000 77
      1.000 C S  0
      1.010 S SA 0 1
      1.011 C A  1 1`);
    expect(statesOf(client)).toBe('SYN-SENT ESTABLISHED');
    expect(server.milestones[0]).toMatchObject({ reset: { verdict: 'ignored' } });
  });

  it('supplies the states of a handshake whose SYN was not captured', () => {
    const { client, server, rolesKnownBy } = connectionOf(`
      0.000 S SA 0 1
      0.001 C A  1 1
      0.002 S PA 1 1 +5`);
    expect(client.timeline[0]).toMatchObject({ state: 'SYN-SENT', frame: null, evidence: 'assumed' });
    expect(statesOf(client)).toBe('SYN-SENT ESTABLISHED');
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED');
    expect(rolesKnownBy).toBe('syn-ack');
  });
});

describe('closing (RFC 9293 §3.6)', () => {
  it('closes by four segments', () => {
    const { client, server } = connectionOf(`${OPEN}
      1.000 C FA 1 1
      1.010 S A  1 2
      2.000 S FA 1 2
      2.001 C A  2 2`);
    expect(statesOf(client)).toBe(ACTIVE);
    expect(statesOf(server)).toBe(PASSIVE);
    expect(client.timeline.at(-1)).toMatchObject({ frame: 6, evidence: 'confirmed', confirmedBy: 7 });
    expect(server.timeline.slice(2)).toMatchObject([
      { state: 'CLOSE-WAIT', frame: 4, evidence: 'confirmed', confirmedBy: 5 },
      { state: 'LAST-ACK', frame: 6, evidence: 'observed' },
      { state: 'CLOSED', frame: 7, evidence: 'assumed' },
    ]);
  });

  it('closes by three segments: FIN-WAIT-2 lasts no time', () => {
    const { client } = connectionOf(`${OPEN}
      1.000 C FA 1 1
      1.010 S FA 1 2
      1.011 C A  2 2`);
    expect(statesOf(client)).toBe(ACTIVE);
    expect(client.timeline.slice(3)).toMatchObject([
      { state: 'FIN-WAIT-2', frame: 5 },
      { state: 'TIME-WAIT', frame: 5 },
    ]);
  });

  it.each([
    ['next to the client', OPEN, '1.000 C FA 1 1\n 1.005 S FA 1 1\n 1.006 C A 2 2\n 1.012 S A 2 2'],
    ['next to the server', OPEN_AT_SERVER, '1.000 S FA 1 1\n 1.005 C FA 1 1\n 1.006 S A 2 2\n 1.012 C A 2 2'],
  ])('closes from both sides at once, seen %s (Figure 13)', (_where, open, close) => {
    const { client, server } = connectionOf(`${open}\n${close}`);
    const both = 'ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT';
    expect(statesOf(client)).toBe(`SYN-SENT ${both}`);
    expect(statesOf(server)).toBe(`SYN-RECEIVED ${both}`);
  });

  it('takes a FIN that answers the one it crossed for no sign of loss, as BSD sends it', () => {
    // Without a handshake nothing tells how far away the server is.
    const { client, server } = connectionOf(`
      1.000 C PA 1 1 +9
      1.001 C FA 10 1
      1.100 S A  1 10
      1.105 S FA 1 10
      1.106 C FA 10 2
      1.107 S A  2 11`);
    const both = 'ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT';
    expect([statesOf(client), statesOf(server)]).toEqual([both, both]);
    expect(server.timeline.slice(-2)).toMatchObject([
      { state: 'CLOSING', frame: 2, evidence: 'confirmed', confirmedBy: 6 },
      { state: 'TIME-WAIT', frame: 5 },
    ]);
    expect(client.timeline.filter(({ retractedBy }) => retractedBy !== null)).toEqual([]);
  });

  it('takes a FIN repeated before any acknowledgment could be back for no sign of loss', () => {
    const { server } = connectionOf(`${OPEN}
      1.000 C FA 1 1
      1.009 C FA 1 1
      1.010 S A  1 2`);
    expect(server.timeline.slice(2)).toMatchObject([
      { state: 'CLOSE-WAIT', frame: 4, evidence: 'confirmed', confirmedBy: 6 },
    ]);
  });

  it('knows a FIN lost that the receiver leaves out of its own, long after it could have crossed that', () => {
    const { server } = connectionOf(`${OPEN}
      1.000 C FA 1 1
      5.000 S FA 1 1
      5.001 C A  2 2
      5.002 C FA 1 2
      5.012 S A  2 2`);
    expect(server.timeline.slice(2)).toMatchObject([
      { state: 'CLOSE-WAIT', frame: 4, retractedBy: 5 },
      { state: 'FIN-WAIT-1', frame: 5 },
      { state: 'FIN-WAIT-2', frame: 6 },
      { state: 'TIME-WAIT', frame: 7, evidence: 'confirmed', confirmedBy: 8 },
    ]);
  });

  it('keeps the acknowledgment of a FIN where a copy of the FIN that had crossed it was lost', () => {
    const { client } = connectionOf(`${OPEN_AT_SERVER}
      1.000 S FA 1 1
      1.005 C FA 1 1
      1.006 S A  1 2
      1.300 S FA 1 2
      1.310 C A  2 2`);
    expect(sinceOpen(client)).toMatchObject([
      { state: 'FIN-WAIT-1', frame: 5 },
      { state: 'FIN-WAIT-2', frame: 6 },
      { state: 'TIME-WAIT', frame: 7, evidence: 'confirmed', confirmedBy: 8 },
    ]);
  });

  describe('where the first copy of a FIN was lost before the tap', () => {
    it('knows by its sender’s next number that it had crossed the peer’s', () => {
      const { client } = connectionOf(`${OPEN_AT_SERVER}
        1.000 S FA 1 1
        1.011 C A  2 2
        1.200 C FA 1 2
        1.201 S A  2 2`);
      expect(sinceOpen(client)).toMatchObject([
        { state: 'FIN-WAIT-1', frame: null, copyFrame: 6, evidence: 'assumed' },
        { state: 'CLOSING', frame: 4, evidence: 'assumed' },
        { state: 'TIME-WAIT', frame: 7 },
      ]);
    });

    it('leaves open which came first where the peer’s was repeated', () => {
      const { client } = connectionOf(`${OPEN_AT_SERVER}
        1.000 S FA 1 1
        1.300 S FA 1 1
        1.311 C A  2 2
        1.500 C FA 1 2
        1.501 S A  2 2`);
      expect(sinceOpen(client)).toMatchObject([
        { state: 'CLOSE-WAIT', evidence: 'assumed' },
        { state: 'LAST-ACK', frame: 7, evidence: 'assumed' },
        { state: 'CLOSED', frame: 8 },
      ]);
    });

    it('knows it also by that of a segment from before the peer’s, however often that came', () => {
      const { client, server } = connectionOf(`${OPEN_AT_SERVER}
        0.500 C A  2 1
        1.000 S FA 1 1
        1.300 S FA 1 1
        1.400 C FA 1 2
        1.401 S A  2 2`);
      expect(sinceOpen(client)).toMatchObject([
        { state: 'FIN-WAIT-1', frame: null, copyFrame: 7, evidence: 'assumed' },
        { state: 'CLOSING', frame: 6, evidence: 'assumed' },
        { state: 'TIME-WAIT', frame: 8 },
      ]);
      expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT');
    });

    it('keeps a reset that came between the peer’s FIN and the copy: it crossed that', () => {
      const { client } = connectionOf(`${OPEN_AT_SERVER}
        0.500 C A  2 1
        1.000 S FA 1 1
        1.002 S RA 2 1
        1.010 C FA 1 2`);
      expect(sinceOpen(client)).toMatchObject([
        { state: 'FIN-WAIT-1', frame: null, copyFrame: 7, evidence: 'assumed' },
        { state: 'CLOSING', frame: 5, evidence: 'assumed' },
        { state: 'CLOSED', frame: 6, evidence: 'assumed' },
      ]);
    });

    it('knows it by an early copy, which acknowledges less, that comes behind a later one', () => {
      const { client } = connectionOf(`${OPEN_AT_SERVER}
        1.000 S FA 1 1
        1.200 C FA 1 2
        1.201 S A  2 2
        1.250 C FA 1 1`);
      expect(sinceOpen(client)).toMatchObject([
        { state: 'FIN-WAIT-1', frame: null, copyFrame: 5, evidence: 'assumed' },
        { state: 'CLOSING', frame: 4, evidence: 'assumed' },
        { state: 'TIME-WAIT', frame: 6 },
      ]);
    });

    it('keeps the reset that had ended the connection when such a copy comes', () => {
      const { client } = connectionOf(`${OPEN_AT_SERVER}
        1.000 S FA 1 1
        1.200 C FA 1 2
        1.201 S R  2
        1.250 C FA 1 1`);
      expect(sinceOpen(client)).toMatchObject([
        { state: 'FIN-WAIT-1', frame: null, copyFrame: 5 },
        { state: 'CLOSING', frame: 4 },
        { state: 'CLOSED', frame: 6 },
      ]);
    });

    it('takes octets that were missed for no FIN', () => {
      const missed = connectionOf(`${OPEN_AT_SERVER}
        0.500 C A  2 1
        1.000 S FA 1 1
        1.200 C FA 2 2
        1.201 S A  2 3`);
      expect(statesOf(missed.client)).toBe('SYN-SENT ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED');
      const { client } = connectionOf(`${OPEN_AT_SERVER}
        1.000 S FA 1 1
        1.011 C A  11 2
        1.200 C PA 1 2 +10
        1.201 C FA 11 2
        1.202 S A  2 12`);
      expect(sinceOpen(client)).toMatchObject([
        { state: 'CLOSE-WAIT', frame: 4 },
        { state: 'LAST-ACK', frame: 7, evidence: 'assumed' },
        { state: 'CLOSED', frame: 8 },
      ]);
    });
  });

  it('gives a FIN that came beyond lost octets to the segment that brings them, after what came meanwhile', () => {
    const { client } = connectionOf(`${OPEN_AT_SERVER}
      1.0000 S PA 1 1 +100
      1.0001 S PA 101 1 +12
      1.0002 S FA 113 1
      1.0110 C A  1 101
      1.0111 C A  1 101
      1.0112 C FA 1 101
      1.0113 S A  114 2
      1.0150 S PA 101 2 +12
      1.0260 C A  2 114`);
    expect(sinceOpen(client)).toMatchObject([
      { state: 'FIN-WAIT-1', frame: 9 },
      { state: 'FIN-WAIT-2', frame: 10 },
      { state: 'TIME-WAIT', frame: 11, evidence: 'confirmed', confirmedBy: 12 },
    ]);
  });

  it('gives it to the last of several that are repeated, and takes back once what it was given to first', () => {
    const { client } = connectionOf(`${OPEN_AT_SERVER}
      1.0000 S PA 1 1 +100
      1.0001 S PA 101 1 +100
      1.0002 S PA 201 1 +100
      1.0003 S FA 301 1
      1.0110 C A  1 1
      1.0120 S PA 1 1 +100
      1.0121 S PA 101 1 +100
      1.0230 C A  1 201
      1.0231 S PA 201 1 +100
      1.0340 C A  1 302`);
    expect(client.timeline.slice(2)).toMatchObject([
      { state: 'CLOSE-WAIT', frame: 7, retractedBy: 9 },
      { state: 'CLOSE-WAIT', frame: 12, evidence: 'confirmed', confirmedBy: 13 },
    ]);
  });

  it('leaves open whether its receiver had closed while octets of its own were not acknowledged', () => {
    const { server } = connectionOf(`${OPEN}
      1.000 S PA 1 1 +100
      1.001 C FA 1 1
      1.011 S A  101 2
      1.012 C A  2 101
      1.022 S FA 101 2
      1.023 C A  2 102`);
    expect(server.timeline.slice(2)).toMatchObject([
      { state: 'CLOSE-WAIT', frame: 5, evidence: 'assumed' },
      { state: 'LAST-ACK', frame: 8, evidence: 'assumed' },
      { state: 'CLOSED', frame: 9 },
    ]);
  });

  it('knows that its receiver had not closed once those are acknowledged and it goes on without a FIN', () => {
    const { server } = connectionOf(`${OPEN}
      1.000 S PA 1 1 +100
      1.001 C FA 1 1
      1.011 S A  101 2
      1.012 C A  2 101
      5.000 S FA 101 2
      5.001 C A  2 102`);
    expect(server.timeline.slice(2)).toMatchObject([
      { state: 'CLOSE-WAIT', frame: 5, evidence: 'confirmed', confirmedBy: 7 },
      { state: 'LAST-ACK', frame: 8, evidence: 'observed' },
      { state: 'CLOSED', frame: 9 },
    ]);
  });

  describe('where two FINs cross', () => {
    const serverOf = (acknowledged: string) =>
      connectionOf(`${OPEN}
        1.0000 C FA 1 1
        1.0100 S FA 1 1
        1.0101 C A  2 2
        ${acknowledged} S A  2 2`).server;

    it('puts one behind the acknowledgment of the other that is acknowledged too late to have come before', () => {
      expect(sinceOpen(serverOf('1.0700'))).toMatchObject([
        { state: 'FIN-WAIT-1', frame: 5 },
        { state: 'FIN-WAIT-2', frame: 6 },
        { state: 'TIME-WAIT', frame: 4, evidence: 'confirmed', confirmedBy: 7 },
      ]);
    });

    it('leaves open which came first where a copy may be the one that is acknowledged', () => {
      const { client } = connectionOf(`${OPEN_AT_SERVER}
        1.0000 S FA 1 1
        1.0020 C FA 1 1
        1.0021 S A  2 2
        1.0025 S FA 1 2
        1.0125 C A  2 2`);
      expect(sinceOpen(client)).toMatchObject([
        { state: 'FIN-WAIT-1', frame: 5 },
        { state: 'CLOSING', frame: 4, evidence: 'assumed' },
        { state: 'TIME-WAIT', frame: 6 },
      ]);
    });

    it('knows one lost of which its receiver knows nothing long after, when it repeats its own', () => {
      const { client } = connectionOf(`${OPEN_AT_SERVER}
        1.0000 S FA 1 1
        1.0050 C FA 1 1
        1.0051 S A  2 2
        1.2100 C FA 1 1
        1.2101 S A  2 2
        1.2220 C A  2 2`);
      expect(sinceOpen(client)).toMatchObject([
        { state: 'FIN-WAIT-1', frame: 5 },
        { state: 'FIN-WAIT-2', frame: 8 },
        { state: 'TIME-WAIT', frame: 9, evidence: 'observed' },
      ]);
    });

    it('leaves one where it was that is acknowledged in time', () => {
      expect(sinceOpen(serverOf('1.0110'))).toMatchObject([
        { state: 'FIN-WAIT-1', frame: 5 },
        { state: 'CLOSING', frame: 4, evidence: 'confirmed', confirmedBy: 7 },
        { state: 'TIME-WAIT', frame: 6 },
      ]);
    });
  });

  it('leaves a FIN where it was if octets are repeated before the receiver has spoken', () => {
    const { client } = connectionOf(`${OPEN_AT_SERVER}
      1.0000 S PA 1 1 +12
      1.0001 S FA 13 1
      1.2000 S PA 1 1 +12
      1.2110 C A  1 14`);
    expect(client.timeline.slice(2)).toMatchObject([
      { state: 'CLOSE-WAIT', frame: 5, evidence: 'confirmed', confirmedBy: 7 },
    ]);
  });

  it('gives CLOSE-WAIT to the copy of the FIN that was acknowledged', () => {
    const { server } = connectionOf(`${OPEN}
      1.000 C FA 1 1
      1.300 C FA 1 1
      1.310 S A  1 2`);
    expect(server.timeline.slice(2)).toMatchObject([
      { state: 'CLOSE-WAIT', frame: 4, retractedBy: 5 },
      { state: 'CLOSE-WAIT', frame: 5, evidence: 'confirmed', confirmedBy: 6 },
    ]);
  });

  it('keeps CLOSE-WAIT at the first copy where the tap is at the receiver', () => {
    const { server } = connectionOf(`${OPEN_AT_SERVER}
      1.000 C FA 1 1
      1.011 C FA 1 1
      1.040 S A  1 2`);
    expect(server.timeline.slice(2)).toMatchObject([{ state: 'CLOSE-WAIT', frame: 4, retractedBy: null }]);
  });

  it('takes FIN-WAIT-2 back when the FIN is repeated: its acknowledgment was lost beyond the tap', () => {
    const { client } = connectionOf(`${OPEN_AT_SERVER}
      1.000 C FA 1 1
      1.001 S A  1 2
      1.300 C FA 1 1
      1.301 S A  1 2`);
    expect(client.timeline.slice(2)).toMatchObject([
      { state: 'FIN-WAIT-1' },
      { state: 'FIN-WAIT-2', frame: 5, retractedBy: 6 },
      { state: 'FIN-WAIT-2', frame: 7, retractedBy: null },
    ]);
  });

  it('leaves LAST-ACK again when the last acknowledgment was lost', () => {
    const { server } = connectionOf(`${OPEN}
      1.000 C FA 1 1
      1.010 S FA 1 2
      1.011 C A  2 2
      1.310 S FA 1 2
      1.311 C A  2 2`);
    expect(statesOf(server)).toBe(PASSIVE);
    expect(server.timeline.filter((entry) => entry.retractedBy !== null)).toMatchObject([
      { state: 'CLOSED', frame: 6 },
    ]);
  });

  it('takes a FIN in sequence order only (SHLD-31)', () => {
    const { server } = connectionOf(`${OPEN}
      1.000 C FA 101 1
      1.010 S A  1 1
      1.300 C PA 1 1 +100
      1.310 S A  1 102`);
    expect(server.timeline.slice(2)).toMatchObject([{ state: 'CLOSE-WAIT', frame: 6, confirmedBy: 7 }]);
  });

  it('does not give CLOSE-WAIT for a FIN that nobody acknowledged', () => {
    const { server } = connectionOf(`${OPEN}
      1.0 C FA 1 1
      1.3 C FA 1 1
      1.9 C FA 1 1`);
    expect(
      server.timeline.filter((entry) => entry.state === 'CLOSE-WAIT' && entry.evidence !== 'assumed'),
    ).toEqual([]);
  });
});

describe('data after the close of the other side', () => {
  const written = (script: string) =>
    connectionOf(`${OPEN}\n${script}`).server.milestones.find(({ kind }) => kind === 'data-after-peer-fin');

  it('knows which data came before', () => {
    const found = written(`
      0.5 S PA 1 1 +3
      0.51 C A 1 4
      1.0 C FA 1 4
      1.01 S A 4 2
      2.0 S PA 4 2 +7
      2.1 S PA 11 2 +7`);
    expect(found).toMatchObject({ frame: 8, count: 2, dataBefore: 4 });
  });

  it('and whether there was any', () => {
    const found = written(`
      1.0 C FA 1 1
      2.0 S PA 1 2 +7
      2.1 S PA 8 2 +7`);
    expect(found).toMatchObject({ frame: 5, count: 2 });
    expect(found).not.toHaveProperty('dataBefore');
  });
});

describe('resets (RFC 9293 §3.5.2, §3.5.3, §3.10.7)', () => {
  it('answers data after close with a reset: sender and receiver are CLOSED at once', () => {
    const { client, server } = connectionOf(`${OPEN}
      1.0 C FA 1 1
      1.01 S A 1 2
      2.0 S PA 1 2 +7
      2.001 C R 2`);
    expect(statesOf(client)).toBe('SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSED');
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED CLOSE-WAIT CLOSED');
    expect(server.milestones).toContainEqual(
      expect.objectContaining({ kind: 'data-after-peer-fin', frame: 6, value: 7 }),
    );
    expect(client.milestones.find((milestone) => milestone.kind === 'reset')?.reset).toMatchObject({
      hasAck: false,
      verdict: 'accepted',
      trigger: { frame: 6, kind: 'data', knewFin: true, payloadBytes: 7 },
    });
  });

  it('says how much a reset carried', () => {
    const { server } = connectionOf(`${OPEN}
      1.0 C PA 1 1 +10
      1.01 S A 1 11
      2.0 S RA 1 11 +25
      2.1 S R 26`);
    const resets = server.milestones.filter(({ kind }) => kind === 'reset');
    expect(resets.map(({ reset }) => reset?.payloadBytes)).toEqual([25, 0]);
  });

  it('compares where a reset came from with the last other segment of its sender', () => {
    const resetsOf = (script: string) => {
      const { server } = connectionOf(script);
      const resets = server.milestones.filter(({ kind }) => kind === 'reset');
      return [...resets.map(({ reset }) => reset?.otherLinkAddress), server.timeline.at(-1)?.evidence];
    };
    const open = `
      0.00 C S 0 mac=1
      0.01 S SA 0 1 mac=2
      0.02 C A 1 1 mac=1
      1.00 C PA 1 1 +10 mac=1`;
    expect(resetsOf(`${open}\n 1.01 S R 1 mac=3`)).toEqual([true, 'assumed']);
    expect(resetsOf(`${open}\n 1.01 S R 1 mac=2`)).toEqual([undefined, 'observed']);
    // Not known of either.
    expect(resetsOf(`${open}\n 1.01 S R 1`)).toEqual([undefined, 'observed']);
    expect(resetsOf(`${open.replace('mac=2', '')}\n 1.01 S R 1 mac=3`)).toEqual([undefined, 'observed']);
    // Another router, but from its predicted acknowledgment on.
    const moved = `${open}\n 1.01 S A 1 11 mac=3\n 1.02 C PA 11 1 +10 mac=1`;
    expect(resetsOf(`${moved}\n 2.00 S R 1 mac=3`)).toEqual([undefined, 'observed']);
    expect(resetsOf(`${moved}\n 2.00 S R 1 mac=2`)).toEqual([true, 'assumed']);
    // Another distance, however small; another initial value is none.
    expect(resetsOf(`${open}\n 1.01 S R 1 mac=2 ttl=63`)).toEqual([undefined, 'assumed']);
    expect(resetsOf(`${open}\n 1.01 S R 1 mac=2 ttl=255`)).toEqual([undefined, 'observed']);
    // One reset is not compared with the other.
    expect(resetsOf(`${open}\n 1.01 S R 1 mac=3\n 1.02 S R 1 mac=3`)).toEqual([true, true, 'assumed']);
    // The capture holds frames twice: from one side of a router, or from both.
    const doubled = (mac: number, ttl = 64) =>
      `${open} id=9\n 1.0001 C PA 1 1 +10 mac=${mac} ttl=${ttl} id=9`;
    expect(resetsOf(`${doubled(1)}\n 1.01 S R 1 mac=3`)).toEqual([true, 'assumed']);
    expect(resetsOf(`${doubled(4)}\n 1.01 S R 1 mac=3`)).toEqual([undefined, 'observed']);
    expect(resetsOf(`${doubled(1, 63)}\n 1.01 S R 1 mac=3 ttl=63`)).toEqual([undefined, 'observed']);
  });

  it('takes what the reset of a live socket acknowledges for received, and no more', () => {
    const { client, server } = connectionOf(`${OPEN}
      1.00 C PA 1 1 +5
      1.01 C PA 6 1 +7
      1.02 S RA 1 6`);
    expect(client.unacknowledgedBytes).toBe(7);
    expect(client.finalState).toBe('CLOSED');
    expect(server.finalState).toBe('CLOSED');
  });

  it('holds a FIN that its own acknowledgment has just overtaken for its first copy', () => {
    const closing = `${OPEN}
      1.0000 C FA 1 1
      1.0100 S A 2 2`;
    const statesOfServer = (fin: string) => statesOf(connectionOf(`${closing}\n ${fin}`).server);
    expect(statesOfServer('1.0101 S FA 1 2')).toBe('SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK');
    expect(statesOfServer('1.2500 S FA 1 2')).toBe('SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSING');
  });

  it('takes a SYN-ACK for no copy of another if a SYN came between them', () => {
    const copiesIn = (between: string) =>
      connectionOf(`
        0.00000 C S 0 ts=1 id=0
        0.00100 S SA 0 1 ts=5 id=0
        1.00000 S SA 0 1 ts=9 id=0
        ${between}
        1.00008 S SA 0 1 ts=9 id=0
        1.10000 C A 1 1`).quality.duplicateFrames;
    expect(copiesIn('1.00005 C S 0 ts=8 id=0')).toBe(0);
    expect(copiesIn('')).toBe(1);
  });

  it('takes a repeated FIN for what it acknowledges as well', () => {
    const { server } = connectionOf(`${OPEN}
      1.0000 S FA 1 1
      1.0010 C FA 1 2
      1.2050 C FA 1 2
      1.2051 S FA 1 1
      1.2052 S A 2 2`);
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT');
    const [acknowledged, closed] = server.timeline.slice(-2);
    expect([acknowledged, closed].map(({ frame, confirmedBy }) => [frame, confirmedBy])).toEqual([
      [6, 8],
      [6, 8],
    ]);
  });

  it('does not believe the acknowledgment of a reset with numbers that are not its sender’s', () => {
    const { client } = connectionOf(`${OPEN}
      1.00 C PA 1 1 +5
      1.01 S RA 90000 6`);
    expect(client.unacknowledgedBytes).toBe(5);
  });

  it('does not take the number before a FIN for that of the FIN, whose arrival is not proved', () => {
    const { client } = connectionOf(`${OPEN}
      1.00 C PA 1 1 +5
      1.01 S A 1 6
      1.02 C FA 6 1
      1.03 C R 5`);
    expect(client.milestones.find(({ kind }) => kind === 'reset')?.reset?.verdict).toBe('out-of-window');
  });

  it.each([
    ['its window is still closed', 'win=0'],
    ['its window is open again', ''],
  ])('accepts the number before a window probe’s octet, for which there was no room: %s', (_what, window) => {
    const { client, server } = connectionOf(`${OPEN_AT_SERVER}
      1.000 C PA 1 1 +5
      1.001 S A 1 6 win=0
      2.000 C A 6 1 +1
      2.001 S A 1 6 win=0
      2.011 C A 7 1
      3.000 S A 0 6 ${window}
      3.010 C RA 6 0`);
    expect(client.milestones.find(({ kind }) => kind === 'reset')?.reset?.verdict).toBe('accepted');
    expect(server.finalState).toBe('CLOSED');
  });

  describe('behind data that was lost before the capture', () => {
    const closed = `${OPEN_AT_SERVER}
      1.000 S FA 1 1
      1.010 C A 1 2`;
    const lastOf = (script: string) => connectionOf(script).client.timeline.at(-1);

    it('holds its sender for closed where it acknowledges what only that knows', () => {
      expect(lastOf(`${closed}\n 1.011 C RA 1401 2`)).toMatchObject({
        state: 'CLOSED',
        cause: 'sent RST, aborting',
        evidence: 'assumed',
        frame: 6,
      });
    });

    it.each([
      ['acknowledges nothing', 'C R 1401'],
      ['acknowledges what was never sent', 'C RA 1401 5000'],
      ['acknowledges less than its sender did', 'C RA 1401 1'],
      ['is beyond the window', 'C RA 90000 2'],
    ])('does not where it %s', (_what, reset) => {
      expect(lastOf(`${closed}\n 1.011 ${reset}`)).toMatchObject({ state: 'CLOSE-WAIT' });
    });

    it('does not where its sender has acknowledged nothing so far, and this leaves the SYN out', () => {
      expect(lastOf('0.000 C S 0\n 0.010 S SA 0 1\n 0.020 C RA 5001 -2000')).toMatchObject({
        state: 'ESTABLISHED',
        frame: 2,
      });
    });

    it('takes that back when its sender goes on', () => {
      const [reset] = connectionOf(`${closed}\n 1.011 C RA 1401 2\n 1.500 C PA 1 2 +5`).client.timeline.slice(
        -1,
      );
      expect(reset).toMatchObject({ state: 'CLOSED', retractedBy: 7 });
    });

    it('but not for what the reset overtook', () => {
      const overtaken = lastOf(`${closed}\n 1.011 C RA 1401 2\n 1.012 C PA 1 2 +1400`);
      expect(overtaken).toMatchObject({ state: 'CLOSED', retractedBy: null });
    });

    it('does not know it by a second reset to which nothing had come', () => {
      expect(lastOf(`${closed}\n 1.011 C RA 1401 2\n 1.0111 C R 1`)).toMatchObject({ evidence: 'assumed' });
    });

    it('knows it where the host answers the challenge as one that has no such connection', () => {
      expect(lastOf(`${closed}\n 1.011 C RA 1401 2\n 1.0111 S A 2 1\n 1.021 C R 1`)).toMatchObject({
        state: 'CLOSED',
        evidence: 'confirmed',
        confirmedBy: 8,
      });
    });
  });

  it.each([
    ['out of the window', 'C R 90000', 'out-of-window', '', 90_000 - 65_535],
    ['before the window', 'C R -6', 'out-of-window', '', -7],
    ['in the window, not exact', 'C R 50', 'challenged', '1.001 S A 1 1', 49],
  ])('keeps the connection when the reset is %s', (_what, reset, verdict, answer, missedBy) => {
    const { client, server } = connectionOf(`${OPEN_AT_SERVER}
      1.000 ${reset}
      ${answer}
      1.500 C PA 1 1 +5
      1.501 S A  1 6`);
    expect(client.finalState).toBe('ESTABLISHED');
    expect(server.finalState).toBe('ESTABLISHED');
    expect(client.milestones[0]).toMatchObject({ kind: 'reset', reset: { verdict, missedBy } });
    // An acknowledgment after one outside the window answers something else.
    const challenges = verdict === 'challenged' ? [{ kind: 'challenge-ack', frame: 5 }] : [];
    expect(server.milestones).toMatchObject(challenges);
  });

  it.each([
    ['is taken where selective acknowledgments are agreed on', 'sack=1', 601, '', 'CLOSED', 'accepted'],
    ['is challenged elsewhere', '', 601, '', 'ESTABLISHED', 'challenged'],
    ['is challenged if it is not quite there', 'sack=1', 551, '', 'ESTABLISHED', 'challenged'],
    ['is challenged if it is further on', 'sack=1', 701, '', 'ESTABLISHED', 'challenged'],
    ['was not taken by a receiver that goes on', 'sack=1', 601, '1.500 S A 1 1', 'ESTABLISHED', 'accepted'],
  ])('a reset right behind what came beyond a gap %s', (_what, option, sequence, answer, state, verdict) => {
    const { client, server } = connectionOf(`
      0.000 C S  0 ${option}
      0.000 S SA 0 1 ${option}
      0.030 C A  1 1
      1.000 C PA 501 1 +100
      1.001 S A  1 1
      1.100 C RA ${sequence} 1
      ${answer}`);
    expect(client.finalState).toBe('CLOSED');
    expect(server.finalState).toBe(state);
    expect(client.milestones.find(({ kind }) => kind === 'reset')?.reset).toMatchObject({ verdict });
  });

  describe('names the segment that a reset answers', () => {
    const trigger = (script: string, role: 'client' | 'server') =>
      connectionOf(script)[role].milestones.find(({ kind }) => kind === 'reset')?.reset?.trigger;

    it('not when its sender has acknowledged it and said so: then the socket was alive, and was aborted', () => {
      expect(trigger(`${OPEN}\n 1.00 S PA 1 1 +50\n 1.0001 C A 1 51\n 1.0002 C R 1`, 'client')).toBeNull();
    });

    it('not when it comes long after any answer would have', () => {
      const data = `${OPEN}\n 1.00 S PA 1 1 +50`;
      expect(trigger(`${data}\n 1.50 C R 1`, 'client')).toMatchObject({ frame: 4, payloadBytes: 50 });
      for (const late of ['3.00', '14.00']) expect(trigger(`${data}\n ${late} C R 1`, 'client')).toBeNull();
    });

    it('as long as two round trips take on a slow path', () => {
      const slow = '0.0 C S 0\n 3.0 S SA 0 1\n 3.1 C A 1 1\n 4.0 C PA 1 1 +5';
      expect(trigger(`${slow}\n 7.0 S R 1`, 'server')).toMatchObject({ frame: 4 });
    });

    it('though the sender of that segment reset the connection itself right behind it', () => {
      const { client, server } = connectionOf(`${OPEN}
        1.000 C FA 1 1
        1.010 S PA 1 1 +31
        1.0101 S RA 32 1
        1.0102 C R 1`);
      expect(client.milestones.find(({ kind }) => kind === 'reset')?.reset?.trigger).toMatchObject({
        frame: 5,
        payloadBytes: 31,
      });
      expect(server.milestones.find(({ kind }) => kind === 'reset')?.reset?.trigger).toBeNull();
    });
  });

  it('does not count as received what a closed socket acknowledges in its reset, as on Windows', () => {
    const closed = `${OPEN}\n 1.00 S FA 1 1\n 1.0001 C PA 1 2 +300`;
    expect(connectionOf(`${closed}\n 1.02 S RA 2 301 win=0`).client.unacknowledgedBytes).toBe(300);
    expect(connectionOf(`${closed}\n 1.02 S RA 2 301 win=500`).client.unacknowledgedBytes).toBe(0);
  });

  it('takes such a reset for an answer to what it acknowledges, and no other with ACK', () => {
    const triggerOf = (closing: string, reset: string) =>
      connectionOf(`${OPEN}\n ${closing}\n ${reset}`).server.milestones.find(({ kind }) => kind === 'reset')!
        .reset!.trigger;
    const closed = '1.00 S FA 1 1\n 1.01 C PA 1 2 +300';
    expect(triggerOf(closed, '1.02 S RA 2 301 win=0')).toMatchObject({
      frame: 5,
      kind: 'data',
      knewFin: true,
      payloadBytes: 300,
    });
    const others: [string, string][] = [
      [closed, '1.02 S RA 2 301 win=500'],
      [closed, '1.02 S RA 2 201 win=0'],
      [closed, '9.00 S RA 2 301 win=0'],
      ['1.00 S FA 1 1\n 1.01 C A 1 2', '1.02 S RA 2 1 win=0'],
      ['1.01 C PA 1 1 +300', '1.02 S RA 1 301 win=0'],
    ];
    for (const [before, reset] of others) expect(triggerOf(before, reset)).toBeNull();
  });

  it('proves nothing of a peer that never answered its SYN', () => {
    const { quality, server } = connectionOf(`
      0 C S 0
      1 C S 0
      3 C RA 1 -5000`);
    expect(quality.unseen).toBeNull();
    expect(server.timeline).toEqual([]);
  });

  it('takes CLOSE-WAIT back where the reset acknowledges less than the FIN', () => {
    const closed = `${OPEN}
      1.0 C PA 1 1 +3
      1.1 S A  1 4
      1.2 C FA 4 1`;
    const aborted = connectionOf(`${closed}\n 1.3 S RA 1 4 win=512`);
    expect(aborted.server.timeline.at(-2)).toMatchObject({ state: 'CLOSE-WAIT', frame: 6, retractedBy: 7 });
    expect(statesOf(aborted.server)).toBe('SYN-RECEIVED ESTABLISHED CLOSED');
    const closing = connectionOf(`${closed}\n 1.3 S RA 1 5 win=512`);
    expect(statesOf(closing.server)).toBe('SYN-RECEIVED ESTABLISHED CLOSE-WAIT CLOSED');
    // Such a number is none that it can have acknowledged.
    const refusing = connectionOf(`${closed}\n 1.3 S RA 1 0 win=512`);
    expect(statesOf(refusing.server)).toBe('SYN-RECEIVED ESTABLISHED CLOSE-WAIT CLOSED');
  });

  it('takes a FIN back that came behind what the reset of a closed socket answers', () => {
    const { server } = connectionOf(`${OPEN}
      1.0000 C PA 1 1 +9
      1.0001 C FA 10 1
      1.0050 S FA 1 1
      1.0051 C FA 10 2
      1.0100 S R  1
      1.0150 S R  2`);
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSED');
    expect(server.timeline.filter(({ state }) => state === 'CLOSING')).toMatchObject([{ retractedBy: 8 }]);
  });

  it('does not take a reset back because the other side repeats its FIN', () => {
    const { client, server } = connectionOf(`${OPEN}
      1.000 C PA 1 1 +100
      1.001 S FA 1 1
      1.0011 C FA 101 2
      1.011 S R 1
      1.300 C PA 1 2 +100
      1.301 C FA 101 2`);
    expect(server.finalState).toBe('CLOSED');
    expect(server.timeline.at(-1)).toMatchObject({ state: 'CLOSED', frame: 7, retractedBy: null });
    expect(client.finSent).toBe(true);
  });

  it('takes a forged exact reset for its sender back when that one goes on', () => {
    const { client, server } = connectionOf(`${OPEN_AT_SERVER}
      1.000 C R 1
      1.500 C PA 1 1 +5
      1.501 S R 1`);
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED CLOSED');
    expect(client.timeline.filter((entry) => entry.retractedBy !== null)).toMatchObject([
      { state: 'CLOSED', frame: 4 },
    ]);
    expect(client.finalState).toBe('CLOSED');
  });

  it('takes a refusal back when the SYN is repeated, as often as it is', () => {
    const refused = `
      0.00 C S  0
      0.01 S RA -5000 1
      0.51 C S  0
      0.52 S RA -5000 1
      1.02 C S  0`;
    const { client } = connectionOf(`${refused}\n 1.03 S RA -5000 1`);
    expect(client.timeline).toMatchObject([
      { state: 'SYN-SENT' },
      { state: 'CLOSED', frame: 2, retractedBy: 3 },
      { state: 'CLOSED', frame: 4, retractedBy: 5 },
      { state: 'CLOSED', frame: 6, retractedBy: null },
    ]);
    const opened = connectionOf(`${refused}\n 1.03 S SA 0 1\n 1.04 C A 1 1`);
    expect(opened.client.timeline.at(-1)).toMatchObject({
      state: 'ESTABLISHED',
      frame: 6,
      evidence: 'confirmed',
    });
    expect(opened.client.milestones.map(({ kind }) => kind)).toEqual(['syn-repeated']);
  });

  it('takes a reset back that answered a SYN-ACK which is repeated', () => {
    const { client, server } = connectionOf(`
      0.00 C S  0
      0.01 S SA 0 1
      0.02 C R  1
      1.02 S SA 0 1
      3.02 S SA 0 1`);
    expect(statesOf(client)).toBe('SYN-SENT CLOSED');
    expect(server.timeline).toMatchObject([
      { state: 'SYN-RECEIVED', retractedBy: null },
      { state: 'CLOSED', frame: 3, retractedBy: 4 },
    ]);
    expect(server.finalState).toBe('SYN-RECEIVED');
  });

  it('keeps a reset that ended an open connection when its SYN comes once more', () => {
    const { client } = connectionOf(`${OPEN}
      1.0 S R 1
      900.0 C S 0`);
    expect(statesOf(client)).toBe('SYN-SENT ESTABLISHED CLOSED');
  });

  it('finds a half-open connection by a SYN (Figure 9)', () => {
    const [old, fresh] = conversation(`${OPEN}
      1.000 C PA 1 1 +5
      1.010 S A  1 6
      9.000 C S  0 isn=70000
      9.010 S A  1 6
      9.011 C R  6
      9.500 C S  0 isn=70000
      9.510 S SA 0 1 isn=70000
      9.511 C A  1 1 isn=70000`);
    expect(statesOf(old.server)).toBe('SYN-RECEIVED ESTABLISHED CLOSED');
    expect(statesOf(old.client)).toBe('SYN-SENT ESTABLISHED CLOSED');
    expect(old.client.timeline.at(-1)).toMatchObject({
      frame: 8,
      cause: expect.stringContaining('sent RST'),
    });
    expect(old.server.timeline.at(-1)).toMatchObject({ frame: 8, cause: 'received RST' });
    expect(statesOf(fresh.client)).toBe('SYN-SENT ESTABLISHED');
    expect(fresh.client.timeline[1]).toMatchObject({ frame: 10 });
    expect(fresh.client.finalState).toBe('ESTABLISHED');
  });
});

describe('a 4-tuple that is opened anew', () => {
  const last = (script: string) => {
    const [{ client, server }] = conversation(`${OPEN}\n${script}`);
    return [client, server].map(({ timeline }) => {
      const { state, frame, evidence } = timeline.at(-1)!;
      return [state, frame, evidence];
    });
  };

  it('is so by a segment of its own on each side', () => {
    expect(last('9.00 C S 0 isn=70000\n 9.01 S SA 0 1 isn=70000\n 9.02 C A 1 1 isn=70000')).toEqual([
      ['CLOSED', 4, 'observed'],
      ['CLOSED', 5, 'observed'],
    ]);
  });

  it('is assumed to be so on the side whose SYN-ACK was not captured', () => {
    expect(last('9.00 C S 0 isn=70000\n 9.02 C A 1 1 isn=70000')).toEqual([
      ['CLOSED', 4, 'observed'],
      ['CLOSED', 5, 'assumed'],
    ]);
  });

  it('is so no earlier than what its opener still went through', () => {
    expect(last('9.00 C S 0 isn=70000\n 9.01 S FA 1 1\n 9.02 S SA 0 1 isn=70000')).toEqual([
      ['CLOSED', 6, 'assumed'],
      ['CLOSED', 6, 'observed'],
    ]);
  });

  it.each([
    ['lost by one side', '', ['3.5.1', '3.5.1']],
    ['in TIME-WAIT', '1.00 S FA 1 1\n 1.01 C A 1 2\n 1.02 C FA 1 2\n 1.03 S A 2 2', ['3.10.7.4', '3.6.1']],
  ])('names the section for a connection that was %s', (_, close, sections) => {
    const [{ client, server }] = conversation(`${OPEN}\n${close}
      9.00 C S 0 isn=70000
      9.01 S SA 0 1 isn=70000
      9.02 C A 1 1 isn=70000`);
    expect([client, server].map(({ timeline }) => timeline.at(-1)?.section)).toEqual(sections);
  });
});

describe('what is no segment of its own', () => {
  it('finds a half-open connection by the reset that answers a SYN', () => {
    const [old, fresh] = conversation(`${OPEN}
      1.000 C S  0 isn=90000
      1.010 S RA -5000 1 isn=90000
      2.000 C S  0 isn=700000`);
    expect(statesOf(old.client)).toBe('SYN-SENT ESTABLISHED CLOSED');
    expect(statesOf(old.server)).toBe('SYN-RECEIVED ESTABLISHED CLOSED');
    expect(old.server.timeline.at(-1)).toMatchObject({ state: 'CLOSED', frame: 5, evidence: 'observed' });
    expect(statesOf(fresh.client)).toBe('SYN-SENT CLOSED');
  });

  it('does not take a keep-alive, with which the capture starts, for a missing segment', () => {
    const { client, quality } = connectionOf(`
      0.00 C A 100 500
      0.01 S A 500 101
      45.00 C A 100 500
      45.01 S A 500 101`);
    expect(quality.lostSegments).toBe(0);
    expect(client.milestones).toMatchObject([{ kind: 'keep-alive', frame: 3 }]);
    const missed = connectionOf('0.00 C A 100 500\n 0.01 S A 500 110');
    expect(missed.quality.lostSegments).toBe(1);
  });

  it('does not count keep-alives as data or retransmissions', () => {
    const { client } = connectionOf(`${OPEN}
      1.0 C PA 1 1 +5
      1.01 S A 1 6
      60 C A 5 1
      60.01 S A 1 6
      120 C A 5 1
      120.01 S A 1 6`);
    expect(client.retransmissions).toBe(0);
    expect(client.milestones.filter((milestone) => milestone.kind === 'keep-alive').length).toBeGreaterThan(
      0,
    );
  });

  it('takes a frame captured twice for one', () => {
    const { client, quality } = connectionOf(`${OPEN}
      1.0000 C PA 1 1 +5 id=77
      1.0001 C PA 1 1 +5 id=77
      1.01 S A 1 6`);
    expect(client.retransmissions).toBe(0);
    expect(quality.duplicateFrames).toBe(1);
    expect(quality.duplicatesApartSeconds).toBe(0.0001);
  });
});

describe('captures that start late', () => {
  it('assumes ESTABLISHED and guesses the server by the lower port', () => {
    const { client, server, rolesKnownBy, quality } = connectionOf(`
      0.0 S PA 100 50 +5
      0.1 C A 50 105
      0.2 C FA 50 105
      0.3 S A 105 51`);
    expect(rolesKnownBy).toBe('guess');
    expect(quality.midstream).toBe(true);
    expect(statesOf(client)).toBe('ESTABLISHED FIN-WAIT-1 FIN-WAIT-2');
    expect(statesOf(server)).toBe('ESTABLISHED CLOSE-WAIT');
    expect(server.timeline[0]).toMatchObject({ evidence: 'assumed', frame: 1 });
  });
});

describe('very long connections', () => {
  it('keep their end, however much went wrong before', () => {
    const lines = [OPEN];
    let time = 1;
    for (let round = 0; round < 3000; round++) {
      const sequence = 1 + round * 10;
      // Lost and sent three times, then a window that closes and opens, then a keep-alive.
      for (let copy = 0; copy < 3; copy++) {
        time += 0.3;
        lines.push(`${time.toFixed(4)} C PA ${sequence} 1 +10`);
      }
      lines.push(`${(time + 0.1).toFixed(4)} S A 1 ${sequence + 10} win=0`);
      lines.push(`${(time + 0.2).toFixed(4)} S A 1 ${sequence + 10}`);
      lines.push(`${(time + 0.25).toFixed(4)} C A ${sequence + 9} 1`);
    }
    const end = 1 + 3000 * 10;
    lines.push(`${(time + 1).toFixed(4)} C FA ${end} 1`, `${(time + 1.01).toFixed(4)} S FA 1 ${end + 1}`);
    lines.push(`${(time + 1.02).toFixed(4)} C A ${end + 1} 2`);
    const { client, server, quality } = connectionOf(lines.join('\n'));
    expect(statesOf(client)).toBe(ACTIVE);
    expect(statesOf(server)).toBe(PASSIVE);
    expect(quality.historyCut).toBe(false);
    expect(client.retransmissions).toBe(6000);
    const runs = client.milestones.filter((milestone) => milestone.kind === 'retransmission-run');
    expect(runs.length).toBeLessThan(30);
    expect(runs.at(-1)?.frame).toBeGreaterThan(17_000);
  });

  it('hold what was sent again of one number, with the age of its original', () => {
    const { client } = connectionOf(`${OPEN}
      1.0 C A 1 1 +100
      1.001 C PA 101 1 +100
      1.02 S A 1 1
      1.03 C A 1 1 +100
      1.031 C PA 101 1 +100
      1.3 C A 1 1 +100
      1.8 C A 1 1 +60
      2.8 C A 1 1 +100`);
    const runs = client.milestones.filter((milestone) => milestone.kind === 'retransmission-run');
    expect(runs.map(({ frame, count, lastFrame, value }) => ({ frame, count, lastFrame, value }))).toEqual([
      { frame: 7, count: 4, lastFrame: 11, value: 29 },
    ]);
    expect(client.retransmissions).toBe(5);
  });

  it('count copies that have new octets behind them', () => {
    const { client } = connectionOf(`${OPEN}
      1.0 C PA 1 1 +100
      1.3 C PA 1 1 +100
      1.9 C PA 1 1 +250
      3.1 C PA 1 1 +250
      5.5 C PA 1 1 +300`);
    const runs = client.milestones.filter(({ kind }) => kind === 'retransmission-run');
    expect(runs).toMatchObject([{ frame: 5, count: 4, lastFrame: 8, value: 300 }]);
  });

  it('of retransmissions begin anew with an earlier number, and with one that is outstanding', () => {
    const framesOf = (story: string) =>
      connectionOf(`${OPEN}${story}`)
        .client.milestones.filter(({ kind }) => kind === 'retransmission-run')
        .map(({ frame, count }) => [frame, count]);
    // A tail loss probe repeats the last segment before the timer repeats the first.
    expect(
      framesOf(`
      1.0 C A 1 1 +100
      1.001 C PA 101 1 +100
      1.03 C PA 101 1 +100
      1.3 C A 1 1 +100
      1.8 C A 1 1 +100`),
    ).toEqual([[7, 2]]);
    // What was acknowledged and is repeated all the same is not what the timer waits for.
    expect(
      framesOf(`
      1.0 C PA 1 1 +100
      1.01 C PA 101 1 +100
      1.02 S A 1 101
      1.03 C PA 1 1 +100
      1.3 C PA 101 1 +100
      1.8 C PA 101 1 +100`),
    ).toEqual([[8, 2]]);
  });

  it('say how many keep-alives were answered', () => {
    const { client } = connectionOf(`${OPEN}
      1.0 C PA 1 1 +5
      1.01 S A 1 6
      60 C A 5 1
      60.01 S A 1 6
      120 C A 5 1
      120.01 S A 1 6
      180 C A 5 1
      190 C A 5 1`);
    const run = client.milestones.find((milestone) => milestone.kind === 'keep-alive');
    expect(run).toMatchObject({ count: 4, value: 2 });
  });
});

describe('a capture that takes two frames in the wrong order', () => {
  it('misses nothing where octets come right after the acknowledgment that covers them', () => {
    const { client, server, quality } = connectionOf(`${OPEN}
      0.0200 S A  1 21
      0.0201 C PA 1 1 +10
      0.0202 C PA 11 1 +10
      0.0300 S PA 1 21 +5`);
    expect(quality.lostSegments).toBe(0);
    expect([client.milestones, client.retransmissions, client.payloadBytes]).toEqual([[], 0, 20]);
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED');
  });

  it('tells who closed first by what the FINs acknowledge', () => {
    const { client, server } = connectionOf(`${OPEN}
      1.0110 S FA 1 2
      1.0111 S A  2 2
      1.0000 C FA 1 1
      1.0112 C A  2 2`);
    expect(statesOf(client)).toBe(ACTIVE);
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED');
    expect(client.milestones).toMatchObject([{ kind: 'fin-covered', frame: 4 }]);
    expect(client.timeline.at(-1)).toMatchObject({ state: 'TIME-WAIT', frame: 4, confirmedBy: 7 });
  });

  it('misses something where only a part of them comes, or comes late', () => {
    const part = connectionOf(`${OPEN}
      0.0200 S A  1 21
      0.0201 C PA 1 1 +10
      0.0300 C PA 21 1 +10`);
    const late = connectionOf(`${OPEN}
      0.0200 S A  1 11
      0.0400 C PA 1 1 +10`);
    for (const { quality, client } of [part, late]) {
      expect(quality.lostSegments).toBe(1);
      expect(client.milestones).toMatchObject([{ kind: 'acknowledged-unseen', count: 1 }]);
    }
  });

  it('counts a loss after one that was none from where it is', () => {
    const { client, quality } = connectionOf(`${OPEN}
      0.0200 S A  1 11
      0.0201 C PA 1 1 +10
      0.5000 S A  1 31
      0.6000 C PA 31 1 +10`);
    expect(quality.lostSegments).toBe(1);
    expect(client.milestones).toMatchObject([{ kind: 'acknowledged-unseen', frame: 6, count: 1, value: 20 }]);
  });
});

describe('an acknowledgment with a number beyond all that its sender was seen to send', () => {
  const unseen = (sent: string) =>
    connectionOf(`${OPEN}
     0.10 C PA 1 1 +83
     0.11 S A  1 84
     ${sent}`).server.milestones.filter(({ kind }) => kind === 'sent-unseen');

  it('shows that something is missing, once with the octets before the first', () => {
    expect(
      unseen(`25.0 C FA 84 1
     25.1 S A  15929 85
     26.1 S A  15929 85`),
    ).toMatchObject([{ frame: 7, count: 2, value: 15_928 }]);
  });

  it('shows nothing where it lies further than any window, or where nothing is missing', () => {
    expect(unseen('25.1 S A 2000000 84')).toEqual([]);
    expect(unseen('25.1 S A 1 84')).toEqual([]);
  });
});

describe('an acknowledgment of octets that were never sent', () => {
  const bogus = `${OPEN}
    0.03 C PA 1 1 +3
    0.04 S A  1 4
    0.05 S A  1 100000`;

  it('is no loss of the capture if its sender acknowledges less later on, of what was sent since', () => {
    const script = `${bogus}
      0.06 C PA 4 1 +3
      0.07 S PA 1 7 +4
      0.08 C FA 7 5
      0.09 S A  5 8`;
    const { client, server, quality } = connectionOf(script);
    expect(quality.lostSegments).toBe(0);
    expect(client.milestones.map(({ kind }) => kind)).toEqual(['fin-covered']);
    expect(server.tcpAnalysis.ackLostSegment).toBe(1);
    expect(statesOf(client)).toBe('SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2');
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED CLOSE-WAIT');
  });

  it('nor if its receiver goes on from the old number to beyond it', () => {
    const { client, quality } = connectionOf(`${OPEN}
      0.03 S A  1 1000
      0.05 C PA 1 1 +700
      0.06 C PA 701 1 +700`);
    expect([quality.lostSegments, client.milestones, client.unacknowledgedBytes]).toEqual([0, [], 1400]);
  });

  it('is one where no later segment tells otherwise, or one was only overtaken', () => {
    const lost = (script: string) => connectionOf(script).quality.lostSegments;
    expect(lost(`${bogus}\n 0.06 C PA 100000 1 +3\n 0.07 S A 1 100003`)).toBe(1);
    expect(lost(`${bogus}\n 0.06 C PA 4 1 +3`)).toBe(1);
    expect(lost(`${bogus}\n 0.051 S A 1 4\n 0.06 C PA 100000 1 +3`)).toBe(1);
    expect(lost(`${bogus}\n 0.40 C PA 4 1 +99996\n 0.41 S A 1 100000`)).toBe(1);
  });
});

describe('octets beyond a FIN', () => {
  const closed = `${OPEN}
    1.000 S FA 1 1
    1.0001 C A 1 2`;
  const beyond = (script: string) =>
    connectionOf(script).server.milestones.filter(({ kind }) => kind === 'data-beyond-own-fin');

  it('are counted, and a second FIN without any', () => {
    expect(beyond(`${closed}\n 1.1 S PA 2 1 +20`)).toMatchObject([{ frame: 6, value: 20 }]);
    expect(beyond(`${closed}\n 1.1 S FA 2 1`)).toMatchObject([{ frame: 6, count: 1, value: 0 }]);
  });

  it('are none where the receiver’s window cannot hold them: a stray, or another connection’s', () => {
    expect(beyond(`${closed}\n 1.1 S PA 200000 1 +20`)).toEqual([]);
    expect(beyond(`${closed}\n 1.1 S FA 1900000000 1`)).toEqual([]);
    // Where no SYN tells the scale, any window there is may hold them.
    const midstream = '1.0 S FA 1 1\n 1.1 C A 1 2';
    expect(beyond(`${midstream}\n 1.2 S PA 200000 1 +20`)).toMatchObject([{ value: 20 }]);
    expect(beyond(`${midstream}\n 1.2 S FA 1900000000 1`)).toEqual([]);
  });

  it('are none of a connection on the same ports whose SYN was not captured', () => {
    const { server } = connectionOf(`
      0.00 C S 0
      0.10 C PA 1 1 +100
      0.11 S PA 1 101 +300
      0.20 S FA 301 101
      0.21 C FA 101 302
      0.22 S A 302 102
      900.0 S SA 0 1 isn=1300000000
      900.1 C A 1 1 isn=1300000000
      900.2 C PA 1 1 +50 isn=1300000000
      900.3 S PA 1 51 +200 isn=1300000000`);
    expect(server.milestones.filter(({ kind }) => kind === 'data-beyond-own-fin')).toEqual([]);
  });
});

describe('a FIN below octets that its sender had sent', () => {
  const below = `${OPEN}
    0.10 C PA 1 1 +10
    0.11 S A  1 11
    0.12 S PA 1 11 +300`;

  it('ends nothing: what is beyond it still waits for an acknowledgment', () => {
    const { server } = connectionOf(`${below}
      0.90 C FA 11 1
      0.91 S FA 1 12
      0.92 C R  12`);
    expect(server.unacknowledgedBytes).toBe(300);
  });

  it('nor do octets of it count twice, or a second FIN for one', () => {
    const taken = connectionOf(`${below}
 0.13 S FA 301 11
 0.14 S FA 302 11`);
    expect(taken.server.unacknowledgedBytes).toBe(300);
    const after = connectionOf(`${below}
 0.13 S FA 301 11
 0.14 C A 11 302
 0.15 S PA 302 11 +20`);
    expect(after.server.unacknowledgedBytes).toBe(20);
  });

  it('is old to a receiver that has them, and closes nothing there', () => {
    const { client, server } = connectionOf(`${below}
      0.13 S FA 1 11
      0.14 C A  11 301
      0.50 C PA 11 301 +10
      1.00 C PA 11 301 +10`);
    expect(statesOf(client)).toBe('SYN-SENT ESTABLISHED');
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED FIN-WAIT-1');
    expect(server.milestones.map(({ kind }) => kind)).not.toContain('fin-covered');
  });

  it('is taken by one that has none of them', () => {
    const { client } = connectionOf(`${below}
 0.13 S FA 1 11
 0.14 C A 11 2`);
    expect(client.timeline.at(-1)).toMatchObject({ state: 'CLOSE-WAIT', frame: 8, evidence: 'observed' });
  });
});

describe('an acknowledgment beyond a FIN', () => {
  it('acknowledges nothing where the FIN comes again: it is of octets never sent', () => {
    const { client, server, quality } = connectionOf(`
      1.00 S FA 1 1
      1.05 C A  1 901
      1.30 S FA 1 1
      1.35 C A  1 901
      1.90 S FA 1 1
      1.95 C A  1 901`);
    expect(statesOf(server)).toBe('ESTABLISHED FIN-WAIT-1');
    expect(server.timeline.filter(({ state }) => state === 'FIN-WAIT-2')).toEqual([]);
    expect(client.timeline.at(-1)).toMatchObject({ state: 'CLOSE-WAIT', frame: 1, retractedBy: 2 });
    expect(server.milestones.map(({ kind }) => kind)).not.toContain('acknowledged-unseen');
    expect([quality.lostSegments, server.unacknowledgedBytes]).toEqual([0, 0]);
  });

  it('may be of octets that the capture missed where the FIN does not', () => {
    const { server, quality } = connectionOf('1.00 S FA 1 1\n 1.05 C A 1 901');
    expect(quality.lostSegments).toBe(1);
    expect(statesOf(server)).toBe('ESTABLISHED FIN-WAIT-1');
  });
});

describe('another connection on the same ports, whose SYN was not captured', () => {
  const closed = `${OPEN}
     0.10 C PA 1 1 +100
     0.11 S PA 1 101 +300
     0.20 S FA 301 101
     0.21 C FA 101 302
     0.22 S A  302 102`;

  it.each([7_000, 1_300_000_000, 2_900_000_000])(
    'changes nothing of the one before, %d numbers on',
    (isn) => {
      const [first, ...others] = conversation(`${closed}
      900.0 S SA 0 1 isn=${isn}
      900.1 C A  1 1 isn=${isn}
      900.2 C PA 1 1 +50 isn=${isn}
      900.3 S PA 1 51 +200 isn=${isn}
      900.4 C FA 51 201 isn=${isn}
      900.5 S A  201 52 isn=${isn}`);
      expect(others).toEqual([]);
      const { client, server, quality, frames } = first;
      expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED');
      expect(server.timeline.at(-1)).toMatchObject({ frame: 9, evidence: 'observed' });
      expect(statesOf(client)).toBe('SYN-SENT ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED');
      expect([client, server].flatMap(({ milestones }) => milestones.map(({ kind }) => kind))).toEqual([
        'fin-covered',
        'fin-covered',
      ]);
      expect([client.unacknowledgedBytes, server.unacknowledgedBytes, quality.lostSegments]).toEqual([
        0, 0, 0,
      ]);
      expect([frames, first.lastFrame]).toEqual([14, 14]);
    },
  );

  it('is told by its SYN-ACK alone where the capture lacks the other direction', () => {
    const { client, server, frames } = connectionOf(`
     0.01 S SA 0 1
     0.11 S PA 1 101 +300
     0.20 S FA 301 101
     0.22 S A  302 102
     5.00 S SA 0 1 isn=7000
     5.11 S PA 1 101 +791 isn=7000
     5.20 S FA 792 101 isn=7000`);
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSED');
    expect(server.timeline.at(-1)).toMatchObject({ frame: 5, evidence: 'observed' });
    expect(client.finalState).toBe('CLOSED');
    expect(server.milestones.map(({ kind }) => kind)).not.toContain('data-beyond-own-fin');
    expect(frames).toBe(7);
  });

  it('is not told by a SYN-ACK of the same connection that comes late', () => {
    const { server } = connectionOf(`${closed}
 0.23 S SA 0 1
 0.24 C A 102 302`);
    expect(server.finalState).toBe('TIME-WAIT');
  });
});

describe('a FIN that is not its sender’s', () => {
  const talking = `${OPEN}
    0.10 C PA 1 1 +3
    0.11 S PA 1 4 +4
    0.12 C A  4 5`;

  it('beyond the window leaves the stream as it was: the real one counts', () => {
    const { client, server } = connectionOf(`${talking}
      0.13 C FA 900000 5
      0.14 S A  5 4
      0.15 C PA 4 5 +3
      0.16 S PA 5 7 +4
      0.17 C A  7 9
      0.18 C FA 7 9
      0.19 S A  9 8`);
    expect(client.timeline.filter(({ state }) => state === 'FIN-WAIT-1')).toMatchObject([
      { frame: 7, retractedBy: 8 },
      { frame: 12, retractedBy: null },
    ]);
    expect(statesOf(client)).toBe('SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2');
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED CLOSE-WAIT');
    expect([client.retransmissions, client.milestones.map(({ kind }) => kind)]).toEqual([0, ['fin-covered']]);
  });

  it('is taken back with what it led to, but not with the peer’s own FIN', () => {
    const { client, server } = connectionOf(`${talking}
      0.13 S FA 900000 4
      0.14 C FA 4 5
      0.15 S A  5 5
      0.16 C A  5 5`);
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED CLOSE-WAIT');
    expect(server.timeline.at(-1)).toMatchObject({ frame: 8, evidence: 'confirmed', confirmedBy: 9 });
    expect(statesOf(client)).toBe('SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2');
    expect(server.finSent).toBe(false);
  });

  it('above a gap is disproved by an acknowledgment of its sender from below', () => {
    const { client } = connectionOf(`${talking}
      0.13 C FA 4000 5
      0.14 S A  5 4
      0.15 C PA 4 5 +3
      0.16 S PA 5 7 +4
      0.17 C A  7 9`);
    expect(client.timeline.at(-1)).toMatchObject({ state: 'FIN-WAIT-1', frame: 7, retractedBy: 11 });
    expect([client.finalState, client.finSent, client.unacknowledgedBytes]).toEqual([
      'ESTABLISHED',
      false,
      0,
    ]);
  });

  it('gives way to one that comes right after all octets', () => {
    const { client, server } = connectionOf(`${talking}
      0.13 C FA 4000 5
      0.15 C FA 4 5
      0.16 S A  5 5`);
    expect(client.timeline.at(2)).toMatchObject({ state: 'FIN-WAIT-1', frame: 7, retractedBy: 8 });
    expect(statesOf(client)).toBe('SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2');
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED CLOSE-WAIT');
  });

  it('is not told from a real one whose octets the capture missed', () => {
    const missed = connectionOf(`${talking}
      0.90 C FA 900000 5
      0.91 S A  5 900001`);
    expect(statesOf(missed.client)).toBe('SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2');
    expect(statesOf(missed.server)).toBe('SYN-RECEIVED ESTABLISHED CLOSE-WAIT');
    const { client, server } = connectionOf(`${talking}
      0.13 C FA 4000 5
      0.14 S A  5 4
      0.15 C PA 4 5 +1000
      0.16 S A  5 1004
      0.17 C PA 1004 5 +2996
      0.18 S A  5 4001`);
    expect(statesOf(client)).toBe('SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2');
    expect(statesOf(server)).toBe('SYN-RECEIVED ESTABLISHED CLOSE-WAIT');
  });
});

describe('a direction that is missing', () => {
  it('was used if acknowledgments advance, or answer a SYN', () => {
    const quality = (script: string) => connectionOf(script).quality;
    expect(quality('0.0 C PA 1 1 +5\n 0.1 C PA 6 1 +5')).toMatchObject({
      unseen: 'server',
      unseenSent: false,
    });
    expect(quality('0.0 C PA 1 1 +5\n 0.1 C A 6 90')).toMatchObject({ unseen: 'server', unseenSent: true });
    expect(quality('0.0 C S 0\n 0.1 C A 1 1')).toMatchObject({ unseen: 'server', unseenSent: true });
    expect(quality('0.0 C PA 1 1 +5\n 0.1 S A 1 6')).toMatchObject({ unseen: null, unseenSent: false });
  });
});

it('takes the opening back of whoever answers the SYN-ACK with the reset of a host without connection', () => {
  const { client, server } = connectionOf(`
    0 C S 0
    0.01 S SA 0 1
    0.02 C R 1
  `);
  expect(statesOf(client)).toBe('SYN-SENT CLOSED');
  expect(statesOf(server)).toBe('SYN-RECEIVED CLOSED');
});

it('keeps the opening of whoever has acknowledged the SYN-ACK before', () => {
  const { client } = connectionOf(`
    0 C S 0
    0.01 S SA 0 1
    0.02 C A 1 1
    0.03 C R 1
  `);
  expect(statesOf(client)).toBe('SYN-SENT ESTABLISHED CLOSED');
});

it.each([
  ['the server takes it up', 'S SA 0 1 mptcp=1', 'C A 1 1', true],
  ['only the client is heard', 'C A 1 1 mptcp=1', 'C A 1 1', true],
  ['the server does not know it', 'S SA 0 1', 'C A 1 1', false],
])('knows a subflow of Multipath TCP where %s', (_, answer, next, multipath) => {
  const { quality } = connectionOf(`
    0 C S 0 mptcp=1
    0.01 ${answer}
    0.02 ${next}
  `);
  expect(quality.multipath).toBe(multipath);
});
