import { describe, expect, it } from 'vitest';
import { ladder } from '../../../src/report/ladder/ladder.js';
import type { LadderSegment } from '../../../src/report/ladder/recorder.js';
import { PLAIN } from '../../../src/report/text/palette.js';
import { at, connection, happens } from '../../support/connection-builder.js';
import { finding } from '../../support/pattern-tester.js';

const CLIENT = '2001:db8:1111:2222:3333:4444:5555:6666';
const SERVER = '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff';

/** Everything as long as it can be: addresses, numbers, counts, names. */
function longest(columns: number): string {
  const icmp = { version: 6, type: 1, code: 4, reporter: SERVER, sequence: 1 } as const;
  const error = happens('icmp-error', 0.025, 2_000_003, { icmp, count: 1200, lastFrame: 2_003_999 });
  const of = connection({
    id: 123_456,
    client: { address: CLIENT, port: 65_535, milestones: [error] },
    server: { address: SERVER, port: 65_535 },
    lastFrame: 2_004_000,
  });
  const items = Array.from(
    { length: 4000 },
    (_, place): LadderSegment => ({
      frame: 2_000_001 + place,
      time: at(place / 100),
      from: place % 2 === 0 ? 'client' : 'server',
      flags: 0x18,
      sequence: 1 + place * 14_480,
      acknowledgment: 2 ** 32 - 1,
      payload: 14_480,
      window: 500,
      note: null,
    }),
  );
  const findings = [
    finding('a-rule-with-a-very-long-name-indeed', {
      title: `${CLIENT} ${'words '.repeat(40)}`,
      frames: [2_000_500],
    }),
  ];
  return ladder(of, items, { palette: PLAIN, columns, findings, comments: [], captureEnd: at(1e5) });
}

describe('the ladder of a connection with long names and numbers', () => {
  it.each([40, 59, 80, 100, 120])('is no wider than %i columns', (columns) => {
    const wide = longest(columns)
      .split('\n')
      .filter((line) => line.length > columns);
    expect(wide).toEqual([]);
  });

  it('loses nothing by it', () => {
    const text = longest(80);
    expect(text).toMatch(/^connection 123456: \[2001:db8:1111:\S+\]:65535 ↔\n\[2001:db8:aaaa:\S+\]:65535\n/);
    expect(text.replace(/\s+/g, ' ')).toContain(
      `◆ ICMPv6 type 1 code 4 from ${SERVER} (1200 until #2003999)`,
    );
    expect(text).toMatch(/⋮ \d,\d{3} segments, \S+ MB → ⋮\n +⋮ ← \d,\d{3} segments, \S+ MB ⋮/);
    expect(longest(120)).toMatch(/⋮ [\d,]+ segments, \S+ MB → {3}← [\d,]+ segments, \S+ MB ⋮/);
  });
});
