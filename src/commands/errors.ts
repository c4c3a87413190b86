import { existsSync } from 'node:fs';
import { CaptureError } from '../core/errors.js';
import { nearestName } from '../core/suggest.js';
import { InputError } from '../node/input-error.js';
import { escapeControls } from '../report/text/escape.js';
import { captureName } from '../report/text/words.js';
import { UsageError } from './io.js';

/** What the first word may be instead of a capture. */
export const COMMANDS = [
  'analyze',
  'timeline',
  'watch',
  'check',
  'extract',
  'rules',
  'explain',
  'completion',
  'help',
] as const;

/** What is wrong with an input, in one line; null if the error is about something else. */
export function captureProblem(error: unknown, path: string): string | null {
  const name = captureName(path);
  if (error instanceof InputError) return `${name}: ${error.message}${commandHint(error, path)}`;
  if (error instanceof CaptureError)
    return `${name}: ${escapeControls(error.message)} (byte ${error.offset})`;
  return null;
}

/** A misspelt command is taken for a capture, and so is one after an option: say so. */
function commandHint({ code }: InputError, path: string): string {
  if (code === 'ENOENT' && isCommand(path)) return `; ${comesFirst(path)}`;
  if (code !== 'ENOENT' || !isWord(path)) return '';
  const nearest = nearestName(path, COMMANDS);
  return nearest === null
    ? '; finwait --help lists the commands'
    : `; or did you mean the command ${nearest}?`;
}

/** The command that a word may stand for; null if it is not like any. */
function commandLike(word: string): string | null {
  return isWord(word) ? nearestName(word, COMMANDS) : null;
}

/** Captures mostly have a file extension. */
function isWord(path: string): boolean {
  return /^[a-z]+$/i.test(path);
}

function isCommand(word: string): boolean {
  return (COMMANDS as readonly string[]).includes(word);
}

function comesFirst(command: string): string {
  return `the command ${command} comes first, before all options: finwait ${command} …`;
}

/**
 * If several captures are named and the first is really a command, misspelt or after an option, this says so before any
 * is read: their reports would bury it.
 * @throws UsageError
 */
export function checkFirstWord([first, ...others]: readonly string[]): void {
  if (others.length === 0 || existsSync(first)) return;
  if (isCommand(first)) throw new UsageError(`there is no capture ${first}; ${comesFirst(first)}`);
  const nearest = commandLike(first);
  if (nearest !== null)
    throw new UsageError(`there is no command or capture ${first}; did you mean ${nearest}?`);
}

/** Picks the connection of `--connection`, and reports if there is none. */
export class Choice {
  readonly #id: number;
  #highest = -1;
  #isFound = false;

  constructor(id: number) {
    this.#id = id;
  }

  /** Whether this is the one; asked about every connection. */
  readonly accepts = ({ id }: { readonly id: number }): boolean => {
    this.#highest = Math.max(this.#highest, id);
    if (id === this.#id) this.#isFound = true;
    return id === this.#id;
  };

  /** @throws UsageError if the connection was not among those asked about */
  check(): void {
    if (!this.#isFound) throw new UsageError(noSuchConnection(this.#id, this.#highest));
  }
}

/** @param highest number of the last connection; -1 if there is none */
export function noSuchConnection(id: number, highest: number): string {
  if (highest < 0) return 'there is no TCP connection in the capture';
  const numbers = highest === 0 ? 'the only one is number 0' : `they are numbered from 0 to ${highest}`;
  return `there is no connection ${id}; ${numbers}`;
}
