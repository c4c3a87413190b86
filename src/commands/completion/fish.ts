import { type CommandWords, quoted, type Values } from './vocabulary.js';

/** Completions for fish 3. */
export function fishCompletion(commands: readonly CommandWords[]): string {
  const [first, ...others] = commands.map(({ name }) => name);
  const lines = commands.flatMap((command) => {
    const { name, description, options, argument } = command;
    // The default command need not be named.
    const condition =
      name === first
        ? `not __fish_seen_subcommand_from ${others.join(' ')}`
        : `__fish_seen_subcommand_from ${name}`;
    const about = `complete -c finwait -n ${quoted(condition)}`;
    return [
      `complete -c finwait -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
      ...(argument.files ? [] : [`${about} ${valueFlags(argument)}`]),
      ...options.map(({ flags, description: text, values }) => {
        const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag[1]}`));
        return `${about} ${names.join(' ')} -d ${quoted(text)}${values === null ? '' : ` ${valueFlags(values)}`}`;
      }),
    ];
  });
  return `# fish completion for finwait. In ~/.config/fish/config.fish: finwait completion fish | source
${lines.join('\n')}
`;
}

function valueFlags({ files, words, after }: Values): string {
  if (files) return '-r -F';
  const list =
    after === null || after.length === 0
      ? words.map((word) => (after === null ? word : `${word}=`))
      : words.flatMap((word) => after.map((value) => `${word}=${value}`));
  return list.length === 0 ? '-x' : `-x -a ${quoted(list.join(' '))}`;
}
