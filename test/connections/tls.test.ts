import { describe, expect, it } from 'vitest';
import { FATAL_ALERT, NO_RECORD, RECORD } from '../../src/decode/tls.js';
import { mayBeTlsAlert } from '../../src/rules/evidence/tls-alert.js';
import { connectionOf } from '../support/conversation.js';

const OPENED = `
  0 C S 0
  0.1 S SA 0 1
  0.2 C A 1 1
  0.3 C PA 1 1 +517
  0.4 S PA 1 518 +1336
`;

describe('what a short payload shows of TLS', () => {
  it('is kept of a fatal alert, the first of each side', () => {
    const { client, server } = connectionOf(`${OPENED}
      0.5 C PA 518 1337 +7 tls=${FATAL_ALERT + 48}
      0.6 C PA 525 1337 +7 tls=${FATAL_ALERT + 40}
    `);
    expect(client.milestones.filter(({ kind }) => kind === 'tls-alert')).toMatchObject([
      { frame: 6, value: 48, count: 1 },
    ]);
    expect(server.milestones).toEqual([]);
  });

  it('tells a goodbye from other data of its size', () => {
    const after = (...segments: readonly string[]) => connectionOf([OPENED, ...segments].join('\n'));
    const isGoodbye = (...segments: readonly string[]) => {
      const connection = after(...segments);
      return mayBeTlsAlert(connection, connection.client, 24);
    };
    expect(isGoodbye('0.5 C PA 518 1337 +24')).toBe(true);
    expect(isGoodbye(`0.5 C PA 518 1337 +24 tls=${RECORD}`)).toBe(true);
    expect(isGoodbye(`0.5 C PA 518 1337 +24 tls=${NO_RECORD}`)).toBe(false);
    expect(isGoodbye(`0.5 S PA 1337 518 +24 tls=${NO_RECORD}`, '0.6 C PA 518 1361 +24')).toBe(true);
    expect(isGoodbye(`0.5 C PA 518 1337 +52 tls=${NO_RECORD}`, `0.6 C PA 570 1337 +24 tls=${RECORD}`)).toBe(
      true,
    );
  });
});
