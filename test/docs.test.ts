/** Every example in the documentation that is marked `run` runs, and shows something. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

// In the project, so that its packages are found.
const folder = mkdtempSync('node_modules/.finwait-docs-');
afterAll(() => rmSync(folder, { recursive: true }));
const ENTRY = pathToFileURL(resolve('src/node/index.ts')).href;

const pages = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const examples = pages.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/^```js run\n(.*?)^```/gms)].map((match, place) => ({
    page,
    place: place + 1,
    code: match[1],
  })),
);

describe('examples', () => {
  it('there are', () => {
    expect(examples.length).toBeGreaterThan(4);
  });

  it.each(examples)('$page, number $place', ({ code, page, place }) => {
    const file = join(folder, `${page.replaceAll('/', '-')}-${place}.mts`);
    writeFileSync(file, code.replaceAll("'finwait'", JSON.stringify(ENTRY)));
    const output = execFileSync(process.execPath, ['--import', 'tsx', file], { encoding: 'utf8' });
    expect(output).toMatch(/\S/);
    expect(output).not.toContain('undefined');
  });
});

describe('links', () => {
  const links = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map((match) => ({ page, target: match[1] }))
      .filter(({ target }) => !/^[a-z]+:/.test(target)),
  );

  it.each(links)('$page: $target is there', ({ page, target }) => {
    expect(() => readdirSync(resolve(page, '..', target, '..'))).not.toThrow();
    expect(readdirSync(resolve(page, '..', target, '..'))).toContain(
      target.replace(/\/$/, '').split('/').at(-1),
    );
  });
});
