import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { SEVERITY_KEY } from '../../src/config/rule-entries.js';
import { CATALOG } from '../../src/rules/catalog.js';

const schema = JSON.parse(readFileSync('schema/config-1.schema.json', 'utf8')) as object;
const fits = new Ajv2020({ allowUnionTypes: true }).compile(schema);

/** What is wrong, as `path: message`, with the path's last key in brackets if the key itself is wrong. */
function problemsOf(value: unknown): string[] {
  return readConfig(value).problems.map(({ path, atKey, message }) => {
    const place = path.map(String);
    if (atKey) place.push(`[${place.pop()}]`);
    return `${place.join('.')}: ${message}`;
  });
}

describe('a configuration', () => {
  it.each<[string, unknown]>([
    ['nothing', {}],
    ['a schema', { $schema: './node_modules/finwait/schema/config-1.schema.json' }],
    ['the gravity of findings that fail', { failOn: 'warning' }],
    ['severities', { rules: { 'half-close': 'off', 'close-wait-stuck': 'error' } }],
    ['options', { rules: { 'close-wait-stuck': { stuckSeconds: 30, errorSeconds: 60.5 } } }],
    ['both', { rules: { 'close-wait-stuck': { severity: 'error', stuckSeconds: 30 } } }],
    ['an empty rule', { rules: { 'half-close': {} } }],
    ['a pattern', { rules: { 'capture-loss': 'off' } }],
  ])('may hold %s', (_, value) => {
    expect(problemsOf(value)).toEqual([]);
    expect(fits(value), 'the schema agrees').toBe(true);
  });

  it('says what it says', () => {
    const { config } = readConfig({
      failOn: 'error',
      rules: { 'half-close': 'off', 'close-wait-stuck': { severity: 'info', stuckSeconds: 30 } },
    });
    expect(config).toMatchObject({
      failOn: 'error',
      rules: {
        severities: { 'half-close': 'off', 'close-wait-stuck': 'info' },
        options: { 'close-wait-stuck': { stuckSeconds: 30 } },
      },
    });
  });

  it.each<[unknown, string]>([
    [null, ': a configuration is a mapping, not null'],
    [[], ': a configuration is a mapping, not a list'],
    [undefined, ': a configuration is a mapping, not undefined'],
    [{ $schema: 1 }, '$schema: $schema is a URL, not 1'],
    [{ 'fail-on': 'error' }, '[fail-on]: a configuration has no "fail-on"; did you mean failOn?'],
    [{ failOn: 'fatal' }, 'failOn: failOn is one of error, warning, info, not "fatal"'],
    [{ failOn: 'off' }, 'failOn: failOn is one of error, warning, info, not "off"'],
    [{ rules: 'off' }, 'rules: rules is a mapping, not "off"'],
    [
      { rules: { 'half-clos': 'off' } },
      'rules.[half-clos]: there is no rule "half-clos"; did you mean half-close?',
    ],
    [
      { rules: { 'half-close': 'of' } },
      'rules.half-close: the severity of half-close is one of off, info, warning, error, not "of"; did you mean off?',
    ],
    [
      { rules: { 'half-close': false } },
      'rules.half-close: the severity of half-close is one of off, info, warning, error, not false; did you mean off?',
    ],
    [
      { rules: { 'close-wait-stuck': { severity: 1 } } },
      'rules.close-wait-stuck.severity: the severity of close-wait-stuck is one of off, info, warning, error, not 1',
    ],
    [
      { rules: { 'close-wait-stuck': { stuckSecond: 1 } } },
      'rules.close-wait-stuck.[stuckSecond]: rule close-wait-stuck has no option "stuckSecond"; did you mean stuckSeconds?',
    ],
    [
      { rules: { 'close-wait-stuck': { stuckSeconds: '30' } } },
      'rules.close-wait-stuck.stuckSeconds: close-wait-stuck.stuckSeconds is a number of seconds, not "30"; write 30 without quotes',
    ],
    [
      { rules: { 'close-wait-stuck': { stuckSeconds: '1500 ms' } } },
      'rules.close-wait-stuck.stuckSeconds: close-wait-stuck.stuckSeconds is a number of seconds, not "1500 ms"; write 1.5',
    ],
    [
      { rules: { 'close-wait-stuck': { stuckSeconds: '2min' } } },
      'rules.close-wait-stuck.stuckSeconds: close-wait-stuck.stuckSeconds is a number of seconds, not "2min"; write 120',
    ],
    [
      { rules: { 'close-wait-stuck': { stuckSeconds: '2 kB' } } },
      'rules.close-wait-stuck.stuckSeconds: close-wait-stuck.stuckSeconds is a number of seconds, not "2 kB"',
    ],
    [
      { rules: { 'close-wait-stuck': { stuckSeconds: -1 } } },
      'rules.close-wait-stuck.stuckSeconds: close-wait-stuck.stuckSeconds is from 1 to 604800 seconds, not -1',
    ],
    [
      { rules: { 'close-wait-stuck': { stuckSeconds: null } } },
      'rules.close-wait-stuck.stuckSeconds: close-wait-stuck.stuckSeconds is a number of seconds, not null',
    ],
  ])('refuses %j', (value, problem) => {
    expect(problemsOf(value)).toEqual([problem]);
    expect(fits(value), 'the schema refuses it as well').toBe(false);
  });

  it('refuses numbers that are none', () => {
    const value = { rules: { 'close-wait-stuck': { stuckSeconds: Number.NaN } } };
    expect(problemsOf(value)).toHaveLength(1);
  });

  it('tells all that is wrong at once', () => {
    expect(problemsOf({ failOn: 1, rules: { a: 'off', 'half-close': 2 }, x: 1 })).toHaveLength(4);
  });

  it.each(['__proto__', 'constructor', 'toString'])('takes %s for a name like any other', (name) => {
    const text = JSON.stringify(name);
    for (const json of [
      `{${text}: {"a": 1}}`,
      `{"rules": {${text}: "off"}}`,
      `{"rules": {"half-close": {${text}: 1}}}`,
    ]) {
      expect(problemsOf(JSON.parse(json)), json).toHaveLength(1);
    }
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  it('leaves room in a rule for its severity', () => {
    for (const { options } of CATALOG) expect(Object.keys(options)).not.toContain(SEVERITY_KEY);
  });
});
