import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { markdownReporter } from '../../src/report/markdown.js';
import { escapeControls, escapeMarkdown, markdownCode } from '../../src/report/text/escape.js';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';
import { reportOn } from '../support/report.js';

// Hosts and places do without the guesses that GitHub does not make: a bare `example.net` is no link there.
const reader = new MarkdownIt({ html: true, linkify: true });
reader.linkify.set({ fuzzyLink: false });

/** What a reader sees of a piece of Markdown, and the tags that it became. */
function rendered(markdown: string): { text: string; tags: string[] } {
  const html = reader.render(markdown);
  const text = html
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
  return {
    text: text.replaceAll('\u200b', '').trim(),
    tags: [...html.matchAll(/<([a-z][\w-]*)/g)].map((m) => m[1]),
  };
}

describe('escapeMarkdown', () => {
  it.each([
    '# no heading',
    '- no list',
    '+ no list',
    '1. no list',
    '12) no list',
    '=== no underline',
    '--- no rule',
    '> no quotation',
    '*no* _emphasis_ ~~at~~ `all`',
    '[no link](http://example.net)',
    '![no picture](http://example.net/p.png)',
    'http://example.net and www.example.net and mailto:a@example.net',
    '…//example.net/a and file:///etc/passwd and ///example.net',
    '<script>alert(1)</script> <!-- & --> <b>',
    '| no | table |',
    'a \\ b \\* c',
    '$no_formula$',
    'line\u000abreak\u000d\u001b[31m',
  ])('shows %j as it is', (text) => {
    const { text: seen, tags } = rendered(escapeMarkdown(text));
    expect(tags).toEqual(['p']);
    expect(seen).toBe(escapeControls(text));
  });

  it.each([
    '@everyone',
    '#12',
    '!34',
    '$56',
    '%7',
    '&8',
    '~label',
    '%"two words"',
    ':smile:',
    ':ab:',
    ':100:',
  ])('lets %s mention nothing', (text) => {
    expect(escapeMarkdown(`see ${text}`).replaceAll('\\', '')).not.toContain(text);
  });

  it.each(['10.0.0.2:8080: refused', '[2001:db8:1:2::f]:443', '12:30:05'])('lets %s be copied', (text) => {
    expect(escapeMarkdown(text)).not.toContain('\u200b');
  });
});

describe('markdownCode', () => {
  it.each(['plain', '`', '``a`', 'a`', ' a ', '', '\\', '<b>', '@all'])('shows %j as it is', (text) => {
    const { text: seen, tags } = rendered(markdownCode(text));
    expect(tags).toEqual(['p', 'code']);
    expect(seen).toBe(text.trim());
  });

  it('keeps a bar from ending the cell of a table', () => {
    const { tags } = rendered(`| a |\n|---|\n| ${markdownCode('x | y')} |`);
    expect(tags.filter((tag) => tag === 'td')).toHaveLength(1);
  });
});

const report = (scenario: string, maxLength?: number): string =>
  reportOn(captureOf(scenario, 'server'), (write) => markdownReporter(write, maxLength));

describe('a Markdown report', () => {
  it('says what was found, on which frames, by which rule, and what to do', () => {
    const text = report('rst-on-write-after-close');
    expect(text).toMatch(/^## 1 error.* in 1 TCP connection$/m);
    expect(text).toContain('### ERROR: ');
    expect(text).toContain('`rst-on-write-after-close`');
    expect(text).toMatch(/frames `#\d+/);
    expect(text).toMatch(
      /\[RFC 9293 §3\.[\d.]+[^\]]*\]\(https:\/\/www\.rfc-editor\.org\/rfc\/rfc9293#section-/,
    );
    expect(text).toContain('**Check next:**');
    expect(text).toContain('frame.number in {8, 9, 10, 11}');
    expect(text).toMatch(/\| CLOSE-WAIT/);
  });

  it('is the same each time', () => {
    expect(report('mixed-200')).toBe(report('mixed-200'));
  });

  const whole = report('mixed-200').length;
  it.each([1000, 1500, 3000, 8000, 20_000, whole])('fits into %d characters, nothing cut', (most) => {
    const text = report('mixed-200', most);
    expect(text.length).toBeLessThanOrEqual(most);
    expect(text).toMatch(/ in 2\d\d TCP connections$/m);
    expect(text.match(/^```/gm)?.length ?? 0).toSatisfy((fences: number) => fences % 2 === 0);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
    for (const row of text.match(/^\|.*$/gm) ?? []) expect(row).toMatch(/\|$/);
    expect(text).toMatch(/<sub>finwait [\d.]+<\/sub>\n$/);
  });

  it('shows the states of one connection of each kind, and of clean ones only if there are no others', () => {
    const text = report('mixed-200');
    const shown = [...text.matchAll(/^### States on connection (\d+)$/gm)].map(([, id]) => id);
    expect(shown).toEqual(['2', '5', '3']);
    expect(report('normal-close-client')).toContain('### States on connection 0');
  });

  it('names connections that show just the same by their numbers', () => {
    expect(report('mixed-200')).toMatch(/^- \*\*Also:\*\* connections 9, 16, 23, [\d, ]+ and 16 more$/m);
  });

  it('folds what a finding rests on below the names of the sections', () => {
    const [, title, body] =
      /<details><summary>(Rests on .*)<\/summary>\n\n([\s\S]*?)\n\n<\/details>/.exec(report('linger-zero')) ??
      [];
    expect(title).toMatch(
      /^Rests on RFC 9293 §.*; socket\(7\) SO_LINGER; Linux snmp_counter TcpExtTCPAbortOnClose$/,
    );
    expect(body).toMatch(/^- \[RFC 9293 §/);
    expect(rendered(`<details><summary>${title}</summary>\n\n${body}`).text).toContain(title);
  });

  it('leaves evidence out before findings', () => {
    const text = report('mixed-200', Math.floor(whole / 4));
    expect(text).not.toContain('```');
    expect(text).toContain('**Check next:**');
  });
});

describe('--format markdown', () => {
  const capture = captureOf('rst-on-write-after-close', 'client');

  it('reads a file again for the ladder of what it shows', async () => {
    const { stdout } = await finwait([capture, '--format', 'markdown']);
    expect(stdout).toMatch(/```text\n[\s\S]*RST[\s\S]*```/);
  });

  it('is as short as it is told', async () => {
    const { stdout } = await finwait([capture, '--format', 'markdown', '--max-length', '2000']);
    expect(stdout.length).toBeLessThanOrEqual(2000);
  });

  it('takes no length in which nothing can be said', async () => {
    const { code, stderr } = await finwait([capture, '--format', 'markdown', '--max-length', '999']);
    expect(code).toBe(2);
    expect(stderr).toContain('at least 1000');
  });
});
