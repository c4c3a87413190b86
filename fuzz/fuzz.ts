import { type Examined, examine } from './examine.js';
import { mutated } from './mutate.js';
import { Random } from './random.js';

export interface FuzzResult {
  readonly inputs: number;
  /** Different things that the inputs made the analysis do. */
  readonly behaviours: number;
  /** Inputs that others are made from: the given ones, and those that did something new. */
  readonly corpus: number;
  readonly slowestMilliseconds: number;
  readonly failures: readonly { readonly input: Uint8Array; readonly error: unknown }[];
}

/** An input that takes longer than this has run into something that grows too fast (milliseconds). */
const TOO_LONG = 10_000;
/** More failures than these are the same few again. */
const ENOUGH_FAILURES = 10;

/**
 * Makes inputs out of `given` and examines them until `goOn` says otherwise. Those that make the analysis do
 * what none did before (another finding, transition, error, reason to skip a frame) are worked on further.
 */
export function fuzz(
  given: readonly Uint8Array[],
  seed: number,
  goOn: (progress: FuzzResult) => boolean,
): FuzzResult {
  const random = new Random(seed);
  const corpus = [...given];
  const seen = new Set<string>();
  const failures: { input: Uint8Array; error: unknown }[] = [];
  let inputs = 0;
  let slowest = 0;
  const progress = (): FuzzResult => ({
    inputs,
    behaviours: seen.size,
    corpus: corpus.length,
    slowestMilliseconds: slowest,
    failures,
  });
  const attempt = (input: Uint8Array): Examined | null => {
    inputs++;
    const started = performance.now();
    try {
      const examined = examine(input, random);
      const took = performance.now() - started;
      slowest = Math.max(slowest, took);
      if (took > TOO_LONG) throw new Error(`it took ${took.toFixed(0)} ms`);
      return examined;
    } catch (error) {
      failures.push({ input, error });
      return null;
    }
  };
  const isNew = (examined: Examined): boolean => {
    const before = seen.size;
    for (const behaviour of examined.signature) seen.add(behaviour);
    return seen.size > before;
  };
  for (const input of given) {
    const examined = attempt(input);
    if (examined !== null) isNew(examined);
  }
  while (failures.length < ENOUGH_FAILURES && goOn(progress())) {
    const input = mutated(random.of(corpus), random.of(corpus), random);
    const examined = attempt(input);
    if (examined !== null && isNew(examined)) corpus.push(input);
  }
  return progress();
}
