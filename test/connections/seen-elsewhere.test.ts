import { describe, expect, it } from 'vitest';
import { SeenElsewhere } from '../../src/connections/seen-elsewhere.js';
import { at, connection } from '../support/connection-builder.js';

const from = (capture: number, start: number, end: number, more: object = {}) =>
  connection({ capture, start: at(start), end: at(end), ...more });

describe('a connection that an earlier capture holds', () => {
  it.each([
    ['at the same time', from(1, 100, 200), true],
    ['by a clock that goes wrong', from(1, 250, 300), true],
    [
      'from the other end, where its SYN is missing',
      from(1, 100, 200, {
        client: { address: '10.0.0.2', port: 8080 },
        server: { address: '10.0.0.1', port: 40000 },
      }),
      true,
    ],
    ['in the same capture, where its ports were used again', from(0, 201, 300), false],
    ['later', from(1, 261, 300), false],
    ['earlier', from(1, 0, 39), false],
    ['on another port', from(1, 100, 200, { client: { port: 40001 } }), false],
    ['in another network', from(1, 100, 200, { networkPath: 'vlan 5' }), false],
  ])('is known %s', (_, other, isKnown) => {
    const seen = new SeenElsewhere();
    expect(seen.add(from(0, 100, 200))).toBe(false);
    expect(seen.add(other)).toBe(isKnown);
  });

  it('is known only if it is among so many', () => {
    const seen = new SeenElsewhere();
    const first = from(0, 100, 200);
    const of = (place: number, capture: number) => ({
      ...first,
      capture,
      client: { ...first.client, address: `10.${place >> 16}.${(place >> 8) & 255}.${place & 255}` },
    });
    for (let place = 0; place < 70_000; place++) seen.add(of(place, 0));
    expect(seen.add(of(65_535, 1))).toBe(true);
    expect(seen.add(of(65_536, 1))).toBe(false);
  });

  it('is looked for among few, however often its ports are used', () => {
    const seen = new SeenElsewhere();
    for (let use = 0; use < 20; use++) expect(seen.add(from(0, 100 * use, 100 * use))).toBe(false);
    expect(seen.add(from(1, 1500, 1500))).toBe(true);
    expect(seen.add(from(1, 1600, 1600))).toBe(false);
  });
});
