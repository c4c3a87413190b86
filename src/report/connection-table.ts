import Table from 'cli-table3';
import type { Connection } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { type Finding, SEVERITIES } from '../rules/finding.js';
import type { Palette } from './palette.js';
import { endpointName, grouped, seconds } from './words.js';

const MOST_ROWS = 20;
/** What the blanks around a cell's text add to its width. */
const PADDING = 2;
/** A column that must be cut keeps this much. */
const MIN_COLUMN = 12;

interface Row {
  readonly id: number;
  readonly capture: number;
  readonly stream: number;
  readonly rank: number;
  readonly client: string;
  readonly server: string;
  readonly clientState: string;
  readonly serverState: string;
  readonly frames: string;
  readonly active: string;
  readonly findings: readonly Finding[];
}

interface Column {
  readonly head: string;
  readonly cell: (row: Row, nameOf: (finding: Finding) => string) => string;
  readonly align?: 'right';
}

const ID: Column = { head: '#', cell: ({ id }) => String(id), align: 'right' };
const FRAMES: Column = { head: 'frames', cell: ({ frames }) => frames, align: 'right' };
const ACTIVE: Column = { head: 'active', cell: ({ active }) => active, align: 'right' };
const FINDINGS: Column = {
  head: 'findings',
  cell: ({ findings }, nameOf) => findings.map(nameOf).join('\n'),
};
const ENDPOINTS: Column = { head: 'client\nserver', cell: ({ client, server }) => `${client}\n${server}` };
const STATES: Column = {
  head: 'ended in',
  cell: ({ clientState, serverState }) => `${clientState}\n${serverState}`,
};

/** From one line a connection to what fits anywhere; the last may be cut. */
const LAYOUTS: readonly (readonly Column[])[] = [
  [
    ID,
    { head: 'client', cell: ({ client }) => client },
    { head: 'ended in', cell: ({ clientState }) => clientState },
    { head: 'server', cell: ({ server }) => server },
    { head: 'ended in', cell: ({ serverState }) => serverState },
    FRAMES,
    ACTIVE,
    FINDINGS,
  ],
  [ID, ENDPOINTS, STATES, FRAMES, ACTIVE, FINDINGS],
  [ID, ENDPOINTS, STATES, FINDINGS],
];

/** The connections with the gravest findings, as a table. Keeps no more of them than it shows. */
export class ConnectionTable {
  readonly #rows: Row[] = [];

  add(connection: Connection, findings: readonly Finding[]): void {
    const rank = findings.reduce(
      (worst, { severity }) => Math.min(worst, SEVERITIES.indexOf(severity)),
      SEVERITIES.length,
    );
    const last = this.#rows.at(-1);
    if (this.#rows.length === MOST_ROWS && last !== undefined) {
      if (last.rank < rank || (last.rank === rank && last.id < connection.id)) return;
    }
    const { id, capture, stream, client, server, start, end, frames } = connection;
    this.#rows.push({
      id,
      capture,
      stream,
      rank,
      client: endpointName(client),
      server: endpointName(server),
      clientState: client.finalState,
      serverState: server.finalState,
      frames: grouped(frames),
      active: seconds(secondsBetween(start, end)),
      findings,
    });
    this.#rows.sort((a, b) => a.rank - b.rank || a.id - b.id);
    if (this.#rows.length > MOST_ROWS) this.#rows.pop();
  }

  get length(): number {
    return this.#rows.length;
  }

  /** The connection that comes first; undefined without any. */
  get worst(): Pick<Connection, 'capture' | 'stream'> | undefined {
    return this.#rows.at(0);
  }

  draw(palette: Palette, width: number): string {
    const room = (layout: readonly Column[]): number => width - layout.length - 1;
    const layout = LAYOUTS.find((columns) => sum(this.#widths(columns)) <= room(columns)) ?? LAYOUTS.at(-1)!;
    const table = new Table({
      head: layout.map(({ head }) => head.split('\n').map(palette.bold).join('\n')),
      colWidths: fitted(this.#widths(layout), room(layout)),
      colAligns: layout.map(({ align }) => align ?? 'left'),
      style: { head: [], border: [], compact: true },
    });
    const nameOf = ({ severity, rule }: Finding): string => palette.severity[severity](rule);
    table.push(...this.#rows.map((row) => layout.map(({ cell }) => cell(row, nameOf))));
    return table.toString();
  }

  #widths(columns: readonly Column[]): number[] {
    return columns.map(({ head, cell }) => {
      const texts = [head, ...this.#rows.map((row) => cell(row, ({ rule }) => rule))];
      return PADDING + Math.max(...texts.flatMap((text) => text.split('\n').map((line) => line.length)));
    });
  }
}

/** Takes from the widest columns until all of them fit. */
function fitted(widths: readonly number[], room: number): number[] {
  const columns = [...widths];
  for (let excess = sum(columns) - room; excess > 0; excess--) {
    const widest = columns.indexOf(Math.max(...columns));
    if (columns[widest] <= MIN_COLUMN) break;
    columns[widest]--;
  }
  return columns;
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}
