import { nearestName } from '../core/suggest.js';
import { type Suppression, suppressionFault } from '../rules/evaluation/suppressions.js';
import type { RuleDescription } from '../rules/rule.js';
import { entriesOf, type Path, type Problems, shown } from './problems.js';

const TYPES: Readonly<Record<keyof Suppression, 'string' | 'number'>> = {
  rule: 'string',
  address: 'string',
  port: 'number',
  endpoint: 'string',
  reason: 'string',
  until: 'string',
};
const ENDPOINTS: readonly unknown[] = ['client', 'server'];

/** The suppressions of a configuration. What is wrong is left out. */
export function readSuppressions(
  value: unknown,
  rules: readonly RuleDescription[],
  path: Path,
  problems: Problems,
): readonly Suppression[] {
  if (!Array.isArray(value)) {
    problems.value(path, `suppressions is a list, not ${shown(value)}`);
    return [];
  }
  const ids = rules.map(({ id }) => id);
  return value.flatMap((content, place) => readSuppression(content, ids, [...path, place], problems) ?? []);
}

function readSuppression(
  content: unknown,
  rules: readonly string[],
  path: Path,
  problems: Problems,
): Suppression | null {
  const entries = entriesOf(content, path, 'a suppression', problems);
  if (entries === null) return null;
  const before = problems.list.length;
  for (const [key, value] of entries) checkEntry(key, value, path, problems);
  for (const key of ['rule', 'reason'] as const) {
    const isMissing = !entries.some(([candidate]) => candidate === key);
    if (isMissing) problems.value(path, `a suppression needs a ${key}`);
  }
  if (problems.list.length > before) return null;
  const suppression = Object.fromEntries(entries) as unknown as Suppression;
  const fault = suppressionFault(suppression, rules);
  if (fault === null) return suppression;
  const hint = fault.suggestion === null ? '' : `; did you mean ${fault.suggestion}?`;
  problems.value([...path, fault.key], fault.message + hint);
  return null;
}

function checkEntry(key: string, value: unknown, path: Path, problems: Problems): void {
  const place = [...path, key];
  if (!Object.hasOwn(TYPES, key)) {
    const nearest = nearestName(key, Object.keys(TYPES));
    const hint =
      nearest === null ? `it may have ${Object.keys(TYPES).join(', ')}` : `did you mean ${nearest}?`;
    problems.key(place, `a suppression has no ${shown(key)}; ${hint}`);
    return;
  }
  const type = TYPES[key as keyof Suppression];
  if (typeof value !== type) {
    problems.value(place, `${key} is a ${type === 'string' ? 'text' : type}, not ${shown(value)}`);
  } else if (key === 'endpoint' && !ENDPOINTS.includes(value)) {
    problems.value(place, `endpoint is client or server, not ${shown(value)}`);
  }
}
