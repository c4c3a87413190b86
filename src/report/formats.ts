import { CsvReporter } from './csv.js';
import { GithubReporter } from './github.js';
import { htmlReporter } from './html/index.js';
import { svgReporter } from './html/svg.js';
import { jiraReporter } from './jira.js';
import { JsonReporter } from './json.js';
import { JunitReporter } from './junit.js';
import { markdownReporter } from './markdown.js';
import { NdjsonReporter } from './ndjson.js';
import type { Reporter, Spool, Write } from './reporter.js';
import { SarifReporter } from './sarif.js';
import { slackReporter } from './slack.js';
import { type TableOptions, TableReporter } from './table.js';

/** Every output format: its name for `--format`, what it is for, and how its reporter is made. */
export interface Format {
  readonly summary: string;
  /** A file with one of these extensions takes this format. */
  readonly extensions: readonly string[];
  readonly create: (write: Write, options: FormatOptions, spool: Spool) => Reporter;
}

export interface FormatOptions extends TableOptions {
  /** The longest document, in characters; undefined for the limit of the system that it is meant for. */
  readonly maxLength?: number | undefined;
}

/** The first is the default. */
export const FORMATS: Readonly<Record<string, Format>> = {
  table: {
    summary: 'tables for a terminal',
    extensions: ['txt'],
    create: (write, options) => new TableReporter(write, options),
  },
  json: {
    summary: 'the whole report as one JSON document',
    extensions: ['json'],
    create: (write, _options, spool) => new JsonReporter(write, spool),
  },
  ndjson: {
    summary: 'one JSON object per line, as connections end',
    extensions: ['ndjson', 'jsonl'],
    create: (write) => new NdjsonReporter(write),
  },
  csv: {
    summary: 'one line per connection, for spreadsheets',
    extensions: ['csv'],
    create: (write) => new CsvReporter(write),
  },
  sarif: {
    summary: 'SARIF 2.1.0, for code scanning',
    extensions: ['sarif'],
    create: (write) => new SarifReporter(write),
  },
  junit: {
    summary: 'JUnit XML, for CI servers',
    extensions: ['xml'],
    create: (write) => new JunitReporter(write),
  },
  github: {
    summary: 'annotations for GitHub Actions',
    extensions: [],
    create: (write) => new GithubReporter(write),
  },
  markdown: {
    summary: 'for a ticket on GitHub or GitLab',
    extensions: ['md', 'markdown'],
    create: (write, { maxLength }) => markdownReporter(write, maxLength),
  },
  html: {
    summary: 'one page to read, with timelines drawn',
    extensions: ['html', 'htm'],
    create: (write) => htmlReporter(write),
  },
  svg: {
    summary: 'a drawing of one connection',
    extensions: ['svg'],
    create: (write) => svgReporter(write),
  },
  jira: {
    summary: 'for a ticket in Jira',
    extensions: ['jira'],
    create: (write, { maxLength }) => jiraReporter(write, maxLength),
  },
  slack: {
    summary: 'a message for Slack, as JSON',
    extensions: [],
    create: (write) => slackReporter(write),
  },
};

/** The format of a file's extension; null if none. */
export function formatOfFile(path: string): string | null {
  const extension = /\.(\w+)$/.exec(path)?.[1].toLowerCase();
  if (extension === undefined) return null;
  return Object.keys(FORMATS).find((name) => FORMATS[name].extensions.includes(extension)) ?? null;
}
