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

describe('imports', () => {
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
