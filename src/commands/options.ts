import { InvalidArgumentError } from 'commander';
import { wishedUnit } from '../config/rule-entries.js';
import { nearestName } from '../core/suggest.js';
import { SEPARATIONS, type Separation } from '../decode/domains.js';
import type { Write } from '../report/reporter.js';
import { asciiWriter } from '../report/text/ascii.js';
import { COLOURED, type Palette, PLAIN } from '../report/text/palette.js';
import { findRule, RULES } from '../rules/catalog.js';
import { type RuleSettings, SEVERITY_CHOICES, type SeverityChoice } from '../rules/evaluation/settings.js';
import { type Io, type Stream, UsageError } from './io.js';

/** Collects a repeatable option's values. */
export function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

/** An id. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('it must be a whole number, such as 0');
  return Number(text);
}

/** Asks whether another name was meant; empty if none is similar. */
export function meant(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === null ? '' : `; did you mean ${nearest}?`;
}

/** `--max-connections`. */
export function atLeastOne(text: string): number {
  return atLeast(1, text);
}

function atLeast(least: number, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value < least) throw new InvalidArgumentError(`it must be a whole number of at least ${least}`);
  return value;
}

/** `--separate`: names, separated by commas. */
export function separations(text: string): Separation[] {
  return text.split(',').map((name) => {
    const found = SEPARATIONS.find((candidate) => candidate === name);
    if (found === undefined)
      throw new InvalidArgumentError(
        `it must be one or more of ${SEPARATIONS.join(', ')}, separated by commas${meant(name, SEPARATIONS)}`,
      );
    return found;
  });
}

/** Even the shortest document needs some room. */
const LEAST_LENGTH = 1000;

/** `--max-length`. */
export function documentLength(text: string): number {
  return atLeast(LEAST_LENGTH, text);
}

/** Collects numbers: one per option, or several separated by commas. */
export function collectNumbers(text: string, previous: readonly number[]): number[] {
  if (!/^\d+(?:,\d+)*$/.test(text))
    throw new InvalidArgumentError('it must be a whole number, such as 0, or several, such as 3,7,9');
  return [...previous, ...text.split(',').map(Number)];
}

/** `--rule id=severity` and `--set id.option=value` as rule settings. */
export function ruleSettings(rules: readonly string[], sets: readonly string[]): RuleSettings {
  const severities: Record<string, SeverityChoice> = {};
  for (const text of rules) {
    const [id, choice] = splitAt(
      text,
      '=',
      `--rule ${text}: write it as id=severity, such as half-close=off`,
    );
    const found = SEVERITY_CHOICES.find((candidate) => candidate === choice);
    if (found === undefined) {
      throw new UsageError(
        `--rule ${text}: a severity is one of ${SEVERITY_CHOICES.join(', ')}${meant(choice, SEVERITY_CHOICES)}`,
      );
    }
    severities[id] = found;
  }
  const options: Record<string, Record<string, number>> = {};
  for (const text of sets) {
    const form = `--set ${text}: write it as id.option=value, such as ${EXAMPLE}`;
    const [name, value] = splitAt(text, '=', form);
    const [id, option] = splitAt(name, '.', form);
    const number = Number(value);
    if (value.trim() === '' || !Number.isFinite(number)) {
      throw new UsageError(
        `--set ${text}: ${value === '' ? 'the value is missing' : noNumber(id, option, value)}`,
      );
    }
    options[id] = { ...options[id], [option]: number };
  }
  return { severities, options };
}

function noNumber(id: string, option: string, value: string): string {
  const options = findRule(id)?.options ?? {};
  if (!Object.hasOwn(options, option)) return `${value} is not a number`;
  return `it must be a number${wishedUnit(options[option], value)}`;
}

const EXAMPLE = (() => {
  const rule = RULES[0];
  const [option, { default: value }] = Object.entries(rule.options)[0];
  return `${rule.id}.${option}=${value * 2}`;
})();

function splitAt(text: string, mark: string, message: string): [string, string] {
  const at = text.indexOf(mark);
  if (at <= 0) throw new UsageError(message);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Whether to use colours: the flag decides first, then NO_COLOR and FORCE_COLOR, then the terminal. */
export function paletteFor(
  flag: boolean | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  stream: Stream,
): Palette {
  if (flag !== undefined) return flag ? COLOURED : PLAIN;
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== '') return PLAIN;
  if (environment.FORCE_COLOR !== undefined) {
    return ['0', 'false'].includes(environment.FORCE_COLOR) ? PLAIN : COLOURED;
  }
  return stream.isTerminal && environment.TERM !== 'dumb' ? COLOURED : PLAIN;
}

/** The variables that name the locale; the first one set counts (POSIX, chapter 8.2). */
const LOCALE = ['LC_ALL', 'LC_CTYPE', 'LANG'];

/** Writes text for people to standard output: in ASCII if the locale has been set to one without UTF-8. */
export function textWriter({ stdout, environment }: Io): Write {
  const locale = LOCALE.map((name) => environment[name]).find((value) => value !== undefined && value !== '');
  return locale === undefined || /utf-?8/i.test(locale) ? stdout.write : asciiWriter(stdout.write);
}
