import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analyzer } from '../../src/analyzer.js';
import { readCapture } from '../../src/node/read-capture.js';
import { prepareCatalog } from '../../src/rules/catalog.js';
import type { Finding } from '../../src/rules/finding.js';

/** What recorded captures show from either end. Folders absent here are only checked for whole sentences. */
type Expected =
  | readonly string[]
  | { readonly client: readonly string[]; readonly server: readonly string[] };

const STUCK = ['warning close-wait-stuck', 'info fin-wait-2-stuck < close-wait-stuck'];

const EXPECTED: Readonly<Record<string, Expected>> = {
  'accept-queue-full': ['error syn-unanswered', 'error syn-unanswered'],
  // Seen from the client nothing tells that its reset was forged.
  'blind-reset-exact': {
    client: ['error rst-half-open-discovered'],
    server: ['error rst-half-open-discovered', 'warning rst-origin-suspect'],
  },
  'blind-reset-in-window': { client: [], server: ['info rst-not-accepted'] },
  'blind-reset-out-of-window': { client: [], server: ['info rst-not-accepted'] },
  'capture-ended-early': [],
  'client-abort-after-response': ['info rst-after-close-complete'],
  'close-behind-zero-window': [],
  'close-wait-stuck': STUCK,
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
  'keepalive-unanswered': { client: ['error keepalive-unanswered'], server: [] },
  'old-duplicate': {
    client: ['info rst-after-close-complete', 'info rst-not-accepted'],
    server: ['info rst-not-accepted'],
  },
  'power-loss': { client: ['error peer-unresponsive'], server: [] },
  'syn-unanswered': { client: ['error syn-unanswered'], server: [] },
  'user-timeout': { client: ['error peer-unresponsive'], server: [] },
  'close-wait-late': ['info close-wait-stuck'],
  'cooked-any': [],
  'crash-reboot': ['error rst-half-open-discovered'],
  'defer-accept': [],
  'fast-open': [],
  'fin-ack-lost': [],
  'fin-lost': [],
  'fin-wait-2-timeout': ['error rst-on-write-after-close'],
  'half-close': ['info half-close'],
  'handshake-ack-lost': [],
  'health-check': ['info handshake-aborted'],
  'http-keepalive-close': [],
  'ipv6-close': [],
  'keepalive-answered': [],
  'killed-no-unread-data': ['error rst-on-write-after-close'],
  'killed-unread-data': ['warning rst-active-abort'],
  'last-ack-lost': [],
  'late-fin-reset': [
    'error fin-wait-2-timeout-late-fin',
    'info close-wait-stuck < fin-wait-2-timeout-late-fin',
  ],
  'linger-zero': ['info rst-active-abort'],
  'lossy-transfer': [],
  'midstream-start': [],
  nanoseconds: [],
  'normal-close-client': [],
  'normal-close-server': [],
  'orderly-shutdown': [],
  'port-reuse-time-wait': ['info time-wait-port-reuse'],
  refused: ['warning connection-refused'],
  'rst-on-write-after-close': ['error rst-on-write-after-close'],
  'shut-rd-then-data': [],
  'simultaneous-close': ['info simultaneous-close'],
  'simultaneous-open': ['info simultaneous-open'],
  'snaplen-96': [],
  'stale-pooled-connection': ['error rst-on-write-after-close'],
  'syn-ack-lost': [],
  'syn-lost': [],
  'three-segment-close': [],
  'time-wait-assassination': ['warning rst-in-time-wait', 'info rst-after-close-complete < rst-in-time-wait'],
  'vlan-close': [],
  'zero-window-recovered': [],
  'zero-window-stuck': ['warning zero-window-stall'],
};

const recorded = readdirSync('fixtures').filter((name) => existsSync(`fixtures/${name}/truth.json`));

async function findingsIn(path: string): Promise<readonly Finding[]> {
  const { evaluate } = prepareCatalog();
  const found: Finding[] = [];
  const analyzer = new Analyzer({
    onConnection: (connection, _start, end) => found.push(...evaluate(connection, end)),
  });
  await readCapture(path, analyzer.onFrame);
  analyzer.finish();
  return found;
}

function brief({ severity, rule, explainedBy }: Finding): string {
  return explainedBy === undefined ? `${severity} ${rule}` : `${severity} ${rule} < ${explainedBy}`;
}

describe.each(recorded)('%s', (name) => {
  it.each(['client', 'server'] as const)('seen from the %s', async (side) => {
    const path = `fixtures/${name}/${side}.pcap`;
    if (!existsSync(path)) return;
    const findings = await findingsIn(path);
    for (const { title, explanation } of findings) {
      expect(`${title} ${explanation}`).not.toMatch(/\{\w+\}|undefined|NaN/);
    }
    const expected = EXPECTED[name];
    if (expected === undefined) return;
    expect(findings.map(brief)).toEqual('client' in expected ? expected[side] : expected);
  });
});
