import { undeliveredDataAtAbort } from '../../src/rules/undelivered-data-at-abort.js';
import { connection, type EndpointDraft, enters, moment, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

const sending: EndpointDraft = { payloadBytes: 5000, unacknowledgedBytes: 1460, lastNewData: moment(4, 8) };
const abort = resets(5, 9, { hasAck: true });

testRule(undeliveredDataAtAbort, {
  fires: [
    {
      name: 'when a server throws a request away',
      connection: connection({ client: sending, server: { milestones: [abort] } }),
      end: 6,
      applicationSees: /10\.0\.0\.2:8080: it never sees these bytes\.$/,
      endpoint: 'client',
      confidence: 'inferred',
      title: '1,460 bytes of 10.0.0.1:40000 were never acknowledged when the connection was reset',
      frames: [8, 9],
      facts: { unacknowledgedBytes: 1460, resetBy: 'server' },
    },
    {
      name: 'on data that was sent only after the reset',
      connection: connection({
        client: { ...sending, lastNewData: moment(7, 12) },
        server: { milestones: [abort] },
      }),
      end: 8,
      explanation:
        /1,460 bytes that .* sent, the last of them only afterwards in frame 12, were never acknowledged\.$/,
      frames: [9, 12],
    },
    {
      name: 'as info when the sender itself aborts: it gave its data up',
      connection: connection({ server: { ...sending, milestones: [abort] } }),
      end: 6,
      applicationSees: /10\.0\.0\.1:40000: it sees at most those/,
      severity: 'info',
      confidence: 'possible',
      facts: { resetBy: 'server' },
    },
    {
      name: 'when a server aborts on data, although it had the connection a moment before',
      connection: connection({
        client: sending,
        server: { milestones: [resets(5, 9, { trigger: { payloadBytes: 1460, idleSeconds: 0.02 } })] },
      }),
      end: 6,
      // What its acknowledgments were behind with it may have read.
      applicationSees: /10\.0\.0\.2:8080: it may have seen these bytes/,
      severity: 'error',
    },
    {
      name: 'as a warning when somebody else may have sent the server’s reset',
      connection: connection({
        client: { ...sending, milestones: [resets(5.001, 10, { ttl: 50, verdict: 'no-connection' })] },
        server: { milestones: [resets(5, 9, { hasAck: true, ttl: 50 })] },
      }),
      end: 6,
      applicationSees: /if the reset was not its own, these bytes may have reached it/,
      severity: 'warning',
      confidence: 'possible',
    },
    {
      name: 'as info when nothing of the server was captured before its reset',
      connection: connection({
        client: sending,
        server: { segments: 1, milestones: [abort] },
        quality: { midstream: true },
      }),
      end: 6,
      severity: 'info',
    },
    {
      name: 'as info when the server had closed before: other rules grade that',
      connection: connection({
        client: sending,
        server: { finSent: true, milestones: [resets(5, 9)] },
      }),
      end: 6,
      severity: 'info',
    },
    {
      name: 'as info on what may be a TLS side’s close_notify',
      connection: connection({
        client: { payloadBytes: 724, unacknowledgedBytes: 24, lastNewData: moment(4, 8) },
        server: { payloadBytes: 2000, milestones: [abort] },
      }),
      end: 6,
      severity: 'info',
    },
    {
      name: 'as info when a client no longer wants the response',
      connection: connection({ client: { milestones: [abort] }, server: sending }),
      end: 6,
      severity: 'info',
    },
  ],
  silent: [
    {
      name: 'when the data met a host of which nothing else was captured',
      connection: connection({
        client: sending,
        server: { segments: 1, milestones: [resets(5, 9, { trigger: { payloadBytes: 1460 } })] },
      }),
      end: 6,
    },
    {
      name: 'when everything was acknowledged',
      connection: connection({ server: { milestones: [abort] } }),
      end: 6,
    },
    {
      name: 'when a closed socket answered the data',
      connection: connection({
        client: sending,
        server: { finSent: true, milestones: [resets(5, 9, { trigger: { payloadBytes: 1460 } })] },
      }),
      end: 6,
    },
    {
      name: 'when the sender went on after a reset in its name',
      connection: connection({
        client: {
          ...sending,
          after: [enters('CLOSED', 3, 7, { evidence: 'observed', retractedBy: 8 })],
          milestones: [resets(3, 7)],
        },
      }),
      end: 6,
    },
    { name: 'without a reset', connection: connection({ client: sending }), end: 6 },
  ],
});
