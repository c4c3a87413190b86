/** Reading the texts that users write for finwait: configurations and expectations. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { ParsedText } from '../config/parse.js';

const LARGEST = 1 << 20;

/** A configuration that cannot be used: one message per problem, with its file and position. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly messages: readonly string[]) {
    super(messages.join('\n'));
  }
}

/** The text of the file at `path`; `name` is for messages. @throws ConfigError */
export function readText(path: string, name: string): string {
  // Opened without waiting: a named pipe would block for ever.
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([
      `${name}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be opened (${code})`}`,
    ]);
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile())
      throw new ConfigError([`${name}: is ${status.isDirectory() ? 'a directory' : 'not a regular file'}`]);
    if (status.size > LARGEST) throw new ConfigError([`${name}: is larger than ${LARGEST} bytes`]);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(descriptor));
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigError([`${name}: is not UTF-8`]);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** @throws ConfigError */
export async function parseNamed(text: string, ending: string, name: string): Promise<ParsedText> {
  // Loading the parser takes longer than reading most captures: only runs with such a text wait for it.
  const { parseText, TextError } = await import('../config/parse.js');
  try {
    return parseText(text, ending === '.json' ? 'json' : 'yaml');
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    const place = error.place === null ? '' : `:${error.place.line}:${error.place.column}`;
    throw new ConfigError([`${name}${place}: ${error.message}`]);
  }
}
