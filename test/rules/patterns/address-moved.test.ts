import { describe, expect, it } from 'vitest';
import { addressMoved } from '../../../src/rules/patterns/address-moved.js';
import { at, connection, happens } from '../../support/connection-builder.js';
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

/** A connection that another host answered at `seconds`, after `idleSeconds` without a segment of its server. */
function reset(id: number, seconds: number, idleSeconds: number, address = '10.0.0.2', announced?: number) {
  const milestones = announced === undefined ? [] : [happens('address-announced', announced, 77)];
  const facts = { idleSeconds, resetFrom: 'another-host' };
  return [
    connection({ id, server: { address, milestones } }),
    [finding('rst-half-open-discovered', { to: at(seconds), facts })],
  ] as const;
}

describe('address-moved', () => {
  it('says when the address moved if one moment explains all of the resets', () => {
    const [pattern, ...others] = patternsOf(addressMoved, [reset(0, 60, 20), reset(1, 70, 25)], 200);
    expect(others).toEqual([]);
    expect(pattern.title).toBe(
      'The address 10.0.0.2 moved to another machine, which reset 2 of its connections',
    );
    expect(pattern.explanation).toMatch(/moved in the 15 s between/);
    expect([pattern.severity, pattern.confidence]).toEqual(['error', 'inferred']);
    expect(pattern.facts).toEqual({ host: '10.0.0.2', hasMoved: true, windowSeconds: 15 });
    expect(pattern.likelyCauses[0]).toMatch(/^Failover/);
    expect(pattern.citations.map(({ source }) => source)).toContain('RFC 5227');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('says that two machines use the address if no moment does', () => {
    const [pattern] = patternsOf(addressMoved, [reset(0, 60, 5), reset(1, 70, 5), reset(2, 80, 30)], 200);
    expect(pattern.title).toBe(
      'Two machines answer for 10.0.0.2, and 3 of its connections were reset by the wrong one',
    );
    expect(pattern.facts).toEqual({ host: '10.0.0.2', hasMoved: false });
    expect(pattern.likelyCauses[0]).toMatch(/^Two machines are configured with the same address/);
    expect(pattern.nextSteps[1]).toContain('ip neigh show to 10.0.0.2 several times');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('names the announcement of the address in between, and none before or after', () => {
    const announcedAt = (seconds: number) =>
      patternsOf(addressMoved, [reset(0, 60, 20, '10.0.0.2', seconds), reset(1, 70, 25)], 200)[0];
    expect(announcedAt(50).explanation).toMatch(/announced on its link in frame 77, /);
    expect(announcedAt(50).facts).toMatchObject({ announcedInFrame: 77 });
    for (const seconds of [30, 65]) expect(announcedAt(seconds).facts).not.toHaveProperty('announcedInFrame');
  });

  it('puts it down to a mistake where the other machine runs another system', () => {
    const ofOther = [reset(0, 60, 20), reset(1, 70, 25)].map(([one, [found]]) => {
      const facts = { ...found.facts, ofOtherSystem: true };
      return [one, [{ ...found, facts }]] as const;
    });
    const [pattern] = patternsOf(addressMoved, ofOther, 200);
    expect(pattern.likelyCauses[0]).toMatch(
      /^Another device was given the address of 10\.0\.0\.2 by mistake/,
    );
    expect(pattern.facts).toMatchObject({ isOtherSystem: true });
    const [mixed] = patternsOf(addressMoved, [ofOther[0], reset(1, 70, 25)], 200);
    expect(mixed.likelyCauses[0]).toMatch(/^Failover/);
  });

  it('cites nothing about ARP for an IPv6 address', () => {
    const [pattern] = patternsOf(
      addressMoved,
      [reset(0, 60, 20, 'fd00::2'), reset(1, 70, 25, 'fd00::2')],
      200,
    );
    expect(pattern.citations.map(({ source }) => source)).not.toContain('RFC 5227');
  });

  it('is silent on one connection, on two hosts, and on resets from elsewhere', () => {
    expect(patternsOf(addressMoved, [reset(0, 60, 20)], 200)).toEqual([]);
    expect(patternsOf(addressMoved, [reset(0, 60, 20), reset(1, 70, 25, '10.0.0.3')], 200)).toEqual([]);
    for (const facts of [{}, { resetFrom: 'another-path' }]) {
      const elsewhere = [0, 1].map(
        (id) => [connection({ id }), [finding('rst-half-open-discovered', { facts })]] as const,
      );
      expect(patternsOf(addressMoved, elsewhere, 200)).toEqual([]);
    }
  });
});
