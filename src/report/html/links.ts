import { grouped } from '../../core/numbers.js';
import type { Dossier } from '../dossier.js';
import { type LadderRow, ladderRows } from '../ladder/rows.js';
import { type CaptureFacts, ladderFacts } from '../reporter.js';
import { escapeXml } from '../text/escape.js';
import { captureName } from '../text/words.js';
import { MOST_FRAMES } from './elements.js';

/** Links from one section of the page to another: only to what it shows. */
export class Links {
  readonly #captures: readonly CaptureFacts[];
  /** The rows of each exhibit's ladder; null if its segments are not known. */
  readonly #ladders = new Map<number, readonly LadderRow[] | null>();
  /** Rules that have a card. */
  readonly #rules: ReadonlySet<string>;

  constructor({ end, groups, exhibits }: Dossier) {
    this.#captures = end.captures;
    for (const { connection, findings, items } of exhibits) {
      const facts = ladderFacts(end.captures, connection, findings);
      const rows = items === null ? null : ladderRows(connection, items, facts);
      this.#ladders.set(connection.id, rows);
    }
    this.#rules = new Set([
      ...end.patterns.map(({ rule }) => rule),
      ...groups.map(({ told: [{ finding }] }) => finding.rule),
    ]);
  }

  hasCard(rule: string): boolean {
    return this.#rules.has(rule);
  }

  hasLadder(connection: number): boolean {
    return this.#ladders.has(connection);
  }

  /** What is drawn of a connection; null if nothing is. */
  rowsOf(connection: number): readonly LadderRow[] | null {
    return this.#ladders.get(connection) ?? null;
  }

  rule(rule: string): string {
    return this.#rules.has(rule) ? `<a href="#rule-${rule}">${rule}</a>` : rule;
  }

  connection(id: number): string {
    return this.#ladders.has(id) ? `<a href="#connection-${id}">connection ${id}</a>` : `connection ${id}`;
  }

  /** Which of several captures it is. */
  placeOf(capture: number): string {
    return this.#captures.length < 2 ? '' : ` in ${this.capture(capture)}`;
  }

  capture(capture: number): string {
    return `<code>${escapeXml(captureName(this.#captures[capture].path))}</code>`;
  }

  frames(connection: number, frames: readonly number[]): string {
    const links = frames.slice(0, MOST_FRAMES).map((frame) => this.frame(connection, frame));
    const more = frames.length - links.length;
    return `${links.join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`;
  }

  frame(connection: number, frame: number): string {
    const isDrawn = this.#ladders
      .get(connection)
      ?.some(
        (row) =>
          (row.kind === 'segment' && row.segment.frame === frame) ||
          (row.kind === 'aside' && row.frame === frame),
      );
    return isDrawn === true ? `<a href="#c${connection}-f${frame}">#${frame}</a>` : `#${frame}`;
  }
}
