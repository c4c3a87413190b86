import type { Anonymizer } from '../extract/anonymizer.js';
import { type Io, UsageError } from './io.js';

export interface AnonymizationOptions {
  readonly anonymize?: boolean;
  /** Name of a file. */
  readonly key?: string;
}

/**
 * The anonymizer of `--anonymize`, with the key in the file of `--key`, else the key in the environment, else a random
 * key that is not kept. Null without `--anonymize`.
 *
 * @throws UsageError if it is not a key; the message does not repeat it
 */
export async function anonymizerOf(
  { anonymize, key }: AnonymizationOptions,
  io: Io,
): Promise<Anonymizer | null> {
  if (anonymize !== true) {
    if (key !== undefined) throw new UsageError('--key is the key of --anonymize: give both');
    return null;
  }
  // This loads the cipher, which takes more memory than a small analysis.
  const { anonymizerWithKey } = await import('./anonymization-key.js');
  return anonymizerWithKey(key, io);
}
