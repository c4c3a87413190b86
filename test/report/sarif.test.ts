import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import type { Log } from 'sarif';
import { describe, expect, it } from 'vitest';
import { SarifReporter } from '../../src/report/sarif.js';
import { CATALOG } from '../../src/rules/catalog.js';
import { captureOf } from '../support/fixtures.js';
import { reportOn } from '../support/report.js';

const require = createRequire(import.meta.url);
const schemaPath = require
  .resolve('@microsoft/jest-sarif')
  .replace(/index\.js$/, 'schemas/sarif-2.1.0-rtm.5.json');
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
ajv.addFormat('uri', (text: string) => URL.canParse(text));
ajv.addFormat('uri-reference', (text: string) => URL.canParse(text, 'https://example.net/a/b'));
ajv.addFormat('date-time', true);
// Draft 4, which differs in nothing that this schema uses but its own name.
const { $schema: _draft, id: _name, ...schema } = JSON.parse(readFileSync(schemaPath, 'utf8'));
const validate = ajv.compile(schema);

function report(scenario: string): Log {
  return JSON.parse(reportOn(captureOf(scenario, 'server'), (write) => new SarifReporter(write)));
}

describe('a SARIF report', () => {
  it.each(['normal-close-client', 'rst-on-write-after-close', 'mixed-200', 'close-wait-pileup'])(
    'of %s is valid by the schema',
    (scenario) => {
      validate(report(scenario));
      expect(validate.errors ?? []).toEqual([]);
    },
  );

  it('describes every rule with its help and where it comes from', () => {
    const [{ tool }] = report('normal-close-client').runs;
    expect(tool.driver.rules?.map(({ id }) => id)).toEqual(CATALOG.map(({ id }) => id));
    for (const { help, helpUri } of tool.driver.rules ?? []) {
      expect(help?.markdown).toContain('**Rests on**');
      expect(help?.text).not.toMatch(/\{\w+\}/);
      expect(helpUri).toMatch(/^https:/);
    }
  });

  it('says of a result where it is, and what proves it', () => {
    const [{ results }] = report('rst-on-write-after-close').runs;
    const [result] = results ?? [];
    expect(result).toMatchObject({
      ruleId: 'rst-on-write-after-close',
      level: 'error',
      partialFingerprints: {
        'finwait/1': 'rst-on-write-after-close server 10.9.47.1 > 10.9.47.2 8080 #1',
      },
      properties: { connection: 0, endpoint: 'server', frames: [8, 9, 10, 11] },
    });
    expect(result.locations?.[0].logicalLocations?.[0].name).toBe('10.9.47.2:8080');
    expect(result.properties?.citations).toContain('RFC 9293 §3.6.1 SHLD-3');
  });

  it('puts the gravest first and tells equal ones apart', () => {
    const [{ results = [] }] = report('mixed-200').runs;
    const levels = results.map(({ level }) => level);
    expect(levels).toEqual([...levels].sort((a, b) => rank(a) - rank(b)));
    const fingerprints = results.flatMap(({ partialFingerprints = {} }) =>
      Object.values(partialFingerprints),
    );
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
  });
});

function rank(level: string | undefined): number {
  return ['error', 'warning', 'note'].indexOf(level ?? '');
}
