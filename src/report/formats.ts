import { JsonReporter } from './json.js';
import { NdjsonReporter } from './ndjson.js';
import type { Reporter, Write } from './reporter.js';
import { type TableOptions, TableReporter } from './table.js';

/** Every output format: its name for `--format`, what it is for, and how its reporter is made. */
export interface Format {
  readonly summary: string;
  readonly create: (write: Write, options: TableOptions) => Reporter;
}

export const FORMATS: Readonly<Record<string, Format>> = {
  table: { summary: 'tables for a terminal', create: (write, options) => new TableReporter(write, options) },
  json: { summary: 'the whole report as one JSON document', create: (write) => new JsonReporter(write) },
  ndjson: {
    summary: 'one JSON object a line, as connections end',
    create: (write) => new NdjsonReporter(write),
  },
};
