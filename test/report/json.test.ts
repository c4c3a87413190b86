import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/connections/connection.js';
import { JsonReporter } from '../../src/report/json.js';
import { NdjsonReporter } from '../../src/report/ndjson.js';
import { VERSION } from '../../src/version.js';
import { captureOf, scenarios } from '../support/fixtures.js';
import { reportOn } from '../support/report.js';

const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync('schema/report-1.schema.json', 'utf8')) as object,
);

interface Report {
  readonly captures: readonly { readonly frames: number; readonly path: string }[];
  readonly summary: { readonly connections: number };
  readonly connections: readonly { readonly id: number; readonly findings: readonly number[] }[];
  readonly findings: readonly { readonly connection: number; readonly frames: readonly number[] }[];
  readonly patterns: readonly unknown[];
}

const json = (path: string): string => reportOn(path, (write, spool) => new JsonReporter(write, spool));
const captures = scenarios.flatMap((scenario) =>
  (['client', 'server'] as Role[]).map((vantage) => ({
    scenario,
    vantage,
    path: captureOf(scenario, vantage),
  })),
);

describe('the JSON report', () => {
  it.each(captures)('on $scenario, $vantage, fits its schema and refers to what it holds', ({ path }) => {
    const text = json(path);
    const report = JSON.parse(text) as Report;
    validate(report);
    expect(validate.errors ?? []).toEqual([]);
    expect(report.summary.connections).toBe(report.connections.length);
    for (const connection of report.connections) {
      for (const index of connection.findings) expect(report.findings[index].connection).toBe(connection.id);
    }
    const referred = report.connections.flatMap((connection) => connection.findings).sort((a, b) => a - b);
    expect(referred).toEqual(report.findings.map((_, index) => index));
    for (const { frames } of report.findings) {
      for (const frame of frames) expect(frame).toBeLessThanOrEqual(report.captures[0].frames);
    }
    expect(json(path)).toBe(text);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant.
    expect(text).toMatch(/^[\u0000-\u007e]*$/);
  });

  it('escapes what came from outside', () => {
    const text = reportOn(captureOf('refused', 'client'), (write, spool) => {
      const reporter = new JsonReporter(write, spool);
      return {
        connection: (connection, findings, start) => reporter.connection(connection, findings, start),
        end: (end) =>
          reporter.end({
            ...end,
            captures: end.captures.map((facts) => ({ ...facts, path: '"</script>\u001b[31m\u2028é' })),
          }),
      };
    });
    expect((JSON.parse(text) as Report).captures[0].path).toBe('"</script>\u001b[31m\u2028é');
  });
});

describe('the NDJSON report', () => {
  it('says the same, one object a line', () => {
    const path = captureOf('mixed-200', 'client');
    const lines = reportOn(path, (write) => new NdjsonReporter(write))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    const report = JSON.parse(json(path)) as Report;
    const ofType = (type: string) =>
      lines.filter((line) => line.type === type).map(({ type: _type, ...rest }) => rest as unknown);
    expect(lines[0]).toEqual({
      type: 'report',
      schema: 'finwait/report/1',
      tool: { name: 'finwait', version: VERSION },
    });
    expect(ofType('connection')).toEqual(report.connections);
    expect(ofType('finding')).toEqual(report.findings);
    expect(ofType('pattern')).toEqual(report.patterns);
    expect(ofType('capture')).toEqual(report.captures);
    expect(ofType('summary')).toEqual([report.summary]);
  });
});
