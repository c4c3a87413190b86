import { type ParseArgsConfig, parseArgs } from 'node:util';

const EXIT_USAGE = 2;

const HELP = { help: { type: 'boolean', short: 'h', default: false } } as const;

/** What the command line says. If it asks for help or has a wrong option, the program ends here. */
export function readOptions<Options extends NonNullable<ParseArgsConfig['options']>>(
  options: Options,
  usage: string,
): ReturnType<typeof parseArgs<{ options: Options }>>['values'] {
  try {
    const { values } = parseArgs({ options: { ...options, ...HELP } });
    if (!('help' in values && values.help)) return values;
  } catch (error) {
    // What follows its first sentence is about positional arguments, and there are none.
    const [reason] = (error as Error).message.split('. ');
    const names = Object.keys({ ...options, ...HELP }).map((name) => `--${name}`);
    refuse(`${reason}; there are ${names.join(', ')}`);
  }
  console.log(usage);
  process.exit();
}

/** Ends the program, which was called in a wrong way. */
export function refuse(reason: string): never {
  console.error(reason);
  process.exit(EXIT_USAGE);
}

/** The number that an option gives. */
export function wholeNumber(name: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) refuse(`--${name} takes a whole number, not ${value}`);
  return number;
}
