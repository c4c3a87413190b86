import { expect, it } from 'vitest';
import type { CaptureQuality, Milestone, Reset, Transition } from '../../src/connections/connection.js';
import { prepareRules } from '../../src/rules/evaluation/evaluate.js';
import { rstHalfOpenDiscovered } from '../../src/rules/rst-half-open-discovered.js';
import { at, connection, enters, happens, moment, resets } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

function forgotten(
  trigger: Partial<NonNullable<Reset['trigger']>> = {},
  reset: Partial<Omit<Reset, 'trigger'>> = {},
  quality: Partial<CaptureQuality> = {},
  more: readonly Milestone[] = [],
  entries: readonly Transition[] = [enters('CLOSED', 90, 9, { evidence: 'observed' })],
) {
  return connection({
    quality,
    client: { payloadBytes: 100, unacknowledgedBytes: 11 },
    server: {
      payloadBytes: 100,
      after: entries,
      milestones: [
        ...more,
        resets(90, 9, { ...reset, trigger: { frame: 8, idleSeconds: 80, payloadBytes: 11, ...trigger } }),
      ],
    },
  });
}

/** The server is not heard after second 60: the client repeats its data, then its FIN with the data, and is reset. */
function closedAndLost() {
  return connection({
    client: {
      payloadBytes: 100,
      unacknowledgedBytes: 11,
      after: [enters('FIN-WAIT-1', 70, 8, { evidence: 'observed' })],
      milestones: [
        happens('retransmission-run', 20, 3, { count: 2, until: 21, lastFrame: 3 }),
        happens('retransmission-run', 60.5, 5, { count: 6, until: 90, lastFrame: 12 }),
        happens('fin-repeated', 75, 9, { count: 3, until: 90, lastFrame: 12 }),
      ],
    },
    server: {
      payloadBytes: 100,
      lastNewData: moment(60, 4),
      after: [enters('CLOSED', 90.01, 13, { evidence: 'observed' })],
      milestones: [
        resets(90.01, 13, { trigger: { kind: 'fin', frame: 12, idleSeconds: 30, payloadBytes: 11 } }),
      ],
    },
  });
}

/** The capture starts with the segment that draws the reset. */
function unheard(
  trigger: Partial<NonNullable<Reset['trigger']>>,
  reset: Partial<Omit<Reset, 'trigger'>> = {},
) {
  const { server, ...rest } = forgotten(trigger, reset, { midstream: true });
  return { ...rest, server: { ...server, segments: 1 } };
}

/** The same with the third copy of a FIN, of which the capture has all. */
function repeatedUnheard() {
  const { client, ...rest } = unheard({ kind: 'fin', payloadBytes: 0 });
  return {
    ...rest,
    client: {
      ...client,
      timeline: [enters('FIN-WAIT-1', 10, 1, { evidence: 'observed' })],
      milestones: [happens('fin-repeated', 30, 3, { count: 3, until: 90, lastFrame: 8 })],
    },
  };
}

const IDLE = `
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +3
        0.04 S PA 1 4 +4
        0.05 C A  4 5`;

testRule(rstHalfOpenDiscovered, {
  fires: [
    {
      name: 'on data that meets a host without the connection',
      connection: forgotten(),
      end: 91,
      nextSteps: /Compare TTL and MAC address of the reset with earlier frames/,
      citations: /^(?!.*keep-alive)/s,
      endpoint: 'server',
      confidence: 'inferred',
      title: '10.0.0.2:8080 reset this open connection as one that it does not know',
      frames: [8, 9],
      facts: { trigger: 'data', idleSeconds: 80, lostBytes: 11 },
    },
    {
      name: 'and thinks of a device first after a long silence',
      connection: forgotten(),
      end: 91,
      likelyCauses: /^A NAT, firewall or load balancer forgot the idle connection/,
      nextSteps: /^Check the idle timeout of every NAT/,
    },
    {
      name: 'and of a restart first after a shorter one',
      connection: forgotten({ idleSeconds: 20 }),
      end: 91,
      likelyCauses: /^The host of 10\.0\.0\.2:8080 crashed and restarted/,
      nextSteps: /^On the host of 10\.0\.0\.2:8080, run uptime/,
    },
    {
      name: 'on a repeated FIN, without calling idle a connection that was retransmitting',
      connection: closedAndLost(),
      end: 91,
      endpoint: 'server',
      confidence: 'inferred',
      explanation:
        /^10\.0\.0\.1:40000 repeated its FIN, first sent in frame 8, in frame 12, 30 s after the last segment of .* The connection had not been idle: since 10\.0\.0\.2:8080 was last heard, 10\.0\.0\.1:40000 had retransmitted 5 times without an acknowledgment\.$/,
      applicationSees: /^10\.0\.0\.1:40000, which had sent its own FIN: nothing if it called close\(\)/,
      likelyCauses: /^The program of 10\.0\.0\.2:8080 had closed or ended, its FIN was lost/,
      nextSteps: /^Check the log of 10\.0\.0\.2:8080 between frames 4 and 13/,
      frames: [8, 12, 13],
      facts: { trigger: 'fin', unheardSeconds: 30, unansweredCopies: 5 },
    },
    {
      name: 'on the answer of another host that has the address now, however soon',
      connection: connectionOf(`
        0.00 C S  0 mac=1
        0.01 S SA 0 1 mac=2
        0.02 C A  1 1 mac=1
        0.03 C PA 1 1 +3 mac=1
        0.04 S PA 1 4 +4 mac=2
        0.05 C PA 4 5 +5 mac=1
        0.06 S R  5 mac=3`),
      end: 91,
      confidence: 'inferred',
      title: 'Another host answered for 10.0.0.2:8080 and reset this open connection',
      explanation: /came from another MAC address .* no router lies between\.$/,
      applicationSees: /On the host that had the connection it may still be open/,
      likelyCauses:
        /^The address moved to another host.*\(likely\).*\nTwo hosts have the same address[^\n]*$/,
      nextSteps: /^Compare eth\.src of frame 7.*\n.*ip neigh show to 10\.0\.0\.2 several times/,
      facts: { resetFrom: 'another-host' },
    },
    {
      name: 'on one that starts with another TTL: it runs another system',
      connection: connectionOf(`
        0.00 C S  0 mac=1
        0.01 S SA 0 1 mac=2
        0.02 C A  1 1 mac=1
        0.03 C PA 1 1 +3 mac=1
        0.04 S PA 1 4 +4 mac=2
        0.05 C PA 4 5 +5 mac=1
        0.06 S R  5 mac=3 ttl=255`),
      end: 91,
      title: 'Another host answered for 10.0.0.2:8080 and reset this open connection',
      facts: { resetFrom: 'another-host', ofOtherSystem: true },
    },
    {
      name: 'as a possible warning where its FIN may have waited behind a closed window',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +1000
        0.04 S A  1 1001 win=0
        1.04 C A  1000 1
        1.05 S A  1 1001 win=0
        5.05 C A  1000 1
        5.06 S A  1 1001 win=0
        8.00 S PA 1 1001 +25 win=0
        8.01 C R  1001`),
      end: 91,
      endpoint: 'client',
      severity: 'warning',
      confidence: 'possible',
      explanation: /a probe of a closed window, so a FIN may have waited behind it/,
      likelyCauses:
        /^The program of 10\.0\.0\.1:40000 had closed or ended while its own data was unacknowledged/,
    },
    {
      name: 'and knows that it had given up where no further probe of the closed window came',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +1000
        0.04 S A  1 1001 win=0
        1.04 C A  1000 1
        1.05 S A  1 1001 win=0
        5.05 C A  1000 1
        5.06 S A  1 1001 win=0
        60.0 S A  1 1001
        60.1 C R  1001`),
      end: 91,
      endpoint: 'client',
      severity: 'warning',
      likelyCauses: /^The host of 10\.0\.0\.1:40000 had given up on the closed window .*\nThe program of/,
      nextSteps: /^Find out why the program at 10\.0\.0\.2:8080 did not read/,
    },
    {
      name: 'on one from another distance: a device on the path rejects the connection',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1 ttl=63
        0.02 C A  1 1
        0.03 C PA 1 1 +3
        0.04 S PA 1 4 +4 ttl=63
        2.05 C PA 4 5 +5
        2.06 S R  5 ttl=64`),
      end: 91,
      title: 'A device on the path to 10.0.0.2:8080 probably reset this open connection',
      explanation: /another distance: its TTL is 64, and that of the segments of .* before it 63\.$/,
      likelyCauses: /^A firewall, NAT or load balancer on the path answers for the host \(likely\)/,
      nextSteps: /^Check the rules and logs of the firewalls/,
      facts: { resetFrom: 'another-distance' },
    },
    {
      name: 'on one from another router’s address, and thinks of a device and then of a move',
      connection: connectionOf(`
        0.00 C S  0 mac=1
        0.01 S SA 0 1 mac=2 ttl=57
        0.02 C A  1 1 mac=1
        0.03 C PA 1 1 +3 mac=1
        0.04 S PA 1 4 +4 mac=2 ttl=57
        9.05 C PA 4 5 +5 mac=1
        9.06 S R  5 mac=3 ttl=57`),
      end: 91,
      title: '10.0.0.2:8080 reset this open connection as one that it does not know',
      explanation: /came from another MAC address than the segments of 10\.0\.0\.2:8080 before it\.$/,
      likelyCauses: /^A NAT, firewall or load balancer.*\nThe address moved/,
      facts: { resetFrom: 'another-path' },
    },
    {
      name: 'on a keep-alive that does',
      connection: forgotten({ kind: 'keep-alive', payloadBytes: 0 }),
      end: 91,
      citations: /keep-alive to a host that lost/,
      facts: { trigger: 'keep-alive' },
    },
    {
      name: 'though an older segment drew a reset with an older number first',
      connection: forgotten({}, {}, {}, [resets(89.9, 7, { verdict: 'out-of-window' })]),
      end: 91,
      frames: [8, 9],
    },
    {
      name: 'with little confidence if the capture started late',
      connection: forgotten({}, {}, { midstream: true }),
      end: 91,
      confidence: 'possible',
    },
    {
      name: 'without calling open what was never seen',
      connection: unheard({}),
      end: 91,
      nextSteps: /^Check the log of 10\.0\.0\.2:8080 from before frame 9(?!.*earlier frames)/s,
      severity: 'info',
      confidence: 'possible',
      title: '10.0.0.2:8080 reset this connection as one that it does not know',
      likelyCauses:
        /^The program of 10\.0\.0\.2:8080 had closed or ended before the capture began(?!.*idle connection)/s,
    },
    {
      name: 'as info on a bare acknowledgment out of nothing, such as a scanner sends',
      connection: unheard({ kind: 'ack', payloadBytes: 0 }),
      end: 91,
      severity: 'info',
    },
    {
      name: 'as info on a repeated FIN, without the idle time that nobody knows',
      connection: repeatedUnheard(),
      end: 91,
      nextSteps: /^Check the log of 10\.0\.0\.2:8080 from before frame 9/,
      severity: 'info',
      explanation:
        /^10\.0\.0\.1:40000 repeated its FIN, first sent in frame 1, in frame 8 and got .* 10\.0\.0\.1:40000 had retransmitted twice without an acknowledgment\./,
      facts: { trigger: 'fin', unansweredCopies: 2 },
    },
    {
      name: 'as info on a FIN whose receiver was gone when the capture started',
      connection: unheard({ kind: 'fin', payloadBytes: 0 }),
      end: 91,
      severity: 'info',
    },
    {
      name: 'soon after another segment of the host, if a reset in the other one’s name had come between',
      connection: forgotten(
        { idleSeconds: 0.1 },
        {},
        {},
        [],
        [enters('CLOSED', 89, 7, { cause: 'received RST' })],
      ),
      end: 91,
    },
    {
      name: 'as a possible warning if the reset has a window, as an abort may have',
      connection: forgotten({}, { window: 512 }),
      end: 91,
      severity: 'warning',
      confidence: 'possible',
      title: 'A reset in the name of 10.0.0.2:8080 ended this open connection',
      explanation: /But it has a window of 512/,
      facts: { trigger: 'data', window: 512, lostBytes: 11 },
    },
    {
      name: 'on a FIN that is answered so',
      connection: connectionOf(`${IDLE}
        400.00 C FA 4 5
        400.01 S R  5 win=512`),
      end: 401,
      severity: 'warning',
      facts: { trigger: 'fin', window: 512 },
    },
    {
      name: 'as info if nothing else of that host was captured',
      connection: unheard({}, { window: 512 }),
      end: 91,
      severity: 'info',
      title: 'A reset in the name of 10.0.0.2:8080 ended this connection',
    },
    {
      name: 'as a warning on a host that had been sending data again, behind which its FIN may have waited',
      connection: forgotten({ idleSeconds: 30 }, {}, {}, [
        happens('retransmission-run', 2, 5, { count: 8, until: 60, lastFrame: 7 }),
      ]),
      end: 100,
      severity: 'warning',
      confidence: 'possible',
      explanation: /Its last segment before that was data sent again/,
      likelyCauses: /^The program of 10\.0\.0\.2:8080 had closed or ended while its own data/,
    },
    {
      name: 'and supposes first on a path that loses segments that the end of the connection was lost',
      connection: (() => {
        const { client, ...rest } = forgotten();
        return { ...rest, client: { ...client, retransmissions: 1 } };
      })(),
      end: 100,
      likelyCauses:
        /^(A NAT.*\n)?The program of .* or it had aborted, and its reset, .* was lost \(possible\)/,
    },
    {
      name: 'as an error where the next copy had been due for long',
      connection: forgotten({}, {}, {}, [
        happens('retransmission-run', 2, 5, { count: 5, until: 10, lastFrame: 7 }),
      ]),
      end: 100,
      severity: 'error',
      confidence: 'inferred',
    },
    {
      name: 'as an error where that had been answered long before',
      connection: forgotten({}, {}, {}, [
        happens('retransmission-run', 2, 5, { count: 5, until: 9, lastFrame: 6 }),
      ]),
      end: 100,
      severity: 'error',
      confidence: 'inferred',
    },
  ],
  silent: [
    {
      name: 'on one with a window right after another segment of the host',
      connection: forgotten({ idleSeconds: 0.02 }, { window: 512 }),
      end: 91,
    },
    { name: 'when it is an abort', connection: forgotten({}, { hasAck: true, window: 500 }), end: 91 },
    {
      name: 'when the host had the connection a moment before: its program gave it up',
      connection: forgotten({ idleSeconds: 0.02 }),
      end: 91,
    },
    {
      name: 'when it had aborted before, and a challenge ACK drew the second reset',
      connection: forgotten({ kind: 'ack', payloadBytes: 0 }, {}, {}, [
        resets(89, 7, { hasAck: true, verdict: 'out-of-window' }),
      ]),
      end: 91,
    },
    {
      name: 'when the capture missed what it had sent last: it may have closed',
      connection: forgotten({}, {}, { lostSegments: 1 }, [happens('acknowledged-unseen', 50, 6)]),
      end: 91,
    },
    {
      name: 'when the host had closed',
      connection: afterClientFin({ clientMilestones: [resets(3, 8, { trigger: { payloadBytes: 5 } })] }),
      end: 91,
    },
    {
      name: 'when the reset was not accepted',
      connection: forgotten({}, { verdict: 'out-of-window' }),
      end: 91,
    },
    {
      name: 'when the handshake was never over for the server',
      connection: forgotten({}, {}, {}, [happens('syn-ack-repeated', 1, 5)]),
      end: 91,
    },
  ],
});

it('names the earlier reset in the other one’s name as the first cause', () => {
  const after = forgotten({}, {}, {}, [], [enters('CLOSED', 89, 7, { cause: 'received RST' })]);
  const [{ likelyCauses, nextSteps }] = prepareRules([rstHalfOpenDiscovered])(after, at(91));
  expect(nextSteps[0]).toMatch(
    /^Compare TTL and MAC address of the reset in frame 7 with other frames of 10\.0\.0\.1:40000/,
  );
  expect(likelyCauses[0]).toBe(
    'The reset in the name of 10.0.0.1:40000 in frame 7 had ended the connection there (likely).',
  );
});
