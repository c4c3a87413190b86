/** Whatever a stranger writes where a report shows it, in every format: a new format is held to it as well. */
import { describe, expect, it } from 'vitest';
import { type InterfaceFacts, namelessInterface } from '../../src/capture/facts.js';
import { ACK } from '../../src/decode/segment.js';
import { FORMATS } from '../../src/report/formats.js';
import type { LadderSegment } from '../../src/report/ladder/recorder.js';
import { type AnalysisEnd, MemorySpool } from '../../src/report/reporter.js';
import { PLAIN } from '../../src/report/text/palette.js';
import { at, connection } from '../support/connection-builder.js';
import { finding } from '../support/pattern-tester.js';
import { textOf } from '../support/report.js';

const HOSTILE = [
  '\u001b[2J\u001b]0;title\u0007',
  'line\nbreak\r\nand\u2028more',
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg/onload=alert(1)>',
  ']]><!--',
  '=cmd|calc!A1',
  '::error::stop',
  '```\n# out',
  '|a|b|',
  '[link](javascript:alert(1))',
  '@everyone <!channel> <@U1>',
  '{code}{noformat}{html}',
  '\u202etxt.exe\u2066',
  '\u200f\u200e\u061c',
  '\u0000\u009b31m',
  '\ud800',
  '%00%0a',
];

function interfaceNamed(text: string): InterfaceFacts {
  return { ...namelessInterface('EN10MB', 0, 'us'), name: text, description: text, comments: [text] };
}

/** A segment with a comment. */
const COMMENTED: LadderSegment = {
  frame: 2,
  time: at(0.01),
  from: 'client',
  flags: ACK,
  sequence: 1,
  acknowledgment: 1,
  payload: 0,
  window: 500,
  note: null,
};

function report(name: string, path: string, message: string): string {
  let text = '';
  const reporter = FORMATS[name].create(
    (part) => {
      text += textOf(part);
    },
    { palette: PLAIN, columns: 100, verbose: true },
    new MemorySpool(),
  );
  const found = finding('rst-on-write-after-close', { severity: 'error', endpoint: 'server', frames: [3] });
  reporter.connection(connection({}), [found], at(0));
  for (const id of reporter.wishes?.().keys() ?? []) reporter.ladder?.(id, [COMMENTED]);
  const end: AnalysisEnd = {
    captures: [
      {
        path,
        format: 'pcap',
        compression: null,
        linkTypes: ['EN10MB'],
        omittedLinkTypes: 0,
        omittedInterfaces: 0,
        timePrecision: 'us',
        firstFrame: 1,
        frames: 9,
        tcpSegments: 9,
        bytes: 900,
        firstFrameAt: at(0),
        lastFrameAt: at(9),
        endAt: at(9),
        durationSeconds: 9,
        dropped: 3,
        interfaces: [interfaceNamed(message)],
        application: message,
        hardware: message,
        operatingSystem: message,
        comments: [message],
        frameComments: [{ frame: 2, text: message }],
        omittedFrameComments: 1,
        evicted: 2,
        skipped: {},
        icmpErrors: 0,
        neighbourMessages: 0,
        undecodedLinkTypes: {},
        aggregates: 0,
        damage: { offset: 900, frame: 10, message },
      },
    ],
    summary: {
      connections: 1,
      findings: { error: 1, warning: 0, info: 0 },
      suppressed: 0,
      finalStates: { CLOSED: 2 },
    },
    patterns: [],
  };
  reporter.end(end);
  return text;
}

describe.each(Object.keys(FORMATS))('%s', (name) => {
  it.each(HOSTILE)('writes %j without a control character, and nothing that turns text around', (hostile) => {
    const text = report(name, `a${hostile}b`, hostile);
    expect(text).not.toMatch(/(?![\t\n\r])\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]|\p{Surrogate}/u);
  });

  it('breaks no line where a string says so', () => {
    const broken = /[\r\u0085\u2028]|\n(?=[bd])/;
    const harmless = report(name, 'ab', 'cd').split(broken).length;
    for (const end of ['\n', '\r', '\r\n', '\u0085', '\u2028']) {
      expect(report(name, `a${end}b`, `c${end}d`).split(broken).length, JSON.stringify(end)).toBe(harmless);
    }
  });
});

describe('formats with markup', () => {
  it.each(['junit', 'html', 'svg'].filter((name) => name in FORMATS))(
    '%s: no string becomes an element',
    (name) => {
      const elements = (text: string): number => text.match(/<[a-z!/?]/gi)?.length ?? 0;
      const harmless = elements(report(name, 'ab', 'c'));
      for (const hostile of HOSTILE) expect(elements(report(name, hostile, hostile)), hostile).toBe(harmless);
    },
  );

  it.each(['json', 'ndjson', 'sarif', 'slack'].filter((name) => name in FORMATS))(
    '%s: stays JSON, in ASCII or escaped',
    (name) => {
      for (const hostile of HOSTILE) {
        const lines = report(name, hostile, hostile).trimEnd();
        for (const text of name === 'ndjson' ? lines.split('\n') : [lines])
          expect(() => JSON.parse(text)).not.toThrow();
      }
    },
  );

  it.each([
    { name: 'markdown', fence: /^`{3,}/gm, comments: ['```', 'a `````` b', '`'] },
    { name: 'jira', fence: /\{noformat\}/gi, comments: ['{noformat}', '{NoFormat}', '{{noformat}'] },
    { name: 'slack', fence: /```/g, comments: ['```', '``````'] },
  ])('$name: no comment ends the fence that it is in', ({ name, fence, comments }) => {
    const fences = (comment: string): number => report(name, 'a', comment).match(fence)?.length ?? 0;
    expect(fences('c')).toBeGreaterThanOrEqual(2);
    for (const comment of comments) expect(fences(comment), comment).toBe(fences('c'));
  });

  it('github: no string becomes a command', () => {
    const commands = (text: string): number => report('github', text, text).match(/^::/gm)?.length ?? 0;
    // What limits the report, and the finding.
    expect(commands('a')).toBe(2);
    for (const hostile of HOSTILE) expect(commands(hostile)).toBe(2);
  });
});
