import { describe, expect, it } from 'vitest';
import { escapeSlack, slackReporter } from '../../src/report/slack.js';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';
import { reportOn } from '../support/report.js';

interface Block {
  readonly type: string;
  readonly text?: { readonly type: string; readonly text: string };
  readonly elements?: readonly { readonly text: string }[];
}

async function message(path: string): Promise<{ text: string; blocks: Block[] }> {
  return JSON.parse((await finwait([path, '-f', 'slack'])).stdout);
}

describe('a Slack message', () => {
  it.each(['rst-on-write-after-close', 'mixed-200', 'lossy-transfer', 'normal-close-client'])(
    'of %s is one that Slack takes',
    async (scenario) => {
      const { text, blocks } = await message(captureOf(scenario, 'server'));
      expect(text).toMatch(/in \d+ TCP connections?/);
      expect(blocks.length).toBeLessThanOrEqual(50);
      expect(blocks[0]).toMatchObject({ type: 'header', text: { type: 'plain_text' } });
      for (const { text: content, elements } of blocks) {
        for (const part of [content, ...(elements ?? [])]) {
          expect(part?.text.length ?? 1).toBeGreaterThan(0);
          expect(part?.text.length ?? 0).toBeLessThanOrEqual(3000);
        }
      }
    },
  );

  it('says what is wrong, by which rule, where and what to do, and shows the end of the ladder', async () => {
    const { blocks } = await message(captureOf('rst-on-write-after-close', 'server'));
    const texts = blocks.map(({ text }) => text?.text ?? '');
    expect(
      texts.some((text) =>
        text.startsWith(':red_circle: *10.9.47.2:8080 wrote 259 ms after its peer had closed'),
      ),
    ).toBe(true);
    expect(texts.some((text) => text.includes('RFC 9293 §3.6.1 SHLD-3'))).toBe(true);
    expect(texts.some((text) => text.includes('frame.number in {8, 9, 10, 11}'))).toBe(true);
    expect(texts.some((text) => /^```.*#11 CLOSED.*```$/s.test(text))).toBe(true);
  });

  it('is the same each time', () => {
    const report = () => reportOn(captureOf('mixed-200', 'client'), (write) => slackReporter(write));
    expect(report()).toBe(report());
  });
});

describe('escapeSlack', () => {
  it.each([
    ['<!channel> <@U1> & <http://x|y>', '&lt;!channel&gt; &lt;@U1&gt; &amp; &lt;http://x|y&gt;'],
    ['*b* and ~s~', '*\u200bb* and ~\u200bs~'],
    [':smile:', ':\u200bsmile:'],
    ['10.0.0.1:80 at 12:30:05', '10.0.0.1:80 at 12:30:05'],
    ['two\nlines', 'two lines'],
    ['\u001b[1m', '\\x1b[1m'],
  ])('%j', (text, escaped) => {
    expect(escapeSlack(text)).toBe(escaped);
  });
});
