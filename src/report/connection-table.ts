import Table from 'cli-table3';
import type { Connection } from '../connections/connection.js';
import type { Finding } from '../rules/finding.js';
import { type ConnectionRow, ConnectionRows } from './connection-rows.js';
import type { Palette } from './palette.js';
import { grouped, seconds } from './words.js';

const MOST_ROWS = 20;
/** What the blanks around a cell's text add to its width. */
const PADDING = 2;
/** A column that must be cut keeps this much. */
const MIN_COLUMN = 12;

interface Column {
  readonly head: string;
  readonly cell: (row: ConnectionRow, nameOf: (finding: Finding) => string) => string;
  readonly align?: 'right';
}

const ID: Column = { head: '#', cell: ({ id }) => String(id), align: 'right' };
const NETWORK: Column = { head: 'network', cell: ({ network }) => network };
const FRAMES: Column = { head: 'frames', cell: ({ frames }) => grouped(frames), align: 'right' };
const ACTIVE: Column = { head: 'active', cell: (row) => seconds(row.seconds), align: 'right' };
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
  readonly #rows = new ConnectionRows(MOST_ROWS);

  add(connection: Connection, findings: readonly Finding[]): void {
    this.#rows.add(connection, findings);
  }

  get length(): number {
    return this.#rows.sorted().length;
  }

  /** The connection that comes first; undefined without any. */
  get worst(): Pick<Connection, 'capture' | 'stream'> | undefined {
    return this.#rows.sorted().at(0);
  }

  draw(palette: Palette, width: number): string {
    const isNamed = this.#rows.sorted().some(({ network }) => network !== '');
    const room = (layout: readonly Column[]): number => width - layout.length - 1;
    const layouts = isNamed ? LAYOUTS.map(([id, ...columns]) => [id, NETWORK, ...columns]) : LAYOUTS;
    const layout = layouts.find((columns) => sum(this.#widths(columns)) <= room(columns)) ?? layouts.at(-1)!;
    const table = new Table({
      head: layout.map(({ head }) => head.split('\n').map(palette.bold).join('\n')),
      colWidths: fitted(this.#widths(layout), room(layout)),
      colAligns: layout.map(({ align }) => align ?? 'left'),
      style: { head: [], border: [], compact: true },
    });
    const nameOf = ({ severity, rule }: Finding): string => palette.severity[severity](rule);
    table.push(...this.#rows.sorted().map((row) => layout.map(({ cell }) => cell(row, nameOf))));
    return table.toString();
  }

  #widths(columns: readonly Column[]): number[] {
    return columns.map(({ head, cell }) => {
      const texts = [head, ...this.#rows.sorted().map((row) => cell(row, ({ rule }) => rule))];
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
