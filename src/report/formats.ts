import { JsonReporter } from './json.js';
import { NdjsonReporter } from './ndjson.js';
import type { Reporter, Spool, Write } from './reporter.js';
import { type TableOptions, TableReporter } from './table.js';

/** Every output format: its name for `--format`, what it is for, and how its reporter is made. */
export interface Format {
  readonly summary: string;
  readonly create: (write: Write, options: TableOptions, spool: Spool) => Reporter;
}

export const FORMATS: Readonly<Record<string, Format>> = {
  table: { summary: 'tables for a terminal', create: (write, options) => new TableReporter(write, options) },
  json: {
    summary: 'the whole report as one JSON document',
    create: (write, _options, spool) => new JsonReporter(write, spool),
  },
  ndjson: {
    summary: 'one JSON object a line, as connections end',
    create: (write) => new NdjsonReporter(write),
  },
};
