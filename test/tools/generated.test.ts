import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_LADDERS } from '../../src/commands/example-ladders.js';
import { CATALOG } from '../../src/rules/catalog.js';
import { generatedFiles, superfluousPages } from '../../tools/generated.js';

const files = await generatedFiles();
const HINT = 'rules, their words or their examples have changed: run npm run docs';

describe('a generated file', () => {
  it.each([...files])('%s is up to date', (path, text) => {
    expect(existsSync(path), HINT).toBe(true);
    expect(readFileSync(path, 'utf8') === text, HINT).toBe(true);
  });

  it.each(CATALOG)('$id is shown by its recorded example', ({ id }) => {
    expect(EXAMPLE_LADDERS[id]).toBeDefined();
  });

  it('is no page of a rule that is gone', () => {
    expect(superfluousPages(files), HINT).toEqual([]);
  });

  it.each([...files].filter(([path]) => path.endsWith('.md')))(
    '%s links only to what exists',
    (path, text) => {
      const links = [...text.matchAll(/\]\((?!https:)([^)]+)\)/g)].map((match) => match[1]);
      for (const link of links) {
        expect(existsSync(new URL(link, new URL(path, `file://${process.cwd()}/`))), link).toBe(true);
      }
    },
  );
});
