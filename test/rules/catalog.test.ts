import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOG, findRule, PATTERNS, prepareCatalog, RULES, suggestRule } from '../../src/rules/catalog.js';
import { cite } from '../../src/rules/citations.js';
import { SettingsError } from '../../src/rules/settings.js';
import { at, connection } from '../support/connection-builder.js';

const ids = CATALOG.map((rule) => rule.id);
const cited = new Set(CATALOG.flatMap((rule) => rule.citations));

describe('the catalog', () => {
  it('lists every rule once', () => {
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('finds a rule by its id', () => {
    expect(findRule('close-wait-stuck')?.id).toBe('close-wait-stuck');
    expect(findRule('peer-host-lost')?.id).toBe('peer-host-lost');
    expect(findRule('close-wait')).toBeNull();
  });

  it('suggests the id that was meant', () => {
    expect(suggestRule('close-wait-stock')).toBe('close-wait-stuck');
    expect(suggestRule('after-close')).toBe('rst-on-write-after-close');
    expect(suggestRule('zzz')).toBeNull();
  });

  it('refuses settings that fit no rule and takes those that fit a pattern', () => {
    expect(() => prepareCatalog({ severities: { 'capture-lost': 'off' } })).toThrow(SettingsError);
    const { evaluate, patterns } = prepareCatalog({ severities: { 'capture-loss': 'off' } });
    const lossy = connection({ quality: { lostSegments: 1 } });
    patterns.add(lossy, evaluate(lossy, at(1)));
    expect(patterns.finish(at(1))).toEqual([]);
  });

  it.each([
    ...RULES.map((rule) => ({ rule, room: '' })),
    ...PATTERNS.map((rule) => ({ rule, room: 'patterns/' })),
  ])('$rule.id has its own file and test', ({ rule, room }) => {
    expect(existsSync(`src/rules/${room}${rule.id}.ts`)).toBe(true);
    expect(existsSync(`test/rules/${room}${rule.id}.test.ts`)).toBe(true);
  });

  it.each(RULES)('$id waits for a sign, and explains rules that exist', (rule) => {
    expect(rule.signs === 'always' || rule.signs.length > 0).toBe(true);
    for (const id of rule.explains) expect(ids).toContain(id);
    expect(rule.explains).not.toContain(rule.id);
  });

  it.each(CATALOG)('$id explains itself', (rule) => {
    const { documentation } = rule;
    expect(rule.summary).toMatch(/\.$/);
    expect(rule.citations).not.toEqual([]);
    for (const id of rule.related) expect(ids).toContain(id);
    for (const list of [
      documentation.proof,
      documentation.notThis,
      documentation.likelyCauses,
      documentation.nextSteps,
    ]) {
      expect(list).not.toEqual([]);
    }
    for (const text of [documentation.meaning, documentation.applicationSees]) {
      expect(text.length).toBeGreaterThan(20);
    }
    for (const option of Object.values(rule.options)) {
      expect(option.description).toMatch(/\.$/);
      expect(option.default).toBeGreaterThanOrEqual(option.minimum);
      expect(option.default).toBeLessThanOrEqual(option.maximum);
    }
  });
});

describe('the citations', () => {
  it.each(Object.entries(cite))('%s says something of a place, for a rule', (_, citation) => {
    expect(citation.title).toBeTruthy();
    expect(citation.section).toBeTruthy();
    expect(citation.says).toMatch(/^\w.*\.$/);
    expect(citation.url).toMatch(/^https:\/\//);
    if (citation.label !== null) expect(citation.label).toMatch(/^(MUST|SHLD|MAY|REQ)-\d+$/);
    expect(cited).toContain(citation);
  });
});
