/** Looks for inputs that break something: see README.md. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { corpus, regressions } from './corpus.js';
import { type Failure, fuzz } from './fuzz.js';
import { TARGETS } from './targets/index.js';

const USAGE = 'npm run fuzz -- [--seconds 60] [--seed 1] [--target NAME]… [--replay FILE]…';
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', multiple: true },
    replay: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(`${USAGE}\ntargets: ${TARGETS.map(({ name }) => name).join(', ')}`);
  process.exit();
}
for (const name of ['seconds', 'seed'] as const) {
  if (!/^\d+$/.test(values[name])) throw new Error(`--${name} takes a whole number, not ${values[name]}`);
}
const FOUND = new URL('found/', import.meta.url);
/** An input that takes this long is stuck, not slow (milliseconds). */
const STUCK = 60_000;
const LARGEST = 4 << 20;
const TELL_EVERY = 5000;

const targets = TARGETS.filter(({ name }) => values.target?.includes(name) ?? true);
if (targets.length === 0) throw new Error(`targets are ${TARGETS.map(({ name }) => name).join(', ')}`);
mkdirSync(FOUND, { recursive: true });
const shared = new SharedArrayBuffer(8 + LARGEST);
const [words, octets] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, 8)];
const watchdog = new Worker(new URL('watchdog.mjs', import.meta.url), {
  workerData: { shared, limit: STUCK, path: fileURLToPath(new URL(`stuck-${values.seed}.bin`, FOUND)) },
});
const onInput = (input: Uint8Array): void => {
  octets.set(input.subarray(0, LARGEST));
  Atomics.store(words, 1, Math.min(input.length, LARGEST));
  Atomics.add(words, 0, 1);
};
const onFailure = ({ target, input, error }: Failure): void => {
  const hash = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const name = `${target}-${hash}.bin`;
  writeFileSync(new URL(name, FOUND), input);
  console.log(
    `fuzz/found/${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
};

const started = Date.now();
const until = started + Number(values.seconds) * 1000;
let told = started;
const given = values.replay.length > 0 ? values.replay.map((path) => readFileSync(path)) : null;
// Each is given to every target.
const inputs = given?.flatMap((input) => targets.map(() => Uint8Array.from(input)));
const result = await fuzz(inputs ?? [...corpus(), ...regressions().values()], {
  seed: Number(values.seed),
  targets,
  onInput,
  onFailure,
  goOn: (progress) => {
    if (Date.now() - told > TELL_EVERY) {
      told = Date.now();
      process.stderr.write(
        `${progress.inputs} inputs, ${progress.behaviours} behaviours, ${progress.corpus} in the corpus\n`,
      );
    }
    return inputs === undefined ? Date.now() < until : progress.inputs < inputs.length;
  },
});
await watchdog.terminate();

const seconds = (Date.now() - started) / 1000;
for (const [name, { inputs: count, milliseconds }] of result.targets) {
  const failures = result.failures.filter(({ target }) => target === name).length;
  console.log(
    `${name.padEnd(16)} ${String(count).padStart(7)} inputs ${(milliseconds / 1000).toFixed(0).padStart(6)} s ${failures} failures`,
  );
}
console.log(
  `${result.inputs} inputs in ${seconds.toFixed(0)} s (${(result.inputs / seconds).toFixed(0)} a second), seed ${values.seed}: ` +
    `${result.behaviours} behaviours, slowest ${result.slowestMilliseconds.toFixed(0)} ms, ${result.failures.length} failures`,
);
process.exitCode = result.failures.length === 0 ? 0 : 1;
