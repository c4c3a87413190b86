/** Arguments and options that several commands have, each told once. */
import { Argument, type Command, Option } from 'commander';
import { MAXIMUM_CONNECTIONS } from '../connections/tracker.js';
import { nearestName } from '../core/suggest.js';
import { SEPARATIONS } from '../decode/domains.js';
import { FORMATS } from '../report/formats.js';
import { parseFilter } from './filter.js';
import { UsageError } from './io.js';
import { atLeastOne, collect, separations, wholeNumber } from './options.js';
import type { OutputPlan } from './outputs.js';

export function captures(): Argument {
  return new Argument(
    '<capture...>',
    'pcap or pcapng files, also compressed with gzip, zstd or lz4; directories, patterns; - for standard input',
  );
}

export function maximumConnections(): Option {
  return new Option(
    '--max-connections <n>',
    'hold no more than this many at once: those idle for longest are given up',
  )
    .default(MAXIMUM_CONNECTIONS)
    .argParser(atLeastOne);
}

export function separation(): Option {
  return new Option(
    '--separate <of>',
    'tell apart connections with the same addresses and ports in several networks: of vlan, tunnel, interface, between commas',
  )
    .choices(SEPARATIONS)
    .default(undefined, 'as in Wireshark, they are one')
    .argParser(separations);
}

export function anonymizeOption(): Option {
  return new Option(
    '--anonymize',
    'map every address to another, so that hosts of one network stay together (Crypto-PAn)',
  );
}

export function keyOption(): Option {
  return new Option(
    '--key <file>',
    'anonymize with this key, the same way each time: 64 hexadecimal digits (or FINWAIT_ANONYMIZE_KEY)',
  ).default(undefined, 'a random one, not kept');
}

export function formatOption(plan: OutputPlan): Option {
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

export function filterOption(): Option {
  return new Option(
    '--filter <expression>',
    'only connections like this: host, net, port or portrange, of either end or after client or server; with and, or, not and parentheses',
  ).argParser(parseFilter);
}

export function addCommonOptions(command: Command): void {
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
export function addEngineOptions(command: Command): void {
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

export function addQuietOption(command: Command): void {
  command.option('-q, --quiet', 'no progress');
}

export function addColorOptions(command: Command): void {
  command.option('--color', 'colours even if the output is no terminal').option('--no-color', 'no colours');
}
