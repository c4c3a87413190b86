import { EMPTY_CONFIG } from '../config/config.js';
import { findConfig, type LoadedConfig, readConfigFile } from '../node/config-file.js';
import { CATALOG } from '../rules/catalog.js';
import { checkOrder, checkSettings, optionValues, type RuleSettings } from '../rules/evaluation/settings.js';
import type { Suppression } from '../rules/evaluation/suppressions.js';
import type { Severity } from '../rules/finding.js';
import type { RuleDescription } from '../rules/rule.js';
import { EXIT_OK, type Io } from './io.js';
import { ruleSettings } from './options.js';

/** The variable that names a configuration file. */
const VARIABLE = 'FINWAIT_CONFIG';

/** The options that a configuration can set too, as commander gives them. */
export interface ConfigurableOptions {
  readonly rule: readonly string[];
  readonly set: readonly string[];
  readonly failOn?: Severity;
  /** A file, or false for none. */
  readonly config?: string | false;
}

/** The settings of command line and configuration together. */
export interface Configuration {
  readonly rules: RuleSettings;
  readonly failOn: Severity | undefined;
  readonly suppressions: readonly Suppression[];
}

/** Flags come first, then the configuration file, then the defaults. */
export async function configure(options: ConfigurableOptions, io: Io): Promise<Configuration> {
  const { config } = await load(options, io);
  return {
    rules: together(config, flagSettings(options)),
    failOn: options.failOn ?? config.failOn ?? undefined,
    suppressions: config.suppressions,
  };
}

/** Prints every setting with its value and where that comes from, as JSON. */
export async function printConfig(options: ConfigurableOptions, io: Io): Promise<number> {
  const { file, config } = await load(options, io);
  const flags = flagSettings(options);
  const settings = together(config, flags);
  const rules = CATALOG.map((rule) => {
    const choose = (flag: unknown, set: unknown, preset: unknown) => chosen(flag, set, preset, file);
    const used = optionValues(rule, settings);
    const values = Object.entries(rule.options).map(([name, option]) => {
      const [flag, set] = [flags, config.rules].map(({ options }) => options?.[rule.id]?.[name]);
      const value = choose(flag, set, option.default);
      const follows = value.value === used[name] ? undefined : `no less than ${lowerOf(rule, name)}`;
      return [name, follows === undefined ? value : { value: used[name], from: follows }];
    });
    const severity = choose(flags.severities?.[rule.id], config.rules.severities?.[rule.id], rule.severity);
    return [rule.id, { severity, ...Object.fromEntries(values) }];
  });
  const effective = {
    file,
    failOn: chosen(options.failOn, config.failOn ?? undefined, null, file),
    rules: Object.fromEntries(rules),
    suppressions: config.suppressions,
  };
  io.stdout.write(`${JSON.stringify(effective, null, 2)}\n`);
  return EXIT_OK;
}

/** `--config` and `--no-config`, then the variable, then what is found from the working folder upwards. */
async function load({ config }: ConfigurableOptions, io: Io): Promise<LoadedConfig> {
  if (config === false) return { file: null, config: EMPTY_CONFIG };
  const named = config ?? (io.environment[VARIABLE] || undefined);
  return named === undefined ? findConfig(io.folder) : readConfigFile(named, io.folder);
}

function flagSettings({ rule, set }: ConfigurableOptions): RuleSettings {
  const settings = ruleSettings(rule, set);
  checkSettings(settings, CATALOG);
  return settings;
}

/** Flags over the configuration, which must not contradict each other. */
function together(config: LoadedConfig['config'], flags: RuleSettings): RuleSettings {
  const settings = merged(config.rules, flags);
  checkOrder(settings, CATALOG);
  return settings;
}

function merged(under: RuleSettings, over: RuleSettings): RuleSettings {
  const options: Record<string, Readonly<Record<string, number>>> = { ...under.options };
  for (const [id, values] of Object.entries(over.options ?? {})) options[id] = { ...options[id], ...values };
  return { severities: { ...under.severities, ...over.severities }, options };
}

/** The option that this one must not be less than. */
function lowerOf({ ordered = [] }: RuleDescription, name: string): string {
  return ordered[ordered.indexOf(name) - 1];
}

function chosen(flag: unknown, set: unknown, preset: unknown, file: string | null) {
  if (flag !== undefined) return { value: flag, from: 'command line' };
  return set === undefined ? { value: preset, from: 'default' } : { value: set, from: file };
}
