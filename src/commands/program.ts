import { Argument, Command, CommanderError, Option } from 'commander';
import { CHECK_FORMATS } from '../check/result.js';
import { MAXIMUM_CONNECTIONS } from '../connections/tracker.js';
import { nearestName } from '../core/suggest.js';
import { SEPARATIONS } from '../decode/domains.js';
import { OutputError } from '../node/output.js';
import { ConfigError } from '../node/settings-text.js';
import { escapeControls } from '../report/escape.js';
import { FORMATS } from '../report/formats.js';
import { SEVERITIES } from '../rules/finding.js';
import { SettingsError } from '../rules/settings.js';
import { VERSION } from '../version.js';
import { analyze } from './analyze.js';
import { completion, SHELL_NAMES, type Shell } from './completion/completion.js';
import { configure, printConfig } from './config.js';
import { COMMANDS } from './errors.js';
import { explain, listRules } from './explain.js';
import { extract } from './extract.js';
import { EXTRACT_FORMATS } from './extract-file.js';
import { parseFilter } from './filter.js';
import { EXIT_OK, EXIT_USAGE, type Io, UsageError } from './io.js';
import { atLeastOne, collect, collectNumbers, documentLength, separations, wholeNumber } from './options.js';
import { OutputPlan } from './outputs.js';
import { timeline } from './timeline.js';
import { watch } from './watch.js';

const CHECK_HELP = `
An expectation stands beside its capture, as in trace.pcap.expect.yaml. All its
parts may be left out:

  connections: 2
  findings:                       # exactly these; none; or atLeast: and these
    - rule: close-wait-stuck
      endpoint: server
    - half-close                  # the rule alone is enough
  patterns: none
  states:                         # the last state, or all of them
    - connection: 0
      client: FIN-WAIT-2
      server: [SYN-RECEIVED, ESTABLISHED, CLOSE-WAIT]
  finalStates: { TIME-WAIT: 1, FIN-WAIT-2: 1, CLOSE-WAIT: 1, CLOSED: 1 }
  separate: [vlan]                # as --separate of analyze

Examples:
  finwait check --init captures/        start expectations: read them, keep them
  finwait check captures/               exit 1 if a capture shows something else
  finwait check --update captures/      take what is shown now for right
  finwait check captures/ -f junit -o results.xml

Exit codes:
  0  all as expected
  1  something is not
  2  wrong usage or expectation, or a result that could not be written
  3  a capture that could not be read
`;

const NO_CAPTURE = 'name a capture to read, such as incident.pcap';

const EXAMPLES = `
Examples:
  finwait incident.pcap                    who is stuck where, and since when
  finwait timeline incident.pcap           the worst connection, step by step
  finwait timeline incident.pcap -c 7      connection 7, as Wireshark counts
  finwait explain close-wait-stuck         what a finding means and rests on
  finwait extract a.pcap -c 7 -o 7.pcapng  that connection as its own capture
  finwait a.pcap b.pcapng.gz -o all.json   a report for programs, in a file
  finwait incident.pcap --fail-on warning  for scripts: exit 1 if there is one
  finwait --join 'trace.pcap*'             rotated captures as one
  tcpdump -c 10000 -w - tcp | finwait -    a capture from standard input
  tcpdump -U -w - tcp | finwait watch -    findings while it comes in
  finwait incident.pcap --rule half-close=off \\
          --set close-wait-stuck.stuckSeconds=30

Exit codes:
  0  analysed, with findings or without
  1  a finding at or above --fail-on
  2  wrong usage or configuration, or a report that could not be written
  3  a capture that could not be read, or was damaged under --strict
  130  interrupted
`;

const EXTRACT_HELP = `
A connection comes with the ICMP errors about it, the fragments of its
datagrams, the ARP and neighbour discovery of its hosts, and with a connection
on the same ports if neither can be understood without the other. Times,
interfaces, comments and the lengths of cut frames are kept. Analysing the
extract gives the same findings as the capture gives for that connection,
unless the capture's clock was set back between its frames and those of others.

Examples:
  finwait extract a.pcap -c 7 -o 7.pcapng            connection 7
  finwait extract a.pcap -c 7,9 | tshark -r -        two, straight to tshark
  finwait extract a.pcap --finding 0 -o 0.pcapng     what finding 0 is about
  finwait extract a.pcap -c 7 --anonymize -o x.pcapng
                                                     to show to strangers

--strip-payload puts zeroes in the place of what TCP carried, also in what ICMP
errors quote, and of padding. --anonymize does so too, and maps IP addresses
with Crypto-PAn, so that hosts of one network stay in one network, and hardware
addresses. Loopback, multicast, broadcast and unspecified addresses stay. IP
options, unknown TCP options, ICMP extensions and names of interfaces go. Ports,
times, TTLs and TCP's own numbers stay: whoever has another capture of the same
traffic can recognise it by them. Frames with a layer that finwait cannot alter
are left out and counted. All checksums are made anew.
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

function build(io: Io, done: (code: number) => void): Command {
  const program = new Command('finwait')
    .description(
      'Says, for both endpoints of every TCP connection in a capture, which RFC 9293 state they were in, when, ' +
        "on which frame's evidence, and what went wrong.",
    )
    .usage('<capture...> [options]\n       finwait <command> [options]')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(finwait --help tells more)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(inOurWords(text)),
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
    });

  const plan = new OutputPlan();
  const analyzeCommand = program
    .command('analyze', { isDefault: true })
    .description('report on captures (the default command)')
    .addArgument(captures().argOptional())
    .addOption(formatOption(plan))
    .addOption(
      new Option('-o, --output <file>', 'write the report here, in the --format before or as its name ends')
        .default(undefined, '-')
        .argParser((path: string) => plan.addOutput(path)),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 if there is a finding of this severity or above').choices(
        SEVERITIES,
      ),
    )
    .option('--baseline <report.json>', 'report only what is new or changed since this JSON report')
    .option('--strict', 'exit 3 if a capture is damaged')
    .addOption(
      new Option('--max-length <n>', 'the longest document, in characters; evidence is left out first')
        .default(undefined, 'what the place allows, such as 65536 on GitHub')
        .argParser(documentLength),
    )
    .addOption(filterOption())
    .addOption(maximumConnections())
    .addOption(separation())
    .addOption(anonymizeOption())
    .addOption(keyOption())
    .option('--print-config', 'print every setting, and where it comes from, as JSON')
    .option('-v, --verbose', 'also say which frames were not analysed and why, and what suppressions did')
    .action(async (paths: string[], options) => {
      if (options.printConfig === true) return done(await printConfig(options, io));
      if (paths.length === 0) analyzeCommand.error(`error: ${NO_CAPTURE}`);
      const configuration = await configure(options, io);
      done(await analyze(paths, { ...options, ...configuration, destinations: plan.destinations() }, io));
    });
  addCommonOptions(analyzeCommand);

  const watchCommand = program
    .command('watch')
    .description('tell findings while a capture comes in; at its end, or after Ctrl-C, a summary')
    .addArgument(new Argument('<capture>', '- for standard input, or a named pipe'))
    .addOption(
      new Option('-f, --format <name>', 'lines for people, or JSON objects')
        .choices(['text', 'ndjson'])
        .default('text'),
    )
    .addOption(
      new Option('--severity <severity>', 'tell findings of this severity or above')
        .choices(SEVERITIES)
        .default('warning'),
    )
    .addOption(filterOption())
    .addOption(maximumConnections())
    .addOption(separation())
    .action(async (path: string, options) => {
      done(await watch(path, { ...options, ...(await configure(options, io)) }, io));
    })
    .addHelpText(
      'after',
      '\nA finding is told again when it becomes graver; when its connection ends, if\n' +
        'it is of another severity then; and as settled if it does not hold after all.\n' +
        '\nExample:\n  tcpdump -i eth0 -U -w - tcp | finwait watch -\n\nTime is that of the capture: while nothing is captured, nothing becomes stuck.\n',
    );
  addEngineOptions(watchCommand);
  addColorOptions(watchCommand);

  const timelineCommand = program
    .command('timeline')
    .description("draw one connection: its segments between both endpoints' states")
    .addArgument(captures())
    .addOption(filterOption())
    .addOption(maximumConnections())
    .addOption(separation())
    .action(async (paths: string[], options) => {
      const { rules, suppressions } = await configure(options, io);
      done(await timeline(paths, { ...options, rules, suppressions }, io));
    });
  addCommonOptions(timelineCommand);

  const extractCommand = program
    .command('extract')
    .description('write the frames of a connection, or of a finding, as a small capture')
    .addArgument(new Argument('<capture>', 'a pcap or pcapng file, also compressed with gzip, zstd or lz4'))
    .addOption(
      new Option(
        '-c, --connection <n>',
        'a connection by its number, which in one capture is its tcp.stream; or several, as in 3,7,9',
      )
        .default([], 'none')
        .argParser(collectNumbers),
    )
    .addOption(
      new Option('--finding <n>', 'the connection of this finding, by its place in the JSON report; likewise')
        .default([], 'none')
        .argParser(collectNumbers),
    )
    .option('-o, --output <file>', 'write the capture here; - is standard output')
    .addOption(
      new Option('-f, --format <name>', 'pcapng says more, such as when the capture ended')
        .choices(EXTRACT_FORMATS)
        .default(undefined, "pcapng, but pcap for a file's name that ends so"),
    )
    .addOption(maximumConnections())
    .addOption(separation())
    .option('--strip-payload', 'put zeroes in the place of what TCP carries; lengths and verdicts stay')
    .addOption(anonymizeOption())
    .addOption(keyOption())
    .option('--keep-payload', 'anonymize, but keep what TCP carries: check yourself that it names nobody')
    .action(async (path: string, options) => {
      const { rules, suppressions } = await configure(options, io);
      done(await extract(path, { ...options, rules, suppressions }, io));
    });
  addEngineOptions(extractCommand);
  addQuietOption(extractCommand);
  extractCommand.addHelpText('after', EXTRACT_HELP);

  const checkCommand = program
    .command('check')
    .description('hold captures against the expectations beside them, for tests')
    .addArgument(new Argument('<capture...>', 'directories, captures, or patterns'))
    .addOption(
      new Option('-f, --format <name>', 'a table, JUnit XML, or annotations for GitHub Actions')
        .choices(CHECK_FORMATS)
        .default('table'),
    )
    .option('-o, --output <file>', 'write the result here; - is standard output')
    .option('--init', 'start an expectation for each capture that has none')
    .option('--update', 'bring expectations up to date, as deep as they go; comments stay')
    .option('-v, --verbose', 'also name what is as expected')
    .action(async (paths: string[], options) => {
      const { rules, suppressions } = await configure(options, io);
      // It loads the YAML parser, which nobody else waits for.
      const { check } = await import('./check.js');
      done(await check(paths, { ...options, rules, suppressions }, io));
    });
  addEngineOptions(checkCommand);
  addQuietOption(checkCommand);
  addColorOptions(checkCommand);
  checkCommand.addHelpText('after', CHECK_HELP);

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
    addColorOptions(command);
    command.exitOverride();
  }
  program
    .command('completion')
    .description('print a script that teaches a shell the commands, options and rules')
    .addArgument(new Argument('<shell>', 'its name').choices(SHELL_NAMES))
    .action((shell: Shell) => done(completion(shell, program, io)))
    .exitOverride();
  // Commander's own prints everybody's help where a command is misspelt, and does not say so.
  program
    .helpCommand(false)
    .command('help')
    .description('print the help of a command')
    .addArgument(new Argument('[command]', 'its name'))
    .action((name?: string) => commandOf(program, name).outputHelp())
    .exitOverride();
  program.addHelpText(
    'after',
    () => `\nOptions of analyze:\n${optionList(analyzeCommand, io.stdout.columns)}\n${EXAMPLES}`,
  );
  return program;
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

function captures(): Argument {
  return new Argument(
    '<capture...>',
    'pcap or pcapng files, also compressed with gzip, zstd or lz4; directories, patterns; - for standard input',
  );
}

function maximumConnections(): Option {
  return new Option(
    '--max-connections <n>',
    'hold no more than this many at once: those idle for longest are given up',
  )
    .default(MAXIMUM_CONNECTIONS)
    .argParser(atLeastOne);
}

function separation(): Option {
  return new Option(
    '--separate <of>',
    'tell apart connections with the same addresses and ports in several networks: of vlan, tunnel, interface, between commas',
  )
    .choices(SEPARATIONS)
    .default(undefined, 'as in Wireshark, they are one')
    .argParser(separations);
}

function anonymizeOption(): Option {
  return new Option(
    '--anonymize',
    'map every address to another, so that hosts of one network stay together (Crypto-PAn)',
  );
}

function keyOption(): Option {
  return new Option(
    '--key <file>',
    'anonymize with this key, the same way each time: 64 hexadecimal digits (or FINWAIT_ANONYMIZE_KEY)',
  ).default(undefined, 'a random one, not kept');
}

function formatOption(plan: OutputPlan): Option {
  const names = Object.keys(FORMATS);
  const list = names.map((name) => `${name} (${FORMATS[name].summary})`).join(', ');
  return new Option('-f, --format <name>', `may be repeated, each with its --output: ${list}`)
    .default(undefined, names[0])
    .argParser((name: string) => {
      if (Object.hasOwn(FORMATS, name)) return plan.addFormat(name);
      const nearest = nearestName(name, names);
      const hint = nearest === null ? `it is one of ${names.join(', ')}` : `did you mean ${nearest}?`;
      throw new UsageError(`there is no format ${name}; ${hint}`);
    });
}

function filterOption(): Option {
  return new Option(
    '--filter <expression>',
    'only connections like this: host, net, port or portrange, of either end or after client or server; with and, or, not and parentheses',
  ).argParser(parseFilter);
}

function addCommonOptions(command: Command): void {
  command
    .addOption(
      new Option(
        '-c, --connection <n>',
        'only this connection, by its number: in one capture, its tcp.stream',
      ).argParser(wholeNumber),
    )
    .option('--join', 'the captures are parts of one, such as rotated files: read them as one, by time');
  addEngineOptions(command);
  addQuietOption(command);
  addColorOptions(command);
}

/** How captures are read and judged. */
function addEngineOptions(command: Command): void {
  command
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
    .option('--config <file>', 'read the configuration from here, not from the one found (or FINWAIT_CONFIG)')
    .option('--no-config', 'read no configuration')
    .exitOverride();
}

function addQuietOption(command: Command): void {
  command.option('-q, --quiet', 'no progress');
}

function addColorOptions(command: Command): void {
  command.option('--color', 'colours even if the output is no terminal').option('--no-color', 'no colours');
}

/** Commander's message, with what to do about it where it does not say so itself. */
function inOurWords(text: string): string {
  return text
    .split('\n')
    .map(escapeControls)
    .join('\n')
    .replace(/^error: /, 'finwait: ')
    .replace("missing required argument 'capture'", NO_CAPTURE)
    .replace("missing required argument 'rule'", 'name a rule; finwait rules lists them')
    .replace("missing required argument 'shell'", `name a shell: ${SHELL_NAMES.join(', ')}`)
    .replace('command-argument value ', '')
    .replace(' is invalid. it is ', ' is invalid: it is ')
    .replace(
      /^(finwait: too many arguments for 'rules')\..*$/m,
      '$1; one of them in full: finwait explain <rule>',
    );
}
