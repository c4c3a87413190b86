import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/connections/connection.js';
import { acceptQueueOverflow } from '../../../src/rules/accept-queue-overflow.js';
import { acknowledgmentsLost } from '../../../src/rules/acknowledgments-lost.js';
import { prepareRules } from '../../../src/rules/evaluation/evaluate.js';
import { halfOpenSynChallenge } from '../../../src/rules/half-open-syn-challenge.js';
import { icmpUnreachable } from '../../../src/rules/icmp-unreachable.js';
import { keepaliveUnanswered } from '../../../src/rules/keepalive-unanswered.js';
import { peerUnresponsive } from '../../../src/rules/peer-unresponsive.js';
import { pmtuBlackHole } from '../../../src/rules/pmtu-black-hole.js';
import { retransmissionGaveUp } from '../../../src/rules/retransmission-gave-up.js';
import { rstActiveAbort } from '../../../src/rules/rst-active-abort.js';
import type { Rule } from '../../../src/rules/rule.js';
import { inGeneral, seenAt } from '../../../src/rules/wording/program-view.js';
import { zeroWindowProbeUnanswered } from '../../../src/rules/zero-window-probe-unanswered.js';
import {
  asksInVain,
  at,
  connection,
  enters,
  happens,
  moment,
  resets,
} from '../../support/connection-builder.js';
import { unansweredData } from '../silence-cases.js';

const VIEW = { name: 'x', open: 'gets ECONNRESET', read: 'fails with ECONNRESET' };
const HAS_CLOSED = happens('fin-covered', 9.5, 7);
const CLOSES = [enters('FIN-WAIT-1', 9.5, 7, { evidence: 'observed' as const })];

describe('what a program sees', () => {
  it('is told of one that had not closed', () => {
    const { client, server } = connection();
    expect(seenAt(client, server, VIEW)).toBe('{x}: gets ECONNRESET.');
  });

  it('is told otherwise of one that had sent its own FIN', () => {
    const { client, server } = connection({ client: { after: CLOSES } });
    expect(seenAt(client, server, VIEW)).toBe(
      '{x}, which had sent its own FIN: nothing if it called close() or its program ended, as no process holds the socket any more; after shutdown(SHUT_WR) its writes already failed with EPIPE and SIGPIPE, and its read fails with ECONNRESET.',
    );
  });

  it('is not changed by a FIN that came later than what it met', () => {
    const { client, server } = connection({ client: { after: CLOSES } });
    expect(seenAt(client, server, VIEW, 7)).toBe('{x}: gets ECONNRESET.');
    expect(seenAt(client, server, VIEW, 8)).toMatch(/^\{x\}, which had sent its own FIN/);
  });

  it('is the end of the stream if the peer had closed as well', () => {
    const { client, server } = connection({
      client: { after: CLOSES },
      server: { milestones: [happens('fin-covered', 9.6, 8)] },
    });
    expect(seenAt(client, server, VIEW)).toMatch(/its read returns 0, as its peer’s FIN had arrived\.$/);
  });

  it('is the end of the stream where it had the FIN of its peer, unless that says no more', () => {
    const { client, server } = connection({ server: { milestones: [HAS_CLOSED] } });
    const view = { ...VIEW, ended: 'reads 0' };
    expect(seenAt(client, server, view)).toBe('{x}: reads 0.');
    expect(seenAt(client, server, view, 7)).toBe('{x}: gets ECONNRESET.');
    expect(seenAt(client, server, VIEW)).toBe('{x}: gets ECONNRESET.');
  });

  it('has both in documentation', () => {
    expect(inGeneral(VIEW)).toMatch(
      /^\{x\}: gets ECONNRESET\. If it had sent its own FIN before: nothing if/,
    );
  });
});

const UNREACHABLE = { version: 4, type: 3, code: 1, reporter: '10.0.0.254', sequence: 1 } as const;
const LARGE = {
  payloadBytes: 1448,
  optionBytes: 12,
  acknowledgedBytes: 200,
  offloaded: false,
  shrunk: false,
};

describe('a finding on an endpoint that had closed', () => {
  const cases: readonly [Rule, Connection][] = [
    [peerUnresponsive, unansweredData(6, 22.6, { client: { after: CLOSES } })],
    [
      peerUnresponsive,
      connection({
        client: { after: CLOSES, milestones: [asksInVain(23, 16, { count: 4 })] },
        server: { lastSegment: moment(9, 6) },
      }),
    ],
    [retransmissionGaveUp, unansweredData(8, 220, { client: { after: CLOSES } })],
    [
      keepaliveUnanswered,
      connection({
        client: {
          after: CLOSES,
          milestones: [happens('keep-alive', 100, 10, { count: 3, until: 110, lastFrame: 12 })],
        },
        server: { lastSegment: moment(9, 6) },
      }),
    ],
    [
      zeroWindowProbeUnanswered,
      connection({
        client: {
          after: CLOSES,
          milestones: [happens('window-probe', 10, 11, { count: 5, until: 16, lastFrame: 15 })],
        },
        server: { windowClosed: true, lastSegment: moment(9, 6) },
      }),
    ],
    [
      pmtuBlackHole,
      unansweredData(6, 22.6, {
        client: {
          after: CLOSES,
          milestones: [
            happens('retransmission-run', 10.2, 10, {
              count: 6,
              until: 22.6,
              lastFrame: 15,
              value: 200,
              retransmitted: { ...LARGE, dontFragment: true },
            }),
          ],
        },
      }),
    ],
    [
      icmpUnreachable,
      connection({
        client: {
          after: CLOSES,
          milestones: [
            happens('icmp-error', 10, 10, { count: 3, until: 13, lastFrame: 14, icmp: UNREACHABLE }),
          ],
        },
        server: { lastSegment: moment(9, 6) },
      }),
    ],
    [
      halfOpenSynChallenge,
      connection({
        client: {
          milestones: [
            happens('syn-on-open-connection', 60, 9),
            resets(60.02, 11, { trigger: { frame: 10, kind: 'ack' } }),
          ],
        },
        server: { after: CLOSES },
      }),
    ],
    [
      acceptQueueOverflow,
      connection({
        client: { unacknowledgedBytes: 100, lastNewData: moment(0.05, 4), after: CLOSES },
        server: { milestones: [happens('syn-ack-repeated', 1, 6, { count: 3, until: 7, lastFrame: 9 })] },
      }),
    ],
    [
      rstActiveAbort,
      connection({
        client: { payloadBytes: 500, lastNewData: moment(1, 5), after: CLOSES },
        server: { payloadBytes: 500, milestones: [resets(10, 9, { hasAck: true, window: 500 })] },
      }),
    ],
  ];
  it.each(cases.map(([rule, with_]) => ({ rule, connection: with_, id: rule.id })))(
    'of $id speaks of no write that succeeds and no pending read',
    ({ rule, connection }) => {
      const [{ applicationSees }] = prepareRules([rule])(connection, at(1000));
      expect(applicationSees).toMatch(
        /, which had sent its own FIN: nothing if it called close\(\) .* after shutdown\(SHUT_WR\) its writes already failed with EPIPE/,
      );
      expect(applicationSees).not.toMatch(/writes succeed|write succeeds/);
    },
  );
});

describe('a finding on an endpoint whose peer had closed', () => {
  const run = { count: 6, until: 22.6, lastFrame: 15, value: 200 };
  const silent = { lastSegment: moment(9, 8), milestones: [HAS_CLOSED] };
  const cases: readonly [Rule, Connection][] = [
    [peerUnresponsive, unansweredData(6, 22.6, { server: silent })],
    [retransmissionGaveUp, unansweredData(8, 220, { server: silent })],
    [
      acknowledgmentsLost,
      connection({
        client: { payloadBytes: 1000, milestones: [happens('repeated-in-vain', 10.2, 10, run)] },
        server: { lastSegment: moment(22.7, 16), milestones: [HAS_CLOSED] },
      }),
    ],
    [
      keepaliveUnanswered,
      connection({
        client: { milestones: [happens('keep-alive', 100, 10, { count: 3, until: 110, lastFrame: 12 })] },
        server: silent,
      }),
    ],
    [
      zeroWindowProbeUnanswered,
      connection({
        client: { milestones: [happens('window-probe', 10, 11, { count: 5, until: 16, lastFrame: 15 })] },
        server: { ...silent, windowClosed: true },
      }),
    ],
    [
      pmtuBlackHole,
      unansweredData(6, 22.6, {
        client: {
          milestones: [
            happens('retransmission-run', 10.2, 10, {
              ...run,
              retransmitted: { ...LARGE, dontFragment: true },
            }),
          ],
        },
        server: silent,
      }),
    ],
    [
      icmpUnreachable,
      connection({
        client: {
          milestones: [
            happens('icmp-error', 10, 10, { count: 3, until: 13, lastFrame: 14, icmp: UNREACHABLE }),
          ],
        },
        server: silent,
      }),
    ],
    [
      halfOpenSynChallenge,
      connection({
        client: {
          milestones: [
            HAS_CLOSED,
            happens('syn-on-open-connection', 60, 9),
            resets(60.02, 11, { trigger: { frame: 10, kind: 'ack' } }),
          ],
        },
      }),
    ],
  ];
  it.each(cases.map(([rule, with_]) => ({ rule, connection: with_, id: rule.id })))(
    'of $id says that its read returns 0, and that no read waits or fails',
    ({ rule, connection }) => {
      const [{ applicationSees }] = prepareRules([rule])(connection, at(1000));
      expect(applicationSees).toMatch(/its read returns 0, as its peer’s FIN had arrived/);
      expect(applicationSees).not.toMatch(/read blocks|read fails|gets ECONNRESET/);
    },
  );
});
