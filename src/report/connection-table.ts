import Table from 'cli-table3';
import type { Connection } from '../connections/connection.js';
import { grouped } from '../core/numbers.js';
import type { Finding } from '../rules/finding.js';
import { type ConnectionRow, ConnectionRows } from './connection-rows.js';
import { displayWidth } from './text/display-width.js';
import type { Palette } from './text/palette.js';
import { connectionName, type PlaceOf, seconds } from './text/words.js';
import { wrap } from './text/wrap.js';

const MOST_ROWS = 20;
/** What the blanks around a cell's text add to its width. */
const PADDING = 2;
/** What a cut column keeps: `[2001:db8:12:34…5678]:443`, some words of a network's or a capture's name. */
const LEAST_ENDPOINT = 25;
const LEAST_NETWORK = 12;
const LEAST_CAPTURE = 10;
/** What a cut endpoint keeps at its end: a port, and enough of the address to tell hosts of one network apart. */
const KEPT_END = 11;
const CUT = '…';

/** How to show texts that depend on the room there is for them. */
interface Look {
  readonly endpoint: (name: string, label?: string) => string;
  readonly prose: (text: string) => readonly string[];
  readonly rule: (finding: Finding) => string;
  /** Empty if there is only one capture. */
  readonly place: (row: ConnectionRow) => readonly string[];
}

interface Column {
  readonly head: readonly string[];
  /** Its lines. */
  readonly cell: (row: ConnectionRow, look: Look) => readonly string[];
  readonly align?: 'right';
  /** The least width it can do with, if that is less than its longest line. */
  readonly least?: number;
}

const ID: Column = { head: ['#'], cell: ({ id }) => [String(id)], align: 'right' };
const NETWORK: Column = {
  head: ['network'],
  cell: ({ network }, { prose }) => prose(network),
  least: LEAST_NETWORK,
};
const CAPTURE: Column = {
  head: ['capture'],
  cell: (row, { prose, place }) => place(row).flatMap(prose),
  least: LEAST_CAPTURE,
};
const FRAMES: Column = { head: ['frames'], cell: ({ frames }) => [grouped(frames)], align: 'right' };
const ACTIVE: Column = { head: ['active'], cell: (row) => [seconds(row.seconds)], align: 'right' };
const FINDINGS: Column = { head: ['findings'], cell: ({ findings }, { rule }) => findings.map(rule) };
const ENDPOINTS: Column = {
  head: ['client', 'server'],
  cell: ({ client, server }, { endpoint }) => [endpoint(client), endpoint(server)],
  least: LEAST_ENDPOINT,
};
const STATES: Column = {
  head: ['ended in'],
  cell: ({ clientState, serverState }) => [clientState, serverState],
};

/** From one line per connection to four columns, in which endpoints may be cut. */
const LAYOUTS: readonly (readonly Column[])[] = [
  [
    ID,
    { head: ['client'], cell: ({ client }, { endpoint }) => [endpoint(client)], least: LEAST_ENDPOINT },
    { head: ['ended in'], cell: ({ clientState }) => [clientState] },
    { head: ['server'], cell: ({ server }, { endpoint }) => [endpoint(server)], least: LEAST_ENDPOINT },
    { head: ['ended in'], cell: ({ serverState }) => [serverState] },
    FRAMES,
    ACTIVE,
    FINDINGS,
  ],
  [ID, ENDPOINTS, STATES, FRAMES, ACTIVE, FINDINGS],
  [ID, ENDPOINTS, STATES, FINDINGS],
];

/** Everything one below the other, for when there is no room side by side. */
const WHOLE: Column = {
  head: ['connection, ended in, findings'],
  cell: (row, { endpoint, prose, rule, place }) => [
    ...prose(connectionName(row)),
    ...place(row).flatMap(prose),
    endpoint(row.client, 'client '),
    `       ${row.clientState}`,
    endpoint(row.server, 'server '),
    `       ${row.serverState}`,
    ...row.findings.map(rule),
  ],
  least: 0,
};

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

  /** @param places where rows are, if there are several captures */
  draw(palette: Palette, width: number, places: PlaceOf | null): string {
    const isNamed = this.#rows.sorted().some(({ network }) => network !== '');
    const added = [...(places === null ? [] : [CAPTURE]), ...(isNamed ? [NETWORK] : [])];
    const layouts = LAYOUTS.map(([id, ...columns]) => [id, ...added, ...columns]);
    const place: Look['place'] = (row) => places?.(row) ?? [];
    const fits = (columns: readonly Column[], widths: readonly number[]): boolean =>
      sum(widths) + columns.length + 1 <= width;
    const layout = layouts.find((columns) => fits(columns, this.#widths(columns, place))) ??
      layouts.find((columns) => fits(columns, this.#leastWidths(columns, place))) ?? [WHOLE];
    const colWidths = this.#fitted(layout, place, width - layout.length - 1);
    const table = new Table({
      head: layout.map(({ head }) => head.map(palette.bold).join('\n')),
      colWidths,
      colAligns: layout.map(({ align }) => align ?? 'left'),
      style: { head: [], border: [], compact: true },
    });
    for (const row of this.#rows.sorted()) {
      table.push(
        layout.map(({ cell }, column) =>
          cell(row, lookOf(palette, place, colWidths[column] - PADDING)).join('\n'),
        ),
      );
    }
    return table.toString();
  }

  /** The same without borders, one below the other, in lines of at most `width` columns. */
  list(palette: Palette, width: number, places: PlaceOf | null): string {
    const look = lookOf(palette, (row) => places?.(row) ?? [], width);
    const lines = this.#rows.sorted().map((row) => WHOLE.cell(row, look).join('\n'));
    return lines.join('\n\n');
  }

  #widths(columns: readonly Column[], place: Look['place']): number[] {
    const look: Look = {
      endpoint: (name, label = '') => label + name,
      prose: (text) => [text],
      rule: ({ rule }) => rule,
      place,
    };
    return columns.map(({ head, cell }) => {
      const lines = [head, ...this.#rows.sorted().map((row) => cell(row, look))].flat();
      return PADDING + Math.max(...lines.map(displayWidth));
    });
  }

  #leastWidths(columns: readonly Column[], place: Look['place']): number[] {
    return this.#widths(columns, place).map((width, column) =>
      Math.min(width, (columns[column].least ?? width) + PADDING),
    );
  }

  /** Narrows the widest columns that can be cut until all columns fit. */
  #fitted(columns: readonly Column[], place: Look['place'], room: number): number[] {
    const widths = this.#widths(columns, place);
    const least = this.#leastWidths(columns, place);
    for (let excess = sum(widths) - room; excess > 0; excess--) {
      const spare = widths.map((width, column) => (width > least[column] ? width : 0));
      const widest = Math.max(...spare);
      if (widest === 0) break;
      widths[spare.indexOf(widest)]--;
    }
    return widths;
  }
}

function lookOf(palette: Palette, place: Look['place'], width: number): Look {
  return {
    endpoint: (name, label = '') => label + cutInside(name, width - label.length),
    prose: (text) => wrap(text, width),
    rule: ({ severity, rule }) => palette.severity[severity](rule),
    place,
  };
}

/** An endpoint in at most `length` characters: `[2001:db8:12:34…5678]:443`. */
function cutInside(endpoint: string, length: number): string {
  if (endpoint.length <= length) return endpoint;
  const end = Math.min(KEPT_END, length - 2 * CUT.length);
  return `${endpoint.slice(0, length - CUT.length - end)}${CUT}${endpoint.slice(-end)}`;
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}
