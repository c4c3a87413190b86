import { describe, expect, it } from 'vitest';
import type { FrameComment } from '../../../src/capture/facts.js';
import type { Connection, Role } from '../../../src/connections/connection.js';
import { ACK, FIN, PSH, RST, Segment, SYN } from '../../../src/decode/segment.js';
import { ladder } from '../../../src/report/ladder/ladder.js';
import {
  LadderRecorder,
  type LadderRecorderOptions,
  type LadderSegment,
} from '../../../src/report/ladder/recorder.js';
import { COLOURED, PLAIN } from '../../../src/report/text/palette.js';
import type { Finding } from '../../../src/rules/finding.js';
import { at, connection, enters, happens } from '../../support/connection-builder.js';
import { finding } from '../../support/pattern-tester.js';

interface Sent {
  readonly from: Role;
  readonly flags: number;
  readonly seconds?: number;
  readonly sequence?: number;
  readonly acknowledgment?: number;
  readonly payload?: number;
  readonly window?: number;
}

const CLIENT_ISN = 0xffff_fff0;
const SERVER_ISN = 7000;

/** Records segments of which each has the next frame's number and, unless given, the next hundredth. */
function record(sent: readonly Sent[], options?: LadderRecorderOptions): LadderRecorder {
  const recorder = new LadderRecorder(options);
  for (const [place, { from, flags, ...more }] of sent.entries()) {
    const own = from === 'client' ? CLIENT_ISN : SERVER_ISN;
    const peer = from === 'client' ? SERVER_ISN : CLIENT_ISN;
    const time = at(more.seconds ?? place / 100);
    recorder.add(
      from,
      Object.assign(new Segment(), {
        frame: place + 1,
        seconds: time.seconds,
        nanoseconds: time.nanoseconds,
        flags,
        sequence: (own + (more.sequence ?? 1)) | 0,
        acknowledgment: (flags & ACK) === 0 ? 0 : (peer + (more.acknowledgment ?? 1)) | 0,
        payloadLength: more.payload ?? 0,
        window: more.window ?? 502,
      }),
    );
  }
  return recorder;
}

const HANDSHAKE: readonly Sent[] = [
  { from: 'client', flags: SYN, sequence: 0 },
  { from: 'server', flags: SYN | ACK, sequence: 0 },
  { from: 'client', flags: ACK },
];

describe('two SYN-ACKs of different numbers', () => {
  const numbers = (sent: readonly Sent[]) =>
    record(sent)
      .items()
      .map((item) => ('omitted' in item ? [] : [item.sequence, item.acknowledgment, item.note]));
  const two: readonly Sent[] = [
    { from: 'client', flags: SYN, sequence: 0 },
    { from: 'server', flags: SYN | ACK, sequence: 0 },
    { from: 'server', flags: SYN | ACK, sequence: 7777 },
  ];

  it('count from the one that is acknowledged', () => {
    expect(
      numbers([
        ...two,
        { from: 'client', flags: ACK },
        { from: 'server', flags: ACK | PSH, sequence: 1, payload: 5 },
      ]),
    ).toEqual([
      [0, 0, null],
      [0, 1, null],
      [7777, 1, null],
      [1, 1, null],
      [1, 1, null],
    ]);
    expect(
      numbers([
        ...two,
        { from: 'client', flags: ACK, acknowledgment: 7778 },
        { from: 'server', flags: ACK | PSH, sequence: 7778, payload: 5 },
      ]),
    ).toEqual([
      [0, 0, null],
      [2 ** 32 - 7777, 1, null],
      [0, 1, null],
      [1, 1, null],
      [1, 1, null],
    ]);
  });

  it('leave the numbers as they were in an open connection, unless it begins anew', () => {
    const open = [...HANDSHAKE, { from: 'server', flags: ACK | PSH, sequence: 1, payload: 5 }] as const;
    const later = { from: 'server', flags: SYN | ACK, sequence: 7777 } as const;
    expect(numbers([...open, later, { from: 'client', flags: ACK, acknowledgment: 6 }]).slice(3)).toEqual([
      [1, 1, null],
      [7777, 1, null],
      [1, 6, null],
    ]);
    const anew = [
      { from: 'client', flags: ACK, acknowledgment: 7778 },
      { from: 'server', flags: ACK | PSH, sequence: 7778, payload: 5 },
    ] as const;
    expect(numbers([...open, later, ...anew])).toEqual([
      [0, 0, null],
      [0, 1, null],
      [1, 1, null],
      [1, 1, null],
      [0, 1, null],
      [1, 1, null],
      [1, 1, null],
    ]);
  });
});

interface Drawn {
  readonly of?: Connection;
  readonly sent: readonly Sent[];
  readonly findings?: readonly Finding[];
  readonly comments?: readonly FrameComment[];
  readonly end?: number;
  readonly columns?: number;
  readonly coloured?: boolean;
  readonly isFull?: boolean;
}

function draw({
  of = connection(),
  sent,
  findings = [],
  comments = [],
  end = 0,
  columns = 80,
  coloured,
  isFull,
}: Drawn): string {
  const palette = coloured === true ? COLOURED : PLAIN;
  return ladder(of, record(sent).items(), {
    palette,
    columns,
    findings,
    comments,
    isFull: isFull === true,
    captureEnd: at(end),
  });
}

const notesOf = (sent: readonly Sent[]): (string | null)[] =>
  record(sent)
    .items()
    .map((item) => (item as LadderSegment).note);

describe('a capture that pauses', () => {
  it('tells of no silence behind that', () => {
    const of = connection({ quality: { pausedAt: at(5) } });
    const text = draw({ of, sent: HANDSHAKE, end: 3600 });
    expect(text).toMatch(
      /⋮ 4\.98\d s of silence ⋮\n {3}5\.0000 +ESTABLISHED +the capture pauses +ESTABLISHED/,
    );
    expect(text).not.toContain('the capture ends');
  });
});

describe('the ladder', () => {
  it.each([
    [12, '  12.0000'],
    [-9999, '-9999.00'],
    [123_456, '123456.00'],
    [4_000_000, '  4000000'],
    [-1_700_000_000, '-1.70e+9'],
  ])('has room for a time of %i s', (seconds, text) => {
    const sent: readonly Sent[] = [
      { from: 'client', flags: SYN, sequence: 0 },
      { from: 'client', flags: SYN, sequence: 0, seconds },
    ];
    const [head, line] = draw({ sent })
      .split('\n')
      .filter((each) => each.includes('SYN seq 0'));
    expect(line.slice(0, 9)).toBe(text.padStart(9));
    expect(line.indexOf('#')).toBe(head.indexOf('#'));
  });

  it('draws a connection that is stuck so', () => {
    const of = connection({
      client: {
        after: [enters('FIN-WAIT-1', 0.2, 4, { evidence: 'observed' }), enters('FIN-WAIT-2', 0.24, 5)],
      },
      server: { after: [enters('CLOSE-WAIT', 0.2, 4)] },
      vantage: { near: 'server' },
    });
    const sent: Sent[] = [
      ...HANDSHAKE,
      { from: 'client', flags: FIN | ACK, seconds: 0.2 },
      { from: 'server', flags: ACK, acknowledgment: 2, seconds: 0.24 },
    ];
    const stuck = finding('close-wait-stuck', {
      severity: 'warning',
      title: '10.0.0.2:8080 has stayed in CLOSE-WAIT for 61.0 s',
      frames: [4, 5],
      citations: [
        {
          source: 'RFC 9293',
          section: '3.6',
          label: null,
          title: 'Closing',
          url: 'https://x',
          says: 'close',
        },
      ],
    });
    expect(draw({ of, sent, findings: [stuck], end: 61.24 })).toBe(`\
connection 0: 10.0.0.1:40000 ↔ 10.0.0.2:8080
from 2026-03-01 12:00:00.000 UTC, captured near the server; times count from
there, numbers are relative

     time  frame client                                            server
   0.0000     #1 SYN-SENT      ─────────── SYN seq 0 ────────────▶
   0.0100     #2 ESTABLISHED✓  ◀────── SYN,ACK seq 0 ack 1 ─────── SYN-RECEIVED
   0.0200     #3               ──────── ACK seq 1 ack 1 ─────────▶ ESTABLISHED✓
   0.2000     #4 FIN-WAIT-1    ────── FIN,ACK seq 1 ack 1 ───────▶ CLOSE-WAIT✓
   0.2400     #5 FIN-WAIT-2✓   ◀──────── ACK seq 1 ack 2 ─────────
                               ▲ warning: close-wait-stuck
                                      ⋮ 61.0 s of silence ⋮
  61.2400        FIN-WAIT-2             the capture ends           CLOSE-WAIT

states: ✓ confirmed by a later segment, ? assumed, ✗ retracted, else observed
the client ended in FIN-WAIT-2
the server ended in CLOSE-WAIT

warning 10.0.0.2:8080 has stayed in CLOSE-WAIT for 61.0 s
close-wait-stuck · #4, #5 · RFC 9293 §3.6
`);
  });

  it('folds a long run of data to its ends and says what is in it', () => {
    const data = Array.from({ length: 40 }, (_, place): Sent => {
      const acknowledged = 1 + 100 * ((place + 1) >> 1);
      return place % 2 === 0
        ? { from: 'client', flags: PSH | ACK, sequence: acknowledged, payload: 100 }
        : { from: 'server', flags: ACK, acknowledgment: acknowledged };
    });
    const text = draw({ sent: [...HANDSHAKE, ...data] });
    const rungs = text.split('\n').filter((line) => /[▶◀⋮]/.test(line));
    expect(rungs).toHaveLength(3 + 2 + 1 + 2);
    expect(rungs[5]).toMatch(/^ {3}0\.0500 {6}… +⋮ 18 segments, 1\.8 kB → {3}← 18 segments, 0 B ⋮$/);
    const full = draw({ sent: [...HANDSHAKE, ...data], isFull: true }).split('\n');
    expect(full.filter((line) => /[▶◀⋮]/.test(line))).toHaveLength(3 + 40);
  });

  it('never folds a segment on which a state or a finding hangs', () => {
    const acknowledgments = Array.from({ length: 40 }, (): Sent => ({ from: 'client', flags: ACK }));
    const text = draw({
      of: connection({ server: { after: [enters('CLOSE-WAIT', 0.1, 20)] } }),
      sent: [...HANDSHAKE, ...acknowledgments],
      findings: [finding('half-close', { severity: 'info', frames: [12, 30] })],
    });
    expect(text).toMatch(/#20 .* CLOSE-WAIT✓/);
    expect(text).toMatch(/#30 .*▶\n +▲ info: half-close/);
  });

  it('strikes what was taken back and says which frame disproved it', () => {
    const of = connection({
      server: { after: [enters('CLOSE-WAIT', 0.03, 4, { evidence: 'assumed', retractedBy: 5 })] },
    });
    const sent: Sent[] = [
      ...HANDSHAKE,
      { from: 'client', flags: FIN | ACK },
      { from: 'client', flags: FIN | ACK },
    ];
    const text = draw({ of, sent });
    expect(text).toMatch(/#4 .*▶ CLOSE-WAIT✗/);
    expect(text).toMatch(/#5 .* FIN,ACK seq 1 ack 1 again /);
    expect(text).toContain("the server's CLOSE-WAIT of #4 was disproved by #5");
    expect(draw({ of, sent, coloured: true })).toContain('\u001b[9m\u001b[2mCLOSE-WAIT✗');
  });

  it('puts a state below the one that it follows, though its own frame was captured before', () => {
    const of = connection({
      server: {
        after: [
          enters('CLOSE-WAIT', 0.03, 4, { evidence: 'assumed', retractedBy: 5 }),
          enters('FIN-WAIT-1', 0.04, 5),
          enters('CLOSING', 0.04, 4),
        ],
      },
    });
    const text = draw({
      of,
      sent: [...HANDSHAKE, { from: 'client', flags: FIN | ACK }, { from: 'server', flags: FIN | ACK }],
    });
    expect(text).toMatch(/#4 .*▶ CLOSE-WAIT✗\n.*#5 .* FIN-WAIT-1✓\n +CLOSING✓\n/);
  });

  it('names transitions that no frame shows', () => {
    const of = connection({
      client: { after: [enters('CLOSED', 9, null, { evidence: 'assumed', cause: 'FIN-WAIT-2 timeout' })] },
    });
    expect(draw({ of, sent: HANDSHAKE })).toContain("no frame shows the client's CLOSED: FIN-WAIT-2 timeout");
    const unseen = {
      ...enters('FIN-WAIT-1', 1, null, { evidence: 'assumed', cause: 'sent FIN' }),
      copyFrame: 4,
    };
    expect(draw({ of: connection({ client: { after: [unseen] } }), sent: HANDSHAKE })).toContain(
      "no frame shows the client's FIN-WAIT-1: sent FIN, a later copy of which is #4",
    );
  });

  it('draws ICMP errors where they came', () => {
    const icmp = { version: 4, type: 3, code: 1, reporter: '10.0.0.254', sequence: 1 } as const;
    const error = happens('icmp-error', 0.025, 4, { icmp, count: 3, lastFrame: 9 });
    const sent: Sent[] = [...HANDSHAKE, { from: 'client', flags: ACK }, { from: 'client', flags: RST }];
    const lines = draw({ of: connection({ client: { milestones: [error] } }), sent }).split('\n');
    const place = lines.findIndex((line) => line.includes('◆ ICMP type 3 code 1 from 10.0.0.254'));
    expect(lines[place]).toMatch(/^ {3}0\.0250 {5}#4 ◆ .* \(3 until #9\)$/);
    expect(lines[place + 1]).toMatch(/#5 .* RST /);
  });

  it('leaves out of a label what is missed least, and says so', () => {
    const text = draw({
      sent: [
        ...HANDSHAKE,
        { from: 'client', flags: PSH | ACK, sequence: 999_999, acknowledgment: 999_999, payload: 9 },
        { from: 'client', flags: ACK, sequence: 2_999_999_999, acknowledgment: 2_999_999_999, payload: 1 },
      ],
    });
    expect(text).toContain('  ACK seq 999999 ack 999999 len 9 ─▶');
    expect(text).toContain(' ACK seq 2999999999 … len 1 ─');
  });

  it.each([80, 100, 200])('keeps its columns in %i characters', (columns) => {
    const of = connection({ lastFrame: 1_234_567 });
    const lines = draw({ of, sent: HANDSHAKE, columns }).split('\n');
    const rungs = lines.filter((line) => /[▶◀]/.test(line));
    const width = Math.min(columns, 120);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    const server = lines.find((line) => line.endsWith(' server'))?.indexOf(' server');
    for (const line of rungs) expect(Math.max(line.indexOf('▶'), line.lastIndexOf('─'))).toBe(server! - 1);
  });

  it('stands states below the arrows where there is no room beside', () => {
    const lines = draw({ sent: HANDSHAKE, columns: 60 }).split('\n');
    const place = lines.findIndex((line) => line.includes('#2'));
    expect(lines[place]).toMatch(/#2 ◀─+ SYN,ACK seq 0 ack 1 ─+$/);
    expect(lines[place + 1]).toMatch(/^ {17}ESTABLISHED✓ +SYN-RECEIVED$/);
  });

  it('tells of both states in 40 columns, on two lines if need be', () => {
    const text = draw({ sent: HANDSHAKE, columns: 40 });
    expect(text).toMatch(/^ {17}ESTABLISHED✓\n {28}SYN-RECEIVED$/m);
  });
});

describe('the recorder', () => {
  it('counts from the SYN, across the wrap', () => {
    const items = record([
      ...HANDSHAKE,
      { from: 'client', flags: ACK, sequence: 100, acknowledgment: 50 },
    ]).items();
    expect(items[0]).toMatchObject({ sequence: 0 });
    expect(items[3]).toMatchObject({ sequence: 100, acknowledgment: 50 });
  });

  it('counts from 1 where the start was not captured', () => {
    const items = record([
      { from: 'client', flags: ACK, sequence: 500, acknowledgment: 900, payload: 10 },
      { from: 'server', flags: ACK, sequence: 900, acknowledgment: 510 },
    ]).items();
    expect(items[0]).toMatchObject({ sequence: 1, acknowledgment: 1 });
    expect(items[1]).toMatchObject({ sequence: 1, acknowledgment: 11 });
  });

  it('notes what was sent again, but not what fills a hole', () => {
    const data = (sequence: number): Sent => ({ from: 'client', flags: ACK, sequence, payload: 100 });
    expect(notesOf([...HANDSHAKE, data(1), data(201), data(101), data(201)])).toEqual([
      ...[null, null, null],
      ...[null, null, null],
      'again',
    ]);
    expect(notesOf([HANDSHAKE[0], HANDSHAKE[0]])).toEqual([null, 'again']);
  });

  it('notes probes: the octet before the next, or none', () => {
    const data: Sent = { from: 'client', flags: ACK, payload: 100 };
    const probe: Sent = { from: 'client', flags: ACK, sequence: 100 };
    expect(notesOf([...HANDSHAKE, data, probe, { ...probe, payload: 1 }]).slice(4)).toEqual([
      'probe',
      'probe',
    ]);
  });

  it('keeps both ends of a very long connection and counts what lies between', () => {
    const sent = Array.from({ length: 50_000 }, (_, place): Sent => {
      return {
        from: place % 2 === 0 ? 'client' : 'server',
        flags: ACK,
        payload: 10,
        sequence: 1 + 5 * place,
      };
    });
    const items = record(sent).items();
    expect(items).toHaveLength(40_001);
    expect(items[20_000]).toEqual({
      omitted: { client: { segments: 5000, payload: 50_000 }, server: { segments: 5000, payload: 50_000 } },
    });
    const frames = items.flatMap((item) => ('frame' in item ? [item.frame] : []));
    expect(frames).toEqual([...frames].sort((a, b) => a - b));
    expect(frames.at(-1)).toBe(50_000);
    const text = draw({ sent });
    expect(text).toContain('⋮ 24,9');
    expect(text.split('\n').length).toBeLessThan(30);
  });

  it('keeps the segments that must not be left out, wherever they are', () => {
    const sent = Array.from({ length: 30 }, (): Sent => ({ from: 'client', flags: ACK, payload: 10 }));
    const items = record(sent, { ends: 3, always: [2, 12, 13, 20, 30] }).items();
    const shown = items.map((item) => ('frame' in item ? item.frame : item.omitted.client.segments));
    expect(shown).toEqual([1, 2, 3, 8, 12, 13, 6, 20, 7, 28, 29, 30]);
  });

  it('shows what was noted on a frame below it, escaped and on lines of its own, and folds no such frame', () => {
    const sent = Array.from({ length: 30 }, (): Sent => ({ from: 'client', flags: ACK, payload: 10 }));
    const comments = [
      { frame: 15, text: `look here\u001b[2J\n${'words '.repeat(30)}` },
      { frame: 15, text: 'and here' },
      { frame: 31, text: 'of another connection' },
    ];
    const text = draw({ of: connection({ lastFrame: 30 }), sent, comments });
    const lines = text.split('\n');
    const place = lines.findIndex((line) => line.includes(' #15 '));
    expect(lines[place + 1]).toMatch(/^ {17}✎ look here\\x1b\[2J ⏎ words words/);
    expect(lines[place + 2]).toMatch(/^ {19}words/);
    expect(lines.slice(place, place + 8).filter((line) => line.includes('✎ and here'))).toHaveLength(1);
    expect(text).not.toContain('another connection');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
