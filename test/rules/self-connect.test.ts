import { describe, expect, it } from 'vitest';
import { selfConnect } from '../../src/rules/self-connect.js';
import { connection } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';

const OPENED = `
        0.000 I S  0
        0.001 I SA 0 1
        0.002 I A  1 1`;

testRule(selfConnect, {
  fires: [
    {
      name: 'on a socket that its own SYN reached',
      connection: connectionOf(`${OPENED}
        1.000 I PA 1 1 +18
        1.001 I A  19 19
        5.000 I FA 19 19
        5.001 I A  20 20`),
      end: 70,
      severity: 'warning',
      confidence: 'observed',
      endpoint: 'client',
      title: '10.0.0.1:40000 is connected to itself',
      frames: [1, 2, 7],
      facts: { port: 40000, payloadBytes: 18, seconds: 5.001, isOpen: false },
    },
    {
      name: 'while it is open',
      connection: connectionOf(OPENED),
      end: 70,
      frames: [1, 2, 3],
      facts: { payloadBytes: 0, isOpen: true },
    },
    {
      name: 'where a reset ended it',
      connection: connectionOf(`${OPENED}
        1.000 I RA 1 1`),
      end: 70,
      frames: [1, 2, 4],
      facts: { isOpen: false },
    },
    {
      name: 'where the capture started later',
      connection: connectionOf(`
        1.000 I PA 1 1 +18
        1.001 I A  19 19`),
      end: 70,
      confidence: 'observed',
      facts: { payloadBytes: 18, isOpen: true },
    },
  ],
  silent: [
    { name: 'on two sockets', connection: connection(), end: 70 },
    {
      name: 'on two sockets of one host',
      connection: connection({ server: { address: '10.0.0.1' } }),
      end: 70,
    },
    { name: 'on a lone SYN, which may be forged', connection: connectionOf('0.000 I S 0'), end: 70 },
    {
      name: 'on a lone acknowledgment, which may be forged',
      connection: connectionOf('0.000 I A 1 1'),
      end: 70,
    },
    {
      name: 'on data that is made up',
      connection: connectionOf(`
        0.000 I PA 1 0 +9
        0.001 I PA 10 0 +9`),
      end: 70,
    },
  ],
});

describe('self-connect', () => {
  const say = (script: string): string => {
    const own = connectionOf(script);
    const [finding] = selfConnect.check(own, { captureStart: own.start, captureEnd: own.end, options: {} });
    return finding.explanation;
  };

  it('says what came back, and how it ended', () => {
    expect(
      say(`${OPENED}
        1.000 I PA 1 1 +18
        1.001 I A  19 19`),
    ).toBe(
      'The SYN in frame 1 goes from 10.0.0.1:40000 to 10.0.0.1:40000: the socket that sent it received it, and was connected to itself. What its program wrote, 18 bytes, came back to it. It was still open when the capture ended.',
    );
  });

  it('does not say how what the capture did not see began', () => {
    expect(
      say(`
        1.000 I PA 1 1 +18
        1.001 I A  19 19
        2.000 I RA 19 19`),
    ).toBe(
      'All segments of the connection go from 10.0.0.1:40000 to 10.0.0.1:40000. How it was opened was not captured. What its program wrote, 18 bytes, came back to it. It lasted 1 s.',
    );
  });
});
