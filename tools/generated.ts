import { readdirSync } from 'node:fs';
import { CATALOG } from '../src/rules/catalog.js';
import { configSchema } from './config-schema.js';
import { exampleLadder } from './examples.js';
import { indexPage, rulePage } from './rule-page.js';

export const PAGES = 'docs/rules';
const LADDERS = 'src/commands/example-ladders.ts';
const CONFIG_SCHEMA = 'schema/config-1.schema.json';

/** Every file that is generated from the catalog and the recorded examples: its path and its text. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map([
    [`${PAGES}/README.md`, indexPage(CATALOG)],
    [CONFIG_SCHEMA, `${JSON.stringify(configSchema(CATALOG), null, 2)}\n`],
  ]);
  const ladders = new Map<string, string>();
  for (const rule of CATALOG) {
    const ladder = await exampleLadder(rule);
    files.set(`${PAGES}/${rule.id}.md`, rulePage(rule, ladder));
    if (ladder !== null) ladders.set(rule.id, ladder);
  }
  return files.set(LADDERS, laddersModule(ladders));
}

/** Pages whose rule no longer exists. */
export function superfluousPages(wanted: ReadonlyMap<string, string>): string[] {
  return readdirSync(PAGES)
    .map((name) => `${PAGES}/${name}`)
    .filter((path) => !wanted.has(path));
}

function laddersModule(ladders: ReadonlyMap<string, string>): string {
  const entries = [...ladders].map(([id, text]) => `  '${id}': \`${escapeTemplate(text)}\`,\n`);
  return `/** Written by npm run docs: the ladder of each rule's example, by rule id. */
export const EXAMPLE_LADDERS: Readonly<Record<string, string>> = {
${entries.join('')}};
`;
}

function escapeTemplate(text: string): string {
  return text.replace(/[\\`]|\$(?=\{)/g, '\\$&');
}
