/** The same address in two networks is two hosts, where networks are told apart. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type AnalyzeOptions, analyze } from '../../../src/index.js';
import { CATALOG } from '../../../src/rules/catalog.js';
import { captureOf } from '../../support/fixtures.js';
import { inVlan, wrappedCapture } from '../../support/wrapped.js';

describe.each([
  'address-moved',
  'close-wait-pileup',
  'endpoint-mass-close',
  'host-restarted',
  'idle-reset-interval',
  'nat-mapping-changed',
  'peer-host-lost',
  'time-wait-port-pressure',
])('%s', (rule) => {
  const { fixture, capture, options = {} } = CATALOG.find(({ id }) => id === rule)!.documentation.example;
  const path = captureOf(fixture, capture);
  const settings: AnalyzeOptions = { rules: { options: { [rule]: options } } };
  const patternsIn = async (bytes: Uint8Array, more: AnalyzeOptions = {}) =>
    (await analyze(bytes, { ...settings, ...more })).patterns.filter((pattern) => pattern.rule === rule);

  it('is told of each network in which it happens', async () => {
    const [alone, ...others] = await patternsIn(readFileSync(path));
    expect(others).toEqual([]);
    expect(alone.facts).not.toHaveProperty('network');
    const both = await patternsIn(wrappedCapture(path, inVlan(5), inVlan(6)), { separate: ['vlan'] });
    expect(both.map(({ facts }) => facts)).toEqual(
      ['VLAN 5', 'VLAN 6'].map((network) => ({ ...alone.facts, network })),
    );
    for (const [place, pattern] of both.entries()) {
      expect(pattern.count).toBe(alone.count);
      const name = ` (VLAN ${5 + place})`;
      expect(pattern.title).toContain(name);
      expect(pattern.title.replace(name, '')).toBe(alone.title);
    }
    expect(new Set(both.flatMap(({ connections }) => connections)).size).toBe(2 * alone.connections.length);
  });
});
