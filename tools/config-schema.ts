import { SEVERITIES } from '../src/rules/finding.js';
import type { OptionSpec, RuleDescription } from '../src/rules/rule.js';
import { SEVERITY_CHOICES } from '../src/rules/settings.js';

/** The JSON Schema of a configuration, for editors: `src/config` decides, and says more of what is wrong. */
export function configSchema(rules: readonly RuleDescription[]): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'finwait/config/1',
    title: 'finwait configuration',
    description:
      'What finwait.config.json, .yaml, .yml, .js or .mjs, or the finwait key of a package.json holds.',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      failOn: {
        description: 'Exit with 1 if there is a finding of this severity or above.',
        enum: SEVERITIES,
      },
      rules: {
        description:
          'By id, a severity for all findings of a rule, or a mapping of its severity and options.',
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(rules.map((rule) => [rule.id, ruleSchema(rule)])),
      },
    },
    $defs: { severity: { enum: SEVERITY_CHOICES } },
  };
}

function ruleSchema({ summary, options }: RuleDescription): object {
  const properties = Object.entries(options).map(([name, spec]) => [name, optionSchema(spec)]);
  return {
    description: summary,
    anyOf: [
      { $ref: '#/$defs/severity' },
      {
        type: 'object',
        additionalProperties: false,
        properties: { severity: { $ref: '#/$defs/severity' }, ...Object.fromEntries(properties) },
      },
    ],
  };
}

function optionSchema({ unit, description, default: preset, minimum, maximum }: OptionSpec): object {
  return {
    description: unit === 'ratio' ? description : `In ${unit}. ${description}`,
    type: unit === 'count' || unit === 'bytes' ? 'integer' : 'number',
    minimum,
    maximum,
    default: preset,
  };
}
