/**
 * Findings and patterns as cards, one table cell each: what happened, the frames that prove it and the
 * sections it rests on, what it means, what the programs saw, why, and what to do.
 */
import type { Finding, Pattern, Severity } from '../rules/finding.js';
import { displayFilterFor, patternFilters } from './display-filter.js';
import { type FindingGroup, othersOf, type Told } from './finding-groups.js';
import type { PatternGroup } from './pattern-groups.js';
import type { Palette } from './text/palette.js';
import {
  citationNames,
  connectionName,
  counted,
  filterScope,
  frameNames,
  limitsText,
  period,
} from './text/words.js';
import { wrap } from './text/wrap.js';

const MOST_CITATIONS = 4;
const MOST_CAUSES = 1;
const MOST_STEPS = 2;
const MOST_FRAMES = 12;
/** How many captures a pattern's filters are shown for. */
const MOST_CAPTURES = 3;
/** With less room than this, a label takes too much of a line. */
const MIN_BESIDE = 52;

export class CardWriter {
  readonly #palette: Palette;
  readonly #width: number;
  readonly #captures: readonly string[] | null;

  /** @param captures the names of the captures, if frames must say which one they are in */
  constructor(palette: Palette, width: number, captures: readonly string[] | null) {
    this.#palette = palette;
    this.#width = width;
    this.#captures = captures;
  }

  /** All findings of one rule: the first in full, some of the others by their titles, the rest counted. */
  group(group: FindingGroup): string {
    const [first] = group.told;
    const { connection, finding } = first;
    const subject = group.count === 1 ? connectionName(connection) : counted(group.count, 'connection');
    const lines = [...this.#head(finding, subject), ...this.#bold(finding.title)];
    const place = [
      ...(group.count === 1 ? [] : [connectionName(connection)]),
      ...(this.#captures === null ? [] : [this.#captures[connection.capture]]),
    ];
    const about = place.length === 0 ? '' : `${place.join(' in ')}: `;
    lines.push(...this.#proof(`${about}${frameNames(finding.frames, MOST_FRAMES)}`, finding));
    lines.push(...this.#story(finding), ...this.#effects(first));
    lines.push(
      ...this.#labelled('filter', displayFilterFor(connection, finding.frames.slice(0, MOST_FRAMES))),
    );
    lines.push(...this.#also(group));
    return lines.join('\n');
  }

  /**
   * All patterns of one rule: the first in full, others by their titles.
   *
   * @param examples findings of the first pattern's members
   */
  pattern({ first: pattern, also }: PatternGroup, examples: readonly Told[]): string {
    const lines = [
      ...this.#head(pattern, counted(pattern.count, 'connection')),
      ...this.#bold(pattern.title),
      ...this.#proof('', pattern),
      ...this.#story(pattern),
      ...examples.flatMap(({ connection, finding }) => {
        // Some explanations quote it already.
        const title = pattern.explanation.includes(finding.title) ? '' : `: ${finding.title}`;
        return this.#labelled('e.g.', `${connectionName(connection)}${title} (${finding.rule})`);
      }),
      ...this.#filters(pattern),
      ...also.flatMap((title) => this.#labelled('also', title)),
    ];
    return lines.join('\n');
  }

  /** Severity and rule on the left, the subject on the right, or below if there is no room. */
  #head({ severity, confidence, rule }: Finding | Pattern, subject: string): string[] {
    const { bold, dim } = this.#palette;
    const grade = confidence === 'observed' ? '' : `  (${confidence})`;
    const name = `${this.#graded(severity)}  ${bold(rule)}`;
    const taken = severity.length + 2 + rule.length;
    const room = this.#width - taken - grade.length - subject.length;
    if (room >= 2) return [`${name}${dim(grade)}${' '.repeat(room)}${dim(subject)}`];
    const names =
      taken <= this.#width ? [name] : [this.#graded(severity), ...wrap(rule, this.#width).map(bold)];
    if (grade === '') return [...names, ...wrap(subject, this.#width).map(dim)];
    if (names.length === 1 && taken + grade.length <= this.#width)
      return [`${name}${dim(grade)}`, ...wrap(subject, this.#width).map(dim)];
    return [...names, ...wrap(`${confidence}, ${subject}`, this.#width).map(dim)];
  }

  #filters(pattern: Pattern): string[] {
    const filters = patternFilters(pattern, MOST_FRAMES);
    const left = filters.length - MOST_CAPTURES;
    return [
      ...filters.slice(0, MOST_CAPTURES).flatMap((one) => {
        const scope = filterScope(one, (capture) => this.#captures?.[capture] ?? '');
        return this.#labelled('filter', scope === '' ? one.filter : `${one.filter} (${scope})`);
      }),
      ...(left > 0 ? this.#labelled('filter', `and ${counted(left, 'more capture')}`) : []),
    ];
  }

  #graded(severity: Severity): string {
    return this.#palette.bold(this.#palette.severity[severity](severity.toUpperCase()));
  }

  #proof(frames: string, { citations }: Finding | Pattern): string[] {
    const sections = citationNames(citations.slice(0, MOST_CITATIONS));
    const parts = [frames, sections].filter((part) => part !== '');
    const line = parts.join(' · ');
    return line.length <= this.#width
      ? wrap(line, this.#width)
      : parts.flatMap((part) => wrap(part, this.#width));
  }

  #story(item: Finding | Pattern): string[] {
    const lines = ['', ...wrap(item.explanation, this.#width), ''];
    const when = period(item);
    if (when !== '') lines.push(...this.#labelled('when', when));
    const limits = limitsText(item);
    if (limits !== '') lines.push(...this.#labelled('limit', limits));
    if (item.applicationSees !== '') lines.push(...this.#labelled('seen', item.applicationSees));
    if (item.severity !== 'info') {
      const { likelyCauses: causes, nextSteps: steps } = item;
      for (const cause of causes.slice(0, MOST_CAUSES)) lines.push(...this.#labelled('cause', cause));
      for (const step of steps.slice(0, MOST_STEPS)) lines.push(...this.#labelled('next', step));
      const left = [
        ...(causes.length > MOST_CAUSES ? [counted(causes.length - MOST_CAUSES, 'other cause')] : []),
        ...(steps.length > MOST_STEPS ? [counted(steps.length - MOST_STEPS, 'other step')] : []),
      ];
      // A reader who sees a single cause takes it for the cause.
      if (left.length > 0) lines.push(...this.#labelled('more', `${left.join(', ')}: --format markdown`));
    }
    return lines;
  }

  #effects({ effects }: Told): string[] {
    return effects.flatMap(({ title, rule }) => this.#labelled('effect', `${title} (${rule})`));
  }

  #also(group: FindingGroup): string[] {
    const { told, counted } = othersOf(group);
    return [
      ...told.flatMap(({ connection, finding }) =>
        this.#labelled('also', `${connectionName(connection)}: ${finding.title}`),
      ),
      ...(counted === '' ? [] : this.#labelled('also', counted)),
    ];
  }

  #bold(text: string): string[] {
    return wrap(text, this.#width).map(this.#palette.bold);
  }

  /** A text beside its label, further lines below the first; if that leaves little room, all below the label. */
  #labelled(label: string, text: string): string[] {
    const { dim } = this.#palette;
    const isBeside = this.#width >= MIN_BESIDE;
    const indent = isBeside ? 'filter  '.length : 2;
    const lines = wrap(isBeside ? text : `${label}: ${text}`, this.#width - indent);
    return lines.map((line, place) => {
      if (isBeside) return dim((place === 0 ? label : '').padEnd(indent)) + line;
      return place === 0
        ? dim(line.slice(0, label.length + 1)) + line.slice(label.length + 1)
        : ' '.repeat(indent) + line;
    });
  }
}
