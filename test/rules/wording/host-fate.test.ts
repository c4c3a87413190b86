/** Hosts that die, restart or shut down, processes that are killed: findings must not claim to know which. */
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/analysis.js';
import type { Role } from '../../../src/connections/connection.js';
import { readCapture } from '../../../src/node/read-capture.js';
import { CATALOG } from '../../../src/rules/catalog.js';
import type { Finding, Pattern } from '../../../src/rules/finding.js';
import { keepaliveUnanswered } from '../../../src/rules/keepalive-unanswered.js';
import { peerUnresponsive } from '../../../src/rules/peer-unresponsive.js';
import { rstHalfOpenDiscovered } from '../../../src/rules/rst-half-open-discovered.js';
import { causesOfSilence, causesOfUnknown } from '../../../src/rules/wording/host-fate.js';
import { connection, enters, happens, moment, resets } from '../../support/connection-builder.js';
import { captureOf } from '../../support/fixtures.js';
import { unansweredData } from '../silence-cases.js';

/** What a capture can show of each, in the words of the finding that says it. */
const FATES: readonly [fixture: string, side: Role, rule: string, firstCause: RegExp][] = [
  // A killed process and a program that closes send the same FIN.
  ['killed-no-unread-data', 'client', 'rst-on-write-after-close', /^The program writes without checking/],
  ['killed-unread-data', 'client', 'rst-active-abort', /^close\(\) with received data still unread/],
  ['endpoint-mass-close', 'client', 'endpoint-mass-close', /^The process of .* exited or was restarted/],
  ['power-loss', 'client', 'peer-unresponsive', /^The host of .* lost power, crashed or froze/],
  ['retransmission-gave-up', 'client', 'retransmission-gave-up', /^The host of .* lost power/],
  ['keepalive-unanswered', 'client', 'keepalive-unanswered', /^The host of .* lost power/],
  ['zero-window-probe-unanswered', 'client', 'zero-window-probe-unanswered', /^The host of .* lost power/],
  ['fin-unacknowledged', 'client', 'fin-unacknowledged', /^The host of .* lost power/],
  ['peer-host-lost', 'client', 'peer-host-lost', /lost power, crashed or froze/],
  ['crash-reboot', 'client', 'rst-half-open-discovered', /^The host of .* crashed and restarted/],
  ['host-restarted', 'client', 'host-restarted', /^A crash, a watchdog or a loss of power/],
  ['half-open-syn', 'server', 'half-open-syn-challenge', /^The host of .* crashed and restarted/],
  // Idle for half a minute: a device that forgets comes before a host that restarts.
  ['idle-reset-interval', 'client', 'rst-half-open-discovered', /^A NAT, firewall or load balancer forgot/],
];

/** Causes of which packets know nothing; a title or explanation may only offer them as possible. */
const CLAIMS = /\b(killed|crashed|power|rebooted|cable|froze|shut down)\b/;
const GRADED = /\((likely|possible)\b[^)]*\)/;

async function said(fixture: string, side: Role): Promise<readonly (Finding | Pattern)[]> {
  const all: (Finding | Pattern)[] = [];
  const analysis = new Analysis({
    reporters: [{ connection: (_, findings) => all.push(...findings), end: () => {} }],
  });
  analysis.endCapture(await readCapture(captureOf(fixture, side), analysis.begin()));
  return [...all, ...analysis.finish().patterns];
}

describe('the fate of a host', () => {
  it.each(FATES)(
    '%s, seen from the %s, is %s with graded causes',
    async (fixture, side, rule, firstCause) => {
      const findings = await said(fixture, side);
      const about = findings.filter((finding) => finding.rule === rule);
      expect(about).not.toEqual([]);
      for (const { likelyCauses } of about) expect(likelyCauses[0]).toMatch(firstCause);
      for (const { title, explanation, likelyCauses } of findings) {
        expect(`${title} ${explanation}`).not.toMatch(CLAIMS);
        for (const cause of likelyCauses) expect(cause).toMatch(GRADED);
      }
    },
  );

  it('is no finding of any connection after a shutdown in good order: each just ends with a FIN', async () => {
    const all = await said('orderly-shutdown', 'client');
    expect(all.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual(['info endpoint-mass-close']);
    const [{ title, explanation, likelyCauses }] = all;
    expect(title).toContain('in two bursts 3 s apart');
    expect(explanation).toContain('whether the host was shutting down is not visible');
    expect(likelyCauses[0]).toMatch(/was shutting down or restarting \(likely\)/);
    for (const cause of likelyCauses) expect(cause).toMatch(GRADED);
  });

  it('shows on the dead side of the path as nothing at all', async () => {
    expect(await said('power-loss', 'server')).toEqual([]);
  });
});

describe('causes', () => {
  it.each(CATALOG.filter(({ family }) => family !== 'capture'))('of $id are graded', ({ documentation }) => {
    expect(documentation.likelyCauses.filter((cause) => !GRADED.test(cause))).toEqual([]);
  });

  it.each([...causesOfSilence('peer'), ...causesOfUnknown('peer')])('say what would decide: %s', (cause) => {
    expect(cause).toMatch(/ \(possible\): [^:]{20,}/);
  });

  const context = { captureStart: moment(0, 1).time, captureEnd: moment(400, 1).time };
  const optionsOf = (rule: typeof peerUnresponsive) =>
    Object.fromEntries(Object.entries(rule.options).map(([name, spec]) => [name, spec.default]));

  it('of silence put a device first after a pause', () => {
    const causes = (heard: number) =>
      peerUnresponsive.check(unansweredData(6, 122.6, { server: { lastSegment: moment(heard, 9) } }), {
        ...context,
        options: optionsOf(peerUnresponsive),
      })[0].likelyCauses[0];
    expect(causes(9.5)).toMatch(/^The host of/);
    expect(causes(-30)).toMatch(/^A firewall or NAT/);
  });

  it('of unanswered keep-alives put a device first after a pause', () => {
    const causes = (first: number) =>
      keepaliveUnanswered.check(
        connection({
          client: {
            lastSegment: moment(first + 20, 12),
            milestones: [happens('keep-alive', first, 10, { count: 3, until: first + 20, lastFrame: 12 })],
          },
          server: { lastSegment: moment(1, 5) },
        }),
        { ...context, options: optionsOf(keepaliveUnanswered) },
      )[0].likelyCauses[0];
    expect(causes(11)).toMatch(/^The host of/);
    expect(causes(61)).toMatch(/^A firewall or NAT/);
  });

  it.each([
    { idleSeconds: 2, ttl: 64, first: /^The host of/ },
    { idleSeconds: 300, ttl: 64, first: /^A NAT, firewall/ },
    { idleSeconds: 2, ttl: 255, first: /^A NAT, firewall/ },
    { idleSeconds: 2, ttl: 57, first: /^A firewall, NAT or load balancer on the path answers/ },
  ])('of a reset after $idleSeconds s with TTL $ttl are ranked by both', ({ idleSeconds, ttl, first }) => {
    const [finding] = rstHalfOpenDiscovered.check(
      connection({
        client: { payloadBytes: 100, unacknowledgedBytes: 100 },
        server: {
          ttl: 64,
          resetsSent: 1,
          milestones: [resets(10, 9, { ttl, trigger: { idleSeconds, payloadBytes: 100 } })],
          after: [enters('CLOSED', 10, 9)],
        },
      }),
      { ...context, options: {} },
    );
    expect(finding.likelyCauses[0]).toMatch(first);
  });
});
