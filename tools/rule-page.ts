import { citationName } from '../src/report/text/words.js';
import { generalDocumentation } from '../src/rules/documentation.js';
import type { Citation } from '../src/rules/finding.js';
import type { Family, RuleDescription } from '../src/rules/rule.js';
import { unitOf } from '../src/rules/wording/wording.js';
import { code, escapeMarkdown, fence, table } from './markdown.js';

const GENERATED = '<!-- Written by npm run docs from the catalog in src/rules: change it there. -->';

const FAMILIES: Readonly<Record<Family, string>> = {
  teardown: 'Closing',
  reset: 'Resets',
  liveness: 'Is the other side alive?',
  handshake: 'Opening',
  delivery: 'Delivery and windows',
  'time-wait': 'TIME-WAIT',
  pattern: 'Patterns across connections',
  capture: 'The capture itself',
};

/** `docs/rules/<id>.md`: everything `finwait explain` says, in Markdown. */
export function rulePage(rule: RuleDescription, ladder: string | null): string {
  const text = generalDocumentation(rule);
  return document([
    `# ${rule.id}`,
    escapeMarkdown(rule.summary),
    `Severity: ${rule.severity}. Family: [${FAMILIES[rule.family]}](README.md).${text.aboutNames === null ? '' : ` ${escapeMarkdown(text.aboutNames)}`}`,
    section('Meaning', escapeMarkdown(text.meaning)),
    section('What the capture must show', bullets(text.proof)),
    section('What does not trigger it', bullets(text.notThis)),
    section('What the applications see', escapeMarkdown(text.applicationSees)),
    section('Likely causes', bullets(text.likelyCauses)),
    section('What to check next', bullets(text.nextSteps)),
    section('Example', example(rule, ladder)),
    section('Options', options(rule)),
    section('Rests on', rule.citations.map(citation).join('\n')),
    rule.related.length === 0
      ? ''
      : section('See also', rule.related.map((id) => `[${id}](${id}.md)`).join(', ')),
  ]);
}

/** `docs/rules/README.md`: every rule by family, in the order of the catalog. */
export function indexPage(rules: readonly RuleDescription[]): string {
  const families = [...new Set(rules.map(({ family }) => family))];
  return document([
    '# Rules',
    `What finwait can find. ${code('finwait explain <rule>')} prints the same pages, ${code('finwait rules')} this list. A finding may be graded higher or lower than its rule by what the capture shows.`,
    ...families.map((family) => {
      const rows = rules
        .filter((rule) => rule.family === family)
        .map(({ id, severity, summary }) => [`[${id}](${id}.md)`, severity, escapeMarkdown(summary)]);
      return section(FAMILIES[family], table(['rule', 'severity', 'what it says'], rows));
    }),
  ]);
}

function document(parts: readonly string[]): string {
  return `${[GENERATED, ...parts].filter((part) => part !== '').join('\n\n')}\n`;
}

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}

function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
}

function example({ id, documentation }: RuleDescription, ladder: string | null): string {
  if (ladder === null) return 'No recorded example yet.';
  const { fixture, capture, options = {} } = documentation.example;
  const path = `fixtures/${fixture}/${capture}.pcap`;
  const set = Object.entries(options).map(([name, value]) => code(`--set ${id}.${name}=${value}`));
  const how = set.length === 0 ? '' : ` The rule triggers there with ${set.join(' and ')}.`;
  return `Recorded in [${path}](../../${path}); ${code('finwait timeline')} draws it.${how}\n\n${fence(ladder)}`;
}

function options({ id, options: specs, ordered }: RuleDescription): string {
  const rows = Object.entries(specs).map(([name, spec]) => [
    code(name),
    `${spec.default}${unitOf(spec)}`,
    `${spec.minimum} to ${spec.maximum}${unitOf(spec)}`,
    escapeMarkdown(spec.description),
  ]);
  if (rows.length === 0) return `None besides the severity: ${code(`--rule ${id}=off`)} silences it.`;
  const [name, { default: value }] = Object.entries(specs)[0];
  const how = `Set with ${code(`--set ${id}.${name}=${value}`)}, or in a [configuration](../configuration.md); ${code(`--rule ${id}=off`)} silences the rule.`;
  const order =
    ordered === undefined ? '' : ` No option of ${ordered.map(code).join(', ')} may be larger than the next.`;
  return `${table(['option', 'default', 'range', 'meaning'], rows)}\n\n${how}${order}`;
}

function citation(source: Citation): string {
  const name = escapeMarkdown(citationName(source).replaceAll('\u00a0', ' '));
  return `- [${name}](${source.url}), ${escapeMarkdown(source.title)}: ${escapeMarkdown(source.says)}`;
}
