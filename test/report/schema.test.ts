import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { MILESTONE_KINDS } from '../../src/connections/milestones.js';
import { JsonReporter } from '../../src/report/json.js';
import { STATES } from '../../src/tcp/states.js';
import { captureOf } from '../support/fixtures.js';
import { reportOn } from '../support/report.js';

interface Schema {
  readonly $defs: Readonly<
    Record<string, { enum?: unknown[]; properties?: Record<string, { enum?: unknown[] }> }>
  >;
}

const schema = JSON.parse(readFileSync('schema/report-1.schema.json', 'utf8')) as Schema;
const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema as object);
const text = reportOn(
  captureOf('close-wait-stuck', 'server'),
  (write, spool) => new JsonReporter(write, spool),
);

/** Whether the report still fits after a change to what stands at `path`; undefined takes it away. */
function fits(path: string, value: unknown): boolean {
  const report: unknown = JSON.parse(text);
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce((at, key) => (at as Record<string, unknown>)[key], report) as Record<
    string,
    unknown
  >;
  if (value === undefined) {
    expect(parent, path).toHaveProperty(last);
    delete parent[last];
  } else {
    parent[last] = value;
  }
  return validate(report);
}

const CONNECTION = 'connections.0';
const ENTRY = `${CONNECTION}.endpoints.server.timeline.0`;
const FINDING = 'findings.0';

describe('the schema', () => {
  it.each([
    ...['schema', 'tool', 'captures', 'summary', 'connections', 'findings', 'patterns'],
    ...['path', 'frames', 'firstFrameAt', 'damage', 'timePrecision'].map((key) => `captures.0.${key}`),
    ...['id', 'client', 'zeek', 'vantage', 'quality', 'endpoints', 'findings'].map(
      (key) => `${CONNECTION}.${key}`,
    ),
    ...['finalState', 'timeline', 'segments', 'finSent'].map(
      (key) => `${CONNECTION}.endpoints.client.${key}`,
    ),
    ...['state', 'at', 't', 'frame', 'cause', 'evidence', 'rule'].map((key) => `${ENTRY}.${key}`),
    ...['rule', 'severity', 'confidence', 'connection', 'endpoint', 'title', 'explanation', 'citations'].map(
      (key) => `${FINDING}.${key}`,
    ),
    ...['frames', 'from', 'to', 'facts', 'from.at', 'to.t', 'citations.0.url'].map(
      (key) => `${FINDING}.${key}`,
    ),
  ])('misses %s', (path) => {
    expect(fits(path, undefined)).toBe(false);
  });

  it.each<[string, unknown]>([
    ['schema', 'finwait/report/2'],
    ['captures.0.format', 'snoop'],
    ['captures.0.firstFrameAt', '2026-11-20T22:00:00Z'],
    ['captures.0.frames', -1],
    ['summary.finalStates', { CLOSE_WAIT: 1 }],
    ['summary.findings.error', 0.5],
    [`${CONNECTION}.client.port`, 65_536],
    [`${CONNECTION}.client.address`, 'host.example'],
    [`${CONNECTION}.startAt`, '2026-11-20T22:00:00.123456Z'],
    [`${CONNECTION}.startAt`, '2026-11-20 22:00:00.123456789Z'],
    [`${CONNECTION}.rolesKnownBy`, 'port'],
    [`${CONNECTION}.completeness`, 64],
    [`${CONNECTION}.zeek.connState`, 'S4'],
    [`${CONNECTION}.vantage.near`, 'middle'],
    [`${CONNECTION}.vantage.confidence`, 'medium'],
    [`${CONNECTION}.findings`, ['close-wait-stuck']],
    [`${CONNECTION}.endpoints.server.finalState`, 'CLOSE_WAIT'],
    [`${ENTRY}.state`, 'OPEN'],
    [`${ENTRY}.frame`, 0],
    [`${ENTRY}.evidence`, 'certain'],
    [`${ENTRY}.rule`, '§3.10.7'],
    [`${FINDING}.severity`, 'critical'],
    [`${FINDING}.confidence`, 'high'],
    [`${FINDING}.endpoint`, 'both'],
    [`${FINDING}.rule`, 'CloseWaitStuck'],
    [`${FINDING}.frames`, [0]],
    [`${FINDING}.facts`, { held: [] }],
    [`${FINDING}.from.at`, 0],
    [`${FINDING}.citations.0.url`, 'http://example.com'],
  ])('refuses %s of %j', (path, value) => {
    expect(fits(path, value)).toBe(false);
  });

  it.each([
    'added',
    'tool.added',
    'captures.0.added',
    `${CONNECTION}.added`,
    `${ENTRY}.added`,
    `${FINDING}.added`,
  ])('lets %s be added later', (path) => {
    expect(fits(path, 1)).toBe(true);
  });

  it('holds comments within their bounds', () => {
    const comment = (length: number) => ({ frame: 1, text: 'a'.repeat(length) });
    expect(fits('captures.0.frameComments', [comment(500)])).toBe(true);
    expect(fits('captures.0.frameComments', [comment(501)])).toBe(false);
    expect(fits('captures.0.comments', Array(101).fill('a'))).toBe(false);
    expect(fits('captures.0.interfaces.0.name', 1)).toBe(false);
  });

  it('knows all states and milestones', () => {
    expect([...(schema.$defs.state.enum ?? [])].sort()).toEqual([...STATES].sort());
    expect(schema.$defs.milestone.properties?.kind.enum).toEqual(MILESTONE_KINDS);
  });
});
