import { nearestName } from '../core/suggest.js';
import {
  checkSettings,
  nearestOption,
  orderFault,
  type RuleSettings,
  SEVERITY_CHOICES,
  type SeverityChoice,
} from '../rules/evaluation/settings.js';
import type { OptionSpec, RuleDescription } from '../rules/rule.js';
import { entriesOf, type Path, type Problems, shown } from './problems.js';

/** In a rule's mapping this key is its severity; every other is one of its options. */
export const SEVERITY_KEY = 'severity';

/**
 * The rules of a configuration: by id a severity, or a mapping of `severity` and options. What is wrong
 * is left out.
 */
export function readRules(
  value: unknown,
  rules: readonly RuleDescription[],
  path: Path,
  problems: Problems,
): RuleSettings {
  const severities: Record<string, SeverityChoice> = {};
  const options: Record<string, Record<string, number>> = {};
  for (const [id, content] of entriesOf(value, path, 'rules', problems) ?? []) {
    const rule = rules.find((candidate) => candidate.id === id);
    if (rule === undefined) {
      const nearest = nearestName(
        id,
        rules.map((candidate) => candidate.id),
      );
      const hint = nearest === null ? 'finwait rules lists them' : `did you mean ${nearest}?`;
      problems.key([...path, id], `there is no rule ${shown(id)}; ${hint}`);
    } else {
      new RuleEntry(rule, [...path, id], problems).read(content, severities, options);
    }
  }
  return { severities, options };
}

class RuleEntry {
  readonly #rule: RuleDescription;
  readonly #path: Path;
  readonly #problems: Problems;

  constructor(rule: RuleDescription, path: Path, problems: Problems) {
    this.#rule = rule;
    this.#path = path;
    this.#problems = problems;
  }

  read(
    content: unknown,
    severities: Record<string, SeverityChoice>,
    options: Record<string, Record<string, number>>,
  ): void {
    const { id } = this.#rule;
    if (typeof content !== 'object' || content === null || Array.isArray(content)) {
      const severity = this.#severity(content, this.#path);
      if (severity !== null) severities[id] = severity;
      return;
    }
    for (const [name, value] of Object.entries(content)) {
      const path = [...this.#path, name];
      if (name === SEVERITY_KEY) {
        const severity = this.#severity(value, path);
        if (severity !== null) severities[id] = severity;
      } else if (this.#isOption(name, value, path)) {
        options[id] = { ...options[id], [name]: value as number };
      }
    }
    const fault = orderFault(this.#rule, options[id] ?? {});
    if (fault !== null) this.#problems.value([...this.#path, fault.name], fault.message);
  }

  #severity(value: unknown, path: Path): SeverityChoice | null {
    const choice = SEVERITY_CHOICES.find((candidate) => candidate === value);
    if (choice !== undefined) return choice;
    const nearest = value === false ? 'off' : nearestName(String(value), SEVERITY_CHOICES);
    const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
    const list = SEVERITY_CHOICES.join(', ');
    this.#problems.value(
      path,
      `the severity of ${this.#rule.id} is one of ${list}, not ${shown(value)}${hint}`,
    );
    return null;
  }

  #isOption(name: string, value: unknown, path: Path): boolean {
    const { id, options } = this.#rule;
    if (!Object.hasOwn(options, name)) {
      const isSeverity = nearestName(name, [SEVERITY_KEY]) !== null;
      const nearest = isSeverity ? { name: SEVERITY_KEY, unit: null } : nearestOption(name, options);
      const unit = nearest?.unit == null ? '' : `, in ${nearest.unit}`;
      const hint = nearest === null ? '' : `; did you mean ${nearest.name}${unit}?`;
      this.#problems.key(path, `rule ${id} has no option ${shown(name)}${hint}`);
      return false;
    }
    if (typeof value !== 'number') {
      this.#problems.value(path, `${id}.${name} is a number${wishedUnit(options[name], value)}`);
      return false;
    }
    try {
      checkSettings({ options: { [id]: { [name]: value } } }, [this.#rule]);
      return true;
    } catch (error) {
      this.#problems.value(path, (error as Error).message);
      return false;
    }
  }
}

const SECONDS_IN: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600, d: 86400 };

/** The unit in which a number is wanted, and what was given instead, converted if it has a unit: ends a sentence. */
export function wishedUnit({ unit }: OptionSpec, value: unknown): string {
  const wished = unit === 'ratio' || unit === 'count' ? '' : ` of ${unit}`;
  const given = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(typeof value === 'string' ? value : '');
  const not = `${wished}, not ${shown(value)}`;
  if (given === null) return not;
  const [, amount, suffix] = given;
  if (suffix === '') return `${not}; write ${amount} without quotes`;
  const isTime = unit === 'seconds' && Object.hasOwn(SECONDS_IN, suffix);
  return isTime ? `${not}; write ${Number((Number(amount) * SECONDS_IN[suffix]).toPrecision(12))}` : not;
}
