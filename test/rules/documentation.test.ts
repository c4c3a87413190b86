import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { escapeMarkdown } from '../../src/report/text/escape.js';
import { CATALOG, RULES } from '../../src/rules/catalog.js';
import { generalDocumentation } from '../../src/rules/documentation.js';

const ABOUT = 'Names in angle brackets are placeholders that each finding fills in.';

describe('what a rule says without a finding', () => {
  it.each(CATALOG)('of $id holds no braces but those of commands', (rule) => {
    const { aboutNames, example, ...texts } = generalDocumentation(rule);
    const text = JSON.stringify(texts);
    expect(text).not.toMatch(/\{\w*\}/);
    expect(aboutNames).toBe(/<[a-z-]+>/.test(text) ? ABOUT : null);
    expect(example).toBe(rule.documentation.example);
  });

  it.each(CATALOG)('of $id holds nothing that a ticket system takes for a link', (rule) => {
    const { aboutNames, example, ...told } = generalDocumentation(rule);
    const texts = Object.values(told).flat().join('\n\n');
    const tokens = new MarkdownIt({ linkify: true }).parse(escapeMarkdown(texts), {});
    const links = tokens.flatMap(({ children }) => children ?? []).filter(({ type }) => type === 'link_open');
    expect(links.map((link) => link.attrGet('href'))).toEqual([]);
  });

  it('has names that are easy to read, also in commands', () => {
    const rule = RULES.find(({ id }) => id === 'pmtu-black-hole')!;
    expect(generalDocumentation(rule).nextSteps[0]).toMatch(
      /^On the host of <sender>, run ping -M do -s <ping-size> <peer-address>,/,
    );
  });
});
