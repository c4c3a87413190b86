/** Arguments and options that several commands share. */
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
    'pcap or pcapng files, plain or compressed (gzip, zstd, lz4); directories; globs; - for standard input',
  );
}

export function maximumConnections(): Option {
  return new Option(
    '--max-connections <n>',
    'track at most this many connections at once; beyond that the longest idle are evicted',
  )
    .default(MAXIMUM_CONNECTIONS)
    .argParser(atLeastOne);
}

export function separation(): Option {
  return new Option(
    '--separate <of>',
    'keep connections apart that have the same addresses and ports in different networks: one or more of these, comma-separated',
  )
    .choices(SEPARATIONS)
    .default(undefined, 'they are one, as in Wireshark')
    .argParser(separations);
}

export function anonymizeOption(): Option {
  return new Option(
    '--anonymize',
    'replace every address by another, keeping hosts of one network together (Crypto-PAn)',
  );
}

export function keyOption(): Option {
  return new Option(
    '--key <file>',
    'anonymize with this key, the same way each time; 64 hexadecimal digits (or FINWAIT_ANONYMIZE_KEY)',
  ).default(undefined, 'a random key, not kept');
}

export function formatOption(plan: OutputPlan): Option {
  const names = Object.keys(FORMATS);
  const list = names.map((name) => `${name} (${FORMATS[name].summary})`).join(', ');
  return new Option('-f, --format <name>', `repeatable, each with its own --output: ${list}`)
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
    'only matching connections, as in tcpdump: host, net, port, portrange, with client or server in front for one end only; and, or, not, parentheses',
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
    .option('--join', 'read the captures, such as rotated files, as one, in time order');
  addEngineOptions(command);
  addQuietOption(command);
  addColorOptions(command);
}

/** How captures are read and analysed. */
export function addEngineOptions(command: Command): void {
  command
    .addOption(
      new Option('--reader <name>', "read classic pcap with finwait's own reader or with the npm package")
        .choices(['builtin', 'pcap-parser'])
        .default('builtin'),
    )
    .addOption(
      new Option('--rule <id=severity>', 'set a rule to off, info, warning or error; repeatable')
        .default([], 'none')
        .argParser(collect),
    )
    .addOption(
      new Option('--set <id.option=value>', "change a rule's threshold; repeatable")
        .default([], 'none')
        .argParser(collect),
    )
    .option('--config <file>', 'use this configuration instead of searching for one (or FINWAIT_CONFIG)')
    .option('--no-config', 'use no configuration')
    .exitOverride();
}

export function addQuietOption(command: Command): void {
  command.option('-q, --quiet', 'show no progress');
}

export function addColorOptions(command: Command): void {
  command
    .option('--color', 'use colours even if the output is not a terminal')
    .option('--no-color', 'use no colours');
}
