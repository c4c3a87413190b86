import { windowScaleLost } from '../../src/rules/window-scale-lost.js';
import { connection, happens } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';

/** The server's SYN-ACK offers `first` bytes, with a scale if `scale` is given, and its next segment `next`. */
const handshake = (first: number, next: number, { client = ' ws=7', server = '' } = {}) =>
  connectionOf(`
    0.00 C S  0${client} win=64240
    0.01 S SA 0 1${server} win=${first}
    0.02 C A  1 1
    0.03 C PA 1 1 +100
    0.04 S A  1 101 win=${next}
  `);

const collapsed = { milestones: [happens('window-collapsed', 0.04, 5, { value: 509 })] };

testRule(windowScaleLost, {
  fires: [
    {
      name: 'on a window that collapses behind the SYN-ACK, as info while nothing suffers',
      connection: handshake(65160, 509),
      end: 1,
      endpoint: 'server',
      severity: 'info',
      confidence: 'inferred',
      title:
        '10.0.0.2:8080 offers 509 bytes right behind a SYN-ACK that offered much more: its window scale was probably lost on the way',
      explanation: /frame 2, carries none\. .* in frame 5, .*, but had not more to send than fits\.$/,
      frames: [2, 5],
      facts: { windowBytes: 509, fullWindows: 0 },
    },
    {
      name: 'as a warning where the client fills it again and again',
      connection: (() => {
        const { client, server, ...rest } = connection({ server: collapsed });
        const tcpAnalysis = { ...client.tcpAnalysis, windowFull: 74 };
        return { ...rest, server, client: { ...client, tcpAnalysis } };
      })(),
      end: 60,
      severity: 'warning',
      explanation: /: it filled that window 74 times, and waited each time\.$/,
      likelyCauses: /^A firewall, load balancer/,
      nextSteps: /tcp_window_scaling=0 on 10\.0\.0\.2 lets/,
    },
  ],
  silent: [
    { name: 'on a window that stays', connection: handshake(65160, 65060), end: 1 },
    { name: 'on one that shrinks a little', connection: handshake(65160, 4073), end: 1 },
    {
      name: 'on a small one that what was sent has nearly filled',
      connection: connectionOf(`
        0.00 C S  0 ws=7
        0.01 S SA 0 1 win=2144
        0.02 C A  1 1
        0.03 C PA 1 1 +2108
        0.04 S A  1 2109 win=36
      `),
      end: 1,
    },
    { name: 'on one that closes', connection: handshake(65160, 0), end: 1 },
    { name: 'where both offered a scale', connection: handshake(65160, 509, { server: ' ws=7' }), end: 1 },
    { name: 'where neither did', connection: handshake(65160, 509, { client: '' }), end: 1 },
    { name: 'where options were cut', connection: handshake(65160, 509, { server: ' cut=1' }), end: 1 },
  ],
});
