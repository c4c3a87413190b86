import type { Connection } from '../connections/connection.js';
import { grouped } from '../core/numbers.js';
import type { Finding, Pattern, Severity } from '../rules/finding.js';
import { displayFilterFor, patternFilters } from './display-filter.js';
import { type Dossier, DossierReporter } from './dossier.js';
import { ladder } from './ladder/ladder.js';
import { type PatternGroup, patternGroups } from './pattern-groups.js';
import { type CaptureFacts, ladderFacts, type Reporter, TOOL, type Write } from './reporter.js';
import { escapeControls, ZERO_WIDTH_SPACE } from './text/escape.js';
import { PLAIN } from './text/palette.js';
import {
  captureName,
  citationNames,
  connectionName,
  counted,
  filterScope,
  frameNames,
  gaps,
  period,
  shortened,
  span,
  verdict,
} from './text/words.js';
import { FIXED_SPACE } from './text/wrap.js';
import { byUrgency } from './urgency.js';

/** Slack's limits, in characters: for a block's text and for a header. */
const MOST_TEXT = 3000;
const MOST_HEADER = 150;
/** Nobody reads a message with more findings than this. */
const MOST_ITEMS = 8;
const MOST_CAPTURES = 3;
const MOST_FRAMES = 12;
/** Limits for a finding: the rest is in the full report. */
const MOST_EXPLANATION = 1000;
/** Wider lines are broken when a sidebar is open. */
const LADDER_COLUMNS = 80;
const DOTS: Readonly<Record<Severity, string>> = {
  error: ':red_circle:',
  warning: ':large_orange_circle:',
  info: ':large_blue_circle:',
};

type Block =
  | { readonly type: 'header'; readonly text: { readonly type: 'plain_text'; readonly text: string } }
  | { readonly type: 'section'; readonly text: Mrkdwn }
  | { readonly type: 'context'; readonly elements: readonly Mrkdwn[] }
  | { readonly type: 'divider' };

interface Mrkdwn {
  readonly type: 'mrkdwn';
  readonly text: string;
  /** Without it, Slack turns what looks like links and mentions into them. */
  readonly verbatim: true;
}

/** A message for Slack's `chat.postMessage` or an incoming webhook: `text` for notifications, and blocks. */
export function slackReporter(write: Write): Reporter {
  return new DossierReporter(write, (dossier) => {
    const text = verdict(dossier.end);
    return `${JSON.stringify({ text, blocks: blocksOf(dossier, text) }, null, 1)}\n`;
  });
}

function blocksOf({ end, groups, exhibits }: Dossier, text: string): readonly Block[] {
  const items = [
    ...patternGroups(end.patterns).map((group) => ({
      severity: group.severity,
      rule: group.first.rule,
      block: () => patternText(group, end.captures),
    })),
    ...groups.map(({ severity, count, told: [{ finding, connection }] }) => ({
      severity,
      rule: finding.rule,
      block: () => findingText(finding, connection, count),
    })),
  ].sort(byUrgency);
  const rest = items.length - MOST_ITEMS;
  const [exhibit] = exhibits;
  return [
    { type: 'header', text: { type: 'plain_text', text: shortened(text, MOST_HEADER) } },
    { type: 'context', elements: [mrkdwn(captureText(end.captures))] },
    ...items
      .slice(0, MOST_ITEMS)
      .flatMap((item): Block[] => [{ type: 'divider' }, { type: 'section', text: mrkdwn(item.block()) }]),
    ...(rest > 0 ? [context(`and ${counted(rest, 'more kind')} of finding`)] : []),
    ...(exhibit === undefined || exhibit.items === null
      ? []
      : ladderBlock(
          ladder(exhibit.connection, exhibit.items, {
            palette: PLAIN,
            columns: LADDER_COLUMNS,
            ...ladderFacts(end.captures, exhibit.connection, exhibit.findings),
          }),
        )),
    context(`${TOOL.name} ${TOOL.version}`),
  ];
}

function captureText(captures: Dossier['end']['captures']): string {
  const lines = captures.slice(0, MOST_CAPTURES).map((facts) => {
    const { frames, damage } = facts;
    const when = frames === 0 ? '' : `, ${span(facts)}`;
    const fault = damage === null ? '' : `, damaged in frame ${grouped(damage.frame)}`;
    const missing = gaps(facts).map((gap) => `\n${escapeSlack(gap)}`);
    return `${nameOf(facts)} ${counted(frames, 'frame')}${when}${fault}${missing.join('')}`;
  });
  const more = captures.length - MOST_CAPTURES;
  return [...lines, ...(more > 0 ? [`and ${counted(more, 'more capture')}`] : [])].join('\n');
}

function nameOf({ path }: CaptureFacts): string {
  return code(shortened(captureName(path), 200));
}

function findingText(finding: Finding, connection: Connection, count: number): string {
  const { frames } = finding;
  const name = connectionName(connection);
  const place = count === 1 ? name : `${counted(count, 'connection')}, first on ${name}`;
  const about = [place, frameNames(frames, MOST_FRAMES), period(finding)].filter(Boolean).join(', ');
  const filter = code(displayFilterFor(connection, frames.slice(0, MOST_FRAMES)));
  return [...story(finding), about, `Wireshark: ${filter}`].join('\n');
}

function patternText({ first: pattern, also }: PatternGroup, captures: Dossier['end']['captures']): string {
  const filters = patternFilters(pattern, MOST_FRAMES);
  const left = filters.length - MOST_CAPTURES;
  return [
    ...story(pattern),
    [counted(pattern.count, 'connection'), period(pattern)].filter(Boolean).join(', '),
    ...filters.slice(0, MOST_CAPTURES).map((one) => {
      const scope = filterScope(one, (capture) => nameOf(captures[capture]));
      return `Wireshark: ${code(one.filter)}${scope === '' ? '' : ` (${scope})`}`;
    }),
    ...(left > 0 ? [`and ${counted(left, 'more capture')}`] : []),
    ...also.map((title) => `also: ${escapeSlack(title)}`),
  ].join('\n');
}

function story({
  severity,
  rule,
  title,
  explanation,
  nextSteps,
  citations,
}: Finding | Pattern): readonly string[] {
  const sources = citationNames(citations.slice(0, 4)).replaceAll(FIXED_SPACE, ' ');
  return [
    `${DOTS[severity]} *${escapeSlack(title)}*`,
    `${code(rule)} · ${escapeSlack(sources)}`,
    escapeSlack(shortened(explanation, MOST_EXPLANATION)),
    ...nextSteps.slice(0, 2).map((step) => `• ${escapeSlack(step)}`),
  ];
}

/** The end of a long ladder is what matters. */
function ladderBlock(text: string): readonly Block[] {
  const fence = '```';
  const lines = escapeSlack(text, true).trimEnd().split('\n');
  const [head] = lines;
  let room = MOST_TEXT - 2 * (fence.length + 1) - head.length - 4;
  const kept: string[] = [];
  for (let place = lines.length - 1; place > 0 && room > lines[place].length; place--) {
    room -= lines[place].length + 1;
    kept.unshift(lines[place]);
  }
  const cut = kept.length < lines.length - 1 ? ['…'] : [];
  return [{ type: 'section', text: mrkdwn([fence, head, ...cut, ...kept, fence].join('\n')) }];
}

function context(text: string): Block {
  return { type: 'context', elements: [mrkdwn(text)] };
}

function mrkdwn(text: string): Mrkdwn {
  return {
    type: 'mrkdwn',
    text: text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT - 1)}…` : text,
    verbatim: true,
  };
}

function code(text: string): string {
  return `\`${escapeSlack(text).replaceAll('`', '´')}\``;
}

/** Text in Slack's markup that is shown literally; in a fence, only what could be a mention or end it is escaped. */
export function escapeSlack(text: string, isFenced = false): string {
  const shown = text
    .split('\n')
    .map(escapeControls)
    .join(isFenced ? '\n' : ' ');
  const safe = shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  // These cannot be escaped: an invisible character next to them takes away their meaning.
  return isFenced
    ? safe.replaceAll('`', '´')
    : safe.replace(/(?<!\w)[*_~`](?=\S)|:(?=[\w+-]*[a-z][\w+-]*:)/g, `$&${ZERO_WIDTH_SPACE}`);
}
