import type { Connection } from '../../connections/connection.js';
import { secondsBetween } from '../../core/time.js';
import { type Citation, type Finding, type Pattern, SEVERITIES, type Severity } from '../../rules/finding.js';
import { grouped } from '../../rules/wording.js';
import { displayFilterFor, patternFilters } from '../display-filter.js';
import type { Dossier, Exhibit } from '../dossier.js';
import { escapeXml } from '../escape.js';
import { type FindingGroup, othersOf } from '../finding-groups.js';
import { type LadderRow, ladderRows } from '../ladder-rows.js';
import { type PatternGroup, patternGroups } from '../pattern-groups.js';
import { type CaptureFacts, captureEnd, ladderFacts, REPORT_SCHEMA, TOOL } from '../reporter.js';
import {
  captureName,
  citationName,
  clockTime,
  comparison,
  counted,
  elapsed,
  endpointName,
  evictions,
  filterScope,
  limitsText,
  octets,
  omissions,
  remarks,
  span,
  timelineCommand,
  UNKNOWN_TIME,
  verdict,
} from '../words.js';
import { LEGEND } from './colours.js';
import { ladderSvg } from './ladder-svg.js';
import { SCRIPT } from './script.js';
import { stateBars } from './state-bar.js';
import { STYLE } from './style.js';

/** SHA-256 of the style sheet and the script, in base64: the only ones that a browser may apply. */
export const STYLE_HASH = 'PbgeUTDc+kpsM5SvKLwbKwrsXtFqaN4IaW8z+x3EYDM=';
export const SCRIPT_HASH = 'Thp6pDAul9U9gC2YJi/z08/IaJCsF9l+SK31qMrxeBs=';
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  `script-src 'sha256-${SCRIPT_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
const MOST_CAPTURES = 50;
const MOST_FRAMES = 40;

/** The report as one page that needs nothing but itself. */
export function page(dossier: Dossier): string {
  return new Page(dossier).text();
}

class Page {
  readonly #dossier: Dossier;
  /** The rows of each exhibit's ladder; null if its segments are not known. */
  readonly #ladders = new Map<number, readonly LadderRow[] | null>();
  /** Rules that have a card: only these can be linked. */
  readonly #rules: ReadonlySet<string>;
  readonly #carded = new Set<string>();

  constructor(dossier: Dossier) {
    this.#dossier = dossier;
    const { end, groups, exhibits } = dossier;
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

  text(): string {
    const { end, groups, exhibits } = this.#dossier;
    const title = verdict(end.summary);
    const found = end.patterns.length + groups.length;
    const sections = [
      `<section id="summary" aria-labelledby="h-summary">\n<h1 id="h-summary">${escapeXml(title)}</h1>\n${this.#lead()}${this.#summary()}\n</section>`,
      ...(found > 0
        ? [
            `<section id="findings" aria-labelledby="h-findings">\n<h2 id="h-findings">Findings</h2>\n${this.#items()}\n</section>`,
          ]
        : []),
      ...(exhibits.length > 0
        ? [
            `<section id="timelines" aria-labelledby="h-timelines">\n<h2 id="h-timelines">Timelines</h2>\n${legend()}\n${exhibits.map((exhibit) => this.#exhibit(exhibit)).join('\n')}\n</section>`,
          ]
        : []),
      ...(end.summary.connections > 0
        ? [
            `<section id="connections" aria-labelledby="h-connections">\n<h2 id="h-connections">Connections</h2>\n${this.#list()}\n</section>`,
          ]
        : []),
    ];
    return [
      '<!doctype html>',
      '<html lang="en">',
      '<head>',
      '<meta charset="utf-8">',
      `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      '<meta name="referrer" content="no-referrer">',
      `<title>${escapeXml(title)} · finwait</title>`,
      `<style>${STYLE}</style>`,
      '</head>',
      '<body>',
      '<div class="page">',
      this.#navigation(found > 0),
      '<main>',
      ...sections,
      `<footer>Written by ${TOOL.name} ${TOOL.version}. The same as data: --format json (${REPORT_SCHEMA}).</footer>`,
      '</main>',
      '</div>',
      `<script>${SCRIPT}</script>`,
      '</body>',
      '</html>',
      '',
    ].join('\n');
  }

  #navigation(hasFindings: boolean): string {
    const { exhibits, end } = this.#dossier;
    const timelines = exhibits.map(
      ({ connection: { id } }) => `<li><a href="#connection-${id}">connection ${id}</a></li>`,
    );
    return [
      '<nav aria-label="Sections">',
      '<span class="name">finwait</span>',
      '<ul>',
      '<li><a href="#summary">Summary</a></li>',
      ...(hasFindings ? ['<li><a href="#findings">Findings</a></li>'] : []),
      ...(exhibits.length > 0
        ? [`<li><a href="#timelines">Timelines</a>\n<ul>${timelines.join('')}</ul></li>`]
        : []),
      ...(end.summary.connections > 0 ? ['<li><a href="#connections">Connections</a></li>'] : []),
      '</ul>',
      '</nav>',
    ].join('\n');
  }

  /** What is worst, in a sentence. */
  #lead(): string {
    const { groups, end } = this.#dossier;
    const titles = [...end.patterns, ...groups.map(({ told: [{ finding }] }) => finding)];
    const [worst] = titles.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
    return worst === undefined ? '' : `<p class="lead">${escapeXml(worst.title)}</p>\n`;
  }

  #summary(): string {
    const { captures, summary } = this.#dossier.end;
    const figures = [
      figure('', grouped(summary.connections), summary.connections === 1 ? 'connection' : 'connections'),
      ...SEVERITIES.map((severity) => {
        const count = summary.findings[severity];
        return figure(
          count > 0 ? severity : '',
          grouped(count),
          severity === 'info' || count === 1 ? severity : `${severity}s`,
        );
      }),
    ];
    const states = Object.entries(summary.finalStates)
      .sort((a, b) => b[1] - a[1])
      .map(([state, count]) => `${grouped(count)} in ${state}`);
    const { baseline } = summary;
    return [
      `<ul class="figures">${figures.join('')}</ul>`,
      ...(baseline === undefined
        ? []
        : [
            `<p><strong>${escapeXml(comparison(baseline))}</strong></p>`,
            baseline.goneTitles.length > 0
              ? `<ul>${baseline.goneTitles.map((title) => `<li>gone: ${escapeXml(title)}</li>`).join('')}</ul>`
              : '',
          ]),
      ...(states.length > 0 ? [`<p class="soft">Endpoints ended ${states.join(', ')}.</p>`] : []),
      `<ul class="captures">${captures.slice(0, MOST_CAPTURES).map(captureItem).join('\n')}</ul>`,
      ...(captures.length > MOST_CAPTURES
        ? [`<p class="soft">and ${counted(captures.length - MOST_CAPTURES, 'more capture')}</p>`]
        : []),
    ].join('\n');
  }

  #items(): string {
    const { groups, end } = this.#dossier;
    const cards: readonly { readonly severity: Severity; readonly text: string }[] = [
      ...patternGroups(end.patterns).map((group) => ({
        severity: group.severity,
        text: this.#pattern(group),
      })),
      ...groups.map((group) => ({ severity: group.severity, text: this.#group(group) })),
    ];
    return [...cards]
      .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
      .map(({ text }) => text)
      .join('\n');
  }

  #group(group: FindingGroup): string {
    const [{ finding, connection, effects }] = group.told;
    const subject = group.count === 1 ? '' : `${counted(group.count, 'connection')}, the first is `;
    const others = othersOf(group);
    const also = [
      ...others.told.map(
        ({ connection: { id }, finding: { title } }) => `${this.#connectionLink(id)}: ${escapeXml(title)}`,
      ),
      ...(others.counted === '' ? [] : [others.counted]),
    ];
    const filter = displayFilterFor(connection, finding.frames.slice(0, MOST_FRAMES));
    const meta = [
      ruleName(finding),
      `${subject}${this.#connectionLink(connection.id)}${networkOf(connection)}${this.#placeOf(connection.capture)}`,
      ...(finding.frames.length === 0
        ? []
        : [
            `${finding.frames.length === 1 ? 'frame' : 'frames'} ${this.#frames(connection.id, finding.frames)}`,
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
      .filter((id) => this.#ladders.has(id))
      .map((id) => this.#connectionLink(id));
    const filters = patternFilters(pattern, MOST_FRAMES);
    const left = filters.length - MOST_CAPTURES;
    const wireshark = [
      ...filters.slice(0, MOST_CAPTURES).map((one) => {
        const scope = filterScope(one, (capture) => this.#captureName(capture));
        return `<code>${escapeXml(one.filter)}</code>${scope === '' ? '' : ` (${scope})`}`;
      }),
      ...(left > 0 ? [`and ${counted(left, 'more capture')}`] : []),
    ];
    return this.#card(
      pattern,
      [ruleName(pattern), counted(pattern.count, 'connection'), ...shown],
      [...part('Also', also.map(escapeXml)), ...part('In Wireshark', wireshark)],
    );
  }

  #ruleLink(rule: string): string {
    return this.#rules.has(rule) ? `<a href="#rule-${rule}">${rule}</a>` : rule;
  }

  /** The first card of a rule has its id: findings of several severities are several cards. */
  #card(finding: Finding | Pattern, meta: readonly string[], more: readonly string[]): string {
    const isFirst = !this.#carded.has(finding.rule);
    this.#carded.add(finding.rule);
    const limits = limitsText(finding);
    const rests = limits === '' ? more : [...more, ...part('Limit', [escapeXml(limits)])];
    return card(finding, isFirst ? ` id="rule-${finding.rule}"` : '', meta, rests);
  }

  #connectionLink(id: number): string {
    return this.#ladders.has(id) ? `<a href="#connection-${id}">connection ${id}</a>` : `connection ${id}`;
  }

  #placeOf(capture: number): string {
    const { captures } = this.#dossier.end;
    return captures.length < 2 ? '' : ` in ${this.#captureName(capture)}`;
  }

  #captureName(capture: number): string {
    return `<code>${escapeXml(captureName(this.#dossier.end.captures[capture].path))}</code>`;
  }

  #frames(connection: number, frames: readonly number[]): string {
    const links = frames.slice(0, MOST_FRAMES).map((frame) => this.#frameLink(connection, frame));
    const more = frames.length - links.length;
    return `${links.join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`;
  }

  #frameLink(connection: number, frame: number): string {
    const isDrawn = this.#ladders
      .get(connection)
      ?.some(
        (row) =>
          (row.kind === 'segment' && row.segment.frame === frame) ||
          (row.kind === 'aside' && row.frame === frame),
      );
    return isDrawn === true ? `<a href="#c${connection}-f${frame}">#${frame}</a>` : `#${frame}`;
  }

  #exhibit({ connection, findings }: Exhibit): string {
    const { id, client, server, start, end, capture, frames, vantage } = connection;
    const captures = this.#dossier.end.captures;
    const until = captureEnd(captures, capture) ?? end;
    const near =
      vantage.near === 'unknown'
        ? ''
        : `, captured ${vantage.near === 'between' ? 'between both' : `near the ${vantage.near}`}`;
    const parts = [
      `<article class="exhibit" id="connection-${id}" aria-labelledby="h-connection-${id}">`,
      `<h3 id="h-connection-${id}">Connection ${id}${networkOf(connection)}: <span class="names">${escapeXml(`${endpointName(client)} ↔ ${endpointName(server)}`)}</span></h3>`,
      `<p class="meta">${clockTime(start)}, ${counted(frames, 'frame')}${near}${this.#placeOf(capture)}${findings.length > 0 ? ` · ${findings.map(({ severity, rule }) => `${tag(severity)}${this.#ruleLink(rule)}`).join(' ')}` : ''}</p>`,
      `<div class="scroll bar-frame">${stateBars(connection, until)}</div>`,
    ];
    const rows = this.#ladders.get(id) ?? null;
    if (rows !== null) {
      const ladder = ladderSvg(connection, rows, {
        rowId: (frame) => `c${id}-f${frame}`,
        ruleId: (rule) => (this.#rules.has(rule) ? `rule-${rule}` : null),
      });
      parts.push(
        `<div class="scroll" tabindex="0" role="region" aria-label="Segments of connection ${id}">`,
        `<svg width="${ladder.width}" height="${ladder.height}" viewBox="0 0 ${ladder.width} ${ladder.height}" role="img" aria-label="Segments of connection ${id} between the states of both endpoints">`,
        ladder.content,
        '</svg>',
        '</div>',
      );
    }
    parts.push(this.#transitions(connection), '</article>');
    return parts.join('\n');
  }

  #transitions(connection: Exhibit['connection']): string {
    const { id, client, server, start } = connection;
    const rows = [client, server]
      .flatMap(({ role, timeline }) => timeline.map((entry) => ({ role, ...entry })))
      .sort((a, b) => secondsBetween(b.time, a.time) || (a.frame ?? 0) - (b.frame ?? 0))
      .map(({ role, state, time, frame, cause, evidence, confirmedBy, retractedBy, section }) => {
        const how =
          retractedBy !== null
            ? `disproved by ${this.#frameLink(id, retractedBy)}`
            : `${evidence}${confirmedBy ? ` by ${this.#frameLink(id, confirmedBy)}` : ''}`;
        const name = retractedBy === null ? state : `<s>${state}</s>`;
        const source = `<a href="https://www.rfc-editor.org/rfc/rfc9293#section-${section}" rel="noreferrer">§${section}</a>`;
        return `<tr><td class="num">${elapsed(start, time)}</td><td class="num">${frame === null ? '' : this.#frameLink(id, frame)}</td><td>${role}</td><td>${name}</td><td>${escapeXml(cause)}</td><td>${how}</td><td>${source}</td></tr>`;
      });
    const head = ['time', 'frame', 'endpoint', 'state', 'cause', 'evidence', 'RFC 9293'].map(
      (name, place) => `<th scope="col"${place < 2 ? ' class="num"' : ''}>${name}</th>`,
    );
    return `<details><summary>All transitions of connection ${id}</summary>\n<div class="scroll"><table>\n<thead><tr>${head.join('')}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table></div>\n</details>`;
  }

  #list(): string {
    const { rows, end } = this.#dossier;
    const more = end.summary.connections - rows.length;
    const isNamed = rows.some(({ network }) => network !== '');
    const names = ['client', 'ended in', 'server', 'ended in', 'frames', 'seconds', 'findings'];
    const head = ['#', ...(isNamed ? ['network'] : []), ...names].map(
      (name) =>
        `<th scope="col"${['#', 'frames', 'seconds'].includes(name) ? ' class="num"' : ''}>${name}</th>`,
    );
    const lines = rows.map((row) => {
      const findings = row.findings.map(({ severity, rule }) => `${tag(severity)}${this.#ruleLink(rule)}`);
      const id = this.#ladders.has(row.id) ? `<a href="#connection-${row.id}">${row.id}</a>` : String(row.id);
      const network = isNamed ? `<td>${escapeXml(row.network)}</td>` : '';
      const active = Number.isNaN(row.seconds)
        ? `<td class="num">${UNKNOWN_TIME}</td>`
        : `<td class="num" data-value="${row.seconds}">${row.seconds.toFixed(3)}</td>`;
      return `<tr><td class="num" data-value="${row.id}">${id}</td>${network}<td class="names">${escapeXml(row.client)}</td><td>${row.clientState}</td><td class="names">${escapeXml(row.server)}</td><td>${row.serverState}</td><td class="num" data-value="${row.frames}">${grouped(row.frames)}</td>${active}<td>${findings.join('<br>')}</td></tr>`;
    });
    const [worst] = rows;
    return [
      more > 0
        ? `<p class="soft">The worst ${grouped(rows.length)}; ${counted(more, 'more connection')} in the JSON report.</p>`
        : '',
      '<div class="tools" id="list-tools" hidden><label for="list-search">Search</label><input type="search" id="list-search" placeholder="address, port, state, rule"><span class="soft" id="list-count" role="status"></span></div>',
      `<div class="scroll" tabindex="0" role="region" aria-label="Connections"><table id="list">\n<thead><tr>${head.join('')}</tr></thead>\n<tbody>\n${lines.join('\n')}\n</tbody>\n</table></div>`,
      worst === undefined
        ? ''
        : `<p class="soft">Segment by segment: <code>${escapeXml(timelineCommand(end.captures, worst))}</code></p>`,
    ]
      .filter((line) => line !== '')
      .join('\n');
  }
}

function figure(className: string, value: string, name: string): string {
  return `<li${className === '' ? '' : ` class="${className}"`}><b>${value}</b>${name}</li>`;
}

function captureItem(facts: CaptureFacts): string {
  const { path, format, damage, dropped, evicted } = facts;
  const size = `${counted(facts.frames, 'frame')}, ${counted(facts.tcpSegments, 'TCP segment')}, ${octets(facts.bytes)}`;
  const when = facts.frames === 0 ? '' : `, ${span(facts)}`;
  const notes = [
    ...(damage === null
      ? []
      : [
          `Damaged at byte ${grouped(damage.offset)}, frame ${grouped(damage.frame)}: ${damage.message}. Everything before that was analysed.`,
        ]),
    ...(dropped !== null && dropped > 0 ? [`The capturing host dropped ${counted(dropped, 'frame')}.`] : []),
    ...(evicted > 0 ? [evictions(facts)] : []),
    ...omissions(facts),
  ];
  const noted = remarks(facts).map((remark) => `<br><span class="soft">${escapeXml(remark)}</span>`);
  return `<li><code>${escapeXml(captureName(path))}</code> <span class="soft">${format}, ${size}${when}</span>${noted.join('')}${notes.map((note) => `<br><span class="bad">${escapeXml(note)}</span>`).join('')}</li>`;
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

function tag(severity: Severity): string {
  return `<span class="tag ${severity}">${severity}</span>`;
}

/** The colours of states, and the pattern that says that one is assumed. */
function legend(): string {
  const swatch = (className: string): string =>
    `<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"><rect width="14" height="14" class="${className}"/></svg>`;
  const items = LEGEND.map(([name, className]) => `<li>${swatch(className)}${name}</li>`);
  const hatch = [
    '<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">',
    '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="7" class="hatch-line"/></pattern></defs>',
    '<rect width="14" height="14" class="s-tw"/><rect width="14" height="14" class="hatch"/></svg>',
  ].join('');
  return `<ul class="legend">${items.join('')}<li>${hatch}assumed: no segment proves it</li></ul>`;
}

/** What tells the connection from its namesakes in other networks. */
function networkOf({ network }: Connection): string {
  return network === '' ? '' : ` (${escapeXml(network)})`;
}
