/**
 * Builds dist/: the library module by module, as TypeScript emits it, and the command in a few files, because
 * loading its modules one by one takes longer than most analyses.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { rollup } from 'rollup';

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

function compile(...options) {
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', ...options], { stdio: 'inherit' });
}

rmSync('dist', { recursive: true, force: true });
// Declarations keep their comments; in code that runs, comments are read at each start and kept in memory.
compile('--emitDeclarationOnly');
compile('--declaration', 'false', '--removeComments');

// Constants have to stay constants: V8 compiles their values into the code that uses them, and what a bundler turns
// into variables costs an analysis a tenth of its time.
const command = await rollup({
  input: 'dist/cli.js',
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
});
await command.write({ dir: 'dist', format: 'es', chunkFileNames: 'cli/[name]-[hash].js' });
await command.close();
// Modules that only the command uses are in its bundle now, and are no part of the library.
rmSync('dist/commands', { recursive: true });
rmSync('dist/cli.d.ts');
// npx runs it in place.
chmodSync('dist/cli.js', 0o755);
