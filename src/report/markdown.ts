import type { Endpoint, Role, Transition } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { type Citation, type Finding, type Pattern, SEVERITIES, type Severity } from '../rules/finding.js';
import { displayFilterFor } from './display-filter.js';
import { type Dossier, DossierReporter, type Exhibit } from './dossier.js';
import { escapeControls, escapeMarkdown, markdownCode } from './escape.js';
import type { FindingGroup } from './finding-groups.js';
import { ladder } from './ladder.js';
import { PLAIN } from './palette.js';
import { fitted, type Plan } from './plan.js';
import { type CaptureFacts, captureEnd, type Reporter, TOOL, type Write } from './reporter.js';
import {
  citationName,
  clockTime,
  counted,
  endpointName,
  evictions,
  frameList,
  grouped,
  octets,
  seconds,
  shortened,
  timelineCommand,
  verdict,
} from './words.js';
import { FIXED_SPACE } from './wrap.js';

/** What GitHub takes as the text of an issue or a comment, in characters. */
export const MARKDOWN_LENGTH = 65_536;
const MOST_CITATIONS = 6;
const MOST_FRAMES = 12;
const LADDER_COLUMNS = 100;
const MARKS = { observed: '', confirmed: ' ✓', assumed: ' ?' } as const;

/** A report for GitHub and GitLab, that fits into `maxLength` characters (at least 1000). */
export function markdownReporter(write: Write, maxLength = MARKDOWN_LENGTH): Reporter {
  return new DossierReporter(write, (dossier) =>
    fitted(maxLength, (plan) => new MarkdownWriter(dossier, plan).document()),
  );
}

/** Something to tell: all findings of a rule, or a pattern. */
interface Item {
  readonly severity: Severity;
  readonly title: string;
  readonly full: () => string;
}

class MarkdownWriter {
  readonly #dossier: Dossier;
  readonly #plan: Plan;

  constructor(dossier: Dossier, plan: Plan) {
    this.#dossier = dossier;
    this.#plan = plan;
  }

  document(): string {
    const { end } = this.#dossier;
    const parts = [
      `## ${verdict(end.summary)}`,
      this.#captures(end.captures),
      ...this.#items(),
      ...this.#exhibits(),
      this.#list(),
      `<sub>${TOOL.name} ${TOOL.version}</sub>`,
    ];
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
  }

  #captures(captures: readonly CaptureFacts[]): string {
    const lines = captures.slice(0, this.#plan.captures).flatMap((facts) => {
      const { path, firstFrameAt, damage, dropped } = facts;
      const size = `${counted(facts.frames, 'frame')}, ${counted(facts.tcpSegments, 'TCP segment')}, ${octets(facts.bytes)}`;
      const span =
        firstFrameAt === null
          ? ''
          : `, from ${clockTime(firstFrameAt)} for ${seconds(facts.durationSeconds)}`;
      const about = [`${this.#name(path)}: ${facts.format}, ${size}${span}`];
      if (damage !== null) {
        const message = escapeMarkdown(shortened(escapeControls(damage.message), this.#plan.names));
        about.push(
          `**Damaged** at byte ${grouped(damage.offset)}, frame ${grouped(damage.frame)}: ${message}. Everything before that was analysed.`,
        );
      }
      if (dropped !== null && dropped > 0)
        about.push(`The capturing host dropped ${counted(dropped, 'frame')}.`);
      if (facts.evicted > 0) about.push(`Note: ${evictions(facts)}.`);
      return about;
    });
    const more = captures.length - this.#plan.captures;
    if (more > 0) lines.push(`and ${counted(more, 'more capture')}`);
    return lines.join('  \n');
  }

  /** Patterns and findings by severity, as far as there is room. */
  #items(): readonly string[] {
    const { groups, end } = this.#dossier;
    const { cards, full } = this.#plan;
    const items: readonly Item[] = [
      ...end.patterns.map((pattern) => ({
        severity: pattern.severity,
        title: pattern.title,
        full: () => this.#pattern(pattern),
      })),
      ...groups.map((group) => ({
        severity: group.severity,
        title: group.told[0].finding.title,
        full: () => this.#group(group),
      })),
    ].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
    const told = items.slice(0, full).map((item) => item.full());
    const named = items.slice(full, cards).map(({ severity, title }) => `- **${severity}** ${prose(title)}`);
    const rest = items.length - told.length - named.length;
    if (rest > 0) named.push(`- ${counted(rest, 'more kind')} of finding`);
    return [...told, named.join('\n')];
  }

  #group(group: FindingGroup): string {
    const [{ finding, connection, effects }, ...others] = group.told;
    const subject = group.count === 1 ? [] : [`${counted(group.count, 'connection')}, the first is`];
    const about = `${[...subject, `connection ${connection.id}`].join(' ')}${this.#placeOf(connection.capture)}`;
    const frames =
      finding.frames.length === 0 ? [] : [`frames ${markdownCode(frameList(finding.frames, MOST_FRAMES))}`];
    const also = others.map((told) => `connection ${told.connection.id}: ${prose(told.finding.title)}`);
    if (group.further.length > 0) {
      const more = group.count - group.told.length - group.further.length;
      also.push(`connections ${group.further.join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`);
    }
    const filter = displayFilterFor(connection.stream, finding.frames.slice(0, MOST_FRAMES));
    return [
      heading(finding),
      [grade(finding), about, ...frames].join(' · '),
      prose(finding.explanation),
      [
        ...story(finding),
        ...listed(
          'Effects',
          effects.map(({ title, rule }) => `${prose(title)} (${markdownCode(rule)})`),
        ),
        ...listed('Also', also),
        `- **Wireshark:** ${markdownCode(filter)}`,
        ...rests(finding.citations),
      ].join('\n'),
    ].join('\n\n');
  }

  #pattern(pattern: Pattern): string {
    return [
      heading(pattern),
      [grade(pattern), counted(pattern.count, 'connection')].join(' · '),
      prose(pattern.explanation),
      [...story(pattern), ...rests(pattern.citations)].join('\n'),
    ].join('\n\n');
  }

  #name(path: string): string {
    return markdownCode(shortened(escapeControls(path), this.#plan.names));
  }

  #placeOf(capture: number): string {
    const { captures } = this.#dossier.end;
    return captures.length < 2 ? '' : ` in ${this.#name(captures[capture].path)}`;
  }

  #exhibits(): readonly string[] {
    return this.#dossier.exhibits
      .slice(0, this.#plan.timelines)
      .map((exhibit, place) => this.#exhibit(exhibit, place < this.#plan.ladders));
  }

  #exhibit({ connection, findings, items }: Exhibit, withLadder: boolean): string {
    const { client, server, id, start, capture } = connection;
    const steps = [...stepsOf('client', client), ...stepsOf('server', server)].sort(
      (a, b) => secondsBetween(b.at, a.at) || (a.frame ?? 0) - (b.frame ?? 0),
    );
    const table = [
      `| time | frame | client ${markdownCode(endpointName(client))} | server ${markdownCode(endpointName(server))} | cause |`,
      '|---:|---:|---|---|---|',
      ...steps.map(({ at, frame, role, state, cause }) => {
        const cells = [
          secondsBetween(start, at).toFixed(4),
          frame === null ? '' : markdownCode(`#${frame}`),
          role === 'client' ? state : '',
          role === 'server' ? state : '',
          prose(cause),
        ];
        return `| ${cells.join(' | ')} |`;
      }),
    ];
    const parts = [`### States on connection ${id}${this.#placeOf(capture)}`, table.join('\n')];
    const end = captureEnd(this.#dossier.end.captures, capture) ?? connection.end;
    if (withLadder && items !== null) {
      const text = ladder(connection, items, {
        palette: PLAIN,
        columns: LADDER_COLUMNS,
        findings,
        captureEnd: end,
      });
      // Nothing in a ladder comes from the capture but numbers and addresses: no fence can be in it.
      parts.push(`<details><summary>Segments</summary>\n\n\`\`\`text\n${text}\`\`\`\n\n</details>`);
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
    return [
      `<details><summary>${more > 0 ? `The worst ${grouped(shown.length)} of ${counted(end.summary.connections, 'connection')}` : counted(shown.length, 'connection')}</summary>`,
      [
        '| connection | client | ended in | server | ended in | frames | active | findings |',
        '|---:|---|---|---|---|---:|---:|---|',
        ...shown.map((row) => {
          const findings = row.findings.map(({ rule }) => markdownCode(rule)).join(', ');
          const cells = [
            row.id,
            row.client,
            row.clientState,
            row.server,
            row.serverState,
            grouped(row.frames),
          ];
          return `| ${[...cells, seconds(row.seconds), findings].join(' | ')} |`;
        }),
      ].join('\n'),
      command.length > this.#plan.names ? '' : `Segment by segment: ${markdownCode(command)}`,
      '</details>',
    ]
      .filter((part) => part !== '')
      .join('\n\n');
  }
}

interface Step {
  readonly role: Role;
  readonly at: Transition['time'];
  readonly frame: number | null;
  readonly state: string;
  readonly cause: string;
}

function stepsOf(role: Role, { timeline }: Endpoint): readonly Step[] {
  return timeline.map(({ time, frame, state, cause, evidence, retractedBy }) => ({
    role,
    at: time,
    frame,
    state: retractedBy === null ? `${state}${MARKS[evidence]}` : `~~${state}~~`,
    cause: retractedBy === null ? cause : `${cause}; disproved by frame ${retractedBy}`,
  }));
}

function prose(text: string): string {
  return escapeMarkdown(text);
}

function heading({ severity, title }: Finding | Pattern): string {
  return `### ${severity.toUpperCase()}: ${prose(title)}`;
}

function grade({ rule, confidence }: Finding | Pattern): string {
  return confidence === 'observed' ? markdownCode(rule) : `${markdownCode(rule)} (${confidence})`;
}

function story({ applicationSees, likelyCauses, nextSteps }: Finding | Pattern): readonly string[] {
  return [
    ...listed('Applications saw', applicationSees === '' ? [] : [prose(applicationSees)]),
    ...listed('Likely causes', likelyCauses.map(prose)),
    ...listed('Check next', nextSteps.map(prose)),
  ];
}

function rests(citations: readonly Citation[]): readonly string[] {
  const links = citations
    .slice(0, MOST_CITATIONS)
    .map(
      (citation) =>
        `[${prose(citationName(citation).replaceAll(FIXED_SPACE, ' '))}](${citation.url}) ${prose(citation.says)}`,
    );
  return listed('Rests on', links);
}

/** A point of a list; several items stand below it. */
function listed(label: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  if (items.length === 1) return [`- **${label}:** ${items[0]}`];
  return [`- **${label}:**`, ...items.map((item) => `  - ${item}`)];
}
