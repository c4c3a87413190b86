import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { CATALOG, RULES } from '../../src/rules/catalog.js';
import { generalDocumentation } from '../../src/rules/documentation.js';

const ABOUT = 'Names in angle brackets stand for what each finding says in their place.';

describe('what a rule says without a finding', () => {
  it.each(CATALOG)('of $id holds no braces but those of commands', (rule) => {
    const { aboutNames, example, ...texts } = generalDocumentation(rule);
    const text = JSON.stringify(texts);
    expect(text).not.toMatch(/\{\w*\}/);
    expect(aboutNames).toBe(/<[a-z-]+>/.test(text) ? ABOUT : null);
    expect(example).toBe(rule.documentation.example);
  });

  it.each(CATALOG)('of $id holds nothing that a ticket system takes for a link', (rule) => {
    const { aboutNames, example, ...texts } = generalDocumentation(rule);
    const { linkify } = new MarkdownIt({ linkify: true });
    const links = linkify.match(JSON.stringify(texts)) ?? [];
    expect(links.map(({ text }) => text)).toEqual([]);
  });

  it('has names that are easy to read, also in commands', () => {
    const rule = RULES.find(({ id }) => id === 'pmtu-black-hole')!;
    expect(generalDocumentation(rule).nextSteps[0]).toMatch(
      /^On the host of <sender>: ping -M do -s <ping-size> <peer-address>,/,
    );
  });
});
