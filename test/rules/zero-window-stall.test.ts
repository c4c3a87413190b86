import { zeroWindowStall } from '../../src/rules/zero-window-stall.js';
import { connection, type EndpointDraft, enters, happens, moment } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

const probes = happens('window-probe', 6, 11, { count: 5, until: 14, lastFrame: 19 });

function closed(
  until: number,
  receiver: EndpointDraft = {},
  sender: EndpointDraft = { milestones: [probes] },
) {
  return connection({
    client: sender,
    server: {
      zeroWindows: 4,
      lastSegment: moment(until, 20),
      milestones: [happens('zero-window', 5, 10, { until, lastFrame: 20, count: 4 })],
      ...receiver,
    },
  });
}

/** The server closes its window for these stretches of seconds. */
function closedOften(stretches: readonly (readonly number[])[]) {
  const milestones = stretches.map(([from, until], place) =>
    happens('zero-window', from, 10 * (place + 1), { until, lastFrame: 10 * (place + 1) + 1 }),
  );
  return connection({ server: { zeroWindows: stretches.length, milestones } });
}

testRule(zeroWindowStall, {
  fires: [
    {
      name: 'on a window that closes again whenever it opens',
      connection: closedOften([
        [0, 4],
        [4.2, 8],
        [8.1, 12],
      ]),
      end: 60,
      endpoint: 'server',
      severity: 'warning',
      title:
        '10.0.0.2:8080 had its window closed for 11.7 s of 12 s, 3 times: its application reads too slowly',
      explanation: /from frame 10 to frame 31: whenever it had opened, it soon closed again/,
      frames: [10, 31],
      facts: { times: 3, closedSeconds: 11.7, stillClosed: false },
    },
    {
      name: 'of which more may have followed than are kept',
      connection: closedOften(Array.from({ length: 24 }, (_, place) => [4 * place, 4 * place + 3])),
      end: 200,
      title:
        '10.0.0.2:8080 had its window closed for 69 s of 91 s, at least 23 times: its application reads too slowly',
    },
    {
      name: 'on a window that stays closed for long',
      connection: closed(20),
      end: 30,
      nextSteps: /^Find out what kept the program of 10\.0\.0\.2:8080 from reading between frames 10 and 20/,
      citations: /^(?!.*CLOSE-WAIT)/s,
      severity: 'warning',
      endpoint: 'server',
      confidence: 'inferred',
      title: '10.0.0.2:8080 kept its window closed for 15 s: its application did not read',
      frames: [10, 11, 19, 20],
      facts: { closedSeconds: 15, probes: 5, stillClosed: false },
    },
    {
      name: 'as an error to the end of the capture',
      connection: closed(20, { windowClosed: true }),
      end: 100,
      nextSteps: /^On the host of 10\.0\.0\.2:8080: ss -tanpo/,
      severity: 'error',
      facts: { closedSeconds: 95, stillClosed: true },
    },
    {
      name: 'and says that the FIN behind the data has to wait',
      connection: closed(
        20,
        { windowClosed: true, after: [enters('FIN-WAIT-2', 5, 9)] },
        { milestones: [probes], after: [enters('CLOSE-WAIT', 4, 8)] },
      ),
      end: 100,
      citations: /CLOSE-WAIT/,
      severity: 'error',
      explanation:
        /sent 5 probes\. 10\.0\.0\.1:40000 is in CLOSE-WAIT with data to send, so its FIN cannot be sent either\. 10\.0\.0\.2:8080 had sent its own: .*\(RFC 2525 §2\.16\)\. The limit/,
      facts: { senderWaitsToClose: true },
    },
    {
      name: 'that is over, and that no FIN waits for any more',
      connection: closed(20, {}, { milestones: [probes], after: [enters('CLOSE-WAIT', 25, 30)] }),
      end: 100,
      explanation: /sent 5 probes\. The limit/,
      facts: { stillClosed: false, senderWaitsToClose: false },
    },
    {
      name: 'with data outstanding instead of probes',
      connection: closed(20, {}, { unacknowledgedBytes: 10 }),
      end: 30,
      facts: { probes: 0 },
    },
    {
      name: 'until the last answer of a receiver that is gone',
      connection: closed(
        32,
        { windowClosed: true, lastSegment: moment(32, 20) },
        { milestones: [happens('window-probe', 6, 11, { count: 9, value: 4, until: 60, lastFrame: 29 })] },
      ),
      end: 100,
      // Its socket may be there, as it was, behind a path that is not.
      nextSteps: /^On the host of 10\.0\.0\.2:8080: ss -tanpo/,
      severity: 'warning',
      title: '10.0.0.2:8080 kept its window closed for 27 s: its application did not read',
      explanation: /was zero from frame 10 to frame 20, the last in which it was heard\. /,
      facts: { closedSeconds: 27, stillClosed: false },
    },
  ],
  silent: [
    ...[
      {
        name: 'where it closes twice',
        runs: [
          [0, 6],
          [7, 13],
        ],
      },
      {
        name: 'where it is open for most of the time',
        runs: [
          [0, 4],
          [20, 24],
          [40, 44],
        ],
      },
      {
        name: 'where it is closed for a short time in all',
        runs: [
          [0, 3],
          [4, 7],
          [8, 11],
        ],
      },
    ].map(({ name, runs }) => ({ name, connection: closedOften(runs), end: 60 })),
    {
      name: 'after the last answer of a receiver that is gone',
      connection: closed(12, { windowClosed: true, lastSegment: moment(5, 10) }),
      end: 100,
    },
    { name: 'on a short pause', connection: closed(8), end: 30 },
    { name: 'when nobody wants to send', connection: closed(20, {}, {}), end: 30 },
    { name: 'on an open window', connection: connection(), end: 30 },
  ],
});
