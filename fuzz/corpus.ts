import { readdirSync, readFileSync } from 'node:fs';
import { captureOf, scenarios } from '../test/support/fixtures.js';
import { WRAPPINGS, wrappedCapture } from '../test/support/wrapped.js';
import { toPcapng } from './mutators/to-pcapng.js';
import { Random } from './random.js';

const REGRESSIONS = new URL('regressions/', import.meta.url);
const COMPRESSED = new URL('compressed/', import.meta.url);
/** Larger captures make slow inputs, and show nothing that smaller ones do not. */
const LARGEST = 20_000;

/**
 * The captures that inputs are made from: all recorded ones of a handy size, every third also as pcapng, one in all
 * link layers and encapsulations, and one as real programs compress it.
 */
export function corpus(): Uint8Array[] {
  const captures = scenarios
    .flatMap((scenario) => [captureOf(scenario, 'client'), captureOf(scenario, 'server')])
    .map((path) => Uint8Array.from(readFileSync(path)))
    .filter(({ length }) => length <= LARGEST);
  const small = captureOf('rst-on-write-after-close', 'server');
  const random = new Random(1);
  return [
    ...captures,
    ...captures
      .filter((_, place) => place % 3 === 0)
      .map((capture) => toPcapng.mutate(capture, random, capture)),
    ...WRAPPINGS.map((wrapping) => wrappedCapture(small, wrapping)),
    ...filesIn(COMPRESSED).values(),
  ];
}

/** Inputs that once broke something, by name. */
export function regressions(): ReadonlyMap<string, Uint8Array> {
  return filesIn(REGRESSIONS);
}

function filesIn(folder: URL): ReadonlyMap<string, Uint8Array> {
  const names = readdirSync(folder).filter((name) => !name.endsWith('.md'));
  return new Map(names.map((name) => [name, Uint8Array.from(readFileSync(new URL(name, folder)))]));
}
