/**
 * Zeek's words against its own source: each case names the function of `TCPSessionAdapter.cc`,
 * `TCP_Endpoint.cc` or `TCP_Reassembler.cc`, or the `conn.log` of Zeek's test baselines, that says so.
 */
import { describe, expect, it } from 'vitest';
import { connectionOf } from '../support/conversation.js';

const OPEN = `
  0.00 C S  0
  0.01 S SA 0 1
  0.02 C A  1 1`;

function zeekOf(script: string): string {
  const { connState, history } = connectionOf(script).zeek;
  return `${connState} ${history}`;
}

describe('the history and state of a connection', () => {
  it.each<[because: string, script: string, expected: string]>([
    [
      'scripts/base/protocols/conn: an exchange that both sides close',
      `${OPEN}
       0.03 C PA 1 1 +10
       0.04 S A  1 11
       0.05 S PA 1 11 +20
       0.06 C FA 11 21
       0.07 S FA 21 12
       0.08 C A  12 22`,
      'SF ShADadFf',
    ],
    ['UpdateInactiveState: a SYN-ACK establishes both sides', '0 C S 0\n 0.1 S SA 0 1', 'S1 Sh'],
    ['UpdateInactiveState: a SYN alone', '0 C S 0\n 1 C S 0\n 3 C S 0', 'S0 S'],
    ['UpdateInactiveState: a reset in answer to a SYN', '0 C S 0\n 0.1 S RA -5000 1', 'REJ Sr'],
    [
      'UpdateInactiveState: an acknowledgment before the SYN-ACK makes nothing partial',
      '0 C S 0\n 0.1 S A 1 1',
      'S0 Sa',
    ],
    ['UpdateSYN_SentState: a reset after the SYN', '0 C S 0\n 0.1 C R 1', 'RSTOS0 SR'],
    ['UpdateSYN_SentState: a FIN after the SYN', '0 C S 0\n 0.1 C FA 1 1', 'SH SF'],
    [
      'conn_state: an originator that acknowledged what was never seen is not RSTOS0',
      '0 C S 0\n 0.1 C A 1 1\n 0.2 C R 1',
      'OTH SAR',
    ],
    [
      'core.tcp.missing-syn/conn.log: the SYN was missed, ports tell the roles',
      `0.01 S SA 0 1
       0.02 C A  1 1
       0.03 C PA 1 1 +10
       0.05 S PA 1 11 +20
       0.06 C FA 11 21
       0.07 S A  21 12
       0.08 S FA 21 12`,
      'SF ^hADdFaf',
    ],
    ['conn_state: SYN-ACK and FIN of a responder', '0 S SA 0 1\n 1 S FA 1 1', 'SHR ^hf'],
    ['conn_state: SYN-ACK and reset of a responder', '0 S SA 0 1\n 1 S R 1', 'RSTRH ^hr'],
    ['conn_state: midstream traffic', '0 C PA 1 1 +10\n 0.1 S A 1 11', 'OTH Da'],
    ['FlipRoles: midstream traffic that begins with the server', '0 S PA 1 1 +10\n 0.1 C A 1 11', 'OTH ^dA'],
    [
      'UpdateEstablishedState: midstream traffic that both sides close',
      '0 C PA 1 1 +10\n 0.1 S FA 1 11\n 0.2 C FA 11 2',
      'SF DfF',
    ],
    ['conn_state: the originator alone closes', `${OPEN}\n 0.1 C FA 1 1\n 0.2 S A 1 2`, 'S2 ShAFa'],
    ['conn_state: the responder alone closes', `${OPEN}\n 0.1 S FA 1 1\n 0.2 C A 1 2`, 'S3 ShAf'],
    ['UpdateEstablishedState: the originator resets', `${OPEN}\n 0.1 C RA 1 1`, 'RSTO ShAR'],
    ['UpdateEstablishedState: the responder resets', `${OPEN}\n 0.1 S RA 1 1`, 'RSTR ShAr'],
    [
      'UpdateClosedState: a reset after both FINs changes nothing',
      `${OPEN}\n 0.1 C FA 1 1\n 0.2 S FA 1 2\n 0.3 C R 2`,
      'SF ShAFfR',
    ],
    [
      'UpdateClosedState: a reset after the own FIN alone does',
      `${OPEN}\n 0.1 C FA 1 1\n 0.2 S PA 1 2 +5\n 0.3 C R 2`,
      'RSTO ShAFdR',
    ],
    [
      'UpdateEstablishedState: FIN and reset, then the FIN of the other side: a normal end',
      `${OPEN}\n 0.1 C FA 1 1\n 0.2 C RA 2 1\n 0.3 S FA 1 2`,
      'SF ShAFRf',
    ],
    [
      'UpdateInactiveState: simultaneous open',
      '0 C S 0\n 0.001 S S 0\n 0.011 C SA 0 1\n 0.012 S SA 0 1',
      'S1 Ss',
    ],
  ])('%s', (_because, script, expected) => {
    expect(zeekOf(script)).toBe(expected);
  });
});

describe('letters', () => {
  it.each<[because: string, script: string, expected: string]>([
    [
      'update_history: payload of a SYN or FIN is no data',
      '0 C S 0 +5\n 0.01 S SA 0 6\n 0.02 C A 6 1\n 0.1 C FA 6 1 +5',
      'ShAF',
    ],
    [
      'update_history: S and H once for the same number',
      '0 C S 0\n 1 C S 0\n 1.01 S SA 0 1\n 2 S SA 0 1',
      'Sh',
    ],
    [
      'update_history: a reset again for another number, not for the same',
      `${OPEN}\n 0.1 C R 1\n 0.2 C R 1\n 0.3 C R 9\n 0.4 C R 1`,
      'ShARRR',
    ],
    [
      'update_history: a FIN again for another number, not for the same',
      `${OPEN}\n 0.1 C FA 1 1\n 0.3 C FA 1 1\n 0.5 C FA 6 1`,
      'ShAFF',
    ],
    ['update_history: FIN and RST together', `${OPEN}\n 0.1 C FRA 1 1`, 'ShAI'],
    ['update_history: SYN and FIN together', '0 C SF 0', 'Q'],
    [
      'update_last_seq: payload sent before, or out of order',
      `${OPEN}
       0.1 C PA 1 1 +10
       0.2 C PA 21 1 +10
       0.3 C PA 11 1 +10`,
      'ShADT',
    ],
    [
      'update_last_seq: the first segment of a partial connection repeats nothing',
      '0 C PA 100 1 +10\n 0.1 C PA 110 1 +10',
      'D',
    ],
    ['get_segment_len: payload of a reset takes up no numbers', `${OPEN}\n 0.1 C R 1 +5`, 'ShART'],
    [
      'ScaledHistoryEntry: the first and the tenth retransmission',
      `${OPEN}\n 0.1 C PA 1 1 +10\n${Array.from({ length: 10 }, (_, i) => `${i + 1} C PA 1 1 +10`).join('\n')}`,
      'ShADTT',
    ],
    ['update_window: a zero window, once', `${OPEN}\n 0.1 S A 1 1 win=0\n 0.2 S A 1 1 win=0`, 'ShAaw'],
    [
      'ScaledHistoryEntry: the first and the tenth zero window',
      `${OPEN}\n${Array.from({ length: 12 }, (_, i) => `${i + 1} S A 1 1 win=0`).join('\n')}`,
      'ShAaww',
    ],
    [
      'update_window: none of a reset, nor after the peer has closed',
      `${OPEN}\n 0.1 C FA 1 1\n 0.2 S A 1 2 win=0\n 0.3 S R 1 win=0`,
      'ShAFar',
    ],
    [
      'TCP_Reassembler::Gap: what is acknowledged and was never captured',
      `${OPEN}\n 0.1 S PA 101 1 +10\n 0.2 C A 1 111`,
      'ShAdg',
    ],
    [
      'core.tcp.miss-end-data/conn.log: the missing end of a response',
      `${OPEN}
       0.1 C PA 1 1 +538
       0.2 S A  1 539
       0.3 S FA 2903 539
       0.4 C A  539 2904
       0.5 C FA 539 2904`,
      'ShADafgF',
    ],
    [
      'TCP_Reassembler::Gap: not of partial connections',
      '0 C PA 1 1 +10\n 0.1 S A 1 11\n 0.2 C PA 500 1 +5\n 0.3 S A 1 505',
      'Da',
    ],
  ])('%s', (_because, script, expected) => {
    expect(connectionOf(script).zeek.history).toBe(expected);
  });

  it('are the first twelve', () => {
    const resets = Array.from({ length: 30 }, (_, i) => `${i + 1} C R ${i + 1}`).join('\n');
    expect(connectionOf(`${OPEN}\n${resets}`).zeek.history).toBe('ShARRRRRRRRR');
  });

  it('tell of no gap where segments overtake each other', () => {
    const parts = [1, 101, 201, 301, 401, 501, 601, 701];
    const order = [0, 2, 4, 6, 1, 3, 5, 7];
    const script = [
      OPEN,
      ...order.map((part, turn) => `${1 + turn / 1000} C PA ${parts[part]} 1 +100 id=${part}`),
      '2 S A 1 801',
    ];
    expect(connectionOf(script.join('\n')).zeek.history).toBe('ShADTa');
  });
});
