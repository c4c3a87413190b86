import { Argument, Command, CommanderError, Option } from 'commander';
import { nearestName } from '../core/suggest.js';
import { FORMATS } from '../report/formats.js';
import { CATALOG } from '../rules/catalog.js';
import { SEVERITIES } from '../rules/finding.js';
import { checkSettings, type RuleSettings, SettingsError } from '../rules/settings.js';
import { VERSION } from '../version.js';
import { analyze } from './analyze.js';
import { explain, listRules } from './explain.js';
import { EXIT_OK, EXIT_USAGE, type Io, UsageError } from './io.js';
import { collect, ruleSettings, wholeNumber } from './options.js';
import { timeline } from './timeline.js';

const EXAMPLES = `
Examples:
  finwait incident.pcap                          who is stuck where, since when, on which frames
  finwait timeline incident.pcap                 the worst connection, segment by segment
  finwait timeline incident.pcap --connection 7
  finwait a.pcap b.pcapng.gz --format json --output report.json
  tcpdump -c 10000 -w - tcp | finwait -          a capture from standard input
  finwait incident.pcap --rule half-close=off --set close-wait-stuck.stuckSeconds=30
  finwait incident.pcap --fail-on warning        for scripts: exit 1 if there is one
  finwait explain close-wait-stuck               what a finding means and what it rests on

Exit codes:
  0  analysed, with findings or without
  1  a finding at or above --fail-on
  2  wrong usage or configuration
  3  a capture that could not be read, or was damaged under --strict
`;

/** Runs a command line (without the program's name) and returns the exit code. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let code = EXIT_OK;
  const program = build(io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has already printed what it found wrong, or the help or version that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    if (error instanceof UsageError || error instanceof SettingsError) {
      io.stderr.write(`finwait: ${error.message}\n`);
      return EXIT_USAGE;
    }
    throw error;
  }
}

function build(io: Io, done: (code: number) => void): Command {
  const program = new Command('finwait')
    .description(
      'Says, for both endpoints of every TCP connection in a capture, which RFC 9293 state they were in, when, ' +
        "on which frame's evidence, and what went wrong.",
    )
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(finwait --help tells more)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'finwait: ')),
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
    });

  const analyzeCommand = program
    .command('analyze', { isDefault: true })
    .description('report on captures (the default command)')
    .addArgument(new Argument('<capture...>', 'pcap or pcapng files, also gzipped; - for standard input'))
    .addOption(formatOption())
    .addOption(
      new Option('-o, --output <file>', 'write the --format of the same place here')
        .default([], '-')
        .argParser(collect),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 if there is a finding of this severity or above').choices(
        SEVERITIES,
      ),
    )
    .option('--strict', 'exit 3 if a capture is damaged')
    .option('-q, --quiet', 'no progress')
    .option('-v, --verbose', 'also say which frames were not analysed, and why')
    .action(async (paths: string[], options) => {
      const formats: string[] = options.format.length > 0 ? options.format : ['table'];
      done(await analyze(paths, { ...options, format: formats, rules: settingsOf(options) }, io));
    });
  addCommonOptions(analyzeCommand);

  const timelineCommand = program
    .command('timeline')
    .description("draw one connection: its segments between both endpoints' states")
    .addArgument(new Argument('<capture...>', 'pcap or pcapng files, also gzipped; - for standard input'))
    .action(async (paths: string[], options) => {
      done(await timeline(paths, { ...options, rules: settingsOf(options) }, io));
    });
  addCommonOptions(timelineCommand);

  for (const command of [
    program
      .command('rules')
      .description('list all rules')
      .action((options) => done(listRules(options, io))),
    program
      .command('explain')
      .description('print one rule in full: meaning, proof, causes, next steps, sources')
      .addArgument(new Argument('<rule>', 'its id, such as close-wait-stuck'))
      .action((id: string, options) => done(explain(id, options, io))),
  ]) {
    command
      .option('--color', 'colours even if the output is no terminal')
      .option('--no-color', 'no colours')
      .exitOverride();
  }
  program.addHelpText(
    'after',
    () => `\nOptions of analyze:\n${optionList(analyzeCommand, io.stdout.columns)}\n${EXAMPLES}`,
  );
  return program;
}

/** The default command's options belong into the program's own help: most people never name the command. */
function optionList(command: Command, width: number): string {
  const helper = command.createHelp();
  helper.prepareContext({ helpWidth: width });
  const options = helper.visibleOptions(command);
  const terms = options.map((option) => helper.optionTerm(option));
  const widest = terms.reduce((length, term) => Math.max(length, term.length), 0);
  return options
    .map((option, place) => helper.formatItem(terms[place], widest, helper.optionDescription(option), helper))
    .join('\n');
}

function formatOption(): Option {
  const names = Object.keys(FORMATS);
  const list = names.map((name) => `${name} (${FORMATS[name].summary})`).join(', ');
  return new Option('-f, --format <name>', `may be repeated: ${list}`)
    .default([], 'table')
    .argParser((name: string, previous: readonly string[]) => {
      if (Object.hasOwn(FORMATS, name)) return collect(name, previous);
      const nearest = nearestName(name, names);
      const hint = nearest === null ? `it is one of ${names.join(', ')}` : `did you mean ${nearest}?`;
      throw new UsageError(`there is no format ${name}; ${hint}`);
    });
}

function addCommonOptions(command: Command): void {
  command
    .addOption(
      new Option('-c, --connection <n>', 'only this connection, by its tcp.stream number').argParser(
        wholeNumber,
      ),
    )
    .addOption(
      new Option('--reader <name>', "who reads classic pcap: finwait's own reader or the npm package")
        .choices(['builtin', 'pcap-parser'])
        .default('builtin'),
    )
    .addOption(
      new Option('--rule <id=severity>', 'set a rule to off, info, warning or error; may be repeated')
        .default([], 'none')
        .argParser(collect),
    )
    .addOption(
      new Option('--set <id.option=value>', "change a rule's threshold; may be repeated")
        .default([], 'none')
        .argParser(collect),
    )
    .option('--color', 'colours even if the output is no terminal')
    .option('--no-color', 'no colours')
    .exitOverride();
}

function settingsOf(options: {
  readonly rule: readonly string[];
  readonly set: readonly string[];
}): RuleSettings {
  const settings = ruleSettings(options.rule, options.set);
  checkSettings(settings, CATALOG);
  return settings;
}
