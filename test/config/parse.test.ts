import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseText, TextError } from '../../src/config/parse.js';

const YAML = `failOn: error # a comment
rules:
  half-close: off
  close-wait-stuck: {stuckSeconds: 3}
list:
  - a: 1
  - b: 2
`;

function errorOf(text: string, syntax: 'json' | 'yaml'): TextError {
  try {
    parseText(text, syntax);
  } catch (error) {
    expect(error).toBeInstanceOf(TextError);
    return error as TextError;
  }
  throw new Error('it was parsed');
}

describe('a configuration as text', () => {
  it.each<[(string | number)[], boolean, number, number]>([
    [[], false, 1, 1],
    [['failOn'], false, 1, 9],
    [['failOn'], true, 1, 1],
    [['rules', 'half-close'], true, 3, 3],
    [['rules', 'half-close'], false, 3, 15],
    [['rules', 'close-wait-stuck', 'stuckSeconds'], true, 4, 22],
    [['rules', 'close-wait-stuck', 'stuckSeconds'], false, 4, 36],
    [['list', 1, 'b'], false, 7, 8],
    [['list', 1], false, 7, 5],
    [['rules', 'absent'], false, 3, 3],
  ])('knows where %j stands (key: %j)', (path, atKey, line, column) => {
    expect(parseText(YAML, 'yaml').locate(path, atKey)).toEqual({ line, column });
  });

  it('reads JSON with its places, indented by tabs as well', () => {
    const { value, locate } = parseText('{\n\t"rules": {\n\t\t"half-close": "off"\n\t}\n}', 'json');
    expect(value).toEqual({ rules: { 'half-close': 'off' } });
    expect(locate(['rules', 'half-close'], false)).toEqual({ line: 3, column: 17 });
  });

  it.each<['json' | 'yaml', string, string, RegExp]>([
    ['json', 'a trailing comma', '{\n"a": 1,\n}', /not valid JSON/],
    ['json', 'a comment', '# no\n{}', /not valid JSON/],
    ['json', 'an unfinished text', '{"a":', /not valid JSON/],
    ['json', 'nothing', '', /not valid JSON/],
    ['json', 'a key twice', '{"a": 1, "a": 2}', /unique/],
    ['yaml', 'a key twice', 'a: 1\na: 2', /unique/],
    ['yaml', 'an open bracket', 'a: [', /end with a \]/],
    ['yaml', 'an alias without an anchor', 'a: *b', /alias/],
    [
      'yaml',
      'aliases that multiply',
      `a0: &a0 [x,x]\n${Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i},*a${i}]`).join('\n')}`,
      /alias/,
    ],
    ['yaml', 'more depth than the stack has', `a: ${'['.repeat(20_000)}`, /./],
  ])('refuses, as %s, %s', (syntax, _, text, message) => {
    expect(errorOf(text, syntax).message).toMatch(message);
  });

  it('says where JSON ends to be JSON, if the parser does', () => {
    const { place } = errorOf('{\n"a": 1\n"b": 2}', 'json');
    expect(place).toEqual({ line: 3, column: 1 });
  });

  it('parses or refuses any text, and knows a place for any path', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .array(
          fc.constantFrom(
            'a',
            ':',
            ' ',
            '\n',
            '- ',
            '[',
            ']',
            '{',
            '}',
            ',',
            '"',
            '&x',
            '*x',
            '!!set',
            '#',
            '|',
            '?',
          ),
          { maxLength: 40 },
        )
        .map((parts) => parts.join('')),
    );
    const path = fc.array(fc.oneof(fc.constantFrom('a', ''), fc.nat(3)), { maxLength: 4 });
    fc.assert(
      fc.property(text, fc.constantFrom('json' as const, 'yaml' as const), path, (given, syntax, where) => {
        try {
          const { line, column } = parseText(given, syntax).locate(where, where.length % 2 === 0);
          expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
        } catch (error) {
          expect(error).toBeInstanceOf(TextError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps __proto__ an ordinary key', () => {
    const { value } = parseText('__proto__: {a: 1}', 'yaml');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect((value as Record<string, unknown>).a).toBeUndefined();
  });
});
