import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** A folder, or a file beside the folders, imports only from those before it. */
const ORDER = [
  'version.ts',
  'core',
  'capture',
  'decode',
  'tcp',
  'connections',
  'analyzer.ts',
  'extract',
  'rules',
  'report',
  'config',
  'check',
  'analysis.ts',
  'library.ts',
  'index.ts',
  'vitest',
  'node',
  'commands',
  'cli.ts',
];
const KNOWS_NODE = ['node', 'commands', 'cli.ts'];

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

function roomOf(file: string): string {
  return file.split('/')[0];
}

function importsOf(file: string): string[] {
  const text = readFileSync(join('src', file), 'utf8');
  return [...text.matchAll(/from '([^']+)'|import\('([^']+)'\)/g)].map((match) => match[1] ?? match[2]);
}

/** The files of `src` that a file imports, if only for their types. */
function filesBehind(file: string): string[] {
  return importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => join(dirname(file), name).replace(/\.js$/, '.ts'));
}

/** A path along imports that comes back to where it was; null if there is none. */
function circle(): readonly string[] | null {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): readonly string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    path.push(file);
    for (const next of filesBehind(file)) {
      const found = visit(next);
      if (found !== null) return found;
    }
    path.pop();
    done.add(file);
    return null;
  };
  for (const file of files) {
    const found = visit(file);
    if (found !== null) return found;
  }
  return null;
}

describe('imports', () => {
  it('run in no circle', () => {
    expect(circle()).toBeNull();
  });

  it.each(files)('of %s run one way', (file) => {
    const place = ORDER.indexOf(roomOf(file));
    expect(place, 'every folder has a place in the order').toBeGreaterThanOrEqual(0);
    for (const target of importsOf(file).filter((name) => name.startsWith('.'))) {
      const room = roomOf(relative('.', join(dirname(file), target)).replace(/\.js$/, '.ts'));
      expect(ORDER.indexOf(room), `${file} imports ${target}`).toBeLessThanOrEqual(place);
    }
  });

  it.each(files.filter((file) => !KNOWS_NODE.includes(roomOf(file))))(
    'of %s know nothing of Node',
    (file) => {
      expect(importsOf(file).filter((name) => name.startsWith('node:'))).toEqual([]);
      const code = readFileSync(join('src', file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      expect(code).not.toMatch(/\bprocess\.[a-z]+\b|\bBuffer[.(]|\brequire\(/);
    },
  );
});
