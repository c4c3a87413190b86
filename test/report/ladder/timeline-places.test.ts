import { describe, expect, it } from 'vitest';
import { placeTransitions } from '../../../src/report/ladder/timeline-places.js';
import { connection, enters } from '../../support/connection-builder.js';

function places(...after: Parameters<typeof enters>[]) {
  const { server } = connection({ server: { after: after.map((each) => enters(...each)) } });
  return placeTransitions(server)
    .slice(-after.length)
    .map(({ entry, at }) => [entry.state, at]);
}

describe('placeTransitions', () => {
  it('takes the frame of each, and none where there is none', () => {
    expect(places(['CLOSE-WAIT', 1, 10], ['LAST-ACK', 2, 11], ['CLOSED', 3, null])).toEqual([
      ['CLOSE-WAIT', 10],
      ['LAST-ACK', 11],
      ['CLOSED', null],
    ]);
  });

  it('puts nothing before the state that it follows', () => {
    expect(places(['FIN-WAIT-1', 1, 11], ['CLOSING', 1, 10], ['TIME-WAIT', 1, 12])).toEqual([
      ['FIN-WAIT-1', 11],
      ['CLOSING', 11],
      ['TIME-WAIT', 12],
    ]);
  });

  it('does not wait for what was taken back', () => {
    const retracted = { evidence: 'assumed', retractedBy: 13 } as const;
    expect(places(['CLOSE-WAIT', 1, 12, retracted], ['FIN-WAIT-1', 2, 11])).toEqual([
      ['CLOSE-WAIT', 12],
      ['FIN-WAIT-1', 11],
    ]);
  });
});
