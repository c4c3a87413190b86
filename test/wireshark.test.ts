/** Connection ids against Wireshark's `tcp.stream`, completeness against `tcp.completeness`. */
import { describe, expect, it } from 'vitest';
import type { Role } from '../src/connections/connection.js';
import { captureOf, scenarios } from './support/fixtures.js';
import { hasTshark, ourStreams, wiresharksStreams } from './support/wireshark.js';

if (!hasTshark) console.warn('skipped: comparison with Wireshark, because tshark is not installed');

describe.skipIf(!hasTshark)('Wireshark numbers connections alike', () => {
  const captures = scenarios.flatMap((scenario) =>
    (['client', 'server'] as Role[]).map((vantage) => ({
      name: `${scenario}, ${vantage}`,
      path: captureOf(scenario, vantage),
    })),
  );

  it.each(captures)('in $name', ({ path }) => {
    expect(ourStreams(path)).toEqual(wiresharksStreams(path));
  });
});
