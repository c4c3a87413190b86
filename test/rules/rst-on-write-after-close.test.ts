import type { Connection, Reset } from '../../src/connections/connection.js';
import { rstOnWriteAfterClose } from '../../src/rules/rst-on-write-after-close.js';
import { type EndpointDraft, enters, happens, moment, resets } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin, withRolesSwapped } from './closing-cases.js';

/** The server writes `bytes` at `seconds` although the client has closed, and is reset. */
function written(
  seconds: number,
  bytes: number,
  more: {
    client?: EndpointDraft;
    server?: EndpointDraft;
    reset?: Partial<Omit<Reset, 'trigger'>>;
    trigger?: Partial<NonNullable<Reset['trigger']>> | null;
    closesAt?: number;
    dataBefore?: number;
    count?: number;
  } = {},
): Connection {
  const closed = [enters('CLOSED', seconds + 0.02, 8, { evidence: 'assumed', cause: 'received RST' })];
  const closing =
    more.closesAt === undefined ? [] : [enters('LAST-ACK', more.closesAt, 7, { evidence: 'observed' })];
  return afterClientFin({
    client: more.client ?? {},
    server: { unacknowledgedBytes: bytes, payloadBytes: 5000 + bytes, ...more.server },
    clientEntries: [enters('CLOSED', seconds + 0.02, 8, { evidence: 'observed' })],
    serverEntries: [...closing, ...closed],
    serverMilestones: [
      happens('data-after-peer-fin', seconds, 7, {
        value: bytes,
        dataBefore: more.dataBefore,
        count: more.count ?? 1,
      }),
    ],
    clientMilestones: [
      resets(seconds + 0.02, 8, {
        ...more.reset,
        ...(more.trigger === null
          ? {}
          : { trigger: { frame: 7, knewFin: true, payloadBytes: bytes, ...more.trigger } }),
      }),
    ],
  });
}

/** The server sends a message and closes at `seconds`; the request of the client crosses that. */
function turnedAway(seconds: number, before = '', sent = 0): string {
  const at = (more: number): string => (seconds + more).toFixed(3);
  return `
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        ${before}
        ${at(0)} S PA 1 ${1 + sent} +36
        ${at(0.001)} S FA 37 ${1 + sent}
        ${at(0.01)} C PA ${1 + sent} 38 +14
        ${at(0.02)} S R 38 -`;
}

testRule(rstOnWriteAfterClose, {
  fires: [
    {
      name: 'on a write soon after the FIN',
      connection: written(2.5, 1000),
      end: 3,
      endpoint: 'server',
      severity: 'error',
      confidence: 'inferred',
      title: '10.0.0.2:8080 wrote 360 ms after its peer had closed: 1,000 bytes lost to RST',
      frames: [5, 6, 7, 8],
      facts: { lostBytes: 1000, delaySeconds: 0.36, variant: 'immediate' },
    },
    {
      name: 'as info on a server that was writing when its client left',
      connection: written(2.2, 1000),
      end: 3,
      citations: /EPIPE(?!.*(erase a response|close_notify))/s,
      severity: 'info',
      title: '10.0.0.2:8080 wrote when its client had just closed: 1,000 bytes lost to RST',
      likelyCauses: /^The client had all it wanted/,
      nextSteps: /^Nothing, unless the client should have waited/,
      facts: { variant: 'race' },
    },
    {
      name: 'as a warning if the client had not got any answer',
      connection: written(2.2, 1000, { client: { payloadBytes: 80 }, server: { payloadBytes: 1000 } }),
      end: 3,
      severity: 'warning',
      facts: { variant: 'race' },
    },
    {
      name: 'as a warning on a client that wrote when its server had just closed',
      connection: withRolesSwapped(written(2.2, 1000)),
      end: 3,
      endpoint: 'client',
      severity: 'warning',
      explanation:
        /may not yet have seen the close\. The write returned success, .* next write raises SIGPIPE/,
      applicationSees:
        /^10\.0\.0\.2:8080: \(on Linux\) read returns 0 before and after the reset; the first write/,
      likelyCauses: /^The server ended the connection on its own/,
      facts: { variant: 'race' },
    },
    {
      name: 'and calls no server idle that was still being sent something',
      connection: withRolesSwapped(
        written(2.2, 1000, { client: { lastNewData: moment(0.1, 4) }, dataBefore: 5 }),
      ),
      end: 3,
      endpoint: 'client',
      severity: 'warning',
      likelyCauses: /^The server ended the connection on its own/,
    },
    {
      name: 'and says how long a client had waited that had just left',
      connection: written(2.2, 1000, {
        client: { lastNewData: moment(0.1, 4), payloadBytes: 80 },
        server: { payloadBytes: 1000 },
      }),
      end: 3,
      severity: 'warning',
      explanation: /The client had waited 2 s for any answer/,
    },
    {
      name: 'with the server’s idle timeout for a cause, where it had sent nothing for long before its FIN',
      connection: withRolesSwapped(written(2.2, 1000, { client: { lastNewData: moment(0.1, 4) } })),
      end: 3,
      endpoint: 'client',
      severity: 'warning',
      explanation: /seen the close, which came after 10\.0\.0\.1:40000 had sent nothing for 2 s\./,
      likelyCauses:
        /^The server’s idle timeout, of 2 s or so, .* \(possible\)\.\nThe server closed after an error/,
      nextSteps:
        /^If the connection was idle until then, make the client give up such connections some seconds before/,
      facts: { variant: 'race' },
    },
    {
      name: 'without telling a program of errors that had closed its own side before the reset',
      connection: withRolesSwapped(written(2.2, 1000, { closesAt: 2.2 })),
      end: 3,
      citations: /^(?!.*EPIPE)/s,
      endpoint: 'client',
      severity: 'warning',
      explanation:
        /10\.0\.0\.2:8080’s own FIN came before the reset, so no later call need report that to its program/,
      applicationSees:
        /^10\.0\.0\.2:8080, which had sent its own FIN: nothing if it called close\(\) .* after shutdown\(SHUT_WR\) .* its read returns 0, as its peer’s FIN had arrived\./,
      facts: { variant: 'race' },
    },
    {
      name: 'on the request of a client that the server had turned away with a message',
      connection: connectionOf(turnedAway(0.05)),
      end: 6,
      endpoint: 'client',
      severity: 'warning',
      title:
        '10.0.0.1:40000 wrote to a server that had closed right after accepting it: 14 bytes lost to RST',
      explanation: /received any request, and had sent 36 bytes by frame 4, which may say why\. The write/,
      likelyCauses: /^10\.0\.0\.2:8080 turned the connection away, .* \(likely\)\.\nThe process of/,
      nextSteps: /^At 10\.0\.0\.2:8080: check its log, its limits of connections/,
      facts: { variant: 'turned-away' },
    },
    {
      name: 'and does not say so of a server that had waited for a request',
      connection: connectionOf(turnedAway(1.2)),
      end: 6,
      endpoint: 'client',
      severity: 'warning',
      likelyCauses: /^(?!.*turned the connection away)/s,
      facts: { variant: 'race' },
    },
    {
      name: 'nor of one that had had a request',
      connection: connectionOf(turnedAway(0.05, '0.03 C PA 1 1 +30', 30)),
      end: 6,
      endpoint: 'client',
      severity: 'warning',
      likelyCauses: /^(?!.*turned the connection away)/s,
      facts: { variant: 'race' },
    },
    {
      name: 'as info on the first words of a server to a client that had asked for nothing: a health check',
      connection: written(2.5, 1000, { server: { payloadBytes: 1000 } }),
      end: 3,
      severity: 'info',
      title:
        '10.0.0.2:8080 wrote to a client that had connected and closed without sending anything: 1,000 bytes lost to RST',
      likelyCauses: /^A health check or port scan/,
      facts: { variant: 'unasked' },
    },
    {
      name: 'as a warning on the first words of a server to a client that had asked at once and left',
      connection: written(2.5, 1000, { client: { payloadBytes: 80 }, server: { payloadBytes: 1000 } }),
      end: 3,
      severity: 'warning',
      title: '10.0.0.2:8080 wrote 360 ms after its client had closed: 1,000 bytes lost to RST',
      nextSteps: /^At 10\.0\.0\.2:8080: check whether it watches the connection while it works/,
      facts: { variant: 'immediate' },
    },
    {
      name: 'as a warning on a first answer that came after its client had waited',
      connection: written(2.5, 1000, {
        client: { lastNewData: moment(1, 4), payloadBytes: 80 },
        server: { payloadBytes: 1000 },
      }),
      end: 3,
      severity: 'warning',
      title:
        '10.0.0.2:8080 answered a client that had waited for 1.1 s and closed 360 ms earlier: 1,000 bytes lost to RST',
      likelyCauses: /^The client gave up waiting: its timeout is shorter than the answer took \(likely\)\./,
      nextSteps: /^Compare the client’s timeout/,
      facts: { variant: 'immediate' },
    },
    {
      name: 'as the same where that was not the first request',
      connection: written(2.5, 1000, { client: { lastNewData: moment(1, 4) }, dataBefore: 3 }),
      end: 3,
      severity: 'warning',
      title:
        '10.0.0.2:8080 answered a client that had waited for 1.1 s and closed 360 ms earlier: 1,000 bytes lost to RST',
    },
    {
      name: 'as a writer that goes on if it wrote more than once',
      connection: written(2.5, 1000, { count: 2 }),
      end: 3,
      title: '10.0.0.2:8080 kept writing after its peer had closed: 1,000 bytes lost to RST',
      facts: { segmentsAfterFin: 2 },
    },
    {
      name: 'as one that goes on where the answer had begun in time',
      connection: written(2.5, 1000, { client: { lastNewData: moment(1, 3) }, dataBefore: 4 }),
      end: 3,
      severity: 'error',
      title: '10.0.0.2:8080 wrote 360 ms after its peer had closed: 1,000 bytes lost to RST',
    },
    {
      name: 'as a warning on the answer to a request that the client’s FIN had followed at once',
      connection: written(2.5, 1000, { client: { lastNewData: moment(2.095, 4) } }),
      end: 3,
      severity: 'warning',
      title: '10.0.0.2:8080 answered a client that had closed without waiting: 1,000 bytes lost to RST',
      facts: { variant: 'immediate' },
    },
    {
      name: 'as a warning on the answer to a request that reached the server only with the FIN',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +100
        0.04 S PA 1 101 +300
        0.05 C A  101 301
        1.00 C PA 101 301 +100
        1.10 C FA 201 301
        1.50 C PA 101 301 +100
        1.51 S A  301 202
        1.70 S PA 301 202 +50
        1.71 C R  202`),
      end: 2,
      severity: 'warning',
      explanation: /acknowledged it in frame 10, and wrote 50 bytes in frame 11, 190 ms later/,
      facts: { variant: 'immediate', delaySeconds: 0.19 },
    },
    {
      name: 'as a warning on the answer to a request whose first part was lost, and the client’s FIN had to wait for',
      connection: connectionOf(`
        0.00 C S  0
        0.14 S SA 0 1
        0.15 C A  1 1
        0.16 C PA 1 1 +100
        0.30 S PA 1 101 +300
        0.31 C A  101 301
        1.00 C A  101 301 +1460
        1.00 C PA 1561 301 +200
        1.14 S A  301 101
        1.35 C FA 1761 301
        1.50 S A  301 101
        1.66 C A  101 301 +1460
        1.80 S A  301 1762
        1.98 S PA 301 1762 +50
        1.99 C R  1762`),
      end: 3,
      severity: 'warning',
      title: '10.0.0.2:8080 answered a client that had closed without waiting: 50 bytes lost to RST',
      explanation: /FIN in frame 10, which 10\.0\.0\.2:8080 accepted with frame 12;/,
      facts: { variant: 'immediate', delaySeconds: 0.18 },
    },
    {
      name: 'counting all that resets met, without notice for the tail of what was being sent',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +100
        0.04 S A  1 101 +1460
        0.05 C FA 101 1461
        0.06 S A  1461 101 +1460
        0.061 C R  101
        0.16 S A  2921 101 +1460
        0.161 C R  101
        0.20 S A  4381 102 +12
        0.201 C R  102`),
      end: 2,
      severity: 'info',
      title: '10.0.0.2:8080 wrote when its client had just closed: 2,932 bytes lost to RST',
      explanation:
        /acknowledged it with 12 bytes in frame 11, 150 ms after the FIN\. .* 2,932 bytes in all are lost\./,
      facts: { variant: 'race', lostBytes: 2932 },
    },
    {
      name: 'on a reset that answers the FIN right behind the data',
      connection: written(2.5, 1000, { trigger: { kind: 'fin', payloadBytes: 0 } }),
      end: 3,
      facts: { lostBytes: 1000 },
    },
    {
      name: 'on a server’s answer long after its client had closed',
      connection: written(32.1, 1),
      end: 40,
      title: '10.0.0.2:8080 wrote 30 s after its client had closed: 1 byte lost to RST',
      facts: { variant: 'late-answer' },
    },
    {
      name: 'on a connection that a client took from a pool long after it was closed',
      connection: withRolesSwapped(written(32.1, 1)),
      end: 40,
      citations: /erase a response/,
      endpoint: 'client',
      title: '10.0.0.2:8080 wrote to a connection that its peer had closed 30 s earlier: 1 byte lost to RST',
      facts: { variant: 'stale-pooled-connection' },
    },
    {
      // The FIN was there for 0.4 s: no race, but the client does not miss what it no longer wanted.
      name: 'as a warning on a server whose client had gone away during the response',
      connection: written(2.5, 1460, { server: { payloadBytes: 500_000 } }),
      end: 3,
      severity: 'warning',
      facts: { variant: 'streaming', bytesBeforeFin: 498_540 },
    },
    {
      name: 'on what a client refused that had half-closed and read on first',
      connection: connectionOf(`
        0    C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        1    C PA 1 1 +100
        1.01 S A  1 101
        2    C FA 101 1
        2.01 S A  1 102
        2.1  S PA 1 102 +100
        2.11 C A  102 101
        2.2  S PA 101 102 +60
        2.21 C R  102
      `),
      end: 3,
      severity: 'warning',
      title:
        '10.0.0.2:8080 went on writing to a peer that had half-closed and then accepted no more: 60 bytes lost to RST',
      explanation:
        /wrote 160 bytes from frame 8 to frame 10.* had acknowledged 100 bytes of that data after its FIN/,
      facts: { variant: 'half-closed', lostBytes: 60 },
    },
    {
      name: 'as info on a goodbye right before its own FIN',
      connection: written(2.2, 31, { closesAt: 2.2 }),
      end: 3,
      citations: /^A TLS side sends close_notify(?!.*EPIPE)/s,
      severity: 'info',
      confidence: 'possible',
      facts: { variant: 'farewell' },
    },
    {
      name: 'as info on what may be a TLS side’s close_notify',
      connection: written(2.2, 24, { server: { payloadBytes: 1500 }, client: { payloadBytes: 700 } }),
      end: 3,
      severity: 'info',
      confidence: 'possible',
      title: '10.0.0.2:8080 sent a last 24 bytes after the peer’s close, answered with RST',
      facts: { variant: 'farewell' },
    },
    {
      name: 'of a goodbye behind octets that were lost, and of the copy of the FIN that arrived',
      connection: connectionOf(`
        0.00 C S  0
        0.13 S SA 0 1
        0.13 C A  1 1
        0.14 C PA 1 1 +57
        0.27 S PA 1 58 +98
        0.28 C PA 58 99 +8
        0.81 C PA 58 99 +8
        3.60 C FA 66 99
        7.52 C FPA 58 99 +8
        7.65 S FPA 107 67 +29
        7.66 C R  67`),
      end: 8,
      endpoint: 'server',
      severity: 'info',
      confidence: 'possible',
      title: '10.0.0.2:8080 sent a last 29 bytes after the peer’s close, answered with RST',
      explanation:
        /FIN in frame 8, which 10\.0\.0\.2:8080 accepted with frame 9; 10\.0\.0\.2:8080 acknowledged it with 29 bytes in frame 10, 130 ms after that\..* 8 bytes before them went unacknowledged as well: 37 bytes in all are lost\..* what was lost before it was no goodbye\.$/,
      facts: { lostBytes: 37, delaySeconds: 0.13, variant: 'farewell' },
    },
    {
      name: 'on a client whose server closed in the middle of things, without a pool among the causes',
      connection: withRolesSwapped(written(2.5, 1000, { client: { lastNewData: moment(2.09, 4) } })),
      end: 3,
      severity: 'error',
      likelyCauses: /^The program writes without checking(?!.*pool)/s,
      nextSteps: /^Run strace/,
      facts: { variant: 'immediate' },
    },
    {
      name: 'of all frames that hold the bytes',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +100
        0.04 S PA 1 101 +300
        0.05 C FA 101 301
        0.06 S A  301 102
        1.06 S PA 301 102 +500
        1.06 S PA 801 102 +500
        1.07 C R  102
        1.07 C R  102`),
      end: 3,
      explanation: /wrote 1,000 bytes from frame 8 to frame 9, 1 s later/,
      facts: { lostBytes: 1000, segmentsAfterFin: 2 },
    },
    {
      name: 'on as many bytes where no TLS session was set up',
      connection: written(2.5, 24, { server: { payloadBytes: 60 }, client: { payloadBytes: 700 } }),
      end: 3,
      facts: { variant: 'immediate' },
    },
    {
      name: 'on a reset with the number of the FIN, one below the next octet',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +100
        0.04 S PA 1 101 +300
        0.05 C FA 101 301
        0.06 S A  301 102
        1.06 S PA 301 102 +50
        1.07 C R  101`),
      end: 2,
      endpoint: 'server',
      confidence: 'possible',
      facts: { lostBytes: 50, variant: 'late-answer' },
    },
    {
      name: 'on an answer in the form of an abort, soon after the data',
      connection: written(2.5, 1000, { trigger: null, reset: { hasAck: true } }),
      end: 3,
    },
  ],
  silent: [
    {
      name: 'when the data was sent before the FIN was known',
      connection: written(2.2, 1000, { trigger: { knewFin: false } }),
      end: 3,
    },
    {
      name: 'when the closing side acknowledged the data',
      connection: written(2.2, 1000, { server: { unacknowledgedBytes: 0 } }),
      end: 3,
    },
    {
      name: 'when the reset answers a FIN, and some of the data was acknowledged',
      connection: written(2.2, 1000, {
        trigger: { kind: 'fin', payloadBytes: 0 },
        server: { unacknowledgedBytes: 400 },
      }),
      end: 3,
    },
    {
      name: 'when the reset was not accepted',
      connection: written(2.2, 1000, { reset: { verdict: 'out-of-window' } }),
      end: 3,
    },
    {
      name: 'when an abort followed half-closed use',
      connection: written(2.2, 1000, {
        trigger: null,
        reset: { hasAck: true },
        server: { unacknowledgedBytes: 400 },
      }),
      end: 3,
    },
    { name: 'without a reset', connection: afterClientFin(), end: 3 },
  ],
});
