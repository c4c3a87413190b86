import Table from 'cli-table3';
import type { InterfaceFacts } from '../capture/facts.js';
import type { Connection } from '../connections/connection.js';
import { grouped } from '../core/numbers.js';
import { VERDICT_DESCRIPTIONS } from '../decode/verdict.js';
import type { Finding, Pattern, Severity } from '../rules/finding.js';
import { acquittal } from './acquittal.js';
import { CardWriter } from './cards.js';
import { ConnectionTable } from './connection-table.js';
import { Delivery } from './delivery.js';
import { FindingGroups, foldedInto, type Told } from './finding-groups.js';
import { patternGroups } from './pattern-groups.js';
import type { AnalysisEnd, CaptureFacts, Reporter, Write } from './reporter.js';
import { displayWidth } from './text/display-width.js';
import { escapeControls } from './text/escape.js';
import type { Palette } from './text/palette.js';
import {
  captureName,
  comparison,
  counted,
  evictions,
  firstOf,
  found,
  gaps,
  octets,
  omissions,
  placesIn,
  remarks,
  span,
  timelineCommand,
} from './text/words.js';
import { wrap, wrapCommand } from './text/wrap.js';
import { byUrgency } from './urgency.js';

export interface TableOptions {
  readonly palette: Palette;
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** Also count the frames that were not analysed, by reason. */
  readonly verbose: boolean;
  /** The capture was analysed while it came in: it can be read again only if it was saved. */
  readonly isLive?: boolean;
}

/** A pattern, or the findings of one rule. */
interface Card {
  readonly severity: Severity;
  readonly rule: string;
  readonly text: () => string;
}

/** How many captures are listed though nothing is wrong with them. */
const MOST_CAPTURES = 8;
/** How many interfaces are described with `verbose`. */
const MOST_INTERFACES = 16;
/** Wider lines are hard to read. */
const MAX_WIDTH = 120;
/** With less room than this, text takes all of it, without borders. */
const MIN_FRAMED = 40;
const MIN_WIDTH = 20;
/** The width of a table's borders and the blanks inside them. */
const CELL_EDGES = 4;
const COMMAND_INDENT = '  ';
/** Longer reports, which most terminals cannot show at once, repeat at their end what was found. */
const LONG = 60;

/**
 * The report on a terminal: what was read, the findings worst first, and the worst connections. It keeps
 * only what it will show, however many connections there are.
 */
export class TableReporter implements Reporter {
  readonly #write: Write;
  readonly #options: TableOptions;
  readonly #width: number;
  readonly #groups = new FindingGroups();
  readonly #delivery = new Delivery();
  readonly #connections = new ConnectionTable();

  constructor(write: Write, options: TableOptions) {
    this.#write = write;
    this.#options = options;
    this.#width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, options.columns));
  }

  connection(connection: Connection, findings: readonly Finding[]): void {
    this.#groups.add(connection, findings);
    this.#delivery.add(connection);
    this.#connections.add(connection, findings);
  }

  end(end: AnalysisEnd): void {
    const verdict = this.#verdict(end);
    const cards = this.#cards(end);
    const parts = [
      ...this.#captures(end.captures),
      [...verdict, ...this.#summary(end)].join('\n'),
      this.#stacked(cards),
      this.#connectionTable(end, cards[0]?.rule),
    ];
    const text = parts.filter((part) => part !== '').join('\n\n');
    this.#write(`${text}\n`);
    // Users see the end of what a command wrote.
    if (text.split('\n').length > LONG) this.#write(`\n${verdict.join('\n')}\n`);
  }

  /** Of many captures the first ones, and those that lack something, so that findings are not too far down. */
  #captures(captures: readonly CaptureFacts[]): readonly string[] {
    const { palette, verbose } = this.#options;
    const told = captures.filter(
      (facts, place) => verbose || place < MOST_CAPTURES || facts.damage !== null || gaps(facts).length > 0,
    );
    const rest = captures.length - told.length;
    return [
      ...told.map((facts) => this.#capture(facts)),
      ...(rest > 0 ? [palette.dim(`and ${counted(rest, 'more capture')}: --verbose lists all`)] : []),
    ];
  }

  #capture(facts: CaptureFacts): string {
    const { palette, verbose } = this.#options;
    const form = [
      facts.format,
      facts.compression,
      firstOf(facts.linkTypes, facts.omittedLinkTypes).join(' and '),
    ]
      .filter(Boolean)
      .join(', ');
    const size = `${counted(facts.frames, 'frame')}, ${counted(facts.tcpSegments, 'TCP segment')}, ${octets(facts.bytes)}`;
    const lines = this.#lines(captureName(facts.path), palette.bold);
    lines.push(...this.#lines(`${form}: ${size}`, palette.dim));
    if (facts.frames > 0) lines.push(...this.#lines(span(facts, ','), palette.dim));
    for (const remark of remarks(facts)) lines.push(...this.#lines(escapeControls(remark), palette.dim));
    if (facts.dropped !== null && facts.dropped > 0) {
      const text = `the capturing host dropped ${counted(facts.dropped, 'frame')}`;
      lines.push(...this.#lines(text, palette.severity.warning));
    }
    for (const text of omissions(facts)) lines.push(...this.#lines(text, palette.dim));
    if (facts.evicted > 0) lines.push(...this.#lines(evictions(facts), palette.severity.warning));
    if (facts.damage !== null) {
      const { offset, frame, message } = facts.damage;
      const text = `damaged at byte ${grouped(offset)}, frame ${grouped(frame)}: ${escapeControls(message)}`;
      lines.push(...this.#lines(text, palette.severity.error));
      lines.push(...this.#lines('everything before that was analysed', palette.dim));
    }
    if (verbose) {
      for (const line of originOf(facts)) lines.push(...this.#lines(escapeControls(line), palette.dim));
      for (const [reason, count] of Object.entries(facts.skipped)) {
        const what = VERDICT_DESCRIPTIONS[reason as keyof typeof VERDICT_DESCRIPTIONS];
        lines.push(
          ...this.#lines(`not analysed, ${reason}: ${counted(count, 'frame')} (${what})`, palette.dim),
        );
      }
    }
    return lines.join('\n');
  }

  /** What was found, in one line if there is room. */
  #verdict(end: AnalysisEnd): readonly string[] {
    const { palette } = this.#options;
    const { connections, suppressed } = end.summary;
    const hidden = suppressed === 0 ? '' : palette.dim(`; ${grouped(suppressed)} suppressed`);
    const subject = palette.bold(counted(connections, 'connection'));
    return wrap(`${subject}: ${found(end, palette.severity)}${hidden}`, this.#width);
  }

  #summary(end: AnalysisEnd): readonly string[] {
    const { palette } = this.#options;
    const { finalStates, baseline } = end.summary;
    const states = Object.entries(finalStates)
      .sort((a, b) => b[1] - a[1])
      .map(([state, count]) => `${grouped(count)} in ${state}`);
    const lines: string[] = [];
    if (baseline !== undefined) {
      lines.push(...this.#lines(comparison(baseline), palette.bold));
      for (const title of baseline.goneTitles) {
        lines.push(...this.#lines(`gone: ${escapeControls(title)}`, palette.dim));
      }
    }
    const verdict = acquittal(end, this.#groups.sorted(), this.#delivery);
    if (verdict !== '') lines.push(...this.#lines(verdict, palette.bold));
    if (states.length > 0) lines.push(...this.#lines(`endpoints ended ${states.join(', ')}`, palette.dim));
    return lines;
  }

  /**
   * Patterns and findings by severity; of the same severity the patterns, which stand for many, come first. Findings
   * that are all part of patterns are shown there, by an example.
   */
  #cards(end: AnalysisEnd): readonly Card[] {
    const names = end.captures.length > 1 ? end.captures.map(({ path }) => captureName(path)) : null;
    const room = this.#isFramed ? this.#width - CELL_EDGES : this.#width;
    const writer = new CardWriter(this.#options.palette, room, names);
    const patterns = patternGroups(end.patterns);
    const groups = this.#groups.sorted();
    const folded = groups.map((group) => {
      const place = foldedInto(group, end.patterns);
      // Only a pattern that is shown in full has room for an example.
      return patterns.some(({ first }) => first === place?.pattern) ? place : null;
    });
    const examplesOf = (pattern: Pattern): readonly Told[] =>
      folded.flatMap((each) => (each?.pattern === pattern ? [each.told] : []));
    const cards: readonly Card[] = [
      ...patterns.map((group) => ({
        severity: group.severity,
        rule: group.first.rule,
        text: () => writer.pattern(group, examplesOf(group.first)),
      })),
      ...groups
        .filter((_, place) => folded[place] === null)
        .map((group) => ({
          severity: group.severity,
          rule: group.told[0].finding.rule,
          text: () => writer.group(group),
        })),
    ];
    return cards.toSorted(byUrgency);
  }

  #stacked(cards: readonly Card[]): string {
    if (!this.#isFramed) return cards.map(({ text }) => text()).join('\n\n');
    return cards
      .map(({ text }, place) => this.#card(text(), place === 0, place === cards.length - 1))
      .join('\n');
  }

  /**
   * A card as a table of its own with a row for each line, its borders joined to its neighbours': cli-table3
   * measures a cell's whole text once for every line of it, which is slow for long texts.
   */
  #card(text: string, isFirst: boolean, isLast: boolean): string {
    const table = new Table({
      colWidths: [this.#width - 2],
      style: { head: [], border: [], compact: true },
      chars: {
        ...(isFirst ? {} : { top: '', 'top-left': '', 'top-right': '' }),
        ...(isLast ? {} : { 'bottom-left': '├', 'bottom-right': '┤' }),
      },
    });
    for (const line of text.split('\n')) table.push([line]);
    return table.toString();
  }

  /** @param rule what the first card is about; undefined without any */
  #connectionTable(end: AnalysisEnd, rule: string | undefined): string {
    const { palette, isLive = false } = this.#options;
    const { worst, length } = this.#connections;
    if (worst === undefined) return '';
    const more = end.summary.connections - length;
    const places = placesIn(end.captures);
    const table = this.#isFramed
      ? this.#connections.draw(palette, this.#width, places)
      : this.#connections.list(palette, this.#width, places);
    const hints = [
      ...(more > 0
        ? wrap(
            `${counted(more, 'more connection')}: ${isLive ? 'for a saved capture, finwait FILE --format json' : '--format json'} has them all`,
            this.#width,
          )
        : []),
      ...this.#hint('segment by segment:', timelineCommand(end.captures, worst)),
      ...(rule === undefined
        ? []
        : this.#hint('the first finding’s rule in full:', `finwait explain ${rule}`)),
    ];
    return [table, ...hints.map(palette.dim)].join('\n');
  }

  /** A command after its purpose, or below it if the terminal is too narrow. */
  #hint(what: string, command: string): readonly string[] {
    const room = Math.max(this.#width, this.#options.columns);
    const line = `${what} ${command}`;
    if (displayWidth(line) <= room) return [line];
    const lines = wrapCommand(command, room - COMMAND_INDENT.length);
    return [...wrap(what, this.#width), ...lines.map((part) => COMMAND_INDENT + part)];
  }

  get #isFramed(): boolean {
    return this.#width >= MIN_FRAMED;
  }

  #lines(text: string, style: (text: string) => string): string[] {
    return wrap(text, this.#width).map(style);
  }
}

/** The program and system that wrote a capture; not escaped. */
function originOf({
  application,
  operatingSystem,
  hardware,
  interfaces,
  omittedInterfaces,
}: CaptureFacts): readonly string[] {
  const written = [
    ...(application === null ? [] : [`written by ${application}`]),
    ...(operatingSystem === null ? [] : [`on ${operatingSystem}`]),
    ...(hardware === null ? [] : [`hardware ${hardware}`]),
  ];
  const told = interfaces.filter(({ name, description }) => name !== null || description !== null);
  const more = Math.max(0, told.length - MOST_INTERFACES) + omittedInterfaces;
  return [
    ...(written.length === 0 ? [] : [written.join(', ')]),
    ...told.slice(0, MOST_INTERFACES).map(interfaceText),
    ...(more > 0 ? [`and ${counted(more, 'more interface')}`] : []),
  ];
}

function interfaceText(facts: InterfaceFacts): string {
  const { name, description, linkType, received, accepted, dropped, comments } = facts;
  const names = [name, description].filter((text) => text !== null && text !== '');
  const counts = Object.entries({ received, accepted, dropped })
    .filter(([, count]) => count !== null)
    .map(([what, count]) => `, ${what} ${grouped(count as number)}`);
  const noted = comments.map((comment) => `; ${comment}`);
  return `interface ${names.join(', ')}: ${linkType}${counts.join('')}${noted.join('')}`;
}
