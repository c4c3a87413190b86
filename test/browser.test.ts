/** The default entry where there is no Node: bundled as the example does, and run in Chromium on its page. */
import { existsSync, readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { captureOf } from './support/fixtures.js';

/** What of it a browser does not have: imports that the bundle leaves open, and Node's modules. */
interface Bundle {
  readonly code: string;
  readonly missing: readonly string[];
}

async function bundle(entry: string): Promise<Bundle> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, lib: { entry: resolve(entry), formats: ['es'], fileName: 'finwait' } },
  });
  const [output] = [built].flat();
  if (!('output' in output)) throw new Error('a single build was asked for');
  const chunks = output.output.filter((part) => part.type === 'chunk');
  // Vite puts an empty module in the place of each of Node's.
  const missing = chunks.flatMap(({ imports, dynamicImports, moduleIds }) => [
    ...[...imports, ...dynamicImports].filter((name) => chunks.every(({ fileName }) => fileName !== name)),
    ...moduleIds.filter((id) => id.includes('browser-external')),
  ]);
  return { code: chunks[0].code, missing };
}

let neutral: Bundle;
beforeAll(async () => {
  neutral = await bundle('src/index.ts');
});

describe('the default entry, bundled', () => {
  it('needs nothing that a browser does not have', () => {
    expect(neutral.missing).toEqual([]);
    expect(neutral.code).not.toMatch(/['"]node:/);
  });

  it('differs in that from the entry for Node', async () => {
    expect((await bundle('src/node/index.ts')).missing).not.toEqual([]);
  });
});

const PROGRAM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

describe.skipIf(PROGRAM === undefined)('the example page (skipped if there is no Chromium)', () => {
  let browser: Browser;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: PROGRAM!, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
  });

  beforeEach(async () => {
    errors = [];
    page = await browser.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
    await page.route('http://page.test/**', async (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      const body = name === 'finwait.js' ? neutral.code : readFileSync(`examples/browser/${name}`, 'utf8');
      await route.fulfill({ body, contentType: TYPES[extname(name)] });
    });
    await page.goto('http://page.test/index.html');
    return () => page.close();
  });

  it('shows what is in a capture that one chooses', async () => {
    await page.setInputFiles('input', captureOf('close-wait-stuck', 'server'));
    const text = await textOf(page, 'close-wait-stuck');
    expect(text).toContain('connections: 1, findings: 2');
    expect(text).toContain('10.9.14.2:8080 has stayed in CLOSE-WAIT');
    expect(text).toContain('the server ended in CLOSE-WAIT');
    expect(errors).toEqual([]);
  });

  it('shows what is in a capture that is dropped on it', async () => {
    const octets = [...readFileSync(captureOf('rst-on-write-after-close', 'client'))];
    await drop(page, octets);
    expect(await textOf(page, 'rst-on-write-after-close')).toContain('the client ended in CLOSED');
    expect(errors).toEqual([]);
  });

  it('says so if it is no capture', async () => {
    await drop(page, [1, 2, 3, 4]);
    expect(await textOf(page, 'capture')).toMatch(/not|no /);
    expect(errors).toEqual([]);
  });

  it('passes over a drop without a file', async () => {
    await drop(page, null);
    await drop(page, [...readFileSync(captureOf('close-wait-stuck', 'server'))]);
    await textOf(page, 'close-wait-stuck');
    expect(errors).toEqual([]);
  });
});

/** Drops a file of these octets on the page, or a text. */
async function drop(page: Page, octets: readonly number[] | null): Promise<void> {
  // As text: this project's types are not those of a browser.
  const add =
    octets === null
      ? `data.setData('text/plain', 'a text')`
      : `data.items.add(new File([Uint8Array.of(${octets})], 'dropped.pcap'))`;
  await page.evaluate(`{
    const data = new DataTransfer();
    ${add};
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
  }`);
}

async function textOf(page: Page, words: string): Promise<string> {
  const result = page.locator('main', { hasText: words });
  await result.waitFor({ timeout: 10_000 });
  return result.innerText();
}
