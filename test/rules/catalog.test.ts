import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findRule, RULES, suggestRule } from '../../src/rules/catalog.js';
import { cite } from '../../src/rules/citations.js';

const ids = RULES.map((rule) => rule.id);

describe('the catalog', () => {
  it('lists every rule once', () => {
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('finds a rule by its id', () => {
    expect(findRule('close-wait-stuck')?.id).toBe('close-wait-stuck');
    expect(findRule('close-wait')).toBeNull();
  });

  it('suggests the id that was meant', () => {
    expect(suggestRule('close-wait-stock')).toBe('close-wait-stuck');
    expect(suggestRule('after-close')).toBe('rst-on-write-after-close');
    expect(suggestRule('zzz')).toBeNull();
  });

  it.each(RULES)('$id has its own file and test', ({ id }) => {
    expect(readdirSync('src/rules')).toContain(`${id}.ts`);
    expect(readdirSync('test/rules')).toContain(`${id}.test.ts`);
  });

  it.each(RULES)('$id explains itself', (rule) => {
    const { documentation } = rule;
    expect(rule.summary).toMatch(/\.$/);
    expect(rule.citations).not.toEqual([]);
    for (const citation of rule.citations) expect(Object.values(cite)).toContain(citation);
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
    expect(rule.signs === 'always' || rule.signs.length > 0).toBe(true);
  });
});

describe('the citations', () => {
  it.each(Object.entries(cite))('%s says something of a place', (_, citation) => {
    expect(citation.title).toBeTruthy();
    expect(citation.section).toBeTruthy();
    expect(citation.says).toMatch(/^\w.*\.$/);
    expect(citation.url).toMatch(/^https:\/\//);
    if (citation.label !== null) expect(citation.label).toMatch(/^(MUST|SHLD|MAY|REQ)-\d+$/);
  });
});
