import { closeWaitStuck } from '../../src/rules/close-wait-stuck.js';
import { at, connection, enters, happens, resets } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin, withRolesSwapped } from './closing-cases.js';

/** The server acknowledges the client's FIN in frame 8, at 0.07 s. */
const HALF_CLOSED = `
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +3
        0.04 S PA 1 4 +4
        0.05 C A  4 5
        0.06 C FA 4 5
        0.07 S A  5 5`;
/** The client's FIN and the server's data cross; both are on their way. */
const CROSSED = `
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +3
        0.04 S PA 1 4 +4
        0.041 C FA 4 1
        0.05 S A  5 5`;
/** Scripts begin at another time than hand-made connections. */
const inScript = (seconds: number): number =>
  connectionOf(HALF_CLOSED).start.seconds - at(0).seconds + seconds;

/** A capture that begins shortly before a FIN which is acknowledged, with more before it and after. */
const startedLate = (before: string, after = '') =>
  connectionOf(`
        ${before}
        1.06 C FA 4 5
        1.07 S A  5 5
        ${after}`);

/** The same after a pause, up to the given time. */
function resumed(seconds: number, before: string) {
  const late = startedLate(before);
  return { ...late, quality: { ...late.quality, resumedAt: at(inScript(seconds)) } };
}

testRule(closeWaitStuck, {
  fires: [
    {
      name: 'as possible info where the capture started late: the holder may have closed before',
      connection: startedLate('1 C PA 1 5 +3\n 1.01 S A 5 4'),
      end: inScript(64),
      severity: 'info',
      confidence: 'possible',
      title: '10.0.0.2:8080 may have stayed in CLOSE-WAIT for 62.9 s',
      likelyCauses: /^The connection is over \(possible\)/,
      facts: { kind: 'unseen-start' },
    },
    {
      name: 'as that where the capture had paused until shortly before',
      connection: resumed(1, '1 C PA 1 5 +3\n 1.01 S A 5 4'),
      end: inScript(64),
      severity: 'info',
      explanation: /The capture had paused until shortly before, .* its own FIN may have come before/,
      facts: { kind: 'unseen-start' },
    },
    {
      name: 'as ever where it had gone on for a minute before',
      connection: resumed(-70, '1 C PA 1 5 +3\n 1.01 S A 5 4'),
      end: inScript(64),
      severity: 'warning',
      facts: { kind: 'no-data-after-fin' },
    },
    {
      name: 'as ever where a late capture has data of the holder',
      connection: startedLate('1 S PA 1 4 +4\n 1.01 C A 4 5'),
      end: inScript(64),
      severity: 'warning',
      confidence: 'inferred',
      facts: { kind: 'no-data-after-fin' },
    },
    {
      name: 'as ever where a late capture has seen the connection for a minute before',
      connection: startedLate('-70 C PA 1 5 +3\n -69.9 S A 5 4'),
      end: inScript(64),
      severity: 'warning',
    },
    {
      name: 'as ever where the closer of a late capture still probes for the FIN',
      connection: startedLate('1 C PA 1 5 +3\n 1.01 S A 5 4', '31 C A 4 5\n 31.01 S A 5 5'),
      end: inScript(64),
      severity: 'warning',
    },
    {
      name: 'on a server that never closes, to the end of the capture',
      connection: afterClientFin(),
      end: 64,
      likelyCauses: /^Its code does not close .*A connection pool [^\n]*$/s,
      nextSteps: /state close-wait '\( sport = :8080 \)'/,
      severity: 'warning',
      confidence: 'inferred',
      endpoint: 'server',
      title: '10.0.0.2:8080 has stayed in CLOSE-WAIT for 61.9 s',
      frames: [5, 6],
      facts: { heldSeconds: 61.9, stillHeld: true, kind: 'no-data-after-fin' },
    },
    {
      name: 'on a server whose data was on its way when the FIN came, and was acknowledged',
      connection: connectionOf(`${CROSSED}
        0.06 C A  5 5`),
      end: inScript(64),
      severity: 'warning',
      confidence: 'inferred',
      facts: { kind: 'no-data-after-fin' },
    },
    {
      name: 'as a possibility where that data was never acknowledged, and a FIN may wait behind it',
      connection: connectionOf(CROSSED),
      end: inScript(64),
      severity: 'info',
      confidence: 'possible',
      facts: { kind: 'unacknowledged-data' },
    },
    { name: 'as an error after ten minutes', connection: afterClientFin(), end: 700, severity: 'error' },
    {
      name: 'and thinks of a connection pool first on a client',
      connection: withRolesSwapped(afterClientFin()),
      end: 64,
      endpoint: 'client',
      likelyCauses: /^A connection pool keeps/,
    },
    {
      name: 'and names what keeps a program from closing where it never did, and was reset',
      connection: afterClientFin({
        serverEntries: [enters('CLOSED', 75, 7, { cause: 'received RST', evidence: 'observed' })],
      }),
      end: 80,
      severity: 'warning',
      likelyCauses: /^Its code does not close the socket/,
      nextSteps: /^Find out what the program at 10\.0\.0\.2:8080 did/,
    },
    {
      name: 'as an error if that took very long',
      connection: afterClientFin({
        serverEntries: [enters('CLOSED', 700, 7, { cause: 'received RST', evidence: 'observed' })],
      }),
      end: 710,
      severity: 'error',
    },
    {
      name: 'on one that sent data and then stopped',
      connection: afterClientFin({
        serverMilestones: [happens('data-after-peer-fin', 3, 7, { until: 10, lastFrame: 9, value: 2920 })],
      }),
      end: 80,
      facts: { quietSeconds: 70, bytesAfterFin: 2920, kind: 'data-then-stall' },
    },
    {
      name: 'and says so if it had not read when it was last heard',
      connection: afterClientFin({ server: { windowClosed: true } }),
      end: 64,
      explanation: /window was closed in its last segment: it had not read what came before/,
      // It may have read all since: behind a FIN, no new window is announced.
      likelyCauses:
        /^The worker that owns the socket is blocked elsewhere.*read returned 0.*half-close on purpose/s,
      facts: { kind: 'unread-data' },
    },
    {
      name: 'as info if it closed late and nothing came of it',
      connection: afterClientFin({
        serverEntries: [enters('LAST-ACK', 75, 7, { evidence: 'observed' }), enters('CLOSED', 75.01, 8)],
      }),
      end: 80,
      applicationSees: /^10\.0\.0\.2:8080: read returned 0 all that time, or would have/,
      // Nothing was sent: it was no slow answer.
      likelyCauses:
        /^The worker that owns the socket was blocked elsewhere until then(?!.*half-close).*\nThe program had lost the handle[^\n]*$/s,
      // The socket has gone.
      nextSteps: /^Find out what the program at 10\.0\.0\.2:8080 did between frames 6 and 7(?!.*sport)/s,
      severity: 'info',
      title: '10.0.0.2:8080 stayed in CLOSE-WAIT for 72.9 s until it closed',
      facts: { stillHeld: false, kind: 'closed-late' },
    },
    {
      name: 'as a warning if its late FIN was reset, which loses nothing',
      connection: afterClientFin({
        clientEntries: [enters('CLOSED', 75.01, 8, { evidence: 'observed' })],
        serverEntries: [enters('LAST-ACK', 75, 7, { evidence: 'observed' }), enters('CLOSED', 75.01, 8)],
        clientMilestones: [resets(75.01, 8, { trigger: { frame: 7, kind: 'fin', knewFin: true } })],
      }),
      end: 80,
      severity: 'warning',
      title: '10.0.0.2:8080 stayed in CLOSE-WAIT for 72.9 s, and its late FIN was reset',
      frames: [5, 6, 7, 8],
    },
    {
      name: 'as possible info while its data is unacknowledged, which may hold its FIN back',
      connection: connectionOf(`${HALF_CLOSED}
        1.07 S PA 5 5 +10
        3.07 S PA 5 5 +10
        7.07 S PA 5 5 +10`),
      end: inScript(700),
      nextSteps: /LAST-ACK: its program has closed/,
      likelyCauses: /^Its FIN waits behind the unacknowledged data/,
      severity: 'info',
      confidence: 'possible',
      explanation: /10 bytes that it had sent are not acknowledged, and its FIN may wait behind them/,
      facts: { kind: 'unacknowledged-data', bytesAfterFin: 10 },
    },
    {
      name: 'from the last repetition of data that was acknowledged in the end',
      connection: connectionOf(`${HALF_CLOSED}
        1.07 S PA 5 5 +10
        3.07 S PA 5 5 +10
        7.07 S PA 5 5 +10
        15.07 S PA 5 5 +10
        31.07 S PA 5 5 +10
        31.08 C A 5 15`),
      end: inScript(100),
      severity: 'warning',
      facts: { kind: 'data-then-stall', quietSeconds: 68.93 },
    },
    {
      name: 'on one that was quiet before it sent what was lost, and closed late',
      connection: connectionOf(`${HALF_CLOSED}
        70.00 S PA 5 5 +10
        71.00 S PA 5 5 +10
        73.00 S PA 5 5 +10
        73.01 C A 5 15
        74.00 S FA 15 5
        74.01 C A 5 16`),
      end: inScript(80),
      severity: 'info',
      likelyCauses:
        /^The worker that owns the socket(?!.*had lost the handle).*\nA half-close on purpose[^\n]*$/s,
      facts: { stillHeld: false, quietSeconds: 69.94 },
    },
    {
      name: 'with less confidence where the capture has holes',
      connection: afterClientFin({ quality: { lostSegments: 2 } }),
      end: 64,
      confidence: 'possible',
    },
    {
      name: 'although the clock was set back by a moment since',
      connection: afterClientFin({ quality: { clockSetBack: { seconds: 0.5, frame: 6 } } }),
      end: 64,
    },
    {
      name: 'although the clock was set back before',
      connection: afterClientFin({ quality: { clockSetBack: { seconds: 3600, frame: 4 } } }),
      end: 64,
    },
    {
      name: 'earlier if the limit is set lower',
      connection: afterClientFin(),
      end: 10,
      options: { stuckSeconds: 5 },
    },
  ],
  silent: [
    { name: 'when the capture ends too soon', connection: afterClientFin(), end: 62 },
    {
      name: 'when the clock was set back since, by so much that it may have been set forward before',
      connection: afterClientFin({ quality: { clockSetBack: { seconds: 31, frame: 6 } } }),
      end: 122,
    },
    {
      name: 'while data still flows',
      connection: afterClientFin({
        serverMilestones: [happens('data-after-peer-fin', 3, 7, { until: 95, lastFrame: 90, value: 9000 })],
      }),
      end: 100,
    },
    {
      name: 'when nothing proves that the FIN arrived',
      connection: connection({
        client: { after: [enters('FIN-WAIT-1', 2, 4, { evidence: 'observed' })] },
        server: { after: [enters('CLOSE-WAIT', 2, 4, { evidence: 'assumed' })] },
      }),
      end: 100,
    },
    {
      name: 'when the FIN’s delivery was taken back',
      connection: connection({
        client: { after: [enters('FIN-WAIT-1', 2, 4, { evidence: 'observed' })] },
        server: { after: [enters('CLOSE-WAIT', 2, 4, { retractedBy: 6 })] },
      }),
      end: 100,
    },
    {
      name: 'when it closed in time',
      connection: afterClientFin({
        serverEntries: [enters('LAST-ACK', 3, 7, { evidence: 'observed' }), enters('CLOSED', 3.01, 8)],
      }),
      end: 100,
    },
    {
      name: 'when the capture may have missed its FIN',
      connection: afterClientFin({ serverMilestones: [happens('acknowledged-unseen', 4, 8, { value: 1 })] }),
      end: 100,
    },
    {
      name: 'when the peer’s closed window holds it up',
      connection: afterClientFin({
        client: { windowClosed: true },
        serverMilestones: [happens('window-probe', 5, 9, { count: 12 })],
      }),
      end: 100,
    },
    {
      name: 'when it had to send its data again and again, and closed when that was through',
      connection: connectionOf(`${HALF_CLOSED}
        1.07 S PA 5 5 +10
        3.07 S PA 5 5 +10
        7.07 S PA 5 5 +10
        23.07 S PA 5 5 +10
        55.07 S PA 5 5 +10
        119.07 S PA 5 5 +10
        119.08 C A 5 15
        119.09 S FA 15 5
        119.10 C A 5 16`),
      end: inScript(200),
    },
    {
      name: 'when it closed at once, though its FIN was repeated long after that',
      connection: connectionOf(`${HALF_CLOSED}
        0.08 S FA 5 5
        100.0 S A 6 5
        100.1 S FA 5 5
        100.2 C A 5 6`),
      end: inScript(300),
    },
    {
      name: 'until stuckSeconds after the last repetition',
      connection: connectionOf(`${HALF_CLOSED}
        1.07 S PA 5 5 +10
        3.07 S PA 5 5 +10
        7.07 S PA 5 5 +10
        15.07 S PA 5 5 +10
        31.07 S PA 5 5 +10
        31.08 C A 5 15`),
      end: inScript(91),
    },
    { name: 'on an idle open connection', connection: connection(), end: 7200 },
    {
      name: 'when only one direction was captured',
      connection: afterClientFin({ quality: { unseen: 'server' } }),
      end: 100,
    },
  ],
});
