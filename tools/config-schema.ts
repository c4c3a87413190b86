import { SEVERITY_CHOICES } from '../src/rules/evaluation/settings.js';
import { ANY_RULE } from '../src/rules/evaluation/suppressions.js';
import { SEVERITIES } from '../src/rules/finding.js';
import type { OptionSpec, RuleDescription } from '../src/rules/rule.js';

/** The JSON Schema of a configuration, for editors: `src/config` decides, and says more about what is wrong. */
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
        description: 'Exit with 1 if any finding is at least this severe.',
        enum: SEVERITIES,
      },
      rules: {
        description:
          'By id, a severity for all findings of a rule, or a mapping of its severity and options.',
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(rules.map((rule) => [rule.id, ruleSchema(rule)])),
      },
      suppressions: {
        description: 'Known findings: counted, but not reported.',
        type: 'array',
        items: { $ref: '#/$defs/suppression' },
      },
    },
    $defs: { severity: { enum: SEVERITY_CHOICES }, suppression: suppressionSchema(rules) },
  };
}

function suppressionSchema(rules: readonly RuleDescription[]): object {
  const place = [{ required: ['address'] }, { required: ['port'] }];
  return {
    type: 'object',
    additionalProperties: false,
    required: ['rule', 'reason'],
    properties: {
      rule: {
        description: "A rule's or pattern's id; * with an address or a port for every rule.",
        enum: [...rules.map(({ id }) => id), ANY_RULE],
      },
      address: {
        description: "An endpoint's IP address, or a network that holds it, such as 10.0.0.0/8.",
        type: 'string',
        pattern: '^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$',
      },
      port: { description: "The same endpoint's port.", type: 'integer', minimum: 0, maximum: 65_535 },
      endpoint: {
        description: 'The endpoint that address and port describe; if left out, either may match.',
        enum: ['client', 'server'],
      },
      reason: { description: 'Why.', type: 'string', pattern: '\\S' },
      until: {
        description: 'The last day (UTC) on which it applies, by the clock of the capture.',
        type: 'string',
        pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
      },
    },
    allOf: [
      { anyOf: [{ properties: { rule: { not: { const: ANY_RULE } } } }, ...place] },
      { anyOf: [{ not: { required: ['endpoint'] } }, ...place] },
    ],
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
    description: unit === 'seconds' || unit === 'bytes' ? `In ${unit}. ${description}` : description,
    type: unit === 'count' || unit === 'bytes' ? 'integer' : 'number',
    minimum,
    maximum,
    default: preset,
  };
}
