import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/analysis.js';
import { CaptureReader } from '../../../src/capture/reader.js';
import { PATTERNS } from '../../../src/rules/catalog.js';
import type { Pattern } from '../../../src/rules/finding.js';
import { captureOf } from '../../support/fixtures.js';

const DAY = 86_400;

/** The same frames of a classic pcap file, so many seconds later. */
function later(bytes: Uint8Array, seconds: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  for (let at = 24; at < copy.length; at += 16 + view.getUint32(at + 8, true))
    view.setUint32(at, view.getUint32(at, true) + seconds, true);
  return copy;
}

/** The patterns of a rule in captures, each by itself, on two days. */
function patternsIn(
  id: string,
  captures: readonly Uint8Array[],
  options: Readonly<Record<string, number>> = {},
): readonly Pattern[] {
  const analysis = new Analysis({ reporters: [], several: true, rules: { options: { [id]: options } } });
  for (const [capture, bytes] of captures.entries()) {
    const reader = new CaptureReader(analysis.begin());
    reader.push(bytes);
    reader.end();
    analysis.endCapture({ path: String(capture), compression: null, ...reader.facts() });
  }
  return analysis.finish().patterns.filter(({ rule }) => rule === id);
}

function saidBy({ title, explanation, severity, confidence, count }: Pattern) {
  return { title, explanation, severity, confidence, count };
}

const SINGLE = PATTERNS.filter(({ isOfOneCapture }) => isOfOneCapture === true);
const COUNTED = PATTERNS.filter(({ isOfOneCapture }) => isOfOneCapture !== true);

describe('captures of two days', () => {
  it.each(SINGLE)('tell of $id what each alone tells', ({ id, documentation: { example } }) => {
    const bytes = readFileSync(captureOf(example.fixture, example.capture));
    const alone = patternsIn(id, [bytes], example.options);
    expect(alone.length).toBeGreaterThan(0);
    const both = patternsIn(id, [bytes, later(bytes, DAY)], example.options);
    expect(both.map(saidBy)).toEqual([...alone, ...alone].map(saidBy));
    expect(new Set(both.flatMap(({ connections }) => connections)).size).toBe(
      2 * new Set(alone.flatMap(({ connections }) => connections)).size,
    );
  });

  it.each(COUNTED)('do not make $id go away', ({ id, documentation: { example } }) => {
    const bytes = readFileSync(captureOf(example.fixture, example.capture));
    const sum = (patterns: readonly Pattern[]): number => patterns.reduce((all, { count }) => all + count, 0);
    const alone = patternsIn(id, [bytes], example.options);
    const both = patternsIn(id, [bytes, later(bytes, DAY)], example.options);
    expect(sum(alone)).toBeGreaterThan(0);
    expect(sum(both)).toBe(2 * sum(alone));
    expect(both[0]).toMatchObject({ severity: alone[0].severity, confidence: alone[0].confidence });
  });

  it('are told apart where silence is held against answers', () => {
    const bytes = readFileSync(captureOf('peer-host-lost', 'client'));
    const [pattern] = patternsIn('peer-host-lost', [bytes, readFileSync(captureOf('half-close', 'client'))]);
    expect(saidBy(pattern)).toEqual(saidBy(patternsIn('peer-host-lost', [bytes])[0]));
  });
});
