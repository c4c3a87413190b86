/** Every example in the documentation that is marked `run` runs, and shows something. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { finwait } from './support/io.js';

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
/** The blocks of all pages that are marked with `mark`. */
function marked(mark: string) {
  const block = new RegExp(`^\`\`\`js ${mark}\\n(.*?)^\`\`\``, 'gms');
  return pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(block)].map((match, place) => ({
      page,
      place: place + 1,
      code: match[1],
    })),
  );
}

/** Commands of the README, and what is said to be their output. */
const sessions = [
  ...readFileSync('README.md', 'utf8').matchAll(/^```sh\n([^`]*)^```\n\n```\n([^`]*)^```/gms),
].map(([, commands, output]) => ({
  argv: commands
    .trim()
    .split(/ && |\n/)
    .at(-1)!
    .split(' '),
  output,
}));

const examples = marked('run');
const tests = marked('test');

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

describe('what a command prints', () => {
  it('is shown', () => {
    expect(sessions).toHaveLength(2);
  });

  it.each(sessions)('$argv', async ({ argv: [npx, name, ...argv], output }) => {
    expect([npx, name]).toEqual(['npx', 'finwait']);
    const { stdout } = await finwait(argv, { columns: 80 });
    const [shown] = output.split(/^\S* …/m);
    expect(stdout).toContain(shown);
  });
});

describe('examples of tests', () => {
  it('there are', () => {
    expect(tests.length).toBeGreaterThan(0);
  });

  it.each(tests)('$page, number $place', ({ code, page, place }) => {
    const name = `${page.replaceAll('/', '-')}-${place}`;
    const file = join(folder, `${name}.test.ts`);
    const config = join(folder, `${name}.config.mjs`);
    const matchers = pathToFileURL(resolve('src/vitest/index.ts')).href;
    writeFileSync(
      file,
      code
        .replaceAll("'finwait/vitest'", JSON.stringify(matchers))
        .replaceAll("'finwait'", JSON.stringify(ENTRY))
        .replaceAll("'captures/", "'examples/vitest/captures/"),
    );
    writeFileSync(config, `export default { test: { include: ['${file}'], exclude: [] } };`);
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--root', '.', '--config', config];
    const output = execFileSync(process.execPath, [...vitest, '--reporter=json'], { encoding: 'utf8' });
    expect(JSON.parse(output.slice(output.indexOf('{')))).toMatchObject({ success: true, numPassedTests: 1 });
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
