import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AnalysisResult, analyze } from '../../src/node/index.js';
import '../../src/vitest/index.js';
import { captureOf } from '../support/fixtures.js';

let stuck: AnalysisResult;
let clean: AnalysisResult;
let written: AnalysisResult;
let mixed: AnalysisResult;
let pileup: AnalysisResult;
beforeAll(async () => {
  stuck = await analyze(captureOf('close-wait-stuck', 'server'), { ladders: true });
  clean = await analyze(captureOf('normal-close-client', 'server'));
  written = await analyze(captureOf('rst-on-write-after-close', 'server'), { ladders: true });
  mixed = await analyze(captureOf('mixed-200', 'server'));
  pileup = await analyze(captureOf('close-wait-pileup', 'server'));
});

/** The message with which an expectation fails. */
function failure(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the expectation holds');
}

describe('toHaveFinding', () => {
  it('holds by rule and whatever else is said', () => {
    expect(stuck).toHaveFinding('close-wait-stuck');
    expect(stuck).toHaveFinding('close-wait-stuck', {
      endpoint: 'server',
      severity: 'warning',
      connection: 0,
      count: 1,
    });
    expect(stuck).not.toHaveFinding('close-wait-stuck', { endpoint: 'client' });
    expect(stuck).not.toHaveFinding('half-close');
    expect(mixed).toHaveFinding('connection-refused', { count: 28 });
    expect(mixed).not.toHaveFinding('connection-refused', { count: 1 });
  });

  it('shows what was found instead, and the ladder', () => {
    const message = failure(() => expect(stuck).toHaveFinding('half-close', { endpoint: 'client' }));
    expect(message).toContain('expected a finding half-close, endpoint client, but there is:');
    expect(message).toContain(
      '  warning close-wait-stuck (server) on connection 0: 10.9.14.2:8080 has stayed',
    );
    expect(message).toMatch(/#8 FIN-WAIT-1 .*FIN,ACK.*CLOSE-WAIT/);
    expect(message).toContain('Wireshark: tcp.stream eq 0');
  });

  it('says so if it should not hold but does', () => {
    expect(failure(() => expect(stuck).not.toHaveFinding('close-wait-stuck'))).toContain(
      'expected no finding close-wait-stuck',
    );
  });

  it('shows no more than twenty of many', () => {
    const message = failure(() => expect(mixed).toHaveFinding('half-close', { severity: 'error' }));
    expect(message.match(/ on connection /g)).toHaveLength(20);
    expect(message).toContain(`… and ${mixed.findings.length - 20} more`);
  });

  it('knows rules by their names', () => {
    expect(() => expect(stuck).toHaveFinding('close-wait-stuk')).toThrow('did you mean close-wait-stuck?');
  });

  it('takes only results', () => {
    expect(() => expect(Promise.resolve(stuck)).toHaveFinding('half-close')).toThrow('await it first');
    expect(() => expect(null).toHaveFinding('half-close')).toThrow('not null');
  });
});

describe('toHaveNoFindings', () => {
  it('holds where nothing was found, or nothing so grave', () => {
    expect(clean).toHaveNoFindings();
    expect(stuck).toHaveNoFindings({ atLeast: 'error' });
    expect(stuck).not.toHaveNoFindings({ atLeast: 'warning' });
  });

  it('lists what was found', () => {
    const message = failure(() => expect(stuck).toHaveNoFindings());
    expect(message).toContain('warning close-wait-stuck');
    expect(message).toContain('info fin-wait-2-stuck');
  });
});

describe('toHavePattern', () => {
  it('fails where there is none', () => {
    expect(failure(() => expect(clean).toHavePattern('close-wait-pileup'))).toContain('there is none');
    expect(clean).not.toHavePattern('close-wait-pileup');
  });

  it('holds by rule and count', () => {
    expect(pileup).toHavePattern('close-wait-pileup');
    expect(pileup).toHavePattern('close-wait-pileup', { count: 4 });
    expect(pileup).not.toHavePattern('close-wait-pileup', { count: 5 });
    expect(failure(() => expect(pileup).toHavePattern('host-restarted'))).toContain(
      'close-wait-pileup (4 connections)',
    );
  });
});

describe('toFollowStates', () => {
  it('holds for exactly these states, of a connection or the only one', () => {
    const states = ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT'] as const;
    expect(stuck).toFollowStates('server', states);
    expect(stuck.connections[0]).toFollowStates('server', states);
    expect(stuck).not.toFollowStates('server', states.slice(1));
  });

  it('shows both', () => {
    const message = failure(() => expect(stuck).toFollowStates('server', ['SYN-RECEIVED', 'LAST-ACK']));
    expect(message).toMatch(
      /expected the server 10\.9\.14\.2:8080 to go through\n {2}SYN-RECEIVED LAST-ACK\nbut it went through\n {2}SYN-RECEIVED ESTABLISHED CLOSE-WAIT/,
    );
  });

  it('wants one connection', () => {
    expect(() => expect(mixed).toFollowStates('server', [])).toThrow('has 200: choose one');
  });
});

describe('toEndIn', () => {
  it('holds for the last state', () => {
    expect(stuck).toEndIn('client', 'FIN-WAIT-2');
    expect(stuck).not.toEndIn('client', 'TIME-WAIT');
    expect(failure(() => expect(stuck).toEndIn('client', 'TIME-WAIT'))).toContain(
      'but it ended in FIN-WAIT-2',
    );
  });
});

describe('toCloseGracefully', () => {
  it('holds for two FINs and no reset', () => {
    expect(clean).toCloseGracefully();
    expect(clean.connections[0]).toCloseGracefully();
    expect(stuck).not.toCloseGracefully();
  });

  it('says what is missing', () => {
    expect(failure(() => expect(stuck).toCloseGracefully())).toContain('connection 0: server sent no FIN');
    expect(failure(() => expect(written).toCloseGracefully())).toContain('connection 0: client sent RST');
    expect(failure(() => expect(clean).not.toCloseGracefully())).toContain(
      'all connections closed gracefully',
    );
  });

  it('says nothing of no connections', async () => {
    const header = readFileSync(captureOf('close-wait-stuck', 'server')).subarray(0, 24);
    const nothing = await analyze(header);
    expect(nothing.connections).toEqual([]);
    expect(() => expect(nothing).toCloseGracefully()).toThrow('without connections');
    expect(() => expect(nothing).not.toCloseGracefully()).toThrow('without connections');
  });
});

describe('toBeReset', () => {
  it('holds for a reset, by the one who sent it', () => {
    expect(written).toBeReset();
    expect(written).toBeReset({ by: 'client' });
    expect(written).not.toBeReset({ by: 'server' });
    expect(clean).not.toBeReset();
    expect(failure(() => expect(clean).toBeReset({ by: 'server' }))).toMatch(
      /expected a reset by the server .*, but there is none/,
    );
    expect(failure(() => expect(written).not.toBeReset())).toContain(
      'expected no reset, but client sent one',
    );
  });
});

describe('resets that end nothing', () => {
  it.each([
    ['an old duplicate out of the window', 'old-duplicate', 'client'],
    ['a forged one that is challenged', 'blind-reset-in-window', 'server'],
    ['a forged one out of the window', 'blind-reset-out-of-window', 'server'],
  ] as const)('%s', async (_name, scenario, vantage) => {
    const [connection] = (await analyze(captureOf(scenario, vantage))).connections;
    expect(connection.client.resetsSent + connection.server.resetsSent).toBeGreaterThan(0);
    expect(connection).not.toBeReset();
  });

  it('one that never arrived ends its sender', async () => {
    expect(await analyze(captureOf('keepalive-unanswered', 'client'))).toBeReset({ by: 'client' });
  });
});

describe('what is not there is refused, as its denial would always hold', () => {
  // What a program without types could write.
  const loose = (received: unknown) => expect(received).not as unknown as Record<string, Loose>;
  type Loose = (...args: readonly unknown[]) => void;

  it.each<[string, string, readonly unknown[], string]>([
    ['a rule', 'toHaveFinding', ['close-wait-stuk'], 'did you mean close-wait-stuck?'],
    ['a pattern as a finding', 'toHaveFinding', ['close-wait-pileup'], 'with toHavePattern'],
    ['a finding as a pattern', 'toHavePattern', ['close-wait-stuck'], 'with toHaveFinding'],
    ['a severity', 'toHaveNoFindings', [{ atLeast: 'warn' }], 'there is no severity warn: error, warning'],
    ['a severity of a finding', 'toHaveFinding', ['half-close', { severity: 'bad' }], 'no severity bad'],
    ['a confidence', 'toHaveFinding', ['half-close', { confidence: 'sure' }], 'no confidence sure'],
    ['an endpoint', 'toHaveFinding', ['half-close', { endpoint: 'peer' }], 'there is no role peer'],
    ['an option', 'toHaveFinding', ['half-close', { port: 80 }], 'no option of toHaveFinding called port'],
    ['a state', 'toEndIn', ['server', 'TIME_WAIT'], 'there is no state TIME_WAIT'],
    ['a state on the way', 'toFollowStates', ['server', ['OPEN']], 'there is no state OPEN'],
    ['a role', 'toEndIn', ['sever', 'CLOSED'], 'there is no role sever'],
    ['who reset', 'toBeReset', [{ by: 'peer' }], 'there is no role peer'],
  ])('%s', (_name, matcher, args, words) => {
    expect(() => loose(stuck)[matcher](...args)).toThrow(words);
  });
});
