import { type AnalysisResult, analyze, streamConnections } from 'finwait';
import 'finwait/vitest';
import { beforeAll, describe, expect, it } from 'vitest';

describe('the capture of the leak', () => {
  let leak: AnalysisResult;
  beforeAll(async () => {
    leak = await analyze('captures/leak.pcap', { ladders: true });
  });

  it('shows that the server never closes', () => {
    expect(leak).toHaveFinding('close-wait-stuck', { endpoint: 'server' });
    expect(leak).toEndIn('server', 'CLOSE-WAIT');
    expect(leak).not.toCloseGracefully();
  });

  it('shows that the client waits for it', () => {
    expect(leak).toFollowStates('client', ['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2']);
  });
});

describe('the capture of an orderly shutdown', () => {
  it('shows nothing to worry about', async () => {
    const shutdown = await analyze('captures/shutdown.pcap', { ladders: true });
    expect(shutdown).toHaveNoFindings({ atLeast: 'warning' });
    expect(shutdown).toCloseGracefully();
  });

  it('can be read connection by connection', async () => {
    const roles: string[] = [];
    for await (const { connection } of streamConnections('captures/shutdown.pcap'))
      roles.push(connection.rolesKnownBy);
    expect(roles).toEqual(['syn']);
  });
});
