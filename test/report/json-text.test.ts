import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/connections/connection.js';
import { AsciiText } from '../../src/report/ascii-text.js';
import { writeConnection, writeFinding } from '../../src/report/json-text.js';
import type { Finding } from '../../src/rules/finding.js';
import { at, connection, enters, happens, resets } from '../support/connection-builder.js';
import { finding } from '../support/pattern-tester.js';
import { textOf } from '../support/report.js';

function written(write: (out: AsciiText) => void): unknown {
  const out = new AsciiText(1 << 16);
  write(out);
  let text = '';
  out.flush((part) => {
    text += textOf(part);
  });
  return JSON.parse(text);
}

const asJson = (of: Connection, start = at(0)): unknown =>
  written((out) => writeConnection(out, of, 7, 2, start));
const findingAsJson = (of: Finding): unknown =>
  written((out) => writeFinding(out, connection({ id: 3 }), of, at(0)));

describe('a connection as JSON', () => {
  it('names the findings from the first of its own on', () => {
    expect(asJson(connection())).toMatchObject({ id: 0, findings: [7, 8] });
  });

  it('tells transitions with their evidence, and those that no frame shows', () => {
    const after = [
      enters('FIN-WAIT-1', 0.1, 4, { evidence: 'observed', cause: 'sent FIN' }),
      enters('FIN-WAIT-2', 0.2, 5, { evidence: 'confirmed', retractedBy: 9 }),
      enters('CLOSED', 60.25, null, { evidence: 'assumed', cause: 'timeout' }),
    ];
    const rule = 'RFC 9293 §3.10.7.4';
    expect(asJson(connection({ client: { timeline: after } }))).toMatchObject({
      endpoints: {
        client: {
          finalState: 'CLOSED',
          timeline: [
            {
              state: 'FIN-WAIT-1',
              at: '2026-03-01T12:00:00.100000000Z',
              t: 0.1,
              frame: 4,
              cause: 'sent FIN',
              evidence: 'observed',
              rule,
            },
            { state: 'FIN-WAIT-2', evidence: 'confirmed', confirmedBy: 6, retractedBy: 9, rule },
            { state: 'CLOSED', at: '2026-03-01T12:01:00.250000000Z', t: 60.25, frame: null, rule },
          ],
        },
      },
    });
  });

  it('names a later copy of a FIN that no frame shows', () => {
    const sent = {
      ...enters('FIN-WAIT-1', 0.1, null, { evidence: 'assumed', cause: 'sent FIN' }),
      copyFrame: 6,
    };
    expect(asJson(connection({ client: { timeline: [sent] } }))).toMatchObject({
      endpoints: { client: { timeline: [{ state: 'FIN-WAIT-1', frame: null, copyFrame: 6 }] } },
    });
  });

  it('counts times before the start of the capture below zero', () => {
    expect(asJson(connection(), at(1.5))).toMatchObject({
      startAt: '2026-03-01T12:00:00.000000000Z',
      endpoints: { client: { timeline: [{ t: -1.5 }, { t: -1.48 }] } },
    });
  });

  it('lasts no less than nothing, whatever the clock did', () => {
    expect(asJson(connection({ start: at(5), end: at(4.75) }))).toMatchObject({ durationSeconds: 0 });
  });

  it('knows every second of the clock, from 1970 to 2106', () => {
    for (const [seconds, text] of [
      [0, '1970-01-01T00:00:00.000000007Z'],
      [2 ** 31, '2038-01-19T03:14:08.000000007Z'],
      [-1, '2106-02-07T06:28:15.000000007Z'],
    ] as const) {
      const time = { seconds: seconds | 0, nanoseconds: 7 };
      expect(asJson(connection({ start: time, end: time }))).toMatchObject({ startAt: text, endAt: text });
    }
  });

  it('tells milestones and resets, runs with their ends', () => {
    const milestones = [
      happens('retransmission-run', 1, 10, { count: 3, until: 2.5, lastFrame: 14, value: 200 }),
      resets(3, 20, { verdict: 'challenged', payloadBytes: 25, trigger: { kind: 'data', frame: 19 } }),
    ];
    expect(asJson(connection({ server: { milestones } }))).toMatchObject({
      endpoints: {
        server: {
          milestones: [
            { kind: 'retransmission-run', frame: 10, t: 1, count: 3, lastFrame: 14, lastT: 2.5, value: 200 },
            {
              kind: 'reset',
              frame: 20,
              t: 3,
              reset: { verdict: 'challenged', payloadBytes: 25, trigger: { frame: 19 } },
            },
          ],
          resetsSent: 1,
        },
      },
    });
  });

  it('gives the display filter of its own capture', () => {
    expect(asJson(connection({ id: 12, capture: 1, stream: 4 }))).toMatchObject({
      id: 12,
      capture: 1,
      stream: 4,
      displayFilter: 'tcp.stream eq 4',
    });
  });

  it('says what limits the verdicts', () => {
    const quality = { unseen: 'server', truncated: true } as const;
    expect(asJson(connection({ quality }))).toMatchObject({ quality: { midstream: false, ...quality } });
  });
});

describe('a finding as JSON', () => {
  it('keeps every text as it is', () => {
    const title = 'quote " backslash \\ control \u0001 §, ’ and \u{1f984} \u2028';
    const told = finding('a-rule', {
      title,
      explanation: title,
      applicationSees: title,
      likelyCauses: [title],
      nextSteps: [title, title],
      facts: { name: title, count: 3 },
      frames: [1, 20],
      explainedBy: 'another-rule',
      endpoint: null,
      connection: 3,
    });
    const { from: _from, to: _to, ...rest } = told;
    expect(findingAsJson(told)).toEqual({
      ...rest,
      from: { at: '2026-03-01T12:00:00.000000000Z', t: 0 },
      to: { at: '2026-03-01T12:00:00.000000000Z', t: 0 },
      displayFilter: 'frame.number in {1, 20}',
    });
  });
});
