import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCRIPT_HASH, STYLE_HASH } from '../../src/report/html/page.js';
import { SCRIPT } from '../../src/report/html/script.js';
import { STYLE } from '../../src/report/html/style.js';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const folder = mkdtempSync(join(tmpdir(), 'finwait-html-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function html(...argv: string[]): Promise<string> {
  return (await finwait([...argv, '-f', 'html'])).stdout;
}
const hash = (text: string): string => createHash('sha256').update(text).digest('base64');
const SCENARIOS = [
  'rst-on-write-after-close',
  'close-wait-pileup',
  'mixed-200',
  'host-unreachable',
  'normal-close-client',
];

describe('the content security policy', () => {
  it('names the style sheet and the script that are there', () => {
    expect(STYLE_HASH).toBe(hash(STYLE));
    expect(SCRIPT_HASH).toBe(hash(SCRIPT));
  });

  it.each(SCENARIOS)('leaves nothing else to be applied in %s', async (scenario) => {
    const text = await html(captureOf(scenario, 'client'));
    expect(text.match(/<style/g)).toHaveLength(1);
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text).not.toMatch(/<[^>]*\s(?:style|on\w+)=/);
    expect(text).not.toMatch(/\b(?:src|srcset|action|formaction)=/);
  });
});

describe.each(SCENARIOS)('the page of %s', (scenario) => {
  it('has each id once, and each link inside it leads somewhere', async () => {
    const text = await html(captureOf(scenario, 'client'));
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [...text.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]);
    for (const target of targets) expect(ids).toContain(target);
    const labels = [...text.matchAll(/aria-labelledby="([^"]+)"/g)].map((match) => match[1]);
    for (const label of labels) expect(ids).toContain(label);
  });

  it('is the same each time, and closes what it opens', async () => {
    const text = await html(captureOf(scenario, 'client'));
    expect(await html(captureOf(scenario, 'client'))).toBe(text);
    for (const name of [
      'section',
      'article',
      'div',
      'ul',
      'li',
      'table',
      'tr',
      'td',
      'svg',
      'g',
      'text',
      'a',
      'details',
      'p',
    ]) {
      const opened = text.match(new RegExp(`<${name}[\\s>]`, 'g'))?.length ?? 0;
      expect(text.match(new RegExp(`</${name}>`, 'g'))?.length ?? 0, name).toBe(opened);
    }
  });
});

describe('the page', () => {
  it('says what is worst, shows the states and draws the segments that prove it', async () => {
    const text = await html(captureOf('rst-on-write-after-close', 'server'));
    expect(text).toContain('<h1 id="h-summary">1 error in 1 TCP connection</h1>');
    expect(text).toContain('<p class="lead">10.9.47.2:8080 wrote 259 ms after its peer had closed');
    expect(text).toContain('href="https://www.rfc-editor.org/rfc/rfc9293#section-3.6.1"');
    expect(text).toMatch(/<g id="c0-f11" class="rst">/);
    expect(text).toMatch(/<a href="#c0-f11">#11<\/a>/);
    expect(text).toMatch(/<title>CLOSE-WAIT for 0\.312 s: received FIN, confirmed<\/title>/);
  });

  it('leads from a finding to the ICMP errors that prove it', async () => {
    const text = await html(captureOf('host-unreachable', 'client'));
    expect(text).toContain('<a href="#c0-f9">#9</a>');
    expect(text).toMatch(/<g id="c0-f9">\n<rect [^>]*class="row"/);
  });

  it('lists the transitions of an endpoint in the order in which it made them', async () => {
    const text = await html(captureOf('simultaneous-close', 'client'));
    const ofServer = [...text.matchAll(/<td>server<\/td><td>(?:<s>)?([A-Z0-9-]+)/g)].map(
      ([, state]) => state,
    );
    expect(ofServer).toEqual([
      'SYN-RECEIVED',
      'ESTABLISHED',
      'CLOSE-WAIT',
      'FIN-WAIT-1',
      'CLOSING',
      'TIME-WAIT',
    ]);
  });

  it('does not pass the connections of a pattern that are drawn for all of them', async () => {
    const text = await html(captureOf('mixed-200', 'client'));
    expect(text).toMatch(
      /29 connections, drawn below: <a href="#connection-2">connection 2<\/a>, <a href="#connection-9">/,
    );
  });

  it('stays small, however many connections there are', async () => {
    const captures = Array.from({ length: 12 }, () => captureOf('mixed-200', 'client'));
    const text = await html(...captures);
    expect(text.length).toBeLessThan(1_500_000);
    expect(text).toContain('The worst 1,000; 1,400 more connections in the JSON report.');
  });
});

describe('--format svg', () => {
  it('draws the connection asked for, with nothing that runs or is fetched', async () => {
    const { stdout } = await finwait([captureOf('mixed-200', 'client'), '-f', 'svg', '-c', '9']);
    expect(stdout).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="880"/);
    expect(stdout).toContain('<title>connection 9: ');
    expect(stdout).not.toMatch(/<script|href=|\son\w+=/);
  });

  it('draws the worst connection otherwise, and says so if there is none', async () => {
    expect((await finwait([captureOf('mixed-200', 'client'), '-f', 'svg'])).stdout).toContain(
      '<title>connection 2: ',
    );
  });
});

const CHROMIUM = [
  process.env.FINWAIT_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

// Without a browser nothing can be opened in it: CI installs Debian's chromium.
/** A browser takes its time on a busy machine (milliseconds). */
const STARTS_WITHIN = 60_000;

describe.skipIf(CHROMIUM === undefined)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
  }, STARTS_WITHIN);
  afterAll(async () => browser?.close());

  async function open(
    argv: readonly string[],
    options: { width?: number; javaScriptEnabled?: boolean } = {},
  ) {
    const path = join(folder, 'report.html');
    await finwait([...argv, '-o', path]);
    const { width = 1280, javaScriptEnabled = true } = options;
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      javaScriptEnabled,
      offline: true,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(`dialog ${dialog.message()}`));
    await page.goto(pathToFileURL(path).href);
    return { page, complaints };
  }

  it.each([true, false])('opens without a complaint, styled, with scripts: %s', async (javaScriptEnabled) => {
    const { page, complaints } = await open([captureOf('mixed-200', 'client')], { javaScriptEnabled });
    expect(await page.locator('h1').textContent()).toBe(
      '57 warnings, 57 info, 2 patterns (2 warnings) in 200 TCP connections',
    );
    expect(await page.evaluate('getComputedStyle(document.body).margin')).toBe('0px');
    expect(await page.locator('#list tbody tr').count()).toBe(200);
    expect(await page.locator('#list-tools').isVisible()).toBe(javaScriptEnabled);
    expect(complaints).toEqual([]);
  });

  it.each([...SCENARIOS, 'lossy-transfer'])(
    'needs no scrolling sideways on a phone: %s',
    async (scenario) => {
      const { page } = await open([captureOf(scenario, 'client')], { width: 390 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    },
  );

  it('needs none for the long names of connections', async () => {
    const long = join(folder, 'long-names.pcap');
    const octets = readFileSync(captureOf('close-wait-stuck', 'server'));
    // The longest addresses and ports, in the place of 10.9.14.1 and 10.9.14.2.
    for (const [from, to] of [
      [
        [10, 9, 14, 1],
        [198, 151, 100, 121],
      ],
      [
        [10, 9, 14, 2],
        [203, 110, 113, 122],
      ],
    ]) {
      for (let at = octets.indexOf(Buffer.from(from)); at >= 0; at = octets.indexOf(Buffer.from(from)))
        octets.set(to, at);
    }
    writeFileSync(long, octets);
    const { page } = await open([long], { width: 390 });
    expect(await page.locator('.exhibit h3').textContent()).toContain(
      '198.151.100.121:40000 ↔ 203.110.113.122',
    );
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });

  it('fits the paper where it is printed', async () => {
    const { page } = await open([captureOf('close-wait-stuck', 'server')], { width: 700 });
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(700);
  });

  it('searches and sorts the connections', async () => {
    const { page } = await open([captureOf('mixed-200', 'client')]);
    await page.fill('#list-search', 'connection-refused 40012');
    expect(await page.locator('#list tbody tr:visible').count()).toBe(1);
    expect(await page.locator('#list-count').textContent()).toBe('1 of 200');
    await page.fill('#list-search', '');
    const first = () => page.locator('#list tbody tr').first().locator('td').first().textContent();
    await page.click('#list thead th:nth-child(1) button');
    expect(await first()).toBe('0');
    await page.click('#list thead th:nth-child(1) button');
    expect(await first()).toBe('199');
    expect(await page.locator('#list thead th').first().getAttribute('aria-sort')).toBe('descending');
  });

  it('does nothing that a path says', async () => {
    const evil = join(folder, `"><img src=x onerror=alert(1)><script>alert(2)`);
    copyFileSync(captureOf('rst-on-write-after-close', 'client'), evil);
    const { page, complaints } = await open([evil]);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(1);
    expect(complaints).toEqual([]);
  });
});
