import { constants, lstatSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Config, EMPTY_CONFIG, readConfig } from '../config/config.js';
import type { Path } from '../config/problems.js';
import { ConfigError, parseNamed, readText } from './settings-text.js';

/** Names that are looked for, besides the `finwait` key of a package.json. */
const NAMES = ['json', 'yaml', 'yml', 'js', 'mjs'].map((ending) => `finwait.config.${ending}`);
const PACKAGE = 'package.json';
const PACKAGE_KEY = 'finwait';

/** A configuration and its file; null if there is none. */
export interface LoadedConfig {
  readonly file: string | null;
  readonly config: Config;
}

/**
 * The configuration for the folder `from`: the nearest one, there or in a folder around it, up to the home
 * folder, or to the root if `from` is outside of it. Code is run only if it belongs to the user who runs finwait.
 * @throws ConfigError
 */
export async function findConfig(from: string): Promise<LoadedConfig> {
  const home = homedir();
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const files = [...NAMES.filter((name) => isFile(join(folder, name))), ...packageIn(folder)];
    if (files.length > 1) throw new ConfigError([`${folder} has ${files.join(' and ')}: keep one of them`]);
    if (files.length === 1) {
      const path = join(folder, files[0]);
      if (isCode(path)) refuseForeignCode(path);
      return readConfigFile(shortest(path, from), from);
    }
    if (folder === home || folder === dirname(folder)) return { file: null, config: EMPTY_CONFIG };
  }
}

/**
 * The configuration in the file that the user named, as seen from the folder `from`.
 * @throws ConfigError
 */
export async function readConfigFile(path: string, from: string): Promise<LoadedConfig> {
  const file = resolve(from, path);
  const name = path;
  if (isCode(file)) {
    const { config, problems } = readConfig(await runFile(file, name));
    if (problems.length > 0) {
      throw new ConfigError(problems.map(({ path, message }) => `${name}: ${dotted(path)}${message}`));
    }
    return { file, config };
  }
  const isPackage = basename(file) === PACKAGE;
  const parsed = await parseNamed(readText(file, name), extname(file), name);
  const root: Path = isPackage ? [PACKAGE_KEY] : [];
  const { config, problems } = readConfig(isPackage ? ownValue(parsed.value, PACKAGE_KEY) : parsed.value);
  if (problems.length > 0) {
    throw new ConfigError(
      problems.map(({ path, atKey, message }) => {
        const { line, column } = parsed.locate([...root, ...path], atKey);
        return `${name}:${line}:${column}: ${message}`;
      }),
    );
  }
  return { file, config };
}

function isCode(path: string): boolean {
  return ['.js', '.mjs', '.cjs'].includes(extname(path));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** A package.json that configures finwait. One that nobody can read is not ours to complain about. */
function packageIn(folder: string): string[] {
  const path = join(folder, PACKAGE);
  if (!isFile(path)) return [];
  try {
    return ownValue(JSON.parse(readText(path, path)), PACKAGE_KEY) === undefined ? [] : [PACKAGE];
  } catch {
    return [];
  }
}

function ownValue(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** Code that anybody could have put into a folder above ours must not run in our name. */
function refuseForeignCode(path: string): void {
  const user = process.getuid?.();
  if (user === undefined) return;
  // For a link, both ends: somebody else's link must not choose which of our files is run.
  const { uid, mode } = statSync(path);
  const isForeign = [uid, lstatSync(path).uid].some((owner) => owner !== user && owner !== 0);
  const isOpen = (mode & constants.S_IWOTH) !== 0;
  if (!isForeign && !isOpen) return;
  const why = isOpen ? 'anybody can write to it' : 'it belongs to somebody else';
  throw new ConfigError([
    `${path} is not run, as ${why}: if you trust it, name it with --config, else use --no-config`,
  ]);
}

async function runFile(path: string, name: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    return module.default;
  } catch (error) {
    if (!isFile(path)) throw new ConfigError([`${name}: there is no such file`]);
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new ConfigError([`${name} could not be run: ${reason}`]);
  }
}

/** `rules.half-close: `, for values that come from no text. */
function dotted(path: Path): string {
  return path.length === 0 ? '' : `${path.join('.')}: `;
}

/** A path as one would type it in the folder `from`. */
function shortest(path: string, from: string): string {
  const short = relative(from, path);
  return short.length < path.length ? short : path;
}
