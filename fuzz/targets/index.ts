import { anonymized } from './anonymized.js';
import { commandLine } from './command-line.js';
import { compressed } from './compressed.js';
import { extract } from './extract.js';
import { fewConnections } from './few-connections.js';
import { joined } from './joined.js';
import { pcapParser } from './pcap-parser.js';
import { report } from './report.js';
import { separate } from './separate.js';
import { surrounded } from './surrounded.js';
import type { Target } from './target.js';
import { watch } from './watch.js';

/** Every way of using the engine. To add one, write its file and add its line. */
export const TARGETS: readonly Target[] = [
  report,
  joined,
  separate,
  fewConnections,
  surrounded,
  pcapParser,
  compressed,
  watch,
  extract,
  anonymized,
  commandLine,
];
