import { expect, it } from 'vitest';
import { IDEAL_QUALITY } from '../../src/connections/connection.js';
import { prepareRules } from '../../src/rules/evaluation/evaluate.js';
import { rstActiveAbort } from '../../src/rules/rst-active-abort.js';
import {
  at,
  connection,
  type EndpointDraft,
  enters,
  happens,
  moment,
  resets,
} from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

function abortBy(role: 'client' | 'server', own: EndpointDraft = {}, peer: EndpointDraft = {}) {
  const aborter: EndpointDraft = {
    payloadBytes: 500,
    after: [enters('CLOSED', 5, 9, { evidence: 'observed', cause: 'sent RST, aborting' })],
    milestones: [resets(5, 9, { hasAck: true, window: 500 })],
    ...own,
  };
  const other: EndpointDraft = { payloadBytes: 800, lastNewData: moment(1, 5), ...peer };
  return role === 'client'
    ? connection({ client: aborter, server: other })
    : connection({ server: aborter, client: other });
}

/** Everything is acknowledged when the client sends its FIN. */
const CROSSED = `
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +3
        0.40 S PA 1 4 +4
        0.41 C A  4 5
        0.55 C FA 4 5`;

/** A request, and its answer. */
const ANSWERED = `
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +30
        0.40 S PA 1 31 +400`;

testRule(rstActiveAbort, {
  fires: [
    {
      name: 'on a server that aborts',
      connection: abortBy('server'),
      end: 6,
      endpoint: 'server',
      confidence: 'inferred',
      title: '10.0.0.2:8080 aborted the connection',
      frames: [5, 9],
      facts: { kind: 'reason-unknown', afterOwnFin: false },
    },
    {
      name: 'on a server that turns a connection away with a message, and leaves its request unread',
      connection: connectionOf(`
        0.00  C S  0
        0.01  S SA 0 1
        0.02  C A  1 1
        0.021 C PA 1 1 +14
        0.031 S A  1 15
        0.05  S PA 1 15 +36
        0.051 S RA 37 15 win=500`),
      end: 6,
      likelyCauses:
        /^close\(\) with received data.*\n10\.0\.0\.2:8080 turned the connection away, .* \(possible\)/,
      nextSteps: /^At 10\.0\.0\.2:8080: check its log, its limits/,
    },
    {
      name: 'and does not say so of one that had sent more than that, or waited',
      connection: connectionOf(`
        0.00  C S  0
        0.01  S SA 0 1
        0.02  C A  1 1
        0.021 C PA 1 1 +14
        0.031 S A  1 15
        0.05  S PA 1 15 +1200
        0.051 S RA 1201 15 win=500`),
      end: 6,
      likelyCauses: /^(?!.*turned the connection away)/s,
    },
    {
      name: 'as info on a side that had closed and threw away a TLS goodbye',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +517
        0.04 S PA 1 518 +3000
        0.05 C A  518 3001
        3.00 S FA 3001 518
        3.01 C PA 518 3002 +31
        3.02 S RA 3002 549 win=500`),
      end: 6,
      severity: 'info',
      explanation: /had sent 31 bytes after that FIN\. They have the size of a TLS alert/,
    },
    {
      name: 'as info on a client that leaves right behind what it sent, as a health check does',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +517
        0.04 S PA 1 518 +141
        0.05 C PA 518 142 +51
        0.051 C RA 569 142`),
      end: 6,
      endpoint: 'client',
      severity: 'info',
    },
    {
      name: 'on a peer that has not read for a while, and thinks of a send timeout first',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +80
        0.04 S PA 1 81 +4000
        0.05 C A  81 4001 win=0
        3.05 S RA 4001 81`),
      end: 6,
      explanation: /had not read what .* had been closed since frame 6, 3 s before\.$/,
      likelyCauses: /^A send timeout of 10\.0\.0\.2:8080 expired/,
      facts: { kind: 'peer-not-reading' },
    },
    {
      name: 'on a server that answers a request with a reset: its program had the connection',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +80
        0.031 S A 1 81
        0.032 S RA 1 81`),
      end: 6,
      likelyCauses: /^close\(\) with received data(.*\n)+The listening socket was closed/,
      facts: { kind: 'unread-data-likely' },
    },
    {
      name: 'and of the listening socket only where no program has sent anything',
      connection: abortBy('server', { payloadBytes: 0 }),
      end: 6,
      likelyCauses: /^The listening socket was closed/,
    },
    {
      name: 'a FIN, for one, which no kernel sends by itself',
      connection: abortBy('server', { payloadBytes: 0, finSent: true }),
      end: 6,
      likelyCauses: /^(?!.*listening socket)/s,
    },
    {
      name: 'and thinks of what Windows does where the TTL may be one of its',
      connection: abortBy('server', {
        ttl: 117,
        milestones: [resets(5, 9, { hasAck: true, window: 500, ttl: 117 })],
      }),
      end: 6,
      likelyCauses: /\nThe process ended or was killed without closing its sockets, on Windows[^\n]*$/,
    },
    {
      name: 'and not where it is one of others',
      connection: abortBy('server', { ttl: 64 }),
      end: 6,
      likelyCauses: /^(?!.*Windows)/s,
    },
    {
      name: 'and says that octets in the reset may tell why',
      connection: abortBy('server', {
        milestones: [resets(5, 9, { hasAck: true, window: 500, payloadBytes: 25 })],
      }),
      end: 6,
      explanation: / The 25 bytes that it carried may say why\.$/,
      facts: { kind: 'reason-unknown' },
    },
    {
      name: 'and says so of one without ACK, which any sender may have made',
      connection: abortBy('server', { milestones: [resets(5, 9, { payloadBytes: 1 })] }),
      end: 6,
      explanation: / the capture does not show who sent it\. The 1 byte that it carried may say why\.$/,
      facts: { kind: 'sender-unknown' },
    },
    {
      name: 'and supposes unread data right after some came',
      connection: abortBy('server', {}, { lastNewData: moment(4.97, 8) }),
      end: 6,
      explanation:
        /10\.0\.0\.2:8080 probably had unread data: the last data of 10\.0\.0\.1:40000 had come 30 ms before\.$/,
      facts: { kind: 'unread-data-likely', sinceLastDataSeconds: 0.03 },
    },
    {
      name: 'and supposes none where there were many round trips in which to read it',
      connection: abortBy('server', {}, { lastNewData: moment(4.9, 8) }),
      end: 6,
      explanation: /The capture does not show why\.$/,
      facts: { kind: 'reason-unknown', sinceLastDataSeconds: 0.1 },
    },
    {
      name: 'and supposes none where round trips are not known',
      connection: {
        ...abortBy('server', {}, { lastNewData: moment(4.97, 8) }),
        vantage: { near: 'unknown', confidence: 'none', roundTripSeconds: null },
      },
      end: 6,
      facts: { kind: 'reason-unknown' },
    },
    {
      name: 'and supposes none in data that it has answered, whose knowledge takes a round trip',
      connection: {
        ...abortBy('server', { lastNewData: moment(4.98, 8) }, { lastNewData: moment(4.97, 7) }),
        vantage: { near: 'server', confidence: 'high', roundTripSeconds: 0.02 },
      },
      end: 6,
      facts: { kind: 'reason-unknown' },
    },
    {
      name: 'and thinks of unread data last where it had answered all that came',
      connection: connectionOf(`${ANSWERED}
        0.41 C A  31 401
        5.00 S RA 401 31 win=500`),
      end: 6,
      likelyCauses:
        /^SO_LINGER with a time of 0 .*\nThe program gave up on .*\nclose\(\) with received data still unread/,
      nextSteps: /nstat -az TcpExtTCPAbortOnData TcpExtTCPAbortOnClose/,
      facts: { kind: 'reason-unknown' },
    },
    {
      name: 'and first where it had not',
      connection: connectionOf(`${ANSWERED}
        0.41 C PA 31 401 +30
        0.42 S A  401 61
        5.00 S RA 401 61 win=500`),
      end: 6,
      likelyCauses: /^close\(\) with received data still unread/,
      facts: { kind: 'reason-unknown' },
    },
    {
      name: 'and first where the capture missed what came since',
      connection: abortBy(
        'server',
        { lastNewData: moment(3, 6) },
        {
          lastNewData: moment(2, 5),
          milestones: [happens('acknowledged-unseen', 4, 8, { value: 100 })],
        },
      ),
      end: 6,
      likelyCauses: /^close\(\) with received data still unread/,
    },
    {
      name: 'and supposes it in data that crossed what it sent',
      connection: {
        ...abortBy('server', { lastNewData: moment(4.98, 8) }, { lastNewData: moment(4.97, 7) }),
        vantage: { near: 'client', confidence: 'high', roundTripSeconds: 0.02 },
      },
      end: 6,
      facts: { kind: 'unread-data-likely' },
    },
    {
      name: 'and supposes none in data that may still have been on its way',
      connection: abortBy('server', {}, { lastNewData: moment(4.99, 8), unacknowledgedBytes: 24 }),
      end: 6,
      facts: { kind: 'reason-unknown', unacknowledgedBytesOfPeer: 24 },
    },
    {
      name: 'and supposes it of what had reached the host where the capture was taken',
      connection: {
        ...abortBy('server', {}, { lastNewData: moment(4.99, 8), unacknowledgedBytes: 24 }),
        vantage: { near: 'server', confidence: 'high', roundTripSeconds: 0.02 },
      },
      end: 6,
      explanation: /24 bytes of 10\.0\.0\.1:40000 had not even been acknowledged\.$/,
      facts: { kind: 'unread-data-likely' },
    },
    {
      name: 'and supposes unread data behind a closed window',
      connection: abortBy('client', { windowClosed: true }),
      end: 6,
      severity: 'info',
      facts: { kind: 'unread-data-likely' },
    },
    {
      name: 'as info on a client that had waited for an answer',
      connection: abortBy('client', { lastNewData: moment(3, 7) }),
      end: 6,
      severity: 'info',
      explanation:
        / The last data from 10\.0\.0\.1:40000, sent 2 s before, had been acknowledged but not answered\.$/,
      likelyCauses: /^The client gave up waiting for an answer \(likely\)/,
      facts: { kind: 'answer-missing' },
    },
    {
      name: 'as possible where what it had sent last came right behind data of the server',
      connection: abortBy('client', { lastNewData: moment(3, 7) }, { lastNewData: moment(2.9, 6) }),
      end: 6,
      severity: 'info',
      likelyCauses: /^The client gave up waiting for an answer \(possible\)/,
      facts: { kind: 'answer-missing' },
    },
    {
      name: 'and does not say so where the capture missed what came back',
      connection: abortBy(
        'client',
        { lastNewData: moment(3, 7) },
        { milestones: [happens('acknowledged-unseen', 3.1, 8, { value: 100 })] },
      ),
      end: 6,
      severity: 'info',
      facts: { kind: 'reason-unknown' },
    },
    {
      name: 'and does not say so of one that had just sent its last data',
      connection: abortBy('client', { lastNewData: moment(4.8, 7) }),
      end: 6,
      severity: 'info',
      facts: { kind: 'reason-unknown' },
    },
    {
      name: 'as info on a client that has everything',
      connection: abortBy('client'),
      end: 6,
      severity: 'info',
    },
    {
      name: 'as info on a client that leaves in the middle of a response',
      connection: abortBy('client', {}, { unacknowledgedBytes: 1460 }),
      end: 6,
      severity: 'info',
    },
    {
      name: 'as info on a server that left a TLS side’s close_notify unread',
      connection: abortBy(
        'server',
        { payloadBytes: 2000 },
        { payloadBytes: 724, unacknowledgedBytes: 24, finSent: true },
      ),
      end: 6,
      severity: 'info',
    },
    {
      name: 'as info on a server that aborts when its client has closed and refuses more',
      connection: abortBy(
        'server',
        { unacknowledgedBytes: 7 },
        {
          finSent: true,
          milestones: [resets(5.01, 10, { verdict: 'no-connection', trigger: { payloadBytes: 7 } })],
        },
      ),
      end: 6,
      severity: 'info',
    },
    {
      name: 'on a reset of data by a host that had the connection a moment before',
      connection: abortBy('server', {
        milestones: [resets(5, 9, { trigger: { kind: 'data', payloadBytes: 5, idleSeconds: 0.02 } })],
      }),
      end: 6,
      severity: 'warning',
      confidence: 'possible',
    },
    {
      name: 'and leaves open who sent a reset without ACK that answers nothing',
      connection: abortBy('server', { milestones: [resets(5, 9)] }),
      end: 6,
      confidence: 'possible',
      title: 'A reset in the name of 10.0.0.2:8080 ended the open connection',
      facts: { kind: 'sender-unknown' },
    },
    {
      name: 'and leaves open who sent a reset with marks of another sender',
      connection: abortBy(
        'server',
        { milestones: [resets(5, 9, { hasAck: true, ttl: 50 })] },
        { milestones: [resets(5.001, 10, { ttl: 50, verdict: 'no-connection' })] },
      ),
      end: 6,
      confidence: 'possible',
      facts: { kind: 'sender-unknown' },
    },
    {
      name: 'less surely on a reset before which nothing of its sender was captured',
      connection: {
        ...abortBy('server', { segments: 1 }),
        quality: { ...IDEAL_QUALITY, midstream: true },
      },
      end: 6,
      confidence: 'possible',
    },
    {
      name: 'on a reset right on the acknowledgment of its own FIN',
      connection: afterClientFin({
        client: { payloadBytes: 10 },
        clientEntries: [enters('CLOSED', 2.14, 7, { evidence: 'observed' })],
        clientMilestones: [resets(2.14, 7, { trigger: { frame: 6, kind: 'ack', knewFin: true } })],
      }),
      end: 6,
      severity: 'info',
      title: '10.0.0.1:40000 aborted the connection after its own FIN',
      likelyCauses: /^TCP_LINGER2 below zero(?!.*(unread|orphans))/s,
      nextSteps: /TcpExtTCPAbortOnData.*TCP_LINGER2(?!.*AbortOnClose)/s,
      citations: /TCP_LINGER2(?!.*unread)/s,
      facts: { kind: 'no-fin-wait-2', afterOwnFin: true },
    },
    {
      name: 'as info where the peer’s FIN crossed a reset that does not acknowledge it',
      connection: connectionOf(`${CROSSED}
        0.5501 S RA 5 4 win=500`),
      end: 6,
      endpoint: 'server',
      severity: 'info',
      confidence: 'inferred',
      title: '10.0.0.2:8080 aborted the connection',
      explanation: / The FIN of 10\.0\.0\.1:40000 in frame 7 had not reached 10\.0\.0\.2:8080 by then/,
      frames: [4, 7, 8],
      facts: { kind: 'reason-unknown', afterOwnFin: false },
    },
    {
      name: 'as info where only a later copy of the FIN that crossed it was captured',
      connection: connectionOf(`
        0.000 C S  0
        0.010 S SA 0 1
        0.020 C A  1 1
        0.030 C PA 1 1 +3
        0.400 S PA 1 4 +4
        0.410 C A  4 5
        0.500 C A  5 5
        1.000 S FA 5 4
        1.002 S RA 6 4 win=500
        1.010 C FA 4 6`),
      end: 6,
      endpoint: 'server',
      severity: 'info',
      explanation:
        / in frame 10 \(a later copy: the first was not captured\) had not reached 10\.0\.0\.2:8080 by then/,
      applicationSees: /^10\.0\.0\.1:40000, which had sent its own FIN: nothing if it called close\(\)/,
      frames: [4, 8, 9, 10],
    },
    {
      name: 'as info where a FIN is answered by a host that had the connection a moment before',
      connection: connectionOf(`${CROSSED}
        0.56 S R 5`),
      end: 6,
      severity: 'info',
      confidence: 'possible',
      title: 'A reset in the name of 10.0.0.2:8080 ended the open connection',
      explanation:
        /^The reset of 10\.0\.0\.2:8080 in frame 8 answers frame 7, which came 150 ms after the last segment from 10\.0\.0\.2:8080: too/,
      facts: { kind: 'sender-unknown' },
    },
    {
      name: 'with a full accept queue for a cause, by a server that has sent its SYN-ACK alone',
      connection: connectionOf(`
        0.00    C S  0
        0.0001  S SA 0 1
        0.05    C A  1 1
        0.05003 S R  1
        0.05006 C PA 1 1 +100
        0.05007 S R  1`),
      end: 6,
      confidence: 'possible',
      explanation:
        /had sent nothing but its SYN-ACK: Linux resets like this, if configured to, when the accept queue is full/,
      likelyCauses: /^The accept queue was full, and the host is configured to reset then \(possible\)/,
      nextSteps: /tcp_abort_on_overflow/,
      facts: { kind: 'never-accepted' },
    },
    {
      name: 'without it where the server had acknowledged data',
      connection: connectionOf(`
        0.00    C S  0
        0.0001  S SA 0 1
        0.05    C PA 1 1 +100
        0.0501  S A  1 101
        0.1     C PA 101 1 +100
        0.1001  S R  1`),
      end: 6,
      confidence: 'possible',
      likelyCauses: /^(?!.*accept queue)/s,
      facts: { kind: 'sender-unknown' },
    },
    {
      name: 'by the first reset where the accepted one answers the challenge that it drew',
      connection: abortBy(
        'server',
        {
          segments: 5,
          resetsSent: 2,
          milestones: [
            resets(5, 9, { hasAck: true, window: 500, verdict: 'challenged', missedBy: 499 }),
            resets(5.02, 11, { trigger: { kind: 'ack', frame: 10, idleSeconds: 0.01 } }),
          ],
        },
        { milestones: [happens('challenge-ack', 5.01, 10)] },
      ),
      end: 6,
      confidence: 'inferred',
      title: '10.0.0.2:8080 aborted the connection',
      explanation:
        /^The reset of 10\.0\.0\.2:8080 in frame 9 answers no segment .*10\.0\.0\.1:40000 challenged it in frame 10, and got an exact one in frame 11/,
    },
  ],
  silent: [
    {
      name: 'before any data',
      connection: abortBy('client', { payloadBytes: 0 }, { payloadBytes: 0 }),
      end: 6,
    },
    {
      name: 'on a reset that answers data',
      connection: abortBy('server', {
        milestones: [resets(5, 9, { trigger: { kind: 'data', payloadBytes: 5, idleSeconds: 30 } })],
      }),
      end: 6,
    },
    {
      name: 'on a reset of data by a host of which nothing else was captured',
      connection: abortBy('server', {
        segments: 1,
        milestones: [resets(5, 9, { trigger: { kind: 'data', payloadBytes: 5, idleSeconds: 0 } })],
      }),
      end: 6,
    },
    {
      name: 'when data in flight met a socket that had just closed',
      connection: afterClientFin({
        client: { payloadBytes: 10 },
        server: { unacknowledgedBytes: 300, lastNewData: moment(2.05, 4) },
        clientMilestones: [resets(2.15, 8)],
      }),
      end: 6,
    },
    {
      name: 'when nothing of the connection came before the reset',
      connection: { ...abortBy('server'), firstFrame: 9 },
      end: 6,
    },
    {
      name: 'after unanswered keep-alives',
      connection: abortBy('client', {
        milestones: [happens('keep-alive', 2, 6, { count: 3, until: 4 }), resets(5, 9, { hasAck: true })],
      }),
      end: 6,
    },
    {
      name: 'after the peer’s FIN with nothing outstanding',
      connection: abortBy(
        'client',
        {
          after: [
            enters('CLOSE-WAIT', 4, 8, { evidence: 'assumed' }),
            enters('CLOSED', 5, 9, { evidence: 'observed', cause: 'sent RST, aborting' }),
          ],
        },
        { finSent: true },
      ),
      end: 6,
    },
    {
      name: 'when the reset itself acknowledges the peer’s FIN',
      connection: connectionOf(`${CROSSED}
        0.5501 S RA 5 5 win=500`),
      end: 6,
    },
    {
      name: 'after a FIN of the peer whose acknowledgment only the capture missed',
      connection: abortBy('server', {}, { finSent: true, milestones: [happens('fin-covered', 4.9, 8)] }),
      end: 6,
    },
    {
      name: 'when its socket had refused data before it answered the acknowledgment of its FIN',
      connection: afterClientFin({
        client: { payloadBytes: 10 },
        server: { unacknowledgedBytes: 300 },
        clientMilestones: [
          resets(2.12, 7, { verdict: 'out-of-window', trigger: { payloadBytes: 300 } }),
          resets(2.2, 9, { trigger: { kind: 'ack', knewFin: true } }),
        ],
      }),
      end: 6,
    },
    {
      name: 'when the reset was not accepted',
      connection: abortBy('server', { milestones: [resets(5, 9, { hasAck: true, verdict: 'challenged' })] }),
      end: 6,
    },
  ],
});

function causeOf(aborted: ReturnType<typeof connection>): string {
  return prepareRules([rstActiveAbort])(aborted, at(6))[0].likelyCauses[0];
}

it('names the cause first that the connection suggests', () => {
  expect(causeOf(abortBy('server', { payloadBytes: 0 }))).toMatch(/^The listening socket was closed/);
  expect(causeOf(abortBy('server'))).toMatch(/^close\(\) with received data/);
  expect(causeOf(abortBy('client', { payloadBytes: 0 }))).toMatch(/^close\(\) with received data/);
  expect(causeOf(abortBy('server', { milestones: [resets(5, 9)] }))).toMatch(/^A firewall/);
});

it('speaks of unread data only where there may be some', () => {
  const findingOn = (aborted: ReturnType<typeof connection>) =>
    prepareRules([rstActiveAbort])(aborted, at(6))[0];
  const about = (aborted: ReturnType<typeof connection>) => {
    const { likelyCauses, nextSteps, citations } = findingOn(aborted);
    return [...likelyCauses, ...nextSteps, ...citations.map(({ says }) => says)].join('\n');
  };
  const UNREAD = /unread|TcpExtTCPAbortOnClose/;
  const silent = { payloadBytes: 0, lastNewData: null };
  expect(about(abortBy('server'))).toMatch(UNREAD);
  expect(about(abortBy('server', {}, silent))).not.toMatch(UNREAD);
  // What came before the capture, or was missed by it, may be unread.
  const late = { ...abortBy('server', {}, silent), quality: { ...IDEAL_QUALITY, midstream: true } };
  expect(about(late)).toMatch(UNREAD);
  const missed = { ...silent, milestones: [happens('acknowledged-unseen', 1, 5)] };
  expect(about(abortBy('server', {}, missed))).toMatch(UNREAD);
});
