import type { Palette } from '../report/text/palette.js';
import { citationName } from '../report/text/words.js';
import { wrap } from '../report/text/wrap.js';
import { CATALOG, findRule, suggestRule } from '../rules/catalog.js';
import { generalDocumentation } from '../rules/documentation.js';
import type { RuleDescription } from '../rules/rule.js';
import { unitOf } from '../rules/wording/wording.js';
import { EXIT_OK, type Io, UsageError } from './io.js';
import { paletteFor, textWriter } from './options.js';

const INDENT = '  ';
const GRADE_WIDTH = 'warning'.length;
/** Summaries with less room than this beside the ids go below them. */
const LEAST_SUMMARY = 30;
/** Recorded ladders are drawn as wide as this. */
const EXAMPLE_COLUMNS = 80;

/** Prints one rule in full. */
export async function explain(id: string, options: { readonly color?: boolean }, io: Io): Promise<number> {
  const rule = findRule(id);
  if (rule === null) {
    const nearest = suggestRule(id);
    const hint = nearest === null ? 'finwait rules lists them' : `did you mean ${nearest}?`;
    throw new UsageError(`there is no rule ${id}; ${hint}`);
  }
  const palette = paletteFor(options.color, io.environment, io.stdout);
  const width = Math.min(100, Math.max(40, io.stdout.columns)) - 1;
  textWriter(io)(`${page(rule, await example(rule, width), palette, width)}\n`);
  return EXIT_OK;
}

/** Prints the catalog: each rule's severity and summary, by family. */
export function listRules(options: { readonly color?: boolean }, io: Io): number {
  const palette = paletteFor(options.color, io.environment, io.stdout);
  const width = CATALOG.reduce((length, { id }) => Math.max(length, id.length), 0);
  const lines: string[] = [];
  let family = '';
  for (const rule of [...CATALOG].sort(byFamily)) {
    if (rule.family !== family) {
      family = rule.family;
      lines.push(`${lines.length > 0 ? '\n' : ''}${palette.bold(family)}`);
    }
    const paint = palette.severity[rule.severity];
    const indent = INDENT.length + width + 2 + GRADE_WIDTH + 2;
    const room = io.stdout.columns - indent;
    if (room < LEAST_SUMMARY) {
      const below = block(rule.summary, Math.max(LEAST_SUMMARY, io.stdout.columns), INDENT + INDENT);
      lines.push(
        ...wrap(`${rule.id}  ${paint(rule.severity)}`, io.stdout.columns - INDENT.length).map(
          (line) => INDENT + line,
        ),
        below,
      );
      continue;
    }
    const head = `${INDENT}${rule.id.padEnd(width)}  ${paint(rule.severity.padEnd(GRADE_WIDTH))}  `;
    lines.push(head + wrap(rule.summary, room).join(`\n${' '.repeat(indent)}`));
  }
  const hint = wrap('one rule in full: finwait explain <rule>', io.stdout.columns).map(palette.dim);
  textWriter(io)(`${lines.join('\n')}\n\n${hint.join('\n')}\n`);
  return EXIT_OK;
}

/** Families in the order of the catalog. */
function byFamily(a: RuleDescription, b: RuleDescription): number {
  const place = (rule: RuleDescription): number => CATALOG.findIndex(({ family }) => family === rule.family);
  return place(a) - place(b);
}

function page(rule: RuleDescription, drawing: string, palette: Palette, width: number): string {
  const text = generalDocumentation(rule);
  const parts = [
    block(
      `${palette.bold(rule.id)}  ${palette.severity[rule.severity](rule.severity)}, ${rule.family}`,
      width,
      '',
    ),
    block(rule.summary, width, ''),
    text.aboutNames === null ? '' : palette.dim(block(text.aboutNames, width, '')),
    section('Meaning', block(text.meaning, width, INDENT)),
    section('What the capture must show', bullets(text.proof, width)),
    section('What does not trigger it', bullets(text.notThis, width)),
    section('What the applications see', block(text.applicationSees, width, INDENT)),
    section('Likely causes', bullets(text.likelyCauses, width)),
    section('What to check next', bullets(text.nextSteps, width)),
    section('Options', options(rule, width)),
    section('Rests on', citations(rule, palette, width)),
    section('Example', drawing),
    section('See also', rule.related.length === 0 ? '' : block(rule.related.join(', '), width, INDENT)),
  ];
  return parts.filter((part) => part !== '').join('\n\n');

  function section(title: string, body: string): string {
    return body === '' ? '' : `${palette.bold(title)}\n${body}`;
  }
}

/** The ladder starts at the margin: it needs the whole width. */
async function example({ id }: RuleDescription, width: number): Promise<string> {
  // A ladder for every rule is a tenth of the program, which no other command should read.
  const { EXAMPLE_LADDERS } = await import('./example-ladders.js');
  if (!Object.hasOwn(EXAMPLE_LADDERS, id)) return `${INDENT}No recorded example yet.`;
  if (width < EXAMPLE_COLUMNS - 1)
    return block(`With ${EXAMPLE_COLUMNS} columns, a recorded connection is drawn here.`, width, INDENT);
  return `\n${EXAMPLE_LADDERS[id].trimEnd()}`;
}

function options(rule: RuleDescription, width: number): string {
  return Object.entries(rule.options)
    .map(([name, option]) => {
      const head = `${rule.id}.${name} = ${option.default}${unitOf(option)} (${option.minimum} to ${option.maximum}): `;
      return block(`${head}${option.description}`, width, INDENT);
    })
    .join('\n');
}

function citations(rule: RuleDescription, palette: Palette, width: number): string {
  return rule.citations
    .map((citation) => {
      const head = block(`${citationName(citation)}, ${citation.title}: ${citation.says}`, width, INDENT);
      return `${head}\n${INDENT}${palette.dim(citation.url)}`;
    })
    .join('\n');
}

function bullets(items: readonly string[], width: number): string {
  return items.map((item) => `${INDENT}- ${block(item, width, `${INDENT}  `).trimStart()}`).join('\n');
}

/** A text in lines of at most `width`, each after `indent`. */
function block(text: string, width: number, indent: string): string {
  return wrap(text, width - indent.length)
    .map((line) => indent + line)
    .join('\n');
}
