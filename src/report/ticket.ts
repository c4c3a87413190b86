import type { Endpoint, Role, Transition } from '../connections/connection.js';
import { grouped } from '../core/numbers.js';
import { secondsBetween } from '../core/time.js';
import type { Citation, Finding, Pattern, Severity } from '../rules/finding.js';
import { acquittalSentence } from './acquittal.js';
import { displayFilterFor, patternFilters } from './display-filter.js';
import type { Dossier, Exhibit } from './dossier.js';
import { type FindingGroup, othersOf } from './finding-groups.js';
import { ladder } from './ladder/ladder.js';
import type { Markup } from './markup/markup.js';
import { type PatternGroup, patternGroups } from './pattern-groups.js';
import type { Plan } from './plan.js';
import { type CaptureFacts, ladderFacts, TOOL } from './reporter.js';
import { escapeControls } from './text/escape.js';
import { PLAIN } from './text/palette.js';
import {
  captureName,
  citationName,
  citationNames,
  comparison,
  connectionName,
  counted,
  elapsed,
  endpointName,
  evictions,
  filterScope,
  frameList,
  limitsText,
  octets,
  omissions,
  period,
  placesIn,
  remarks,
  seconds,
  shortened,
  span,
  timelineCommand,
  verdict,
} from './text/words.js';
import { FIXED_SPACE } from './text/wrap.js';
import { byUrgency } from './urgency.js';

const MOST_CITATIONS = 6;
const MOST_FRAMES = 12;
const LADDER_COLUMNS = 100;
/** How much fits in a line of the list. */
const MOST_CAPTURE_NAME = 40;
const MARKS = { observed: '', confirmed: ' ✓', assumed: ' ?' } as const;

/** Something to report: all findings of a rule, or a pattern. */
interface Item {
  readonly severity: Severity;
  readonly title: string;
  readonly full: () => string;
}

/**
 * A report for a ticket, in any markup: verdict first, then findings with their proof and next steps, the states
 * of the connections that show them, and the list of the worst.
 */
export class TicketWriter {
  readonly #dossier: Dossier;
  readonly #plan: Plan;
  readonly #markup: Markup;

  constructor(dossier: Dossier, plan: Plan, markup: Markup) {
    this.#dossier = dossier;
    this.#plan = plan;
    this.#markup = markup;
  }

  document(): string {
    const { end } = this.#dossier;
    const parts = [
      this.#markup.heading(2, verdict(end)),
      this.#captures(end.captures),
      this.#prose(acquittalSentence(this.#dossier)),
      this.#comparison(),
      ...this.#items(),
      ...this.#exhibits(),
      this.#list(),
      this.#markup.small(`${TOOL.name} ${TOOL.version}`),
    ];
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
  }

  #captures(captures: readonly CaptureFacts[]): string {
    const lines = captures.slice(0, this.#plan.captures).flatMap((facts) => {
      const { path, damage, dropped } = facts;
      const size = `${counted(facts.frames, 'frame')}, ${counted(facts.tcpSegments, 'TCP segment')}, ${octets(facts.bytes)}`;
      const when = facts.frames === 0 ? '' : `, ${span(facts)}`;
      const about = [`${this.#name(path)}: ${facts.format}, ${size}${when}`];
      if (damage !== null) {
        const message = this.#markup.prose(shortened(escapeControls(damage.message), this.#plan.names));
        about.push(
          `${this.#markup.bold('Damaged')} at byte ${grouped(damage.offset)}, frame ${grouped(damage.frame)}: ${message}. Everything before that was analysed.`,
        );
      }
      for (const remark of remarks(facts, this.#plan.names)) about.push(this.#prose(remark));
      if (dropped !== null && dropped > 0)
        about.push(`The capturing host dropped ${counted(dropped, 'frame')}.`);
      if (facts.evicted > 0) about.push(`Note: ${evictions(facts)}.`);
      about.push(...omissions(facts).map((text) => `Note: ${this.#markup.prose(text)}.`));
      return about;
    });
    const more = captures.length - this.#plan.captures;
    if (more > 0) lines.push(`and ${counted(more, 'more capture')}`);
    return lines.join(this.#markup.lineBreak);
  }

  #comparison(): string {
    const { baseline } = this.#dossier.end.summary;
    if (baseline === undefined) return '';
    const gone = baseline.goneTitles
      .slice(0, this.#plan.cards)
      .map((title) => this.#markup.bullet(1, `gone: ${this.#prose(title)}`));
    return [this.#markup.bold(comparison(baseline)), ...(gone.length > 0 ? ['', ...gone] : [])].join('\n');
  }

  /** Patterns and findings by severity, as many as fit. */
  #items(): readonly string[] {
    const { groups, end } = this.#dossier;
    const { cards, full } = this.#plan;
    const items: readonly Item[] = [
      ...patternGroups(end.patterns).map((group) => ({
        severity: group.severity,
        rule: group.first.rule,
        title: group.first.title,
        full: () => this.#pattern(group),
      })),
      ...groups.map((group) => ({
        severity: group.severity,
        rule: group.told[0].finding.rule,
        title: group.told[0].finding.title,
        full: () => this.#group(group),
      })),
    ].sort(byUrgency);
    const told = items.slice(0, full).map((item) => item.full());
    const named = items
      .slice(full, cards)
      .map(({ severity, title }) =>
        this.#markup.bullet(1, `${this.#markup.bold(severity)} ${this.#prose(title)}`),
      );
    const rest = items.length - told.length - named.length;
    if (rest > 0) named.push(this.#markup.bullet(1, `${counted(rest, 'more kind')} of finding`));
    return [...told, named.join('\n')];
  }

  #group(group: FindingGroup): string {
    const [{ finding, connection, effects }] = group.told;
    const subject = group.count === 1 ? [] : [`${counted(group.count, 'connection')}, the first is`];
    const about = `${[...subject, connectionName(connection)].join(' ')}${this.#placeOf(connection.capture)}`;
    const frames =
      finding.frames.length === 0
        ? []
        : [
            `${finding.frames.length === 1 ? 'frame' : 'frames'} ${this.#markup.code(frameList(finding.frames, MOST_FRAMES))}`,
          ];
    const others = othersOf(group);
    const also = others.told.map(
      (told) => `${connectionName(told.connection)}: ${this.#prose(told.finding.title)}`,
    );
    if (others.counted !== '') also.push(others.counted);
    const filter = displayFilterFor(connection, finding.frames.slice(0, MOST_FRAMES));
    return [
      this.#title(finding),
      [this.#grade(finding), about, ...frames, ...whenOf(finding)].join(' · '),
      this.#prose(finding.explanation),
      [
        ...this.#story(finding),
        ...this.#listed(
          'Effects',
          effects.map(({ title, rule }) => `${this.#prose(title)} (${this.#markup.code(rule)})`),
        ),
        ...this.#listed('Also', also),
        ...this.#limits(finding),
        ...this.#listed('Wireshark', [this.#markup.code(filter)]),
      ].join('\n'),
      this.#rests(finding.citations),
    ].join('\n\n');
  }

  #pattern({ first: pattern, also }: PatternGroup): string {
    const filters = patternFilters(pattern, MOST_FRAMES);
    const left = filters.length - this.#plan.captures;
    const wireshark = [
      ...filters.slice(0, this.#plan.captures).map((one) => {
        const scope = filterScope(one, (capture) => this.#name(this.#dossier.end.captures[capture].path));
        return `${this.#markup.code(one.filter)}${scope === '' ? '' : ` (${scope})`}`;
      }),
      ...(left > 0 ? [`and ${counted(left, 'more capture')}`] : []),
    ];
    return [
      this.#title(pattern),
      [this.#grade(pattern), counted(pattern.count, 'connection'), ...whenOf(pattern)].join(' · '),
      this.#prose(pattern.explanation),
      [
        ...this.#story(pattern),
        ...this.#listed(
          'Also',
          also.map((title) => this.#prose(title)),
        ),
        ...this.#limits(pattern),
        ...this.#listed('Wireshark', wireshark),
      ].join('\n'),
      this.#rests(pattern.citations),
    ].join('\n\n');
  }

  #limits(item: Finding | Pattern): readonly string[] {
    const limits = limitsText(item);
    return this.#listed('Limit', limits === '' ? [] : [limits]);
  }

  #name(path: string): string {
    return this.#markup.code(shortened(captureName(path), this.#plan.names));
  }

  #placeOf(capture: number): string {
    const { captures } = this.#dossier.end;
    return captures.length < 2 ? '' : ` in ${this.#name(captures[capture].path)}`;
  }

  #exhibits(): readonly string[] {
    return this.#telling()
      .slice(0, this.#plan.timelines)
      .map((exhibit, place) => this.#exhibit(exhibit, place < this.#plan.ladders));
  }

  /** One exhibit for each kind of trouble: readers finish a ticket only if it does not repeat itself. */
  #telling(): readonly Exhibit[] {
    const { exhibits } = this.#dossier;
    const firsts = exhibits.filter(
      ({ trouble }, place) => place === exhibits.findIndex((one) => one.trouble === trouble),
    );
    return firsts.length > 1 ? firsts.filter(({ trouble }) => trouble !== null) : firsts;
  }

  #exhibit({ connection, findings, items }: Exhibit, withLadder: boolean): string {
    const { client, server, start, capture } = connection;
    const steps = [...stepsOf('client', client), ...stepsOf('server', server)].sort(
      (a, b) => secondsBetween(b.at, a.at) || (a.frame ?? 0) - (b.frame ?? 0),
    );
    const table = this.#markup.table(
      [
        { text: 'time', isNumber: true },
        { text: 'frame', isNumber: true },
        { text: `client ${this.#markup.code(endpointName(client))}` },
        { text: `server ${this.#markup.code(endpointName(server))}` },
        { text: 'cause' },
      ],
      steps.map(({ at, frame, role, state, isRetracted, cause }) => {
        const shown = isRetracted ? this.#markup.struck(this.#prose(state)) : this.#prose(state);
        return [
          elapsed(start, at),
          frame === null ? '' : this.#markup.code(`#${frame}`),
          role === 'client' ? shown : '',
          role === 'server' ? shown : '',
          this.#prose(cause),
        ];
      }),
    );
    const parts = [
      this.#markup.heading(
        3,
        `States on ${this.#prose(connectionName(connection))}${this.#placeOf(capture)}`,
      ),
      table,
    ];
    if (withLadder && items !== null) {
      const text = ladder(connection, items, {
        palette: PLAIN,
        columns: LADDER_COLUMNS,
        ...ladderFacts(this.#dossier.end.captures, connection, findings),
      });
      parts.push(this.#markup.fold('Segments', this.#markup.fence(text)));
    }
    return parts.join('\n\n');
  }

  #list(): string {
    const { rows, end } = this.#dossier;
    const shown = rows.slice(0, this.#plan.rows);
    if (shown.length === 0 || end.summary.connections < 2) return '';
    const more = end.summary.connections - shown.length;
    const [worst] = shown;
    const command = timelineCommand(end.captures, worst);
    const title =
      more > 0
        ? `The worst ${grouped(shown.length)} of ${counted(end.summary.connections, 'connection')}`
        : counted(shown.length, 'connection');
    const isNamed = shown.some(({ network }) => network !== '');
    const places = placesIn(end.captures);
    const table = this.#markup.table(
      [
        { text: 'connection', isNumber: true },
        ...(places === null ? [] : [{ text: 'capture' }]),
        ...(isNamed ? [{ text: 'network' }] : []),
        { text: 'client' },
        { text: 'ended in' },
        { text: 'server' },
        { text: 'ended in' },
        { text: 'frames', isNumber: true },
        { text: 'active', isNumber: true },
        { text: 'findings' },
      ],
      shown.map((row) => [
        String(row.id),
        ...(places === null ? [] : [this.#place(...places(row))]),
        ...(isNamed ? [this.#prose(row.network)] : []),
        ...[row.client, row.clientState, row.server, row.serverState].map((text) => this.#prose(text)),
        grouped(row.frames),
        seconds(row.seconds),
        row.findings.map(({ rule }) => this.#markup.code(rule)).join(', '),
      ]),
    );
    const hint =
      command.length > this.#plan.names ? [] : [`Segment by segment: ${this.#markup.code(command)}`];
    return this.#markup.fold(title, [table, ...hint].join('\n\n'));
  }

  #place(name: string, ...stream: readonly string[]): string {
    return this.#prose([shortened(name, MOST_CAPTURE_NAME), ...stream].join(', '));
  }

  #prose(text: string): string {
    return this.#markup.prose(text);
  }

  #title({ severity, title }: Finding | Pattern): string {
    return this.#markup.heading(3, `${severity.toUpperCase()}: ${this.#prose(title)}`);
  }

  #grade({ rule, confidence }: Finding | Pattern): string {
    const name = this.#markup.code(rule);
    return confidence === 'observed' ? name : `${name} (${confidence})`;
  }

  #story({ applicationSees, likelyCauses, nextSteps }: Finding | Pattern): readonly string[] {
    const prose = (text: string): string => this.#prose(text);
    return [
      ...this.#listed('Applications saw', applicationSees === '' ? [] : [prose(applicationSees)]),
      ...this.#listed('Likely causes', likelyCauses.map(prose)),
      ...this.#listed('Check next', nextSteps.map(prose)),
    ];
  }

  #rests(citations: readonly Citation[]): string {
    const told = citations.slice(0, MOST_CITATIONS);
    const lines = told.map((citation) => {
      const name = this.#prose(plain(citationName(citation)));
      return this.#markup.bullet(1, `${this.#markup.link(name, citation.url)} ${this.#prose(citation.says)}`);
    });
    return this.#markup.fold(`Rests on ${plain(citationNames(told))}`, lines.join('\n'));
  }

  /** A point of a list; several items go below it. */
  #listed(label: string, items: readonly string[]): readonly string[] {
    const { bullet, bold } = this.#markup;
    if (items.length === 0) return [];
    if (items.length === 1) return [bullet(1, `${bold(`${label}:`)} ${items[0]}`)];
    return [bullet(1, bold(`${label}:`)), ...items.map((item) => bullet(2, item))];
  }
}

function whenOf(item: Finding | Pattern): readonly string[] {
  const when = period(item);
  return when === '' ? [] : [when];
}

interface Step {
  readonly role: Role;
  readonly at: Transition['time'];
  readonly frame: number | null;
  readonly state: string;
  readonly isRetracted: boolean;
  readonly cause: string;
}

function stepsOf(role: Role, { timeline }: Endpoint): readonly Step[] {
  return timeline.map(({ time, frame, state, cause, evidence, retractedBy }) => ({
    role,
    at: time,
    frame,
    state: retractedBy === null ? `${state}${MARKS[evidence]}` : state,
    isRetracted: retractedBy !== null,
    cause: retractedBy === null ? cause : `${cause}; disproved by frame ${retractedBy}`,
  }));
}

function plain(text: string): string {
  return text.replaceAll(FIXED_SPACE, ' ');
}
