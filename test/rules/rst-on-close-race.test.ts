import {
  type Connection,
  IDEAL_QUALITY,
  type Milestone,
  type Reset,
} from '../../src/connections/connection.js';
import { rstOnCloseRace } from '../../src/rules/rst-on-close-race.js';
import { connection, enters, happens, moment, resets } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin, withRolesSwapped } from './closing-cases.js';

function race(
  trigger: Partial<NonNullable<Reset['trigger']>> = {},
  unacknowledgedBytes = 300,
  frame = 8,
  verdict: Reset['verdict'] = 'accepted',
  serverMilestones: readonly Milestone[] = [],
): Connection {
  return afterClientFin({
    server: { unacknowledgedBytes },
    serverMilestones,
    clientMilestones: [
      resets(2.15, frame, { verdict, trigger: { frame: frame - 1, payloadBytes: 300, ...trigger } }),
    ],
  });
}

/** A server closed, and what crossed its FIN was `bytes` long. */
function afterSession(bytes: number): Connection {
  const { client, server, ...rest } = withRolesSwapped(race({ payloadBytes: bytes }, bytes));
  return {
    ...rest,
    client: { ...client, payloadBytes: 700 + bytes },
    server: { ...server, payloadBytes: 2000 },
  };
}

/** The server had answered a request in second 1, and closes then; the client's next data left at `asked` seconds. */
function keptAlive(closed: number, asked = closed): Connection {
  const { client, server, ...rest } = withRolesSwapped(race());
  const after = [enters('FIN-WAIT-1', closed, 5, { evidence: 'observed' })];
  return {
    ...rest,
    client: { ...client, payloadBytes: 600, lastNewData: moment(asked, 7) },
    server: { ...server, payloadBytes: 2000, lastNewData: moment(1, 4), timeline: after },
  };
}

/** The client's data goes unanswered from second 1 on; the server closes 20 s later, and resets. */
function lostForLong(): Connection {
  return connection({
    client: {
      payloadBytes: 900,
      unacknowledgedBytes: 300,
      lastNewData: moment(1, 5),
      milestones: [
        happens('retransmission-run', 1.3, 6, { count: 4, until: 10, lastFrame: 11, value: 300 }),
        happens('retransmission-run', 26, 14, { value: 25_000 }),
      ],
    },
    server: {
      payloadBytes: 2000,
      lastNewData: moment(0.9, 4),
      after: [enters('FIN-WAIT-1', 21, 12, { evidence: 'observed' })],
      milestones: [resets(26.02, 15, { trigger: { frame: 14, payloadBytes: 300 } })],
    },
  });
}

/**
 * The client's FIN of second 2.1 gets lost with its repetitions, and the server writes in second 20: what is new, or
 * what lies before octets that it had sent `ago` seconds earlier.
 */
function unaware(ago: number): Connection {
  const isGap = ago > 18;
  return connection({
    client: {
      payloadBytes: 300,
      after: [enters('FIN-WAIT-1', 2.1, 5, { evidence: 'observed' })],
      milestones: [
        happens('fin-repeated', 3, 6, { count: 4, until: 12, lastFrame: 8 }),
        resets(20.01, 10, { trigger: { frame: 9, payloadBytes: 300 } }),
      ],
    },
    server: {
      payloadBytes: 600,
      unacknowledgedBytes: 300,
      lastNewData: isGap ? moment(1, 4) : moment(20, 9),
      milestones: isGap ? [happens('retransmission-run', 20, 9, { value: ago * 1000 })] : [],
    },
  });
}

testRule(rstOnCloseRace, {
  fires: [
    {
      name: 'on a request that crossed the server’s FIN',
      connection: withRolesSwapped(race()),
      end: 3,
      endpoint: 'server',
      confidence: 'observed',
      frames: [5, 7, 8],
      facts: { kind: 'data-in-flight', lostBytes: 300 },
    },
    {
      name: 'on a request that met the end of an idle connection',
      connection: keptAlive(61),
      end: 100,
      citations: /idle connection just as/,
      endpoint: 'server',
      applicationSees: /^10\.0\.0\.2:8080: read returns 0 if the FIN arrived before/,
      nextSteps: /^Compare the keep-alive timeouts/,
      explanation:
        /no acknowledgment of the data\. The last data of .* had come 60 s before its FIN: a request that meets/,
      facts: { kind: 'keep-alive-race', lostBytes: 300, idleBeforeCloseSeconds: 60 },
    },
    {
      name: 'on data that had been lost for long when the server closed',
      connection: lostForLong(),
      end: 100,
      endpoint: 'server',
      severity: 'warning',
      confidence: 'inferred',
      title:
        '300 bytes from 10.0.0.1:40000 never arrived: 10.0.0.2:8080 closed 20 s after they were first sent',
      explanation:
        /20 s before the FIN .* in frame 12, 6 times in all, the last time in frame 14, .* not in flight/,
      // What is sent 5 s after the FIN does not acknowledge it.
      applicationSees:
        /^10\.0\.0\.1:40000: its write had succeeded, and its read fails with ECONNRESET, as no FIN had come/,
      likelyCauses: /^The path loses what 10\.0\.0\.1:40000 sends/,
      frames: [5, 12, 14, 15],
      facts: { kind: 'lost-before-close', lostBytes: 300, sentBeforeCloseSeconds: 20, transmissions: 6 },
    },
    {
      name: 'on data that came long after a FIN which had not arrived',
      connection: unaware(1),
      end: 100,
      endpoint: 'client',
      severity: 'info',
      confidence: 'inferred',
      title:
        '10.0.0.1:40000 had closed 17.9 s before 300 bytes from 10.0.0.2:8080 came: its FIN had not arrived',
      explanation:
        /in frame 5 and sent it again 4 times\. The data in frame 9, first captured 17\.9 s after that/,
      applicationSees:
        /^10\.0\.0\.2:8080: its write had succeeded, and its read fails with ECONNRESET, as no FIN/,
      likelyCauses: /^The path loses what 10\.0\.0\.1:40000 sends, or a firewall on it drops the FIN/,
      facts: { kind: 'fin-not-arrived', lostBytes: 300, sentAfterCloseSeconds: 17.9 },
    },
    {
      // The capture has the octets only once, behind others of the server.
      name: 'on what fills a gap long after a FIN, as on new data',
      connection: unaware(19),
      end: 100,
      endpoint: 'client',
      severity: 'info',
      facts: { kind: 'fin-not-arrived', lostBytes: 300, sentAfterCloseSeconds: 17.9, transmissions: 1 },
    },
    {
      name: 'on data of what was still going on',
      connection: keptAlive(1.05, 1.01),
      end: 100,
      citations: /erase a response(?!.*idle)/s,
      likelyCauses: /^The server closed after an early error response(?!.*idle timeout)/s,
      nextSteps: /^At 10\.0\.0\.1:40000: find out why it closed/,
      facts: { kind: 'data-in-flight' },
    },
    {
      name: 'on another request after an answer',
      connection: keptAlive(1.5, 1.48),
      end: 100,
      likelyCauses: /^The server closes after its answer, (?!.*early error)/s,
      nextSteps: /^At 10\.0\.0\.1:40000: find out why it closed/,
      facts: { kind: 'data-in-flight' },
    },
    {
      name: 'of a server that may have been idle for long before the capture began',
      connection: connectionOf(`
        0.000 S FA 1 1
        0.001 C PA 1 1 +300
        0.031 S R  1`),
      end: 1,
      endpoint: 'server',
      likelyCauses: /^The server’s idle timeout .*\nThe server closed after an early error response/,
      citations: /idle connection just as/,
      facts: { kind: 'data-in-flight' },
    },
    {
      name: 'as info on a goodbye where both sides closed',
      connection: connectionOf(`
        0.000 C S  0
        0.030 S SA 0 1
        0.030 C A  1 1
        0.031 C PA 1 1 +500
        0.061 S PA 1 501 +300
        0.062 C PA 501 301 +240
        0.062 C FA 741 301
        0.063 S FA 301 501
        0.063 C A  742 302
        0.092 S R  301
        0.093 S R  302`),
      end: 1,
      endpoint: 'server',
      severity: 'info',
      title:
        '10.0.0.2:8080 and 10.0.0.1:40000 closed at the same time: 240 bytes from 10.0.0.1:40000 were in flight, and 10.0.0.2:8080 reset the connection',
      explanation:
        /^10\.0\.0\.1:40000 sent its FIN in frame 7, before it had received that of 10\.0\.0\.2:8080\. 10\.0/,
      likelyCauses: /^Both sides were done/,
      facts: { kind: 'data-in-flight', bothClosed: true },
    },
    {
      name: 'and a FIN behind octets that never came is no end that could be read',
      connection: connectionOf(`
        0.00 C S  0
        0.03 S SA 0 1
        0.03 C A  1 1
        0.04 C PA 1 1 +50
        0.07 S A  1 51
        0.08 C PA 51 1 +27
        0.10 S FA 80 51
        0.11 S R  1`),
      end: 1,
      endpoint: 'server',
      applicationSees: /^10\.0\.0\.1:40000: its write had succeeded, and its read fails with ECONNRESET/,
    },
    {
      name: 'on a reset that came too late to be accepted',
      connection: withRolesSwapped(race({}, 300, 8, 'out-of-window')),
      end: 3,
      endpoint: 'server',
    },
    {
      name: 'on one of several resets, when the FIN has been acknowledged meanwhile',
      connection: withRolesSwapped(
        afterClientFin({
          server: { unacknowledgedBytes: 300, lastNewData: moment(2.05, 4) },
          clientMilestones: [resets(2.15, 8)],
        }),
      ),
      end: 3,
      endpoint: 'server',
      severity: 'warning',
      frames: [4, 5, 8],
    },
    {
      name: 'as info on what may be a TLS side’s close_notify, with the session before the capture',
      connection: {
        ...withRolesSwapped(race({ payloadBytes: 31 }, 31)),
        quality: { ...IDEAL_QUALITY, midstream: true },
      },
      end: 3,
      severity: 'info',
    },
    {
      name: 'as info on what may be a TLS side’s close_notify',
      connection: afterSession(31),
      end: 3,
      endpoint: 'server',
      severity: 'info',
      facts: { lostBytes: 31 },
    },
    {
      name: 'as info on a client that closed in the middle of a response',
      connection: race(),
      end: 3,
      citations: /^(?!.*(response|idle|HTTP))/s,
      endpoint: 'client',
      severity: 'info',
      confidence: 'observed',
      title:
        '10.0.0.1:40000 closed while 300 bytes from 10.0.0.2:8080 were in flight, and reset the connection',
      likelyCauses: /^The client had all it wanted/,
      nextSteps: /^Nothing, unless the client should have waited/,
      frames: [5, 7, 8],
      facts: { kind: 'data-in-flight', lostBytes: 300 },
    },
  ],
  silent: [
    { name: 'when the sender knew of the FIN', connection: race({ knewFin: true }), end: 3 },
    { name: 'when the data was acknowledged', connection: race({}, 0), end: 3 },
    { name: 'when the reset came before the FIN', connection: race({}, 300, 4), end: 3 },
    {
      name: 'when the reset answers no data and some was sent later',
      connection: race({ kind: 'ack', payloadBytes: 0 }, 300, 8, 'accepted', [
        happens('data-after-peer-fin', 2.14, 7, { value: 300 }),
      ]),
      end: 3,
    },
    {
      name: 'on an abort after its own FIN',
      connection: withRolesSwapped(
        afterClientFin({
          server: { unacknowledgedBytes: 300, lastNewData: moment(2.05, 4) },
          clientMilestones: [resets(2.15, 8, { hasAck: true, window: 500 })],
        }),
      ),
      end: 3,
    },
    { name: 'without a reset', connection: afterClientFin(), end: 3 },
  ],
});
