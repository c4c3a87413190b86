import { describe, expect, it } from 'vitest';
import { Delivery } from '../../src/report/delivery.js';
import { connection, type EndpointDraft, moment } from '../support/connection-builder.js';

function textOf(...connections: readonly { client: EndpointDraft; server: EndpointDraft }[]): string {
  const delivery = new Delivery();
  for (const [id, draft] of connections.entries()) delivery.add(connection({ id, ...draft }));
  return delivery.text;
}

const spoken = (asked: number | null, answered: number | null) => ({
  client: { segments: 3, retransmissions: 1, lastNewData: asked === null ? null : moment(asked, 4) },
  server: { segments: 2, lastNewData: answered === null ? null : moment(answered, 5) },
});

describe('how segments got through', () => {
  it('says how many were sent again, and how long handshakes and answers took', () => {
    expect(textOf(spoken(1, 1.2), spoken(1, 9.3), spoken(1, 4))).toMatch(
      /^3 of 15 segments were sent again.*; a server’s last word came up to 8\.3 s after its client’s \(connection 1\)$/,
    );
  });

  it('does not mention answers that nobody waits for, or that did not come', () => {
    for (const text of [
      textOf(spoken(1, 1.4)),
      textOf(spoken(5, 1)),
      textOf(spoken(null, 9), spoken(1, null)),
    ])
      expect(text).not.toContain('last word');
  });
});
