import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../../src/rules/catalog.js';
import { captureMidstream, LIMITED_RULES } from '../../../src/rules/patterns/capture-midstream.js';
import { connection } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

describe('capture-midstream', () => {
  it('counts the connections it concerns', () => {
    const connections = [0, 1].map((id) => [connection({ id, quality: { midstream: true } }), []] as const);
    const [pattern] = patternsOf(captureMidstream, [...connections, [connection({ id: 2 }), []]], 10);
    expect(pattern.title).toBe('The capture starts inside 2 connections');
    expect(pattern.connections).toEqual([0, 1]);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('agrees with one', () => {
    const [pattern] = patternsOf(captureMidstream, [[connection({ quality: { midstream: true } }), []]], 10);
    expect(pattern.explanation).toMatch(/^Its roles/);
  });

  it('counts the rules that look at handshakes, or that say less without one', () => {
    const limited = RULES.filter(
      // That both ends are one socket any segment shows.
      ({ id, family, needs }) =>
        (family === 'handshake' && needs !== 'itself') ||
        id === 'connection-refused' ||
        readFileSync(`src/rules/${id}.ts`, 'utf8').match(/quality\.midstream|mayHaveClosedUnseen/) !== null,
    );
    expect(LIMITED_RULES).toEqual(limited.map(({ id }) => id).sort());
    const [pattern] = patternsOf(captureMidstream, [[connection({ quality: { midstream: true } }), []]], 10);
    expect(pattern.facts.limitedRules).toBe(limited.length);
    expect(pattern.explanation).toContain(`${limited.length} rules that need the handshake are silent`);
  });

  it('is silent on an ideal capture', () => {
    expect(patternsOf(captureMidstream, [[connection(), []]], 10)).toEqual([]);
  });
});
