import { describe, expect, it } from 'vitest';
import { SYN } from '../src/decode/segment.js';
import { diagnose, type Taken } from './support/clocks.js';
import { ethernet, ipv4, tcp } from './support/packet-builder.js';

const SECOND = 1_000_000_000n;

/** A SYN, and nothing else, from each of so many clients; the capture goes on for ten seconds. */
function synsFrom(clients: number): readonly Taken[] {
  const start = 1_700_000_000n * SECOND;
  const syn = (source: string, time: bigint): Taken => {
    const bytes = ethernet(ipv4(tcp({ flags: SYN }), { source }));
    return { bytes, time, linkType: 1, originalLength: bytes.length };
  };
  return [
    ...Array.from({ length: clients }, (_, i) =>
      syn(`10.1.${i >> 8}.${i & 255}`, start + BigInt(i) * 100_000n),
    ),
    syn('10.2.0.1', start + 10n * SECOND),
  ];
}

describe('the connections that are open at the end of a capture', () => {
  it('are told as they are graded when all of them are known', () => {
    const { findings, patterns } = diagnose(synsFrom(30));
    expect(findings).toEqual([]);
    expect(patterns).toMatchObject([{ rule: 'recurring-finding', severity: 'info', count: 30 }, {}]);
  });

  it('are all told where too few are alike', () => {
    const { findings } = diagnose(synsFrom(12));
    expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(
      Array.from({ length: 12 }, () => 'info syn-unanswered'),
    );
  });

  it('need not all be kept for that', () => {
    const { connections, findings, patterns } = diagnose(synsFrom(5000));
    expect(connections).toHaveLength(5001);
    expect(findings).toEqual([]);
    expect(patterns[0].count).toBe(5000);
  });
});
