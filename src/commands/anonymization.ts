import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Anonymizer } from '../extract/anonymizer.js';
import { KEY_LENGTH } from '../extract/crypto-pan.js';
import { InputError, toInputError } from '../node/input-error.js';
import { escapeControls } from '../report/escape.js';
import { type Io, UsageError } from './io.js';

const KEY_VARIABLE = 'FINWAIT_ANONYMIZE_KEY';
const HOW = `a key is ${KEY_LENGTH * 2} hexadecimal digits, such as openssl rand -hex ${KEY_LENGTH} prints`;

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
export function anonymizerOf({ anonymize, key }: AnonymizationOptions, io: Io): Anonymizer | null {
  if (anonymize !== true) {
    if (key !== undefined) throw new UsageError('--key is the key of --anonymize: give both');
    return null;
  }
  if (key !== undefined) return new Anonymizer(parseKey(readKey(key), escapeControls(key)));
  const variable = io.environment[KEY_VARIABLE];
  if (variable !== undefined && variable !== '') return new Anonymizer(parseKey(variable, KEY_VARIABLE));
  io.stderr.write(
    `finwait: addresses are mapped with a random key that is not kept: the next run maps them otherwise; ` +
      `for the same ones give --key FILE or ${KEY_VARIABLE}\n`,
  );
  return new Anonymizer(randomBytes(KEY_LENGTH));
}

function readKey(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (thrown) {
    const error = toInputError(thrown, path);
    if (error instanceof InputError)
      throw new UsageError(`--key ${escapeControls(path)}: ${error.message}; ${HOW}`);
    throw error;
  }
}

function parseKey(text: string, place: string): Uint8Array {
  const digits = text.trim();
  if (digits.length !== KEY_LENGTH * 2 || !/^[\da-f]*$/i.test(digits))
    throw new UsageError(`${place} holds no key: ${HOW}`);
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}
