import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { EXPECTATION_KEYS, readExpectation } from '../../src/check/expectation.js';
import { SEPARATIONS } from '../../src/decode/domains.js';
import { STATES } from '../../src/tcp/states.js';

const schema = JSON.parse(readFileSync('schema/expectations-1.schema.json', 'utf8'));
const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);

describe('an expectation', () => {
  it.each([
    {},
    { connections: 0 },
    { findings: 'none', patterns: 'none' },
    { findings: [] },
    { findings: ['half-close', { rule: 'close-wait-stuck', endpoint: 'server', severity: 'warning' }] },
    { findings: { atLeast: [{ rule: 'half-close', count: 3, confidence: 'inferred', frames: [4, 5] }] } },
    {
      findings: [{ rule: 'connection-refused', endpoint: null, connection: '10.0.0.1:4 > [2001:db8::1]:80' }],
    },
    { patterns: [{ rule: 'endpoint-mass-close', count: 4 }] },
    { finalStates: { 'TIME-WAIT': 3, CLOSED: 3 } },
    { states: [{ connection: 0, client: 'TIME-WAIT', server: ['SYN-RECEIVED', 'ESTABLISHED'] }] },
    { separate: ['vlan', 'tunnel', 'interface'], connections: 2 },
    { $schema: 'expectations-1.schema.json', states: [] },
  ])('may be %j', (value) => {
    expect(readExpectation(value).problems).toEqual([]);
    expect(validate(value)).toBe(true);
  });

  it.each([
    [null, [], 'an expectation is a mapping, not null'],
    [[], [], 'an expectation is a mapping, not a list'],
    [{ conections: 1 }, ['conections'], 'did you mean connections?'],
    [{ separate: 'vlan' }, ['separate'], 'separate is a list, not "vlan"'],
    [{ separate: ['vlan', 'vlna'] }, ['separate', 1], 'did you mean vlan?'],
    [{ connections: -1 }, ['connections'], 'a whole number of at least 0, not -1'],
    [{ connections: '1' }, ['connections'], 'not "1"'],
    [{ findings: 'all' }, ['findings'], 'findings is a list, not "all"'],
    [{ findings: { atleast: [] } }, ['findings'], 'findings is a list'],
    [{ findings: [{ endpoint: 'server' }] }, ['findings', 0], 'a finding names its rule'],
    [{ findings: [{ rule: 'half-close', side: 'server' }] }, ['findings', 0, 'side'], 'has no "side"'],
    [
      { findings: [{ rule: 'half-close', endpoint: 'sever' }] },
      ['findings', 0, 'endpoint'],
      'did you mean server?',
    ],
    [{ findings: [{ rule: 'half-close', count: 0 }] }, ['findings', 0, 'count'], 'at least 1'],
    [{ findings: [{ rule: 'half-close', frames: [0] }] }, ['findings', 0, 'frames', 0], 'at least 1'],
    [
      { findings: [{ rule: 'half-close', connection: 'a' }] },
      ['findings', 0, 'connection'],
      'tcp.stream number',
    ],
    [{ states: [{ client: 'CLOSED' }] }, ['states', 0], 'name their connection'],
    [
      { states: [{ connection: 0, client: 'CLOSE_WAIT' }] },
      ['states', 0, 'client'],
      'did you mean CLOSE-WAIT?',
    ],
    [{ states: [{ connection: 0, server: ['OPEN'] }] }, ['states', 0, 'server', 0], 'it is one of'],
    [{ finalStates: { OPEN: 1 } }, ['finalStates', 'OPEN'], 'finalStates has no "OPEN"'],
  ])('may not be %j', (value, path, message) => {
    const { problems } = readExpectation(value);
    expect(problems).toHaveLength(1);
    expect(problems[0].path).toEqual(path);
    expect(problems[0].message).toContain(message);
    expect(validate(value)).toBe(false);
  });

  it('names rules that there are', () => {
    const { problems } = readExpectation({ findings: ['close-wait-stuk'] });
    expect(problems.map(({ message }) => message)).toEqual([
      'there is no rule "close-wait-stuk"; did you mean close-wait-stuck?',
    ]);
  });

  it('is described by the schema in the same words', () => {
    expect(Object.keys(schema.properties)).toEqual([...EXPECTATION_KEYS]);
    expect([...schema.$defs.state.enum].sort()).toEqual([...STATES].sort());
    expect(schema.properties.separate.items.enum).toEqual(SEPARATIONS);
  });
});
