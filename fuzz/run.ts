/** `npm run fuzz -- [--seconds 60] [--seed 1]`: see README.md. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { corpus, regressions } from './corpus.js';
import { fuzz } from './fuzz.js';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
});
const FOUND = new URL('found/', import.meta.url);
const started = Date.now();
const until = started + Number(values.seconds) * 1000;
let told = started;

const inputs = [...corpus(), ...regressions().values()];
const result = fuzz(inputs, Number(values.seed), (progress) => {
  if (Date.now() - told > 5000) {
    told = Date.now();
    process.stderr.write(
      `${progress.inputs} inputs, ${progress.behaviours} behaviours, ${progress.corpus} in the corpus\n`,
    );
  }
  return Date.now() < until;
});

const seconds = (Date.now() - started) / 1000;
console.log(
  `${result.inputs} inputs in ${seconds.toFixed(0)} s (${(result.inputs / seconds).toFixed(0)} a second), seed ${values.seed}: ` +
    `${result.behaviours} behaviours, slowest ${result.slowestMilliseconds.toFixed(0)} ms, ${result.failures.length} failures`,
);
for (const { input, error } of result.failures) {
  mkdirSync(FOUND, { recursive: true });
  const name = `${createHash('sha256').update(input).digest('hex').slice(0, 12)}.bin`;
  writeFileSync(new URL(name, FOUND), input);
  console.log(
    `fuzz/found/${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
}
process.exitCode = result.failures.length === 0 ? 0 : 1;
