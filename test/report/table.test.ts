import { describe, expect, it } from 'vitest';
import { NO_NOTES } from '../../src/capture/facts.js';
import type { AnalysisEnd, CaptureFacts } from '../../src/report/reporter.js';
import { TableReporter } from '../../src/report/table.js';
import { COLOURED, PLAIN } from '../../src/report/text/palette.js';
import type { Finding, Pattern, Severity } from '../../src/rules/finding.js';
import { at, connection, enters } from '../support/connection-builder.js';
import { finding } from '../support/pattern-tester.js';
import { textOf } from '../support/report.js';

const CAPTURE: CaptureFacts = {
  path: 'incident.pcap',
  format: 'pcap',
  compression: 'gzip',
  linkTypes: ['EN10MB'],
  omittedLinkTypes: 0,
  omittedInterfaces: 0,
  timePrecision: 'us',
  firstFrame: 1,
  frames: 1234,
  tcpSegments: 1200,
  bytes: 91_820,
  firstFrameAt: at(0),
  lastFrameAt: at(61.2),
  endAt: at(61.2),
  durationSeconds: 61.2,
  dropped: null,
  interfaces: [],
  ...NO_NOTES,
  evicted: 0,
  skipped: { 'not-tcp': 34 },
  icmpErrors: 0,
  neighbourMessages: 0,
  undecodedLinkTypes: {},
  aggregates: 0,
  damage: null,
};

const STUCK = finding('close-wait-stuck', {
  severity: 'warning',
  title: '10.0.0.2:8080 has stayed in CLOSE-WAIT for 61.0 s',
  explanation: 'The FIN was acknowledged, and nothing came of it.',
  applicationSees: 'read returns 0',
  likelyCauses: ['A descriptor is leaked (likely).', 'Something else.'],
  nextSteps: ['ss -tanpo', 'lsof -i', 'a third step'],
  frames: [5, 6],
  from: at(0.2),
  to: at(61.2),
  citations: [
    { source: 'RFC 9293', section: '3.6', label: null, title: 'Closing', url: 'https://x', says: 'close' },
    { source: 'RFC 9293', section: '3.6.1', label: 'MAY-1', title: 'Half', url: 'https://x', says: 'half' },
    { source: 'close(2)', section: 'NOTES', label: null, title: 'close', url: 'https://x', says: 'it' },
  ],
});

interface Shown {
  readonly on: readonly (readonly [number, readonly Finding[]])[];
  readonly patterns?: readonly Pattern[];
  readonly capture?: Partial<CaptureFacts>;
  /** That many captures, the last as `capture` says. */
  readonly captures?: number;
  readonly columns?: number;
  readonly coloured?: boolean;
  readonly verbose?: boolean;
  readonly suppressed?: number;
}

function report(shown: Shown): string {
  const { on, patterns = [], capture = {}, captures = 1, columns = 80, coloured } = shown;
  const { verbose = false, suppressed = 0 } = shown;
  let text = '';
  const palette = coloured === true ? COLOURED : PLAIN;
  const reporter = new TableReporter(
    (part) => {
      text += textOf(part);
    },
    { palette, columns, verbose },
  );
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  for (const [id, findings] of on) {
    for (const { severity } of findings) counts[severity]++;
    const server = { after: [enters('CLOSE-WAIT', 0.2, 5)] };
    reporter.connection(
      connection({ id, server }),
      findings.map((found) => ({ ...found, connection: id })),
    );
  }
  const finalStates = { ESTABLISHED: on.length, 'CLOSE-WAIT': on.length };
  const summary: AnalysisEnd['summary'] = {
    connections: on.length,
    findings: counts,
    suppressed,
    finalStates,
  };
  const others = Array.from({ length: captures - 1 }, (_, place) => ({
    ...CAPTURE,
    path: `${place + 2}.pcap`,
  }));
  reporter.end({ captures: [...others, { ...CAPTURE, ...capture }], summary, patterns });
  return text;
}

const lineWith = (text: string, part: string): string =>
  text.split('\n').find((line) => line.includes(part)) ?? '';

describe('the summary', () => {
  it('says how many findings are suppressed', () => {
    expect(report({ on: [[0, [STUCK]]], suppressed: 2 })).toContain(
      '1 connection: 1 warning; 2 suppressed\n',
    );
    expect(report({ on: [[0, [STUCK]]] })).toContain('1 connection: 1 warning\n');
  });
});

describe('the report in tables', () => {
  it('shows one finding so', () => {
    const effect = finding('fin-wait-2-stuck', {
      severity: 'info',
      title: '10.0.0.1:40000 has waited in FIN-WAIT-2',
      explainedBy: 'close-wait-stuck',
    });
    expect(report({ on: [[0, [STUCK, effect]]] })).toBe(`\
incident.pcap
pcap, gzip, EN10MB: 1,234 frames, 1,200 TCP segments, 91.8 kB
from 2026-03-01 12:00:00.000 UTC, for 61.2 s

1 connection: 1 warning, 1 info
endpoints ended 1 in ESTABLISHED, 1 in CLOSE-WAIT

┌──────────────────────────────────────────────────────────────────────────────┐
│ WARNING  close-wait-stuck                                       connection 0 │
│ 10.0.0.2:8080 has stayed in CLOSE-WAIT for 61.0 s                            │
│ frames #5, #6 · RFC 9293 §3.6, §3.6.1 MAY-1; close(2) NOTES                  │
│                                                                              │
│ The FIN was acknowledged, and nothing came of it.                            │
│                                                                              │
│ when    2026-03-01 12:00:00.200 to 12:01:01.200 UTC                          │
│ seen    read returns 0                                                       │
│ cause   A descriptor is leaked (likely).                                     │
│ next    ss -tanpo                                                            │
│ next    lsof -i                                                              │
│ more    1 other cause, 1 other step: --format markdown                       │
│ effect  10.0.0.1:40000 has waited in FIN-WAIT-2 (fin-wait-2-stuck)           │
│ filter  frame.number in {5, 6}                                               │
└──────────────────────────────────────────────────────────────────────────────┘

┌───┬────────────────┬─────────────┬────────┬─────────┬──────────────────┐
│ # │ client         │ ended in    │ frames │  active │ findings         │
│   │ server         │             │        │         │                  │
├───┼────────────────┼─────────────┼────────┼─────────┼──────────────────┤
│ 0 │ 10.0.0.1:40000 │ ESTABLISHED │      3 │ 0.020 s │ close-wait-stuck │
│   │ 10.0.0.2:8080  │ CLOSE-WAIT  │        │         │ fin-wait-2-stuck │
└───┴────────────────┴─────────────┴────────┴─────────┴──────────────────┘
segment by segment: finwait timeline incident.pcap --connection 0
the first finding’s rule in full: finwait explain close-wait-stuck
`);
  });

  it('puts a connection on one line where there is room', () => {
    const text = report({ on: [[0, [STUCK]]], columns: 120 });
    expect(lineWith(text, '│ 0 │')).toMatch(
      /^│ 0 │ 10\.0\.0\.1:40000 │ ESTABLISHED │ 10\.0\.0\.2:8080 │ CLOSE-WAIT │ +3 │ 0\.020 s │ close-wait-stuck │$/,
    );
  });

  it('tells findings of one rule together, the rest by connection and then by number', () => {
    const text = report({ on: Array.from({ length: 20 }, (_, id) => [id, [STUCK]] as const) });
    expect(text).toMatch(/close-wait-stuck +20 connections │/);
    expect(text).toContain('│ connection 0: frames #5, #6 · RFC 9293');
    expect(text).toContain('│ also    connections 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 7 more ');
    expect(text.match(/The FIN was acknowledged/g)).toHaveLength(1);
  });

  it('tells those of them by their titles that say something else', () => {
    const other = { ...STUCK, title: '10.0.0.2:8080 has stayed in CLOSE-WAIT for 70.0 s' };
    const on = Array.from({ length: 5 }, (_, id) => [id, [id === 1 ? other : STUCK]] as const);
    const text = report({ on });
    expect(text).toContain('│ also    connection 1: 10.0.0.2:8080 has stayed in CLOSE-WAIT for 70.0 s ');
    expect(text).toContain('│ also    connections 2, 3, 4 ');
  });

  describe('of what patterns stand for', () => {
    const pattern: Pattern = {
      ...STUCK,
      rule: 'close-wait-pileup',
      title: '2 of 2 connections to 10.0.0.2:8080 are stuck in CLOSE-WAIT',
      standsFor: ['close-wait-stuck'],
      connections: [0, 1],
      count: 2,
    };
    const on = [
      [0, [STUCK]],
      [1, [STUCK]],
    ] as const;

    it('tells one in the pattern, if all are part of it', () => {
      const text = report({ on, patterns: [pattern] });
      expect(text.match(/WARNING/g)).toHaveLength(1);
      expect(text).toMatch(/e\.g\. +connection 0: 10\.0\.0\.2:8080 has stayed in CLOSE-WAIT for 61\.0 s/);
    });

    it('names it alone where the explanation quotes it', () => {
      const quoting = { ...pattern, explanation: `For example: ${STUCK.title}. Look there.` };
      const text = report({ on, patterns: [quoting] });
      expect(text).toMatch(/e\.g\. +connection 0 \(close-wait-stuck\)/);
      expect(text.match(/has stayed/g)).toHaveLength(1);
    });

    it.each([
      ['there are more', { on: [...on, [2, [STUCK]]] as const, patterns: [pattern] }],
      ['the pattern is less grave', { on, patterns: [{ ...pattern, severity: 'info' as const }] }],
      ['it stands for others', { on, patterns: [{ ...pattern, standsFor: ['connection-refused'] }] }],
    ])('tells them by themselves if %s', (_, shown) => {
      const text = report(shown);
      expect(text).not.toContain('e.g. ');
      expect(text).toMatch(/WARNING {2}close-wait-stuck/);
    });
  });

  it('tells some patterns of a rule in full, others by their titles, and counts the rest', () => {
    const patterns = (severity: Severity): Pattern[] =>
      Array.from({ length: 14 }, (_, place) => ({
        ...STUCK,
        severity,
        title: `service ${place}`,
        connections: [0],
        count: 1,
      }));
    const notes = report({ on: [[0, []]], patterns: patterns('info') });
    expect(notes.match(/INFO {2}close-wait-stuck/g)).toHaveLength(1);
    expect(notes).toMatch(/│ also {4}service 1 +│\n│ also {4}service 2 +│/);
    expect(notes).toMatch(/│ also {4}service 8 +│\n│ also {4}5 more patterns +│/);
    const faults = report({ on: [[0, []]], patterns: patterns('error') });
    expect(faults.match(/ERROR {2}close-wait-stuck/g)).toHaveLength(3);
    expect(faults).toMatch(/│ also {4}service 10 +│\n│ also {4}3 more patterns +│/);
  });

  it('says at the end of a long report once more what was found', () => {
    const verdict = '20 connections: 20 warnings';
    const long = report({ on: Array.from({ length: 20 }, (_, id) => [id, [STUCK]] as const) });
    expect(long.trimEnd().split('\n').at(-1)).toBe(verdict);
    expect(report({ on: [[0, [STUCK]]] }).match(/1 connection: 1 warning/g)).toHaveLength(1);
  });

  it('puts the worst first: by severity, patterns before findings, the frequent before the rare', () => {
    const pattern: Pattern = {
      ...STUCK,
      rule: 'close-wait-pileup',
      connections: [0, 1],
      count: 2,
    };
    const of = (rule: string, severity: Severity): Finding => finding(rule, { severity, title: rule });
    const text = report({
      on: [
        [0, [of('rare', 'warning'), of('note', 'info')]],
        [1, [of('often', 'warning')]],
        [2, [of('often', 'warning'), of('grave', 'error')]],
      ],
      patterns: [pattern],
    });
    const order = [...text.matchAll(/│ (?:ERROR|WARNING|INFO) {2}([\w-]+)/g)].map(([, rule]) => rule);
    expect(order).toEqual(['grave', 'close-wait-pileup', 'often', 'rare', 'note']);
    expect(text).toMatch(/close-wait-pileup +2 connections │/);
    const rows = [...text.matchAll(/^│ (\d+) │/gm)].map(([, id]) => Number(id));
    expect(rows).toEqual([2, 0, 1]);
  });

  it('says how certain a finding is unless it was observed', () => {
    const text = report({ on: [[0, [{ ...STUCK, confidence: 'possible' }]]] });
    expect(text).toContain('│ WARNING  close-wait-stuck  (possible) ');
  });

  it('shows twenty connections and says how many more there are', () => {
    const on = Array.from({ length: 1500 }, (_, id) => [id, id === 1400 ? [STUCK] : []] as const);
    const text = report({ on });
    expect(text.match(/^│ +\d+ │/gm)).toHaveLength(20);
    expect(text).toContain('1,480 more connections: --format json has them all');
    expect(text).toContain('finwait timeline incident.pcap --connection 1400');
  });

  it('keeps the connections with the lowest numbers, in whatever order they end', () => {
    const on = Array.from({ length: 100 }, (_, place) => [99 - place, []] as const);
    const ids = [...report({ on }).matchAll(/^│ +(\d+) │/gm)].map(([, id]) => Number(id));
    expect(ids).toEqual(Array.from({ length: 20 }, (_, id) => id));
  });

  it('says where a capture is damaged and what the capturing host dropped', () => {
    const damage = { offset: 91_204, frame: 813, message: 'a record header takes 16 octets' };
    const text = report({ on: [], capture: { damage, dropped: 3 } });
    expect(text).toContain('damaged at byte 91,204, frame 813: a record header takes 16 octets');
    expect(text).toContain('everything before that was analysed');
    expect(text).toContain('the capturing host dropped 3 frames');
  });

  it('tells of the first of many captures, and of those that lack something', () => {
    const damage = { offset: 91_204, frame: 813, message: 'a record header takes 16 octets' };
    const captures = 200;
    const text = report({ on: [[0, [STUCK]]], captures, capture: { damage } });
    expect([...text.matchAll(/^(?:(\d+)|(incident))\.pcap$/gm)]).toHaveLength(9);
    expect(text).toContain('\n\nincident.pcap\n');
    expect(text).toContain('\n\nand 191 more captures: --verbose lists all\n\n');
    const all = report({ on: [], captures, verbose: true });
    expect(all.match(/^\w+\.pcap$/gm)).toHaveLength(200);
    expect(all).not.toContain('more capture');
  });

  it('counts what was not analysed only when asked to', () => {
    expect(report({ on: [], verbose: true })).toContain('not analysed, not-tcp: 34 frames');
    expect(report({ on: [] })).not.toContain('not analysed');
  });

  it.each([60, 80, 99, 140])('is no wider than %i columns, whatever stands in it', (columns) => {
    const long = finding('a-rule-with-a-very-long-name-indeed', {
      title: `an unbreakable ${'x'.repeat(200)}`,
      explanation: 'words '.repeat(100),
      frames: Array.from({ length: 100 }, (_, frame) => 100_000 + frame),
    });
    const text = report({ on: [[123_456, [long, STUCK]]], columns });
    const drawn = text.split('\n').filter((line) => /^[┌│├└]/.test(line));
    for (const line of drawn) expect(line.length).toBeLessThanOrEqual(columns);
    expect(text).toContain('and 88 more');
  });

  it('colours nothing but what carries meaning, and the text is the same without', () => {
    const shown: Shown = { on: [[0, [STUCK]]] };
    const coloured = report({ ...shown, coloured: true });
    expect(coloured).toContain('\u001b[33mclose-wait-stuck\u001b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(report(shown));
  });

  it('shows control characters of a path, and quotes it for the shell', () => {
    const text = report({ on: [[0, []]], capture: { path: "it's\u001b[31m.pcap" } });
    expect(text).not.toContain('\u001b');
    expect(text).toContain("finwait timeline 'it'\\''s\\x1b[31m.pcap' --connection 0");
  });
});
