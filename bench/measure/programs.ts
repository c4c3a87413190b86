import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PARSER_LOOP = fileURLToPath(new URL('../pcap-parser-loop.mjs', import.meta.url));
export const BUILT_CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export type ProgramName =
  | 'finwait'
  | 'tcpdump'
  | 'tcptrace'
  | 'tshark'
  | 'pcap-parser'
  | 'finwait .gz'
  | 'gzip -dc';

export interface Program {
  readonly name: ProgramName;
  /** The command line for a capture, which may have a compressed copy beside it as `<capture>.gz`. */
  readonly command: (capture: string) => readonly string[];
  readonly readsCompressed: boolean;
  /** Why it cannot run here. */
  readonly missing: string | null;
}

/** What is compared, in the order of the table; finwait's report goes to `reportPath`. */
export function listPrograms(cli: string, reportPath: string): Program[] {
  const analyze = (capture: string): string[] => [
    process.execPath,
    cli,
    capture,
    '--format',
    'json',
    '--output',
    reportPath,
  ];
  const unbuilt = existsSync(cli) ? null : 'not built (npm run build)';
  return [
    { name: 'finwait', command: analyze, readsCompressed: false, missing: unbuilt },
    installed('tcpdump', (capture) => ['-r', capture, '-w', '/dev/null', 'tcp']),
    installed('tcptrace', (capture) => ['-n', capture]),
    {
      name: 'pcap-parser',
      command: (capture) => [process.execPath, PARSER_LOOP, capture],
      readsCompressed: false,
      missing: null,
    },
    installed('tshark', (capture) => ['-q', '-z', 'conv,tcp', '-r', capture]),
    {
      name: 'finwait .gz',
      command: (capture) => analyze(`${capture}.gz`),
      readsCompressed: true,
      missing: unbuilt ?? missingFromPath('gzip'),
    },
    {
      name: 'gzip -dc',
      command: (capture) => ['gzip', '-dc', `${capture}.gz`],
      readsCompressed: true,
      missing: missingFromPath('gzip'),
    },
  ];
}

function installed(name: ProgramName, options: (capture: string) => readonly string[]): Program {
  return {
    name,
    command: (capture) => [name, ...options(capture)],
    readsCompressed: false,
    missing: missingFromPath(name),
  };
}

function missingFromPath(name: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return null;
    } catch {
      // Not in this folder.
    }
  }
  return 'not installed';
}
