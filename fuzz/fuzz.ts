import { type Examined, examine } from './examine.js';
import { mutated } from './mutate.js';
import { Random } from './random.js';
import type { Target } from './targets/target.js';

export interface Failure {
  readonly target: string;
  readonly input: Uint8Array;
  readonly error: unknown;
}

export interface FuzzResult {
  /** Inputs by the target that they were given to, and how long they took in all (milliseconds). */
  readonly targets: ReadonlyMap<string, { readonly inputs: number; readonly milliseconds: number }>;
  /** How often each mutator had a part in an input. */
  readonly mutators: ReadonlyMap<string, number>;
  readonly inputs: number;
  /** How many different things the inputs made the engine do. */
  readonly behaviours: number;
  /** Inputs that others are made from: the given ones, and those that did something new. */
  readonly corpus: number;
  readonly slowestMilliseconds: number;
  readonly failures: readonly Failure[];
}

export interface FuzzOptions {
  readonly seed: number;
  readonly targets: readonly Target[];
  /** Asked before each input. */
  readonly goOn: (progress: FuzzResult) => boolean;
  /** Called with each input before it is examined. */
  readonly onInput?: (input: Uint8Array, target: string) => void;
  /** Called with each failure as it is found. */
  readonly onFailure?: (failure: Failure) => void;
}

/** Beyond this many failures of one target, they are the same few again. */
const ENOUGH_FAILURES = 10;

/**
 * Examines each of the `given`, then inputs made out of them, until `goOn` says otherwise; each as one of the targets
 * uses it. Those that make the engine do what none did before (another finding, transition, error, reason to skip a
 * frame) are mutated further.
 */
export async function fuzz(given: readonly Uint8Array[], options: FuzzOptions): Promise<FuzzResult> {
  const { seed, targets, goOn, onInput, onFailure } = options;
  const random = new Random(seed);
  const corpus = [...given];
  const seen = new Set<string>();
  const failures: Failure[] = [];
  const perTarget = new Map(targets.map(({ name }) => [name, { inputs: 0, milliseconds: 0 }]));
  const perMutator = new Map<string, number>();
  let inputs = 0;
  let slowest = 0;
  const progress = (): FuzzResult => ({
    targets: perTarget,
    mutators: perMutator,
    inputs,
    behaviours: seen.size,
    corpus: corpus.length,
    slowestMilliseconds: slowest,
    failures,
  });
  const attempt = async (input: Uint8Array, target: Target): Promise<Examined | null> => {
    inputs++;
    onInput?.(input, target.name);
    const count = perTarget.get(target.name)!;
    count.inputs++;
    const started = performance.now();
    try {
      const examined = await examine(input, target);
      slowest = Math.max(slowest, examined.milliseconds);
      return examined;
    } catch (error) {
      const failure = { target: target.name, input, error };
      failures.push(failure);
      onFailure?.(failure);
      return null;
    } finally {
      count.milliseconds += performance.now() - started;
    }
  };
  const isNew = ({ behaviour }: Examined): boolean => {
    const before = seen.size;
    for (const words of behaviour) seen.add(words);
    return seen.size > before;
  };
  for (const [place, input] of given.entries()) {
    if (!goOn(progress())) break;
    const examined = await attempt(input, targets[place % targets.length]);
    if (examined !== null) isNew(examined);
  }
  const isWorthwhile = ({ name }: Target): boolean =>
    failures.filter(({ target }) => target === name).length < ENOUGH_FAILURES;
  while (goOn(progress())) {
    const left = targets.filter(isWorthwhile);
    if (left.length === 0) break;
    const { input, by } = mutated(random.of(corpus), random.of(corpus), random);
    for (const name of by) perMutator.set(name, (perMutator.get(name) ?? 0) + 1);
    const examined = await attempt(input, random.of(left));
    if (examined !== null && isNew(examined)) corpus.push(input);
  }
  return progress();
}
