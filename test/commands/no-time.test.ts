/** Captures whose frames have no time (Simple Packet Blocks alone): nothing is said of when and how long. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { FORMATS } from '../../src/report/formats.js';
import { analyzeBytes } from '../support/analyze-bytes.js';
import {
  enhancedPacket,
  interfaceDescription,
  join as joined,
  sectionHeader,
  simplePacket,
} from '../support/capture-builder.js';
import { captureOf, scenarios } from '../support/fixtures.js';
import { readFrames } from '../support/frames.js';
import { finwait } from '../support/io.js';

const folder = mkdtempSync(join(tmpdir(), 'finwait-no-time-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A recorded capture as a pcapng file that leaves out all times. */
function timeless(scenario: string, vantage: 'client' | 'server' = 'server'): Uint8Array {
  const { frames } = readFrames(readFileSync(captureOf(scenario, vantage)));
  return joined(
    sectionHeader(),
    interfaceDescription(frames[0].linkType),
    ...frames.map(({ data }) => simplePacket(Buffer.from(data, 'hex'))),
  );
}

function fileOf(scenario: string): string {
  const path = join(folder, `${scenario}.pcapng`);
  writeFileSync(path, timeless(scenario));
  return path;
}

/** What a text must not claim. Causes and next steps may name durations of their own. */
const CLAIMS = /1970|NaN|Infinity|undefined|(?<![\d.,])0(\.0+)? (ms|s|min)\b/;

it('tells of no time and no duration in any scenario', () => {
  const durations: string[] = [];
  for (const scenario of scenarios) {
    const { findings, patterns, captures } = analyzeBytes(timeless(scenario));
    expect(captures[0], scenario).toMatchObject({
      firstFrameAt: null,
      lastFrameAt: null,
      endAt: null,
      durationSeconds: null,
      framesWithoutTime: captures[0].frames,
    });
    for (const { title, explanation, applicationSees } of [...findings, ...patterns]) {
      const text = [title, explanation, applicationSees].join(' ');
      expect(text, scenario).not.toMatch(CLAIMS);
      durations.push(...(text.match(/(?<![\d.,])[\d.,]+ (ms|min|s)\b/g) ?? []));
    }
    for (const { rule } of findings) expect(WAITING, scenario).not.toContain(rule);
  }
  // Limits that RFC 9293 and Linux have, which are no times of a capture’s.
  expect([...new Set(durations)].sort()).toEqual(LIMITS);
});

/** Rules that tell of something which went on for long. */
const WAITING = [
  'close-wait-stuck',
  'fin-wait-2-stuck',
  'peer-unresponsive',
  'zero-window-stall',
  'syn-unanswered',
];
const LIMITS: readonly string[] = [];

it('has the states of the same capture with times', () => {
  for (const scenario of [
    'close-wait-stuck',
    'normal-close-client',
    'half-close',
    'mixed-200',
    'ipv6-close',
  ]) {
    const storyOf = (bytes: Uint8Array) =>
      analyzeBytes(bytes).connections.map(({ id, client, server, completeness }) => ({
        id,
        completeness,
        states: [client, server].map(({ timeline }) => timeline.map(({ state, frame }) => [state, frame])),
      }));
    const told = storyOf(timeless(scenario));
    expect(told, scenario).toEqual(storyOf(readFileSync(captureOf(scenario, 'server'))));
  }
});

describe.each(Object.keys(FORMATS))('as %s', (format) => {
  it.each(['close-wait-stuck', 'half-close', 'mixed-200', 'rst-on-write-after-close'])(
    'claims no time of %s',
    async (scenario) => {
      const { stdout, code } = await finwait([fileOf(scenario), '--format', format]);
      expect(code).toBe(0);
      const shown = format === 'junit' ? stdout.replaceAll('1970-01-01T00:00:00', '') : stdout;
      expect(shown).not.toMatch(/\b1970\b|NaN|Infinity/);
      if (['table', 'markdown', 'html', 'jira', 'slack'].includes(format))
        expect(shown).toMatch(/its frames have no time/);
    },
  );
});

it('has nulls in JSON that fit the schema', async () => {
  const { stdout } = await finwait([fileOf('rst-on-write-after-close'), '--format', 'json']);
  const report = JSON.parse(stdout);
  const schema = JSON.parse(readFileSync('schema/report-1.schema.json', 'utf8'));
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  const [capture] = report.captures;
  expect([capture.firstFrameAt, capture.lastFrameAt, capture.durationSeconds]).toEqual([null, null, null]);
  const [connection] = report.connections;
  expect([connection.startAt, connection.endAt, connection.durationSeconds]).toEqual([null, null, null]);
  expect(connection.vantage.roundTripSeconds).toBeNull();
  expect(connection.endpoints.client.timeline[0]).toMatchObject({ state: 'SYN-SENT', at: null, t: null });
  expect(report.findings.length).toBeGreaterThan(0);
  for (const { from, to } of report.findings)
    expect([from, to]).toEqual([
      { at: null, t: null },
      { at: null, t: null },
    ]);
});

it('is drawn with frames alone', async () => {
  const { stdout, code } = await finwait(['timeline', fileOf('close-wait-stuck'), '--connection', '0']);
  expect(code).toBe(0);
  expect(stdout).toContain('no time');
  expect(stdout).not.toMatch(/1970|NaN/);
});

it('is extracted as it is', async () => {
  const path = fileOf('mixed-200');
  const target = join(folder, 'extract.pcapng');
  expect((await finwait(['extract', path, '--connection', '3', '--output', target])).code).toBe(0);
  expect(analyzeBytes(readFileSync(target)).captures[0]).toMatchObject({
    firstFrameAt: null,
    durationSeconds: null,
  });
  const classic = join(folder, 'extract.pcap');
  const { code, stderr } = await finwait(['extract', path, '--connection', '3', '--output', classic]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/a pcap file cannot say that frames have no time: they are dated 1970/);
  expect(readFrames(readFileSync(classic)).frames[0].time).toBe(0n);
});

describe('frames without time among others', () => {
  const data = Buffer.from(readFrames(readFileSync(captureOf('half-close', 'server'))).frames[0].data, 'hex');
  const head = joined(sectionHeader(), interfaceDescription(1));
  const timed = enhancedPacket(data, 1_700_000_000_000_000n);

  it('have that of the frame before', () => {
    const { captures } = analyzeBytes(joined(head, timed, simplePacket(data)));
    expect(captures[0]).toMatchObject({ durationSeconds: 0, framesWithoutTime: 1 });
    expect(captures[0].lastFrameAt).toEqual({ seconds: 1_700_000_000, nanoseconds: 0 });
  });

  it('seem to last for years in no scenario', () => {
    for (const scenario of scenarios) {
      const { frames } = readFrames(readFileSync(captureOf(scenario, 'client')));
      const bytes = joined(
        sectionHeader(),
        interfaceDescription(frames[0].linkType),
        ...frames.map((frame, place) => {
          const octets = Buffer.from(frame.data, 'hex');
          return place < 3 ? simplePacket(octets) : enhancedPacket(octets, frame.time / 1000n);
        }),
      );
      const { findings, patterns } = analyzeBytes(bytes);
      for (const { title, explanation } of [...findings, ...patterns])
        expect(`${title} ${explanation}`, scenario).not.toMatch(/1970|NaN|Infinity|\d{3} d\b/);
    }
  });

  it('and none at the start', () => {
    const { captures } = analyzeBytes(joined(head, simplePacket(data), timed));
    expect(captures[0]).toMatchObject({ firstFrameAt: null, durationSeconds: null, framesWithoutTime: 1 });
  });
});

it('changes nothing where all frames have times', () => {
  const { captures } = analyzeBytes(readFileSync(captureOf('half-close', 'server')));
  expect(captures[0]).not.toHaveProperty('framesWithoutTime');
});
