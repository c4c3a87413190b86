/** Runs in its own thread: if the main one is stuck in an input, it says so, keeps the input and ends everything. */
import { writeFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { shared, limit, path } = workerData;
/** A count of inputs, the length of the current one, and its octets. */
const [COUNT, LENGTH] = [0, 1];
const words = new Int32Array(shared, 0, 2);
let last = -1;
let since = Date.now();

setInterval(() => {
  const count = Atomics.load(words, COUNT);
  if (count !== last) {
    last = count;
    since = Date.now();
  } else if (Date.now() - since > limit) {
    const length = Atomics.load(words, LENGTH);
    writeFileSync(path, new Uint8Array(shared, 8, length).slice());
    process.stderr.write(`an input takes longer than ${limit / 1000} s and may never end: ${path}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
}, 1000);
