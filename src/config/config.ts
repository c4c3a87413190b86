import { nearestName } from '../core/suggest.js';
import { CATALOG } from '../rules/catalog.js';
import type { RuleSettings } from '../rules/evaluation/settings.js';
import type { Suppression } from '../rules/evaluation/suppressions.js';
import { SEVERITIES, type Severity } from '../rules/finding.js';
import { entriesOf, type Problem, Problems, shown } from './problems.js';
import { readRules } from './rule-entries.js';
import { readSuppressions } from './suppression-entries.js';

/** What a configuration may say. `schema/config-1.schema.json` describes the same for editors. */
export interface Config {
  readonly rules: RuleSettings;
  readonly failOn: Severity | null;
  readonly suppressions: readonly Suppression[];
}

export const EMPTY_CONFIG: Config = { rules: {}, failOn: null, suppressions: [] };

/** The keys at the top of a configuration. */
const CONFIG_KEYS = ['$schema', 'failOn', 'rules', 'suppressions'] as const;

/** Takes apart whatever was read or computed: everything that is wrong with it is a problem. */
export function readConfig(value: unknown): {
  readonly config: Config;
  readonly problems: readonly Problem[];
} {
  const problems = new Problems();
  const entries = entriesOf(value, [], 'a configuration', problems) ?? [];
  const config: { -readonly [key in keyof Config]: Config[key] } = { ...EMPTY_CONFIG };
  for (const [key, content] of entries) {
    switch (key as (typeof CONFIG_KEYS)[number]) {
      case '$schema':
        if (typeof content !== 'string') problems.value([key], `$schema is a URL, not ${shown(content)}`);
        break;
      case 'failOn':
        config.failOn = readSeverity(content, problems);
        break;
      case 'rules':
        config.rules = readRules(content, CATALOG, [key], problems);
        break;
      case 'suppressions':
        config.suppressions = readSuppressions(content, CATALOG, [key], problems);
        break;
      default: {
        const nearest = nearestName(key, CONFIG_KEYS);
        const hint = nearest === null ? `it may hold ${CONFIG_KEYS.join(', ')}` : `did you mean ${nearest}?`;
        problems.key([key], `a configuration has no ${shown(key)}; ${hint}`);
      }
    }
  }
  return { config, problems: problems.list };
}

function readSeverity(value: unknown, problems: Problems): Severity | null {
  const severity = SEVERITIES.find((candidate) => candidate === value);
  if (severity === undefined) {
    problems.value(['failOn'], `failOn is one of ${SEVERITIES.join(', ')}, not ${shown(value)}`);
  }
  return severity ?? null;
}
