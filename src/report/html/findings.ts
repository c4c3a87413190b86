import type { Citation, Finding, Pattern } from '../../rules/finding.js';
import { displayFilterFor, patternFilters } from '../display-filter.js';
import type { Dossier } from '../dossier.js';
import { type FindingGroup, othersOf } from '../finding-groups.js';
import { type PatternGroup, patternGroups } from '../pattern-groups.js';
import { escapeXml } from '../text/escape.js';
import { citationName, counted, filterScope, limitsText, period } from '../text/words.js';
import { byUrgency } from '../urgency.js';
import { MOST_CAPTURES, MOST_FRAMES, networkOf, tag } from './elements.js';
import type { Links } from './links.js';

/** The cards of findings and patterns, worst first. */
export class FindingCards {
  readonly #dossier: Dossier;
  readonly #links: Links;
  readonly #carded = new Set<string>();

  constructor(dossier: Dossier, links: Links) {
    this.#dossier = dossier;
    this.#links = links;
  }

  text(): string {
    const { groups, end } = this.#dossier;
    const cards = [
      ...patternGroups(end.patterns).map((group) => ({
        severity: group.severity,
        rule: group.first.rule,
        text: this.#pattern(group),
      })),
      ...groups.map((group) => ({
        severity: group.severity,
        rule: group.told[0].finding.rule,
        text: this.#group(group),
      })),
    ];
    return cards
      .sort(byUrgency)
      .map(({ text }) => text)
      .join('\n');
  }

  #group(group: FindingGroup): string {
    const [{ finding, connection, effects }] = group.told;
    const subject = group.count === 1 ? '' : `${counted(group.count, 'connection')}, the first is `;
    const others = othersOf(group);
    const also = [
      ...others.told.map(
        ({ connection: { id }, finding: { title } }) => `${this.#links.connection(id)}: ${escapeXml(title)}`,
      ),
      ...(others.counted === '' ? [] : [others.counted]),
    ];
    const filter = displayFilterFor(connection, finding.frames.slice(0, MOST_FRAMES));
    const meta = [
      ruleName(finding),
      `${subject}${this.#links.connection(connection.id)}${networkOf(connection)}${this.#links.placeOf(connection.capture)}`,
      ...(finding.frames.length === 0
        ? []
        : [
            `${finding.frames.length === 1 ? 'frame' : 'frames'} ${this.#links.frames(connection.id, finding.frames)}`,
          ]),
    ];
    return this.#card(finding, meta, [
      ...part('Also', also),
      ...part(
        'Effects',
        effects.map(({ title, rule }) => `${escapeXml(title)} (<code>${rule}</code>)`),
      ),
      ...part('In Wireshark', [`<code>${escapeXml(filter)}</code>`]),
    ]);
  }

  #pattern({ first: pattern, also }: PatternGroup): string {
    const shown = pattern.connections
      .filter((id) => this.#links.hasLadder(id))
      .map((id) => this.#links.connection(id));
    // A few of many would look like all of them.
    const which = shown.length < pattern.count ? ', drawn below:' : ':';
    const drawn = shown.length === 0 ? '' : `${which} ${shown.join(', ')}`;
    const filters = patternFilters(pattern, MOST_FRAMES);
    const left = filters.length - MOST_CAPTURES;
    const wireshark = [
      ...filters.slice(0, MOST_CAPTURES).map((one) => {
        const scope = filterScope(one, (capture) => this.#links.capture(capture));
        return `<code>${escapeXml(one.filter)}</code>${scope === '' ? '' : ` (${scope})`}`;
      }),
      ...(left > 0 ? [`and ${counted(left, 'more capture')}`] : []),
    ];
    return this.#card(
      pattern,
      [ruleName(pattern), `${counted(pattern.count, 'connection')}${drawn}`],
      [...part('Also', also.map(escapeXml)), ...part('In Wireshark', wireshark)],
    );
  }

  /** The first card of a rule gets its id: findings of several severities make several cards. */
  #card(finding: Finding | Pattern, meta: readonly string[], more: readonly string[]): string {
    const when = period(finding);
    const isFirst = !this.#carded.has(finding.rule);
    this.#carded.add(finding.rule);
    const limits = limitsText(finding);
    const rests = limits === '' ? more : [...more, ...part('Limit', [escapeXml(limits)])];
    return card(
      finding,
      isFirst ? ` id="rule-${finding.rule}"` : '',
      when === '' ? meta : [...meta, when],
      rests,
    );
  }
}

function card(
  finding: Finding | Pattern,
  id: string,
  meta: readonly string[],
  more: readonly string[],
): string {
  const { severity, title, explanation, applicationSees, likelyCauses, nextSteps, citations } = finding;
  return [
    `<article class="card ${severity}"${id}>`,
    `<h3>${tag(severity)}${escapeXml(title)}</h3>`,
    `<p class="meta">${meta.join(' · ')}</p>`,
    `<p>${escapeXml(explanation)}</p>`,
    ...(applicationSees === ''
      ? []
      : [`<h4>What the applications saw</h4>\n<p>${escapeXml(applicationSees)}</p>`]),
    ...part('Likely causes', likelyCauses.map(escapeXml)),
    ...part('Check next', nextSteps.map(escapeXml)),
    ...more,
    ...part('Rests on', citations.map(citation)),
    '</article>',
  ].join('\n');
}

function part(title: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  return [`<h4>${title}</h4>\n<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`];
}

function citation(source: Citation): string {
  return `<a href="${escapeXml(source.url)}" rel="noreferrer">${escapeXml(citationName(source))}</a> ${escapeXml(source.says)}`;
}

function ruleName({ rule, confidence }: Finding | Pattern): string {
  return `<code>${rule}</code>${confidence === 'observed' ? '' : ` (${confidence})`}`;
}
