import type { Command } from 'commander';
import { EXIT_OK, type Io } from '../io.js';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { vocabularyOf } from './vocabulary.js';
import { zshCompletion } from './zsh.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

export type Shell = keyof typeof SHELLS;

export const SHELL_NAMES = Object.keys(SHELLS) as readonly Shell[];

/** Prints the script that teaches `shell` the words of `program`. */
export function completion(shell: Shell, program: Command, io: Io): number {
  io.stdout.write(SHELLS[shell](vocabularyOf(program)));
  return EXIT_OK;
}
