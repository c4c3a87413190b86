import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../src/analysis.js';
import { CaptureReader } from '../src/capture/reader.js';
import type { Connection } from '../src/connections/connection.js';
import { type Timestamp, timeAfter } from '../src/core/time.js';
import { ACK, SYN } from '../src/decode/segment.js';
import type { Finding } from '../src/rules/finding.js';
import { pcap } from './support/capture-builder.js';
import { diagnose, type Taken } from './support/clocks.js';
import { captureOf } from './support/fixtures.js';
import { ethernet, ipv4, tcp } from './support/packet-builder.js';

const SECOND = 1_000_000_000n;
const SERVER = '10.0.0.2';

/** Handshakes that none of so many clients goes on with: the SYN-ACK is repeated a second later, in vain. */
function flood(clients: number): readonly Taken[] {
  const start = 1_700_000_000n * SECOND;
  const taken = (bytes: Uint8Array, time: bigint): Taken => ({
    bytes,
    time,
    linkType: 1,
    originalLength: bytes.length,
  });
  const syn = (source: string): Uint8Array =>
    ethernet(ipv4(tcp({ flags: SYN }), { source, destination: SERVER }));
  const synAck = (destination: string): Uint8Array => {
    const ports = { sourcePort: 8080, destinationPort: 40_000 };
    return ethernet(
      ipv4(tcp({ ...ports, flags: SYN | ACK, acknowledgment: 1001 }), { source: SERVER, destination }),
    );
  };
  const begun = Array.from({ length: clients }, (_, i) => ({
    client: `10.1.${i >> 8}.${i & 255}`,
    time: start + BigInt(i) * 100_000n,
  }));
  return [
    ...begun.flatMap(({ client, time }) => [taken(syn(client), time), taken(synAck(client), time + 1000n)]),
    ...begun.map(({ client, time }) => taken(synAck(client), time + SECOND)),
    taken(syn('10.2.0.1'), start + 10n * SECOND),
  ];
}

describe('the connections that are open at the end of a capture', () => {
  it('are told as they are graded when all of them are known', () => {
    const { findings, patterns } = diagnose(flood(30));
    expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(
      Array.from({ length: 30 }, () => 'info syn-ack-unanswered'),
    );
    expect(patterns[0]).toMatchObject({ rule: 'recurring-finding', severity: 'warning', count: 30 });
  });

  it('are as grave as by themselves where too few are alike', () => {
    const { findings } = diagnose(flood(12));
    expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(
      Array.from({ length: 12 }, () => 'warning syn-ack-unanswered'),
    );
  });

  it('need not all be kept for that', () => {
    const { connections, findings, patterns } = diagnose(flood(5000));
    expect(connections).toHaveLength(5001);
    expect(findings.filter(({ severity }) => severity === 'info')).toHaveLength(5000);
    expect(patterns[0].count).toBe(5000);
  });
});

describe('the second of several captures', () => {
  it('has its own connections for predecessors', () => {
    const found: Connection[] = [];
    const analysis = new Analysis({
      reporters: [{ connection: (connection) => found.push(connection), end: () => {} }],
      several: true,
    });
    for (const path of ['a', 'b']) {
      const reader = new CaptureReader(analysis.begin());
      reader.push(readFileSync(captureOf('port-reuse-time-wait', 'client')));
      reader.end();
      analysis.endCapture({ path, compression: null, ...reader.facts() });
    }
    analysis.finish();
    const [first, second] = [0, 1].map((capture) => found.filter((each) => each.capture === capture));
    const reused = first.filter(({ predecessor }) => predecessor !== null);
    expect(reused.length).toBeGreaterThan(0);
    for (const { id, predecessor } of reused) {
      const again = second.find((each) => each.id === id + first.length);
      expect(again?.predecessor).toBe(predecessor! + first.length);
    }
  });
});

describe('joined captures', () => {
  /** What is found if the parts state their ends so long after the last frame; null if one states none. */
  function found(ends: readonly (number | null)[]): readonly Finding[] {
    const findings: Finding[] = [];
    const analysis = new Analysis({
      reporters: [{ connection: (_, more) => findings.push(...more), end: () => {} }],
      joined: true,
    });
    const bytes = readFileSync(captureOf('close-wait-stuck', 'server'));
    let last: Timestamp | null = null;
    for (const [place, end] of ends.entries()) {
      const reader = new CaptureReader(analysis.begin());
      reader.push(place === 0 ? bytes : pcap([]));
      reader.end();
      const facts = reader.facts();
      last ??= facts.lastFrameAt!;
      const endAt = end === null ? null : timeAfter(last, end);
      analysis.endCapture({ path: String(place), compression: null, ...facts, endAt });
    }
    analysis.finish();
    return findings;
  }

  it('last until the latest end that one of them states', () => {
    const stuck = found([1000]);
    expect(stuck.length).toBeGreaterThan(0);
    expect(found([1000, 500, null])).toEqual(stuck);
    expect(found([null, 1000])).toEqual(stuck);
    expect(found([null, null])).not.toEqual(stuck);
  });
});

describe('the end of a capture', () => {
  /** Whether patterns take it for stated, if it is `seconds` after the last frame; null for none. */
  function isStated(seconds: number | null, joined: boolean): unknown {
    const analysis = new Analysis({ reporters: [], joined });
    const reader = new CaptureReader(analysis.begin());
    reader.push(readFileSync(captureOf('capture-ended-early', 'server')));
    reader.end();
    const facts = reader.facts();
    const endAt = seconds === null ? null : timeAfter(facts.lastFrameAt!, seconds);
    analysis.endCapture({ path: 'a', compression: null, ...facts, endAt });
    return analysis.finish().patterns.find(({ rule }) => rule === 'capture-ended-early')?.facts.endStated;
  }

  it.each([
    [2, true],
    [0, true],
    [-1, false],
    [null, false],
  ])('is the one that it states, %j s after its last frame: %j', (seconds, expected) => {
    expect(isStated(seconds, false)).toBe(expected);
    expect(isStated(seconds, true)).toBe(expected);
  });
});
