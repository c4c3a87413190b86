import { nearestName } from '../core/suggest.js';
import type { Severity } from './finding.js';
import type { OptionValues, RuleDescription } from './rule.js';

export type SeverityChoice = Severity | 'off';

export const SEVERITY_CHOICES: readonly SeverityChoice[] = ['off', 'info', 'warning', 'error'];

/** What a user may decide about rules, by rule id. */
export interface RuleSettings {
  /** Every finding of the rule gets this severity; `off` silences it. */
  readonly severities?: Readonly<Record<string, SeverityChoice>>;
  /** Values for options, by option name. */
  readonly options?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A setting that cannot be: an unknown name, or a value outside its range. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(
    /** What was set, e.g. `close-wait-stuck.stuckSeconds`. */
    readonly setting: string,
    message: string,
    /** The name that was probably meant; null if none is near. */
    readonly suggestion: string | null,
  ) {
    super(suggestion === null ? message : `${message}; did you mean ${suggestion}?`);
  }
}

/** Throws `SettingsError` unless every name and value in `settings` fits one of `rules`. */
export function checkSettings(settings: RuleSettings, rules: readonly RuleDescription[]): void {
  for (const [id, choice] of Object.entries(settings.severities ?? {})) {
    ruleNamed(id, rules);
    if (!SEVERITY_CHOICES.includes(choice)) {
      const message = `${choice} is no severity for ${id}: it is one of ${SEVERITY_CHOICES.join(', ')}`;
      throw new SettingsError(id, message, nearestName(choice, SEVERITY_CHOICES));
    }
  }
  for (const [id, values] of Object.entries(settings.options ?? {})) {
    const rule = ruleNamed(id, rules);
    for (const [name, value] of Object.entries(values)) checkOption(rule, name, value);
  }
}

/** The values of all options of `rule`: those set, and the defaults of the rest. */
export function optionValues(rule: RuleDescription, settings: RuleSettings): OptionValues {
  const set = settings.options?.[rule.id];
  const values: Record<string, number> = {};
  for (const [name, option] of Object.entries(rule.options)) values[name] = set?.[name] ?? option.default;
  return values;
}

function ruleNamed(id: string, rules: readonly RuleDescription[]): RuleDescription {
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule !== undefined) return rule;
  const ids = rules.map((candidate) => candidate.id);
  throw new SettingsError(id, `there is no rule ${id}`, nearestName(id, ids));
}

function checkOption(rule: RuleDescription, name: string, value: number): void {
  const setting = `${rule.id}.${name}`;
  const option = Object.hasOwn(rule.options, name) ? rule.options[name] : undefined;
  if (option === undefined) {
    const nearest = nearestName(name, Object.keys(rule.options));
    throw new SettingsError(
      setting,
      `rule ${rule.id} has no option ${name}`,
      nearest === null ? null : `${rule.id}.${nearest}`,
    );
  }
  const whole = option.unit === 'count' || option.unit === 'bytes';
  const fits = value >= option.minimum && value <= option.maximum && (!whole || Number.isInteger(value));
  if (fits) return;
  const range = `${option.minimum} to ${option.maximum}${option.unit === 'ratio' ? '' : ` ${option.unit}`}`;
  throw new SettingsError(
    setting,
    `${setting} is ${whole ? 'a whole number ' : ''}from ${range}, not ${value}`,
    null,
  );
}
