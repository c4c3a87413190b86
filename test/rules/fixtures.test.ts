import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../src/analysis.js';
import type { Role } from '../../src/connections/connection.js';
import { readCapture } from '../../src/node/read-capture.js';
import type { Finding, Pattern } from '../../src/rules/finding.js';

/** What recorded captures show from either end. Folders absent here are only checked for whole sentences. */
type Expected =
  | readonly string[]
  | { readonly client: readonly string[]; readonly server: readonly string[] };

const STUCK = ['warning close-wait-stuck', 'info fin-wait-2-stuck < close-wait-stuck'];

/** Many of them on one service are an error each. */
const PILED_UP = ['error close-wait-stuck', 'info fin-wait-2-stuck < close-wait-stuck'];

const LATE = 'warning rst-on-write-after-close';
const HALF_OPEN = 'error rst-half-open-discovered';
const GAVE_UP = ['error retransmission-gave-up', 'info peer-unresponsive < retransmission-gave-up'];

const EXPECTED: Readonly<Record<string, Expected>> = {
  'accept-queue-full': ['error syn-unanswered', 'error syn-unanswered'],
  'accept-queue-overflow': ['warning accept-queue-overflow'],
  'acknowledgment-behind-fin': [],
  // What comes back is lost behind the server's tap: at the client it is silence.
  'acknowledgments-lost': { client: GAVE_UP, server: ['error acknowledgments-lost'] },
  'answer-timeout': ['info rst-active-abort'],
  'answer-too-late': [LATE, LATE, LATE],
  // Seen from the client nothing tells that its reset was forged.
  'blind-reset-exact': {
    client: ['error rst-half-open-discovered'],
    server: ['error rst-half-open-discovered', 'warning rst-origin-suspect'],
  },
  'blind-reset-in-window': { client: [], server: ['info rst-not-accepted'] },
  'blind-reset-out-of-window': { client: [], server: ['info rst-not-accepted'] },
  'capture-clock': [],
  'capture-duplicates': [],
  'capture-ended-early': [],
  'capture-loss': [],
  'capture-offload': [],
  'capture-one-way': [],
  // The close of the fourth connection may lie in the pause.
  'capture-pause': [],
  'client-abort-after-response': ['info rst-after-close-complete'],
  'close-behind-zero-window': [],
  'close-wait-pileup': [...PILED_UP, ...PILED_UP, ...PILED_UP, ...PILED_UP],
  'close-wait-stuck': STUCK,
  'delivery-stall': { client: ['warning delivery-stall'], server: [] },
  'ecn-syn-unanswered': {
    client: ['info ecn-syn-unanswered', 'info handshake-delayed < ecn-syn-unanswered'],
    server: [],
  },
  // The device that added them stands between the taps.
  'crossing-fin-lost': [],
  'data-after-own-fin': { client: [], server: ['error data-after-own-fin'] },
  'data-lost-before-fin': [],
  'endpoint-mass-close': ['warning rst-active-abort'],
  'fin-ack-and-fin-lost': [],
  'fin-crosses-reset': {
    client: ['info rst-on-write-after-close'],
    server: ['info rst-on-write-after-close', 'info undelivered-data-at-abort < rst-on-write-after-close'],
  },
  'fin-unacknowledged': { client: ['error fin-unacknowledged'], server: [] },
  'fin-wait-2-held': STUCK,
  'half-close-stalled': [
    'warning half-close-stalled',
    'info close-wait-stuck < half-close-stalled',
    'info fin-wait-2-stuck < close-wait-stuck',
    'info half-close < half-close-stalled',
  ],
  'half-open-syn': ['warning half-open-syn-challenge'],
  'host-unreachable': {
    client: ['error icmp-unreachable', 'info peer-unresponsive < icmp-unreachable'],
    server: [],
  },
  'host-restarted': [HALF_OPEN, HALF_OPEN, HALF_OPEN],
  'address-moved': [HALF_OPEN, HALF_OPEN, HALF_OPEN],
  'idle-no-liveness-check': ['info idle-no-liveness-check'],
  'idle-open': [],
  'idle-reset-interval': [HALF_OPEN, HALF_OPEN, HALF_OPEN],
  'keepalive-unanswered': { client: ['error keepalive-unanswered'], server: [] },
  'neighbour-lost': { client: ['error peer-unresponsive'], server: [] },
  'old-duplicate': {
    client: ['info rst-after-close-complete', 'info rst-not-accepted'],
    server: ['info rst-not-accepted'],
  },
  'out-of-order-delivery': { client: ['info out-of-order-delivery'], server: [] },
  // The third connection had too little time to show that it gave up.
  'peer-host-lost': { client: [...GAVE_UP, ...GAVE_UP, 'error peer-unresponsive'], server: [] },
  // Until the segments shrink, nothing comes through.
  'mtu-probing': { client: ['info delivery-stall'], server: [] },
  'pmtu-black-hole': {
    client: [
      'error pmtu-black-hole',
      'info peer-unresponsive < retransmission-gave-up',
      'info retransmission-gave-up < pmtu-black-hole',
    ],
    server: [],
  },
  // What the router sends back does not pass the server's tap.
  'pmtu-reduced': { client: ['info pmtu-reduced'], server: [] },
  'polling-beside-close-wait': ['warning close-wait-stuck', 'info fin-wait-2-stuck < close-wait-stuck'],
  'power-loss': { client: ['error peer-unresponsive'], server: [] },
  'retransmission-gave-up': { client: GAVE_UP, server: [] },
  // At the server's tap all of its data was captured.
  'rst-behind-gap': {
    client: ['warning rst-active-abort', 'info undelivered-data-at-abort'],
    server: ['warning rst-active-abort', 'info undelivered-data-at-abort'],
  },
  'rst-on-close-race': ['warning rst-on-close-race'],
  'rst-on-close-race-far': {
    client: ['warning rst-on-close-race', 'info undelivered-data-at-abort < rst-on-close-race'],
    server: ['warning rst-on-close-race'],
  },
  'rst-overtakes-data': {
    client: ['warning rst-active-abort', 'info rst-not-accepted', 'info undelivered-data-at-abort'],
    server: ['warning rst-active-abort', 'info undelivered-data-at-abort'],
  },
  'syn-ack-copy-late': ['info rst-after-close-complete', 'info rst-not-accepted'],
  'syn-ack-unanswered': { client: ['error syn-unanswered'], server: ['warning syn-ack-unanswered'] },
  'syn-unanswered': { client: ['error syn-unanswered'], server: [] },
  'user-timeout': { client: ['error peer-unresponsive'], server: [] },
  'close-wait-late': ['info close-wait-stuck'],
  'cooked-any': [],
  'crash-reboot': ['error rst-half-open-discovered'],
  'defer-accept': [],
  'fast-open': [],
  // The router dropped the third connection's SYN with data before the server's tap.
  'fast-open-refused': {
    client: [
      'info fast-open-refused',
      'info fast-open-refused',
      'info handshake-delayed < fast-open-refused',
    ],
    server: ['info fast-open-refused'],
  },
  'fin-ack-lost': [],
  'fin-lost': [],
  'fin-wait-2-timeout': ['error rst-on-write-after-close'],
  'half-close': ['info half-close'],
  'handshake-ack-lost': [],
  'handshake-delayed': { client: ['warning handshake-delayed'], server: [] },
  'health-check': ['info handshake-aborted'],
  'http-keepalive-close': [],
  'ipv6-close': [],
  'keepalive-answered': [],
  'killed-no-unread-data': ['error rst-on-write-after-close'],
  'killed-unread-data': ['warning rst-active-abort'],
  'last-ack-lost': [],
  'last-ack-stuck': ['warning last-ack-stuck'],
  'late-fin-reset': [
    // A FIN alone, so nothing was lost.
    'warning fin-wait-2-timeout-late-fin',
    'info close-wait-stuck < fin-wait-2-timeout-late-fin',
    'info rst-after-close-complete < fin-wait-2-timeout-late-fin',
  ],
  'linger-zero': ['info rst-active-abort'],
  'retransmission-storm': {
    client: ['info retransmission-storm', 'info out-of-order-delivery < retransmission-storm'],
    server: ['warning retransmission-storm'],
  },
  'rst-carries-data': ['info rst-active-abort', 'info rst-carries-data'],
  'lossy-transfer': [],
  'midstream-start': [],
  nanoseconds: [],
  // The second is what the client makes of the segments that were not translated.
  'nat-mapping-changed': [HALF_OPEN, 'info rst-half-open-discovered'],
  'normal-close-client': [],
  'normal-close-server': [],
  'orderly-shutdown': [],
  'port-reuse-ignored': ['warning time-wait-port-reuse'],
  'port-reuse-refused': [
    'warning time-wait-port-reuse',
    'info rst-after-close-complete < time-wait-port-reuse',
  ],
  'port-reuse-time-wait': ['info time-wait-port-reuse'],
  refused: ['warning connection-refused'],
  'rst-on-write-after-close': ['error rst-on-write-after-close'],
  // At the client nothing was rewritten yet.
  'sack-elsewhere': { client: [], server: ['warning sack-elsewhere'] },
  'self-connect': ['warning self-connect'],
  'server-at-limit': [
    ...Array.from({ length: 5 }, () => 'warning rst-on-write-after-close'),
    'warning rst-active-abort',
  ],
  'server-timeout': [],
  'shut-rd-then-data': [],
  'shutdown-both': ['error rst-on-write-after-close'],
  'simultaneous-close': ['info simultaneous-close'],
  'simultaneous-open': ['info simultaneous-open'],
  'snaplen-96': [],
  'split-handshake': ['info split-handshake'],
  'stale-pooled-connection': ['error rst-on-write-after-close'],
  'syn-ack-lost': ['info handshake-delayed'],
  // The first SYN never reached the server's tap.
  'syn-lost': { client: ['info handshake-delayed'], server: [] },
  'three-segment-close': [],
  'time-wait-port-pressure': [],
  'time-wait-assassination': ['warning rst-in-time-wait', 'info rst-after-close-complete < rst-in-time-wait'],
  'undelivered-data-at-abort': ['error undelivered-data-at-abort', 'warning rst-active-abort'],
  'tls-alert': ['warning tls-alert', 'warning tls-alert'],
  'tls-close-notify': {
    client: [
      'info rst-on-write-after-close',
      'info rst-on-close-race',
      'info rst-not-accepted',
      'info undelivered-data-at-abort < rst-on-close-race',
    ],
    server: ['info rst-on-write-after-close', 'info rst-on-close-race'],
  },
  'vlan-close': [],
  'zero-window-probe-unanswered': {
    client: ['error zero-window-probe-unanswered'],
    server: ['warning zero-window-stall'],
  },
  // At the server's tap, and what the server's own host sees, the option is still there.
  'window-scale-lost': { client: ['warning window-scale-lost'], server: [] },
  'zero-window-recovered': [],
  'zero-window-stuck': ['warning zero-window-stall'],
};

/** Patterns across connections, where there are any. */
const EXPECTED_PATTERNS: Readonly<Record<string, Expected>> = {
  'capture-clock': ['info capture-clock'],
  'capture-duplicates': ['info capture-duplicates'],
  'capture-ended-early': ['info capture-ended-early'],
  'capture-loss': ['warning capture-loss'],
  'capture-offload': ['info capture-offload'],
  'capture-one-way': ['warning capture-one-way'],
  'capture-pause': ['warning capture-loss', 'warning capture-pause'],
  'answer-timeout': ['warning answer-timeout'],
  'answer-too-late': ['warning answer-timeout'],
  'accept-queue-full': ['error service-answers-others'],
  'close-wait-pileup': ['error close-wait-pileup'],
  'closed-unanswered': ['warning closed-unanswered'],
  'endpoint-mass-close': ['warning endpoint-mass-close'],
  'idle-close-interval': ['info idle-close-interval'],
  // Beyond the server's tap nothing of it shows: what was lost never reached it.
  'loss-bursts': { client: ['warning loss-bursts'], server: [] },
  'server-at-limit': ['warning turned-away'],
  'server-timeout': ['info server-timeout'],
  'orderly-shutdown': ['info endpoint-mass-close'],
  // Resets alone: a device in front might send them as well.
  'host-restarted': ['info host-restarted'],
  // To the client, a router lies between.
  'address-moved': { client: [], server: ['error address-moved'] },
  'idle-reset-interval': ['warning idle-reset-interval'],
  // The network doubles segments between the taps: where they arrive, the copies look like the capture's own.
  'lossy-transfer': { client: ['info capture-duplicates'], server: [] },
  'midstream-start': ['info capture-midstream'],
  // One port that resets every sixth connection, and one on which nobody listens.
  'mixed-200': ['warning recurring-finding', 'warning recurring-finding'],
  'nat-mapping-changed': ['warning nat-mapping-changed', 'info capture-midstream'],
  'peer-host-lost': { client: ['error peer-host-lost'], server: [] },
  'snaplen-96': ['info capture-snaplen'],
};

const recorded = readdirSync('fixtures').filter((name) => existsSync(`fixtures/${name}/truth.json`));

interface Found {
  readonly findings: readonly Finding[];
  readonly patterns: readonly Pattern[];
}

async function findIn(path: string): Promise<Found> {
  const found: Finding[] = [];
  const analysis = new Analysis({
    reporters: [{ connection: (_, findings) => found.push(...findings), end: () => {} }],
  });
  analysis.endCapture(await readCapture(path, analysis.begin()));
  return { findings: found, patterns: analysis.finish().patterns };
}

function brief({ severity, rule, explainedBy }: Finding): string {
  return explainedBy === undefined ? `${severity} ${rule}` : `${severity} ${rule} < ${explainedBy}`;
}

function at(side: Role, expected: Expected): readonly string[] {
  return 'client' in expected ? expected[side] : expected;
}

describe.each(recorded)('%s', (name) => {
  it.each(['client', 'server'] as const)('seen from the %s', async (side) => {
    const path = `fixtures/${name}/${side}.pcap`;
    if (!existsSync(path)) return;
    const { findings, patterns } = await findIn(path);
    for (const { title, explanation } of [...findings, ...patterns]) {
      expect(`${title} ${explanation}`).not.toMatch(/\{\w+\}|undefined|NaN/);
    }
    expect(patterns.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(
      at(side, EXPECTED_PATTERNS[name] ?? []),
    );
    const expected = EXPECTED[name];
    if (expected !== undefined) expect(findings.map(brief)).toEqual(at(side, expected));
  });
});
