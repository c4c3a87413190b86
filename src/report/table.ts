import Table from 'cli-table3';
import type { Connection } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import type { Finding, Pattern, Severity } from '../rules/finding.js';
import { displayFilterFor } from './display-filter.js';
import { escapeControls } from './escape.js';
import type { Palette } from './palette.js';
import type { AnalysisEnd, CaptureFacts, Reporter, Write } from './reporter.js';
import {
  citationNames,
  clockTime,
  counted,
  endpointName,
  frameList,
  grouped,
  octets,
  seconds,
} from './words.js';

export interface TableOptions {
  readonly palette: Palette;
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** Also count the frames that were not analysed, by reason. */
  readonly verbose: boolean;
}

/** Narrower than this the tables are unreadable; wider lines are hard to read. */
const MIN_WIDTH = 60;
const MAX_WIDTH = 140;
const MOST_FINDINGS = 20;
const MOST_CONNECTIONS = 20;
const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

interface Row {
  readonly id: number;
  readonly client: string;
  readonly server: string;
  readonly clientState: string;
  readonly serverState: string;
  readonly frames: number;
  readonly duration: number;
  readonly findings: readonly Finding[];
  readonly rank: number;
}

/** One finding or pattern: what stands left and right in its table. */
interface Card {
  readonly rule: string;
  readonly head: string;
  readonly body: string;
}

/**
 * The report on a terminal: what was read, the findings worst first, and the worst connections. It keeps
 * only what it will show, however many connections there are.
 */
export class TableReporter implements Reporter {
  readonly #write: Write;
  readonly #options: TableOptions;
  readonly #width: number;
  readonly #findings: Record<Severity, Finding[]> = { error: [], warning: [], info: [] };
  readonly #rows: Row[] = [];
  readonly #explained = new Set<string>();

  constructor(write: Write, options: TableOptions) {
    this.#write = write;
    this.#options = options;
    this.#width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, options.columns));
  }

  connection(connection: Connection, findings: readonly Finding[]): void {
    for (const finding of findings) {
      const kept = this.#findings[finding.severity];
      if (kept.length < MOST_FINDINGS) kept.push(finding);
    }
    this.#keep(connection, findings);
  }

  end(end: AnalysisEnd): void {
    const parts = [
      ...end.captures.map((facts) => this.#capture(facts)),
      this.#summary(end),
      ...this.#patternsAndFindings(end),
      this.#connectionTable(end.summary.connections),
    ];
    this.#write(`${parts.filter((part) => part !== '').join('\n\n')}\n`);
  }

  /** Keeps the worst connections, earlier ones first among equals. */
  #keep(connection: Connection, findings: readonly Finding[]): void {
    const worst = findings.reduce((rank, finding) => Math.min(rank, SEVERITIES.indexOf(finding.severity)), 3);
    const last = this.#rows.at(-1);
    if (this.#rows.length === MOST_CONNECTIONS && last !== undefined && last.rank <= worst) return;
    const { client, server } = connection;
    this.#rows.push({
      id: connection.id,
      client: endpointName(client),
      server: endpointName(server),
      clientState: client.finalState,
      serverState: server.finalState,
      frames: connection.frames,
      duration: secondsBetween(connection.start, connection.end),
      findings,
      rank: worst,
    });
    this.#rows.sort((a, b) => a.rank - b.rank || a.id - b.id);
    if (this.#rows.length > MOST_CONNECTIONS) this.#rows.pop();
  }

  #capture(facts: CaptureFacts): string {
    const { palette, verbose } = this.#options;
    const form = [facts.format, facts.compression, facts.linkTypes.join(' and ')].filter(Boolean).join(', ');
    const size = `${counted(facts.frames, 'frame')}, ${counted(facts.tcpSegments, 'TCP segment')}, ${octets(facts.bytes)}`;
    const lines = [palette.bold(escapeControls(facts.path)), palette.dim(`${form}: ${size}`)];
    if (facts.firstFrameAt !== null) {
      lines.push(palette.dim(`from ${clockTime(facts.firstFrameAt)}, for ${seconds(facts.durationSeconds)}`));
    }
    if (facts.dropped !== null && facts.dropped > 0) {
      lines.push(palette.severity.warning(`the capturing host dropped ${counted(facts.dropped, 'frame')}`));
    }
    if (facts.damage !== null) {
      const { offset, frame, message } = facts.damage;
      lines.push(
        palette.severity.error(`damaged at byte ${grouped(offset)}, frame ${grouped(frame)}: ${message}`),
      );
      lines.push(palette.dim('everything before that was analysed'));
    }
    if (verbose) {
      for (const [reason, count] of Object.entries(facts.skipped)) {
        lines.push(palette.dim(`not analysed, ${reason}: ${counted(count, 'frame')}`));
      }
    }
    return lines.join('\n');
  }

  #summary(end: AnalysisEnd): string {
    const { palette } = this.#options;
    const { connections, findings, finalStates } = end.summary;
    const parts = SEVERITIES.filter((severity) => findings[severity] > 0).map((severity) =>
      palette.severity[severity](
        severity === 'info' ? `${findings.info} info` : counted(findings[severity], severity),
      ),
    );
    const states = Object.entries(finalStates)
      .sort((a, b) => b[1] - a[1])
      .map(([state, count]) => `${state} ${grouped(count)}`);
    const verdict = parts.length === 0 ? 'nothing to report' : parts.join(', ');
    const lines = [`${palette.bold(counted(connections, 'connection'))}: ${verdict}`];
    if (states.length > 0) lines.push(palette.dim(`endpoints ended in ${states.join(', ')}`));
    return lines.join('\n');
  }

  #patternsAndFindings(end: AnalysisEnd): string[] {
    const tables: string[] = [];
    if (end.patterns.length > 0)
      tables.push(this.#cards(end.patterns.map((pattern) => this.#patternCard(pattern))));
    const all = SEVERITIES.flatMap((severity) => this.#findings[severity]);
    const shown = all.slice(0, MOST_FINDINGS);
    if (shown.length > 0) tables.push(this.#cards(shown.map((finding) => this.#findingCard(finding))));
    const total = SEVERITIES.reduce((sum, severity) => sum + end.summary.findings[severity], 0);
    if (total > shown.length) {
      tables.push(
        this.#options.palette.dim(
          `${grouped(total - shown.length)} more findings: --format json lists them all`,
        ),
      );
    }
    return tables;
  }

  #findingCard(finding: Finding): Card {
    const { palette } = this.#options;
    const filter = displayFilterFor(finding.connection, finding.frames.slice(0, 12));
    return {
      rule: finding.rule,
      head: `${this.#badge(finding.severity)}\n${finding.rule}\n${palette.dim(`connection ${finding.connection}`)}`,
      body: [
        palette.bold(finding.title),
        ...this.#body(finding),
        this.#labelled('frames', frameList(finding.frames)),
        this.#labelled('filter', filter),
      ].join('\n'),
    };
  }

  #patternCard(pattern: Pattern): Card {
    const { palette } = this.#options;
    return {
      rule: pattern.rule,
      head: `${this.#badge(pattern.severity)}\n${pattern.rule}\n${palette.dim(counted(pattern.count, 'connection'))}`,
      body: [palette.bold(pattern.title), ...this.#body(pattern)].join('\n'),
    };
  }

  #body(item: Finding | Pattern): string[] {
    const { palette } = this.#options;
    const effect = 'explainedBy' in item && item.explainedBy !== undefined;
    // An effect of another finding needs no explanation of its own, and no rule's words are printed twice.
    if (effect) return [palette.dim(`explained by ${item.explainedBy}`)];
    if (this.#explained.has(item.rule)) return [];
    this.#explained.add(item.rule);
    const lines = [item.explanation];
    if (item.citations.length > 0) {
      lines.push(this.#labelled('rule', citationNames(item.citations.slice(0, 4))));
    }
    if (item.applicationSees !== '') lines.push(this.#labelled('seen', item.applicationSees));
    if (item.severity !== 'info') {
      if (item.likelyCauses.length > 0) lines.push(this.#labelled('cause', item.likelyCauses[0]));
      for (const step of item.nextSteps.slice(0, 2)) lines.push(this.#labelled('next', step));
    }
    return lines;
  }

  #labelled(label: string, text: string): string {
    return `${this.#options.palette.dim(`${label}:`)} ${text}`;
  }

  #badge(severity: Severity): string {
    const { palette } = this.#options;
    return palette.bold(palette.severity[severity](severity.toUpperCase()));
  }

  #cards(cards: readonly Card[]): string {
    const names = cards.reduce((length, { rule }) => Math.max(length, rule.length), 12);
    const left = Math.min(names + 2, Math.floor(this.#width * 0.35));
    const table = new Table({
      colWidths: [left, this.#width - left - 3],
      wordWrap: true,
      style: { head: [], border: [] },
    });
    for (const { head, body } of cards) table.push([head, body]);
    return table.toString();
  }

  #connectionTable(total: number): string {
    if (this.#rows.length === 0) return '';
    const { palette } = this.#options;
    const table = new Table({
      head: ['#', 'client\nserver', 'ended in', 'frames', 'lasted', 'findings'].map(palette.bold),
      colWidths: this.#connectionWidths(),
      wordWrap: true,
      style: { head: [], border: [] },
    });
    for (const row of this.#rows) {
      const rules = row.findings.map((finding) => palette.severity[finding.severity](finding.rule));
      const states = `${row.clientState}\n${row.serverState}`;
      table.push([
        row.id,
        `${row.client}\n${row.server}`,
        states,
        row.frames,
        seconds(row.duration),
        rules.join('\n'),
      ]);
    }
    const more = total - this.#rows.length;
    const note =
      more > 0
        ? `${grouped(more)} more connections; one of them: finwait timeline --connection N, all: --format json`
        : 'one connection in full: finwait timeline --connection N';
    return `${table.toString()}\n${palette.dim(note)}`;
  }

  /** Widths that add up to the terminal's: what has a natural width gets it, the rest is shared. */
  #connectionWidths(): number[] {
    const widest = (least: number, pick: (row: Row) => string): number =>
      this.#rows.reduce((length, row) => Math.max(length, pick(row).length), least) + 2;
    const id = widest(1, (row) => String(row.id));
    const states = widest(8, (row) => longer(row.clientState, row.serverState));
    const frames = widest(6, (row) => String(row.frames));
    const duration = widest(6, (row) => seconds(row.duration));
    const borders = 7;
    const rest = this.#width - id - states - frames - duration - borders;
    const rules = widest(8, (row) => row.findings.reduce((longest, { rule }) => longer(longest, rule), ''));
    const findings = Math.min(rules, Math.max(Math.floor(rest / 2), 10));
    const endpoint = Math.min(
      widest(6, (row) => longer(row.client, row.server)),
      rest - findings,
    );
    return [id, endpoint, states, frames, duration, Math.min(rules, rest - endpoint)];
  }
}

function longer(a: string, b: string): string {
  return a.length >= b.length ? a : b;
}
