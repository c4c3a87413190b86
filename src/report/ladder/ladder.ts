import { type Connection, type Role, stateOf, type Transition } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import type { Finding } from '../../rules/finding.js';
import { escapeControls } from '../text/escape.js';
import type { Palette } from '../text/palette.js';
import {
  citationNames,
  clockTime,
  connectionName,
  counted,
  endpointName,
  finalStateText,
  frameList,
  octets,
  seconds,
  UNKNOWN_TIME,
} from '../text/words.js';
import { wrap } from '../text/wrap.js';
import type { Fold } from './fold.js';
import type { LadderItem, LadderSegment } from './recorder.js';
import { type LadderFacts, type LadderRow, ladderRows, segmentLabels } from './rows.js';

export interface LadderOptions extends LadderFacts {
  readonly palette: Palette;
  readonly columns: number;
  /** The name of its capture, if there are several. */
  readonly capture?: string;
}

/** With less room than this, states go below the arrows instead of beside them. */
const MIN_BESIDE = 80;
const MIN_WIDTH = 40;
const MAX_WIDTH = 120;
const TIME_WIDTH = 9;
/** Room for the longest state name and its mark. */
const STATE_WIDTH = 13;
const MARKS = { observed: '', confirmed: '✓', assumed: '?' } as const;
const MARK_WIDTH = '◆ '.length;

/** The text in the column of an endpoint. */
interface Entry {
  readonly text: string;
  readonly style: (text: string) => string;
}

const NO_ENTRY: Entry = { text: '', style: (text) => text };

/**
 * One connection as textbooks draw it: its segments as arrows between two columns that show which state
 * each endpoint entered.
 */
export function ladder(connection: Connection, items: readonly LadderItem[], options: LadderOptions): string {
  return new Ladder(connection, options).draw(items);
}

class Ladder {
  readonly #connection: Connection;
  readonly #options: LadderOptions;
  readonly #palette: Palette;
  readonly #width: number;
  readonly #frameWidth: number;
  /** Times and frame numbers, and the blank after them. */
  readonly #leadWidth: number;
  /** The client's state before the arrow, and the blank after it; 0 if states go below. */
  readonly #besideWidth: number;
  readonly #arrowWidth: number;
  readonly #lines: string[] = [];

  constructor(connection: Connection, options: LadderOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#palette = options.palette;
    this.#width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, options.columns));
    this.#frameWidth = Math.max(6, String(connection.lastFrame).length + 1);
    this.#leadWidth = TIME_WIDTH + 1 + this.#frameWidth + 1;
    this.#besideWidth = this.#width < MIN_BESIDE ? 0 : STATE_WIDTH + 1;
    this.#arrowWidth = this.#width - this.#leadWidth - 2 * this.#besideWidth;
  }

  draw(items: readonly LadderItem[]): string {
    this.#head();
    for (const row of ladderRows(this.#connection, items, this.#options)) this.#draw(row);
    this.#foot();
    return `${this.#lines.map((line) => line.trimEnd()).join('\n')}\n`;
  }

  #draw(row: LadderRow): void {
    switch (row.kind) {
      case 'segment':
        this.#rung(row);
        break;
      case 'fold':
        this.#fold(row);
        break;
      case 'silence':
        this.#row(this.#lead(), `⋮ ${seconds(row.seconds)} of silence ⋮`);
        break;
      case 'aside':
        this.#marked(this.#lead(row.time, `#${row.frame}`), `◆ ${row.text}`);
        this.#proofs(row.proven);
        break;
      case 'comment':
        this.#marked(this.#lead(), `✎ ${escapeControls(row.text)}`);
        break;
      case 'end':
        this.#captureEnd(row.time, row.text);
    }
  }

  #head(): void {
    const { bold, dim } = this.#palette;
    const { client, server, start, vantage } = this.#connection;
    const names = `${endpointName(client)} ↔ ${endpointName(server)}`;
    const title = connectionName(this.#connection);
    const [first, ...more] = wrap(`${title}: ${names}`, this.#width);
    this.#lines.push(bold(title) + first.slice(title.length), ...more);
    const near = vantage.near === 'unknown' ? '' : `, captured ${placeOf(vantage.near)}`;
    const { capture } = this.#options;
    if (capture !== undefined) this.#text(`in ${capture}`, dim);
    this.#text(`from ${clockTime(start)}${near}; times count from there, numbers are relative`, dim);
    const lead = dim(`${'time'.padStart(TIME_WIDTH)} ${'frame'.padStart(this.#frameWidth)} `);
    const heads = this.#states({ text: 'client', style: bold }, { text: 'server', style: bold });
    this.#lines.push('', ...heads.map((line) => lead + line));
  }

  #fold({ folded, from }: Fold): void {
    const [sent, received] = (['client', 'server'] as const).map(
      (role) => `${counted(folded[role].segments, 'segment')}, ${octets(folded[role].payload)}`,
    );
    const text = `⋮ ${sent} →   ← ${received} ⋮`;
    const lead = this.#lead(from, '…');
    if (text.length <= this.#middleWidth) this.#row(lead, text);
    else this.#row(lead, `⋮ ${sent} → ⋮`, `⋮ ← ${received} ⋮`);
  }

  #rung({ segment, entered, proven }: Extract<LadderRow, { kind: 'segment' }>): void {
    const [client, server] = [entered.client, entered.server].map((all) =>
      all.map((one) => this.#entry(one)),
    );
    const lead = this.#lead(segment.time, `#${segment.frame}`);
    const arrow = this.#arrowOf(segment);
    if (this.#isBeside) {
      this.#lines.push(...this.#states(client[0], server[0], arrow).map((line) => lead + line));
    } else {
      this.#lines.push(lead + arrow);
    }
    for (let row = this.#isBeside ? 1 : 0; row < Math.max(client.length, server.length); row++) {
      this.#lines.push(...this.#states(client[row], server[row]).map((line) => this.#lead() + line));
    }
    this.#proofs(proven);
  }

  /** Findings whose proof ends with the row above. */
  #proofs(proven: readonly Finding[]): void {
    for (const { severity, rule } of proven) {
      const lines = wrap(`▲ ${severity}: ${rule}`, this.#width);
      const longest = Math.max(...lines.map((line) => line.length));
      const indent = ' '.repeat(Math.min(this.#leadWidth + this.#besideWidth, this.#width - longest));
      this.#lines.push(...lines.map((line) => indent + this.#palette.severity[severity](line)));
    }
  }

  /** A text that starts with a mark, as wide as the terminal allows. */
  #marked(lead: string, text: string): void {
    const [first, ...more] = wrap(text, this.#width - this.#leadWidth - MARK_WIDTH);
    const indent = ' '.repeat(this.#leadWidth + MARK_WIDTH);
    this.#lines.push(lead + first, ...more.map((line) => indent + line));
  }

  #captureEnd(time: Timestamp, text: string): void {
    const { dim } = this.#palette;
    const [client, server] = [this.#connection.client, this.#connection.server].map(
      (endpoint): Entry => ({ text: finalStateText(endpoint), style: dim }),
    );
    const lead = this.#lead(time);
    const end = centred(text, this.#arrowWidth);
    const states = this.#states(client, server, this.#isBeside ? dim(end) : undefined);
    if (!this.#isBeside) this.#lines.push(dim(lead + end));
    this.#lines.push(...states.map((line) => (this.#isBeside ? dim(lead) : this.#lead()) + line));
  }

  /** Lines centred between the state columns; they extend into the server's column if necessary. */
  #row(lead: string, ...texts: readonly string[]): void {
    const lines = texts.flatMap((text) => wrap(text, this.#middleWidth));
    for (const [place, line] of lines.entries()) {
      const start = (place === 0 ? lead : this.#lead()) + ' '.repeat(this.#besideWidth);
      this.#lines.push(this.#palette.dim(start + centred(line, this.#arrowWidth)));
    }
  }

  /** Both sides' states with an arrow between them if there is room, else on several lines if necessary. */
  #states(
    client: Entry = NO_ENTRY,
    server: Entry = NO_ENTRY,
    arrow = ' '.repeat(this.#arrowWidth),
  ): string[] {
    const shown = ({ text, style }: Entry): string => (text === '' ? '' : style(text));
    const padding = ' '.repeat(Math.max(0, STATE_WIDTH - client.text.length));
    if (this.#isBeside) return [`${shown(client)}${padding} ${arrow} ${shown(server)}`];
    const between = this.#arrowWidth - client.text.length - server.text.length;
    if (client.text === '' || server.text === '' || between > 0)
      return [shown(client) + ' '.repeat(between) + shown(server)];
    return [shown(client), ' '.repeat(between + client.text.length) + shown(server)];
  }

  #lead(time: Timestamp | null = null, frame = ''): string {
    const text = time === null ? '' : this.#time(time);
    return `${text.padStart(TIME_WIDTH)} ${frame.padStart(this.#frameWidth)} `;
  }

  #time(time: Timestamp): string {
    const value = secondsBetween(this.#connection.start, time);
    if (Number.isNaN(value)) return UNKNOWN_TIME;
    const texts = [4, 2, 0].map((digits) => value.toFixed(digits));
    return texts.find(({ length }) => length <= TIME_WIDTH) ?? value.toExponential(2);
  }

  #entry({ state, evidence, retractedBy }: Transition): Entry {
    const { bold, dim, struck } = this.#palette;
    return retractedBy === null
      ? { text: `${state}${MARKS[evidence]}`, style: bold }
      : { text: `${state}✗`, style: (text) => struck(dim(text)) };
  }

  get #isBeside(): boolean {
    return this.#besideWidth > 0;
  }

  /** Text between the states may extend into the server's column, which is empty then. */
  get #middleWidth(): number {
    return this.#width - this.#leadWidth - this.#besideWidth;
  }

  #arrowOf(segment: LadderSegment): string {
    const room = this.#arrowWidth - 1;
    const line = centred(` ${describe(segment, room - 2)} `, room, '─');
    return segment.from === 'client' ? `${line}▶` : `◀${line}`;
  }

  #foot(): void {
    const { bold, dim, severity } = this.#palette;
    this.#lines.push('');
    this.#text('states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed', dim);
    for (const endpoint of [this.#connection.client, this.#connection.server]) {
      for (const entry of endpoint.timeline) {
        if (entry.frame === null) {
          const copy = entry.copyFrame === undefined ? '' : `, a later copy of which is #${entry.copyFrame}`;
          this.#text(`no frame shows the ${endpoint.role}'s ${entry.state}: ${entry.cause}${copy}`, dim);
        } else if (entry.retractedBy !== null) {
          const text = `the ${endpoint.role}'s ${entry.state} of #${entry.frame} was disproved by #${entry.retractedBy}`;
          this.#text(text, dim);
        }
      }
      const state = stateOf(endpoint);
      if (state !== null) this.#lines.push(`the ${endpoint.role} ended in ${bold(state)}`);
      else this.#text(`nothing from the ${endpoint.role} was captured: its state is unknown`, dim);
    }
    for (const finding of this.#options.findings) {
      const [title, ...more] = wrap(finding.title, this.#width - finding.severity.length - 1);
      this.#lines.push('', `${severity[finding.severity](finding.severity)} ${bold(title)}`);
      this.#lines.push(...more.map(bold));
      const sections = citationNames(finding.citations.slice(0, 4));
      this.#text(`${finding.rule} · ${frameList(finding.frames)} · ${sections}`, dim);
    }
  }

  #text(text: string, style: (line: string) => string): void {
    this.#lines.push(...wrap(text, this.#width).map(style));
  }
}

function placeOf(near: Role | 'between'): string {
  return near === 'between' ? 'between the two' : `near the ${near}`;
}

/** In at most `room` characters. */
function describe(segment: LadderSegment, room: number): string {
  const labels = segmentLabels(segment);
  const shortest = labels[labels.length - 1];
  return labels.find((label) => label.length <= room) ?? `${shortest.slice(0, room - 1)}…`;
}

function centred(text: string, width: number, fill = ' '): string {
  const left = Math.max(0, (width - text.length) >> 1);
  return `${fill.repeat(left)}${text}${fill.repeat(Math.max(0, width - left - text.length))}`;
}
