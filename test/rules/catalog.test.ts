import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOG, findRule, PATTERNS, prepareCatalog, RULES, suggestRule } from '../../src/rules/catalog.js';
import { cite } from '../../src/rules/citations.js';
import { SettingsError } from '../../src/rules/evaluation/settings.js';
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
    patterns.add(lossy, evaluate(lossy, at(1)), at(1));
    expect(patterns.finish(at(1), [])).toEqual([]);
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

  it.each(Object.values(cite))('$source $section $label: $says', ({ source, section, label, url, says }) => {
    const rfc = /^RFC (\d+)$/.exec(source)?.[1];
    const [, page, chapter] = /^(\w+)\((\d)\)$/.exec(source) ?? [];
    if (rfc === '792' || rfc === '826') {
      // Their headings have no numbers.
      expect(url).toBe(`https://www.rfc-editor.org/rfc/rfc${rfc}`);
    } else if (rfc !== undefined) {
      expect(section).toMatch(/^\d+(\.\d+)*$/);
      expect(url).toBe(`https://www.rfc-editor.org/rfc/rfc${rfc}#section-${section}`);
    } else if (page !== undefined) {
      expect(url).toBe(`https://man7.org/linux/man-pages/man${chapter}/${page}.${chapter}.html`);
    } else {
      expect(source).toMatch(/^(Linux|POSIX|libpcap|Wireshark|Azure|AWS|F5) /);
    }
    // Only these number their requirements.
    if (label !== null) expect(['RFC 9293', 'RFC 5382']).toContain(source);
    expect(says, 'our words have no need to shout').not.toMatch(/\b(MUST|SHOULD|SHALL|MAY|RECOMMENDED)\b/);
    expect(says.length).toBeLessThanOrEqual(140);
  });

  it('name each requirement at one place only', () => {
    const places = new Map<string, string | null>();
    for (const { source, section, label } of Object.values(cite).filter(({ label }) => label !== null)) {
      const name = `${source} ${label}`;
      expect(places.get(name) ?? section, name).toBe(section);
      places.set(name, section);
    }
  });
});
