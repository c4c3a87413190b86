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
/** What a cut endpoint keeps at its end: a port, and enough of the address to tell hosts of one network apart. */
const KEPT_END = 11;
const CUT = '…';

interface Column {
  readonly head: string;
  readonly cell: (row: ConnectionRow, nameOf: (finding: Finding) => string) => string;
  readonly align?: 'right';
  /** Its lines are endpoints: where they must be cut, the port stays. */
  readonly isEndpoint?: boolean;
}

const ID: Column = { head: '#', cell: ({ id }) => String(id), align: 'right' };
const NETWORK: Column = { head: 'network', cell: ({ network }) => network };
const FRAMES: Column = { head: 'frames', cell: ({ frames }) => grouped(frames), align: 'right' };
const ACTIVE: Column = { head: 'active', cell: (row) => seconds(row.seconds), align: 'right' };
const FINDINGS: Column = {
  head: 'findings',
  cell: ({ findings }, nameOf) => findings.map(nameOf).join('\n'),
};
const ENDPOINTS: Column = {
  head: 'client\nserver',
  cell: ({ client, server }) => `${client}\n${server}`,
  isEndpoint: true,
};
const STATES: Column = {
  head: 'ended in',
  cell: ({ clientState, serverState }) => `${clientState}\n${serverState}`,
};

/** From one line a connection to what fits anywhere; the last may be cut. */
const LAYOUTS: readonly (readonly Column[])[] = [
  [
    ID,
    { head: 'client', cell: ({ client }) => client, isEndpoint: true },
    { head: 'ended in', cell: ({ clientState }) => clientState },
    { head: 'server', cell: ({ server }) => server, isEndpoint: true },
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
    const colWidths = fitted(this.#widths(layout), room(layout));
    const table = new Table({
      head: layout.map(({ head }) => head.split('\n').map(palette.bold).join('\n')),
      colWidths,
      colAligns: layout.map(({ align }) => align ?? 'left'),
      style: { head: [], border: [], compact: true },
    });
    const nameOf = ({ severity, rule }: Finding): string => palette.severity[severity](rule);
    const shown = (row: ConnectionRow, { cell, isEndpoint }: Column, width: number): string =>
      isEndpoint === true
        ? cell(row, nameOf)
            .split('\n')
            .map((line) => cutInside(line, width - PADDING))
            .join('\n')
        : cell(row, nameOf);
    table.push(
      ...this.#rows
        .sorted()
        .map((row) => layout.map((column, place) => shown(row, column, colWidths[place]))),
    );
    return table.toString();
  }

  #widths(columns: readonly Column[]): number[] {
    return columns.map(({ head, cell }) => {
      const texts = [head, ...this.#rows.sorted().map((row) => cell(row, ({ rule }) => rule))];
      return PADDING + Math.max(...texts.flatMap((text) => text.split('\n').map((line) => line.length)));
    });
  }
}

/** An endpoint in at most `length` places: `[2001:db8:12:34…5678]:443`. */
function cutInside(endpoint: string, length: number): string {
  if (endpoint.length <= length) return endpoint;
  const end = Math.min(KEPT_END, length - 2 * CUT.length);
  return `${endpoint.slice(0, length - CUT.length - end)}${CUT}${endpoint.slice(-end)}`;
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
