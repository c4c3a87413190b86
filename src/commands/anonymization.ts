import type { Anonymizer } from '../extract/anonymizer.js';
import { type Io, UsageError } from './io.js';

export interface AnonymizationOptions {
  readonly anonymize?: boolean;
  /** Name of a file. */
  readonly key?: string;
}

/**
 * What `--anonymize` maps addresses with: the key in the file of `--key`, else that in the environment, else
 * one that nobody will know. Null without `--anonymize`.
 *
 * @throws UsageError for what is no key; the message does not repeat it
 */
export async function anonymizerOf(
  { anonymize, key }: AnonymizationOptions,
  io: Io,
): Promise<Anonymizer | null> {
  if (anonymize !== true) {
    if (key !== undefined) throw new UsageError('--key is the key of --anonymize: give both');
    return null;
  }
  // It loads the cipher, which takes more memory than a small analysis.
  const { anonymizerWithKey } = await import('./anonymization-key.js');
  return anonymizerWithKey(key, io);
}
