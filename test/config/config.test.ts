import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
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
    ['no suppressions', { suppressions: [] }],
    ['a suppression', { suppressions: [{ rule: 'half-close', reason: 'known' }] }],
    [
      'a suppression of a place, for a time',
      {
        suppressions: [
          {
            rule: '*',
            address: '2001:db8::/32',
            port: 8080,
            endpoint: 'server',
            reason: 'known',
            until: '2028-02-29',
          },
        ],
      },
    ],
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
      { rules: { 'close-wait-stuck': { stuckMs: 3000 } } },
      'rules.close-wait-stuck.[stuckMs]: rule close-wait-stuck has no option "stuckMs"; did you mean stuckSeconds, in seconds?',
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

  const known = { rule: 'half-close', reason: 'known' };
  it.each<[unknown, string]>([
    [known, 'suppressions: suppressions is a list, not a mapping'],
    [['half-close'], 'suppressions.0: a suppression is a mapping, not "half-close"'],
    [[known, { rule: 'half-close' }], 'suppressions.1: a suppression needs a reason'],
    [[{ reason: 'known' }], 'suppressions.0: a suppression needs a rule'],
    [[{ ...known, reason: ' ' }], 'suppressions.0.reason: a suppression needs a reason'],
    [[{ ...known, reason: 7 }], 'suppressions.0.reason: reason is a text, not 7'],
    [
      [{ ...known, rule: 'half-clos' }],
      'suppressions.0.rule: there is no rule "half-clos"; did you mean half-close?',
    ],
    [
      [{ ...known, rule: '*' }],
      'suppressions.0.rule: a suppression of every rule needs an address or a port',
    ],
    [
      [{ ...known, host: '10.0.0.1' }],
      'suppressions.0.[host]: a suppression has no "host"; it may have rule, address, port, endpoint, reason, until',
    ],
    [
      [{ ...known, untill: '2026-12-31' }],
      'suppressions.0.[untill]: a suppression has no "untill"; did you mean until?',
    ],
    [
      [{ ...known, address: 'db.example.org' }],
      'suppressions.0.address: "db.example.org" is not an IP address or network such as 10.0.0.0/8',
    ],
    [[{ ...known, port: '80' }], 'suppressions.0.port: port is a number, not "80"'],
    [
      [{ ...known, port: 65_536 }],
      'suppressions.0.port: a port is a whole number from 0 to 65535, not 65536',
    ],
    [
      [{ ...known, port: 1, endpoint: 'both' }],
      'suppressions.0.endpoint: endpoint is client or server, not "both"',
    ],
    [
      [{ ...known, endpoint: 'server' }],
      'suppressions.0.endpoint: endpoint says whose address or port is meant: give one of them',
    ],
    [
      [{ ...known, until: '31.12.2026' }],
      'suppressions.0.until: "31.12.2026" is not a day such as 2026-12-31',
    ],
  ])('refuses the suppressions %j', (suppressions, problem) => {
    expect(problemsOf({ suppressions })).toEqual([problem]);
    expect(fits({ suppressions }), 'the schema refuses them as well').toBe(false);
  });

  it.each([
    { ...known, address: '10.0.0.0/33' },
    { ...known, until: '2026-02-30' },
  ])('refuses %j, which is beyond the schema', (suppression) => {
    expect(problemsOf({ suppressions: [suppression] })).toHaveLength(1);
  });

  it('refuses options that contradict each other, which is beyond the schema', () => {
    expect(problemsOf({ rules: { 'zero-window-stall': { errorSeconds: 5 } } })).toEqual([
      'rules.zero-window-stall.errorSeconds: zero-window-stall.errorSeconds is 5, but must be at least zero-window-stall.stallSeconds, which is 10 by default',
    ]);
  });

  it('refuses numbers that are none', () => {
    const value = { rules: { 'close-wait-stuck': { stuckSeconds: Number.NaN } } };
    expect(problemsOf(value)).toHaveLength(1);
  });

  it('agrees with the schema on whatever it is given', () => {
    const key = fc.oneof(
      fc.constantFrom(
        'failOn',
        'rules',
        'suppressions',
        'rule',
        'address',
        'port',
        'endpoint',
        'reason',
        'until',
      ),
      fc.constantFrom(
        'half-close',
        'close-wait-stuck',
        'stuckSeconds',
        'severity',
        '__proto__',
        'constructor',
      ),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(
          'off',
          'info',
          'error',
          'half-close',
          '*',
          'client',
          '10.0.0.1',
          '2026-12-31',
          'x',
          '',
        ),
        fc.constantFrom(null, true, 0, 1, 30, 80, 1.5, -1, 1e9),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(key, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    const top = fc.record({ failOn: value, rules: value, suppressions: value }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.oneof(value, top), (candidate) => {
        // As a file would give it: a dictionary may have a prototype of its own.
        const given: unknown = JSON.parse(JSON.stringify(candidate));
        expect(problemsOf(given).length === 0).toBe(fits(given));
      }),
      { numRuns: 5000 },
    );
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
