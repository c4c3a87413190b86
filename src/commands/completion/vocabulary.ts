import type { Argument, Command, Option } from 'commander';
import { FORMATS } from '../../report/formats.js';
import { CATALOG } from '../../rules/catalog.js';
import { SEVERITY_CHOICES } from '../../rules/evaluation/settings.js';

/** What may stand for a value. */
export interface Values {
  /** A path; then there are no words. */
  readonly files: boolean;
  readonly words: readonly string[];
  /** What follows a word and `=`; null if the word is the whole value. */
  readonly after: readonly string[] | null;
}

export interface OptionWords {
  /** `--format`, and `-f` if it has a short form. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Null for an option without a value. */
  readonly values: Values | null;
}

export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  readonly argument: Values;
}

const NOTHING: Values = { files: false, words: [], after: null };
const FILES: Values = { ...NOTHING, files: true };

/** Every command with its options and what they take, as commander knows them; the default command first. */
export function vocabularyOf(program: Command): readonly CommandWords[] {
  const helper = program.createHelp();
  const commands = helper.visibleCommands(program);
  const names = commands.map((command) => command.name());
  return commands.map((command) => ({
    name: command.name(),
    description: helper.subcommandDescription(command),
    options: helper.visibleOptions(command).map((option) => ({
      flags: [option.long, option.short].filter((flag) => flag !== undefined && flag !== null),
      description: option.description,
      values: option.required || option.optional ? valuesOf(option, placeholderOf(option), names) : null,
    })),
    argument: argumentOf(command.registeredArguments.at(0), names),
  }));
}

function argumentOf(argument: Argument | undefined, commands: readonly string[]): Values {
  return argument === undefined ? NOTHING : valuesOf(argument, argument.name(), commands);
}

/** `file` of `--output <file>`. */
function placeholderOf(option: Option): string {
  return /<([^>]+)>/.exec(option.flags)?.[1] ?? '';
}

/** By the choices it has, else by the name that the help gives it. */
function valuesOf(
  { argChoices }: { readonly argChoices?: readonly string[] | undefined },
  placeholder: string,
  commands: readonly string[],
): Values {
  if (argChoices !== undefined) return { ...NOTHING, words: argChoices };
  const ids = CATALOG.map(({ id }) => id);
  switch (placeholder) {
    case 'capture':
    case 'path':
    case 'file':
      return FILES;
    case 'command':
      return { ...NOTHING, words: commands };
    case 'rule':
      return { ...NOTHING, words: ids };
    case 'id=severity':
      return { ...NOTHING, words: ids, after: SEVERITY_CHOICES };
    case 'id.option=value': {
      const settings = CATALOG.flatMap(({ id, options }) =>
        Object.keys(options).map((name) => `${id}.${name}`),
      );
      return { ...NOTHING, words: settings, after: [] };
    }
    case 'name':
      return { ...NOTHING, words: Object.keys(FORMATS) };
    default:
      return NOTHING;
  }
}

/** For each option with a value, the case of a shell's `case "$command $previous"` that offers what it may be. */
export function optionCases(
  { name, options }: CommandWords,
  assignments: (values: Values) => string,
): readonly string[] {
  return options.flatMap(({ flags, values }) => {
    if (values === null) return [];
    const patterns = flags.map((flag) => `'${name} ${flag}'`).join('|');
    return [`    ${patterns}) ${assignments(values)} ;;`];
  });
}

/** A text as one word of any of the shells. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
