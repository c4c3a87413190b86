import type { Connection, Endpoint } from '../connections/connection.js';
import { secondsLasted, type Timestamp, toIsoString } from '../core/time.js';
import type { Finding } from '../rules/finding.js';
import type { Reporter, Write } from './reporter.js';
import { escapeControls } from './text/escape.js';

type Cell = string | number;
type Column = readonly [name: string, value: (connection: Connection, findings: readonly Finding[]) => Cell];

const endpointColumns = (role: 'client' | 'server'): readonly Column[] => {
  const of = (value: (endpoint: Endpoint) => Cell) => (connection: Connection) => value(connection[role]);
  return [
    [`${role}FinalState`, of(({ finalState }) => finalState)],
    [`${role}Segments`, of(({ segments }) => segments)],
    [`${role}PayloadBytes`, of(({ payloadBytes }) => payloadBytes)],
    [`${role}Retransmissions`, of(({ retransmissions }) => retransmissions)],
    [`${role}ZeroWindows`, of(({ zeroWindows }) => zeroWindows)],
    [`${role}ResetsSent`, of(({ resetsSent }) => resetsSent)],
  ];
};

/** Names are those of the JSON report. */
const COLUMNS: readonly Column[] = [
  ['id', ({ id }) => id],
  ['capture', ({ capture }) => capture],
  ['stream', ({ stream }) => stream],
  ['clientAddress', ({ client }) => client.address],
  ['clientPort', ({ client }) => client.port],
  ['serverAddress', ({ server }) => server.address],
  ['serverPort', ({ server }) => server.port],
  ['rolesKnownBy', ({ rolesKnownBy }) => rolesKnownBy],
  ['startAt', ({ start }) => toIsoString(start)],
  ['endAt', ({ end }) => toIsoString(end)],
  ['durationSeconds', ({ start, end }) => durationOf(start, end)],
  ['firstFrame', ({ firstFrame }) => firstFrame],
  ['lastFrame', ({ lastFrame }) => lastFrame],
  ['frames', ({ frames }) => frames],
  ['completeness', ({ completeness }) => completeness],
  ['zeekConnState', ({ zeek }) => zeek.connState],
  ['zeekHistory', ({ zeek }) => zeek.history],
  ...endpointColumns('client'),
  ...endpointColumns('server'),
  [
    'findings',
    (_connection, findings) => findings.map(({ severity, rule }) => `${severity}:${rule}`).join(' '),
  ],
  ['network', ({ network }) => network],
  ['evicted', ({ quality }) => String(quality.evicted)],
];

/** Empty where frames have no time. */
function durationOf(start: Timestamp, end: Timestamp): Cell {
  const duration = secondsLasted(start, end);
  return Number.isNaN(duration) ? '' : Math.round(duration * 1e9) / 1e9;
}

const LINE_END = '\r\n';
/** Text is handed on in parts of about this many characters. */
const PART = 1 << 16;

/** One line per connection, as RFC 4180 specifies, for spreadsheets and data frames. Nothing is kept. */
export class CsvReporter implements Reporter {
  readonly #write: Write;
  #text = `${COLUMNS.map(([name]) => name).join(',')}${LINE_END}`;

  constructor(write: Write) {
    this.#write = write;
  }

  connection(connection: Connection, findings: readonly Finding[]): void {
    const cells = COLUMNS.map(([, value]) => cell(value(connection, findings)));
    this.#text += `${cells.join(',')}${LINE_END}`;
    if (this.#text.length > PART) this.#flush();
  }

  end(): void {
    this.#flush();
  }

  #flush(): void {
    this.#write(this.#text);
    this.#text = '';
  }
}

function cell(value: Cell): string {
  return typeof value === 'number' ? String(value) : csvText(value);
}

/** A cell of text. Spreadsheets treat what starts with one of these characters as a formula. */
export function csvText(text: string): string {
  const shown = escapeControls(text);
  const safe = /^[=+\-@]/.test(shown) ? `'${shown}` : shown;
  return /[",;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
