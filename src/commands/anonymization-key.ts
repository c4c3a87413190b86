import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Anonymizer } from '../extract/anonymizer.js';
import { KEY_LENGTH } from '../extract/crypto-pan.js';
import { InputError, toInputError } from '../node/input-error.js';
import { escapeControls } from '../report/text/escape.js';
import { type Io, UsageError } from './io.js';

const KEY_VARIABLE = 'FINWAIT_ANONYMIZE_KEY';
const HOW = `a key is ${KEY_LENGTH * 2} hexadecimal digits, such as openssl rand -hex ${KEY_LENGTH} prints`;

/**
 * An anonymizer with the key in the file `name`, else the key in the environment, else a random key that is not kept.
 *
 * @throws UsageError if it is not a key; the message does not repeat it
 */
export function anonymizerWithKey(name: string | undefined, io: Io): Anonymizer {
  if (name !== undefined) return new Anonymizer(parseKey(readKey(name), escapeControls(name)));
  const variable = io.environment[KEY_VARIABLE];
  if (variable !== undefined && variable !== '') return new Anonymizer(parseKey(variable, KEY_VARIABLE));
  io.stderr.write(
    `finwait: addresses are mapped with a random key that is not kept, so the next run maps them differently; ` +
      `for the same mapping give --key FILE or ${KEY_VARIABLE}\n`,
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
    throw new UsageError(`${place} does not hold a key: ${HOW}`);
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}
