import { Argument, Command, CommanderError, Help, Option } from 'commander';
import { CHECK_FORMATS } from '../check/result.js';
import { nearestName } from '../core/suggest.js';
import { OutputError } from '../node/output.js';
import { ConfigError } from '../node/settings-text.js';
import { FORMATS } from '../report/formats.js';
import { escapeControls } from '../report/text/escape.js';
import { SettingsError } from '../rules/evaluation/settings.js';
import { SEVERITIES } from '../rules/finding.js';
import { VERSION } from '../version.js';
import { analyze } from './analyze.js';
import { completion, SHELL_NAMES, type Shell } from './completion/completion.js';
import { configure, printConfig } from './config.js';
import { COMMANDS } from './errors.js';
import { explain, listRules } from './explain.js';
import { extract } from './extract.js';
import { EXTRACT_FORMATS } from './extract-file.js';
import { CHECK_HELP, EXAMPLES, EXTRACT_HELP, WATCH_HELP } from './help-texts.js';
import { EXIT_OK, EXIT_USAGE, type Io, UsageError } from './io.js';
import { collectNumbers, documentLength, meant } from './options.js';
import { OutputPlan } from './outputs.js';
import {
  addColorOptions,
  addCommonOptions,
  addEngineOptions,
  addQuietOption,
  anonymizeOption,
  captures,
  filterOption,
  formatOption,
  keyOption,
  maximumConnections,
  separation,
} from './shared-options.js';
import { timeline } from './timeline.js';
import { watch } from './watch.js';

/** Narrower columns of help are not wrapped. */
const LEAST_HELP_WIDTH = 12;

const NO_CAPTURE = 'name a capture to read, such as incident.pcap';

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
    const isPlain =
      error instanceof UsageError ||
      error instanceof SettingsError ||
      (error instanceof OutputError && error.code !== 'EPIPE');
    if (error instanceof ConfigError) {
      for (const message of error.messages) io.stderr.write(`finwait: ${escapeControls(message)}\n`);
      return EXIT_USAGE;
    }
    if (isPlain) {
      io.stderr.write(`finwait: ${escapeControls(error.message)}\n`);
      return EXIT_USAGE;
    }
    throw error;
  }
}

/** Takes the exit code of the command that ran. */
type Done = (code: number) => void;

function build(io: Io, done: Done): Command {
  const program = new Command('finwait')
    .description(
      'Says, for both endpoints of every TCP connection in a capture, which RFC 9293 state they were in, when, ' +
        "on which frame's evidence, and what went wrong.",
    )
    .usage('<capture...> [options]\n       finwait <command> [options]')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(see finwait --help)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(inOurWords(text)),
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
    })
    .configureHelp({ minWidthToWrap: LEAST_HELP_WIDTH, optionDescription });

  const analyzeCommand = addAnalyze(program, io, done);
  addWatch(program, io, done);
  addTimeline(program, io, done);
  addExtract(program, io, done);
  addCheck(program, io, done);
  addRules(program, io, done);
  addCompletion(program, io, done);
  addHelp(program);
  for (const command of program.commands) {
    // The default command's options are in the program's own help.
    if (command !== analyzeCommand) command.showHelpAfterError(`(see finwait ${command.name()} --help)`);
  }
  program.addHelpText(
    'after',
    () => `\nOptions of analyze:\n${optionList(analyzeCommand, io.stdout.columns)}\n${EXAMPLES}`,
  );
  return program;
}

function addAnalyze(program: Command, io: Io, done: Done): Command {
  const plan = new OutputPlan();
  const command = program
    .command('analyze', { isDefault: true })
    .description('report on captures (the default command)')
    .addArgument(captures().argOptional())
    .addOption(formatOption(plan))
    .addOption(
      new Option(
        '-o, --output <file>',
        'write the report here, in the --format before it or by its file extension',
      )
        .default(undefined, '-')
        .argParser((path: string) => plan.addOutput(path)),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 if any finding is at least this severe').choices(SEVERITIES),
    )
    .option('--baseline <report.json>', 'report only what is new or changed since this JSON report')
    .option('--strict', 'exit 3 if a capture is damaged')
    .addOption(
      new Option('--max-length <n>', 'longest document, in characters; evidence is left out first')
        .default(undefined, "the target system's limit, such as 65536 on GitHub")
        .argParser(documentLength),
    )
    .addOption(filterOption())
    .addOption(maximumConnections())
    .addOption(separation())
    .addOption(anonymizeOption())
    .addOption(keyOption())
    .option('--print-config', 'print every setting and where it comes from, as JSON')
    .option('-v, --verbose', 'also say which frames were not analysed and why, and what was suppressed')
    .action(async (paths: string[], options) => {
      if (options.printConfig === true) return done(await printConfig(options, io));
      if (paths.length === 0) command.error(`error: ${NO_CAPTURE}`);
      const configuration = await configure(options, io);
      done(await analyze(paths, { ...options, ...configuration, destinations: plan.destinations() }, io));
    });
  command.configureOutput({ outputError: (text, write) => write(inOurWords(formatForOption(text))) });
  addCommonOptions(command);
  return command;
}

function addWatch(program: Command, io: Io, done: Done): void {
  const command = program
    .command('watch')
    .description('report findings while a capture comes in, and a summary at its end or after Ctrl-C')
    .addArgument(new Argument('<capture>', '- for standard input, or a named pipe'))
    .addOption(
      new Option('-f, --format <name>', 'plain lines, or JSON objects')
        .choices(['text', 'ndjson'])
        .default('text'),
    )
    .addOption(
      new Option('--severity <severity>', 'report findings of at least this severity')
        .choices(SEVERITIES)
        .default('warning'),
    )
    .addOption(filterOption())
    .addOption(maximumConnections())
    .addOption(separation())
    .action(async (path: string, options) => {
      done(await watch(path, { ...options, ...(await configure(options, io)) }, io));
    })
    .addHelpText('after', WATCH_HELP);
  addEngineOptions(command);
  addColorOptions(command);
}

function addTimeline(program: Command, io: Io, done: Done): void {
  const command = program
    .command('timeline')
    .description("draw one connection: its segments between both endpoints' states")
    .addArgument(captures())
    .option('--full', 'draw every segment; without, long runs of data and acknowledgments are folded')
    .addOption(filterOption())
    .addOption(maximumConnections())
    .addOption(separation())
    .action(async (paths: string[], options) => {
      const { rules, suppressions } = await configure(options, io);
      done(await timeline(paths, { ...options, rules, suppressions }, io));
    });
  addCommonOptions(command);
}

function addExtract(program: Command, io: Io, done: Done): void {
  const command = program
    .command('extract')
    .description('write the frames of a connection, or of a finding, to a small capture')
    .addArgument(new Argument('<capture>', 'a pcap or pcapng file, plain or compressed (gzip, zstd, lz4)'))
    .addOption(
      new Option(
        '-c, --connection <n>',
        'a connection by its number (its tcp.stream), or several, as in 3,7,9',
      )
        .default([], 'none')
        .argParser(collectNumbers),
    )
    .addOption(
      new Option('--finding <n>', 'the connection of a finding, by its place in the JSON report; or several')
        .default([], 'none')
        .argParser(collectNumbers),
    )
    .option('-o, --output <file>', 'write the capture here; - is standard output')
    .addOption(
      new Option('-f, --format <name>', 'pcapng holds more, such as when the capture ended')
        .choices(EXTRACT_FORMATS)
        .default(undefined, 'pcapng, or by the file extension'),
    )
    .addOption(maximumConnections())
    .addOption(separation())
    .option('--strip-payload', 'replace what TCP carries with zeros; lengths and findings stay')
    .addOption(anonymizeOption())
    .addOption(keyOption())
    .option('--keep-payload', 'anonymize, but keep what TCP carries: check that it identifies nobody')
    .action(async (path: string, options) => {
      const { rules, suppressions } = await configure(options, io);
      done(await extract(path, { ...options, rules, suppressions }, io));
    });
  addEngineOptions(command);
  addQuietOption(command);
  command.addHelpText('after', EXTRACT_HELP);
}

function addCheck(program: Command, io: Io, done: Done): void {
  const command = program
    .command('check')
    .description('compare captures with the expectation files beside them')
    .addArgument(new Argument('<path...>', 'directories, captures or globs'))
    .addOption(
      new Option('-f, --format <name>', 'a table, JUnit XML, or annotations for GitHub Actions')
        .choices(CHECK_FORMATS)
        .default('table'),
    )
    .option('-o, --output <file>', 'write the result here; - is standard output')
    .option('--init', 'write an expectation for each capture that has none')
    .option('--update', 'accept what captures show now; comments and what is left out stay')
    .option('-v, --verbose', 'also list what is as expected')
    .action(async (paths: string[], options) => {
      const { rules, suppressions } = await configure(options, io);
      // It loads the YAML parser, which no other command should wait for.
      const { check } = await import('./check.js');
      done(await check(paths, { ...options, rules, suppressions }, io));
    });
  addEngineOptions(command);
  addQuietOption(command);
  addColorOptions(command);
  command.addHelpText('after', CHECK_HELP);
}

function addRules(program: Command, io: Io, done: Done): void {
  for (const command of [
    program
      .command('rules')
      .description('list all rules')
      .action((options) => done(listRules(options, io))),
    program
      .command('explain')
      .description('print one rule in full: meaning, proof, causes, next steps, sources')
      .addArgument(new Argument('<rule>', 'its id, such as close-wait-stuck'))
      .action(async (id: string, options) => done(await explain(id, options, io))),
  ]) {
    addColorOptions(command);
    command.exitOverride();
  }
}

function addCompletion(program: Command, io: Io, done: Done): void {
  program
    .command('completion')
    .description('print a shell completion script for commands, options and rules')
    .addArgument(new Argument('<shell>', 'its name').choices(SHELL_NAMES))
    .action((shell: Shell) => done(completion(shell, program, io)))
    .exitOverride();
}

function addHelp(program: Command): void {
  // Commander's own prints the general help for a misspelt command without saying so.
  program
    .helpCommand(false)
    .command('help')
    .description('print help for a command')
    .addArgument(new Argument('[command]', 'its name'))
    .action((name?: string) => commandOf(program, name).outputHelp())
    .exitOverride();
}

/** @throws UsageError if there is no such command */
function commandOf(program: Command, name: string | undefined): Command {
  if (name === undefined) return program;
  const command = program.commands.find((each) => each.name() === name);
  if (command !== undefined) return command;
  const nearest = nearestName(name, COMMANDS);
  const hint = nearest === null ? `it is one of ${COMMANDS.join(', ')}` : `did you mean ${nearest}?`;
  throw new UsageError(`there is no command ${name}; ${hint}`);
}

/** Commander's, plus what happens without the option, which Commander leaves out if there is no default value. */
function optionDescription(option: Option): string {
  const text = new Help().optionDescription(option);
  const { defaultValue, defaultValueDescription: otherwise } = option;
  if (defaultValue !== undefined || otherwise === undefined) return text;
  return option.argChoices === undefined
    ? `${text} (default: ${otherwise})`
    : text.replace(/\)$/, `, default: ${otherwise})`);
}

/** The default command's options belong in the program's own help: most people never name the command. */
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

/** What Commander says if a value is not one of the choices. */
const CHOICES = /('([^']*)' is invalid\b.* Allowed choices are ([^.]*))\./;

/** `--json` means `--format json`, but another option may be spelt more like it. */
function formatForOption(text: string): string {
  const [, name] = /^error: unknown option '--([a-z]+)'/.exec(text) ?? [];
  if (name === undefined || !Object.hasOwn(FORMATS, name)) return text;
  return `error: unknown option '--${name}'; did you mean --format ${name}?\n`;
}

/** Commander's message, with what to do about it if it does not say so itself. */
function inOurWords(text: string): string {
  return text
    .split('\n')
    .map(escapeControls)
    .join('\n')
    .replace(/^error: /, 'finwait: ')
    .replace("missing required argument 'capture'", NO_CAPTURE)
    .replace("missing required argument 'path'", 'name the captures to check, or their folder')
    .replace("missing required argument 'rule'", 'name a rule; finwait rules lists them')
    .replace("missing required argument 'shell'", `name a shell: ${SHELL_NAMES.join(', ')}`)
    .replace('command-argument value ', '')
    .replace(/ is invalid\. (?=[a-z"])/, ' is invalid: ')
    .replace(
      CHOICES,
      (_, said: string, given: string, names: string) => `${said}${meant(given, names.split(', ')) || '.'}`,
    )
    .replace(
      /^(finwait: too many arguments for 'rules')\..*$/m,
      '$1; for one rule in full: finwait explain <rule>',
    );
}
