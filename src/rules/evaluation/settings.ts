import { nearestName } from '../../core/suggest.js';
import type { Severity } from '../finding.js';
import type { OptionSpec, OptionValues, RuleDescription } from '../rule.js';
import { unitOf } from '../wording/wording.js';

export type SeverityChoice = Severity | 'off';

export const SEVERITY_CHOICES: readonly SeverityChoice[] = ['off', 'info', 'warning', 'error'];

/** What a user may decide about rules, by rule id. */
export interface RuleSettings {
  /** Every finding of the rule gets this severity; `off` silences it. */
  readonly severities?: Readonly<Record<string, SeverityChoice>>;
  /** Values for options, by option name. */
  readonly options?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A setting that is not valid: an unknown name, or a value outside its range. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(
    /** What was set, e.g. `close-wait-stuck.stuckSeconds`. */
    readonly setting: string,
    message: string,
    /** The name that was probably meant; null if none is near. */
    readonly suggestion: string | null,
    /** What the suggestion counts, if that is in question. */
    unit: string | null = null,
  ) {
    const hint = unit === null ? '' : `, in ${unit}`;
    super(suggestion === null ? message : `${message}; did you mean ${suggestion}${hint}?`);
  }
}

/** Throws `SettingsError` unless every name and value in `settings` fits one of `rules`. */
export function checkSettings(settings: RuleSettings, rules: readonly RuleDescription[]): void {
  for (const [id, choice] of Object.entries(settings.severities ?? {})) {
    ruleNamed(id, rules);
    if (!SEVERITY_CHOICES.includes(choice)) {
      const message = `${choice} is not a severity for ${id}: it is one of ${SEVERITY_CHOICES.join(', ')}`;
      throw new SettingsError(id, message, nearestName(choice, SEVERITY_CHOICES));
    }
  }
  for (const [id, values] of Object.entries(settings.options ?? {})) {
    const rule = ruleNamed(id, rules);
    for (const [name, value] of Object.entries(values)) checkOption(rule, name, value);
  }
}

/**
 * Throws `SettingsError` if options contradict each other; a lower limit that is not set counts with its default.
 * Only the settings of all places together can be checked for this; `settings` must have passed `checkSettings`.
 */
export function checkOrder(settings: RuleSettings, rules: readonly RuleDescription[]): void {
  for (const rule of rules) {
    const fault = orderFault(rule, settings.options?.[rule.id] ?? {});
    if (fault !== null) throw new SettingsError(`${rule.id}.${fault.name}`, fault.message, null);
  }
}

/**
 * Which of the options `set` contradicts another one of `rule`, and how; null if none does. One that is not set
 * follows: it is no less than the one before it in order.
 */
export function orderFault(
  rule: RuleDescription,
  set: OptionValues,
): { readonly name: string; readonly message: string } | null {
  const { id, ordered = [] } = rule;
  const values = effectiveValues(rule, set);
  for (let i = 1; i < ordered.length; i++) {
    const [lower, upper] = [ordered[i - 1], ordered[i]];
    if (values[lower] <= values[upper]) continue;
    const origin = set[lower] === undefined ? ' by default' : '';
    return {
      name: upper,
      message: `${id}.${upper} is ${values[upper]}, but must be at least ${id}.${lower}, which is ${values[lower]}${origin}`,
    };
  }
  return null;
}

/** The values of all options of `rule`: those set, and the defaults of the rest, raised if the order requires it. */
export function optionValues(rule: RuleDescription, settings: RuleSettings): OptionValues {
  return effectiveValues(rule, settings.options?.[rule.id] ?? {});
}

/** The values of all options of `rule`, one object for all of its findings; null if it has none. */
export function limitsOf(rule: RuleDescription, settings: RuleSettings): OptionValues | null {
  return Object.keys(rule.options).length === 0 ? null : Object.freeze(optionValues(rule, settings));
}

function effectiveValues({ options, ordered = [] }: RuleDescription, set: OptionValues): OptionValues {
  const values: Record<string, number> = {};
  for (const [name, option] of Object.entries(options)) values[name] = set[name] ?? option.default;
  for (let i = 1; i < ordered.length; i++) {
    const [lower, upper] = [ordered[i - 1], ordered[i]];
    if (set[upper] === undefined) values[upper] = Math.max(values[upper], values[lower]);
  }
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
    const nearest = nearestOption(name, rule.options);
    throw new SettingsError(
      setting,
      `rule ${rule.id} has no option ${name}`,
      nearest === null ? null : `${rule.id}.${nearest.name}`,
      nearest?.unit,
    );
  }
  const whole = option.unit === 'count' || option.unit === 'bytes';
  const fits = value >= option.minimum && value <= option.maximum && (!whole || Number.isInteger(value));
  if (fits) return;
  const range = `${option.minimum} to ${option.maximum}${unitOf(option)}`;
  throw new SettingsError(
    setting,
    `${setting} is ${whole ? 'a whole number ' : ''}from ${range}, not ${value}`,
    null,
  );
}

/** The option that was probably meant by `given`; with its unit if `given` names another one. Null if none is near. */
export function nearestOption(
  given: string,
  options: RuleDescription['options'],
): { readonly name: string; readonly unit: string | null } | null {
  const nearest = nearestName(given, Object.keys(options));
  if (nearest !== null) return { name: nearest, unit: null };
  const stem = stemOf(given);
  const name = Object.keys(options).find((candidate) => stem !== '' && stemOf(candidate) === stem);
  return name === undefined ? null : { name, unit: UNITS[options[name].unit] };
}

const UNITS: Readonly<Record<OptionSpec['unit'], string>> = {
  seconds: 'seconds',
  count: 'whole numbers',
  ratio: 'parts of 1',
  bytes: 'bytes',
};

/** An option's name without the unit that it ends in. */
function stemOf(name: string): string {
  return name
    .replace(/(?:us|ms|s|secs?|seconds?|millis(?:econds)?|mins?|minutes?|h|hours?|days?)$/i, '')
    .replace(/(?:percent|pct|share|ratio|[kmg]i?b|bytes?|octets?|count)$/i, '')
    .toLowerCase();
}
