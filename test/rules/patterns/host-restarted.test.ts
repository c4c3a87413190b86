import { describe, expect, it } from 'vitest';
import { hostRestarted } from '../../../src/rules/patterns/host-restarted.js';
import { at, connection, happens } from '../../support/connection-builder.js';
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

function forgotten(...rules: string[]) {
  return rules.map((rule, id) => [connection({ id }), [finding(rule)]] as const);
}

describe('host-restarted', () => {
  it('adds up what one host forgot', () => {
    const [pattern] = patternsOf(
      hostRestarted,
      forgotten('rst-half-open-discovered', 'half-open-syn-challenge', 'rst-half-open-discovered'),
      200,
    );
    expect(pattern.title).toBe('10.0.0.2 has probably restarted: it no longer knew 3 of its connections');
    expect(pattern.facts).toMatchObject({ answeredWithReset: 2, openedAnew: 1 });
    expect([pattern.severity, pattern.confidence]).toEqual(['warning', 'inferred']);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('claims less where all it has is resets, as a device may send them', () => {
    const [pattern] = patternsOf(
      hostRestarted,
      forgotten('rst-half-open-discovered', 'rst-half-open-discovered'),
      200,
    );
    expect(pattern.title).toBe('10.0.0.2 may have restarted: it no longer knew 2 of its connections');
    expect([pattern.severity, pattern.confidence]).toEqual(['info', 'possible']);
    expect(pattern.citations.map(({ says }) => says).join()).not.toContain('SYN draws an ACK');
  });

  it('warns of many resets, unless another host shows the same', () => {
    const many = forgotten(...Array.from({ length: 5 }, () => 'rst-half-open-discovered'));
    expect(patternsOf(hostRestarted, many, 200)[0]).toMatchObject({
      severity: 'warning',
      confidence: 'possible',
    });
    const other = many.map(
      ([one, findings]) => [{ ...one, server: { ...one.server, address: '10.0.0.9' } }, findings] as const,
    );
    for (const { severity } of patternsOf(hostRestarted, [...many, ...other], 200))
      expect(severity).toBe('info');
  });

  it('leaves out what another host with the same address answered', () => {
    const elsewhere = { facts: { resetFrom: 'another-host' } };
    const moved = [0, 1].map(
      (id) => [connection({ id }), [finding('rst-half-open-discovered', elsewhere)]] as const,
    );
    expect(patternsOf(hostRestarted, moved, 200)).toEqual([]);
  });

  it('is sure of more if the host made its address known in between', () => {
    const reset = (id: number, announced: number) =>
      [
        connection({ id, server: { milestones: [happens('address-announced', announced, 77)] } }),
        [finding('rst-half-open-discovered', { to: at(80 + id), facts: { idleSeconds: 30 } })],
      ] as const;
    const [pattern] = patternsOf(hostRestarted, [reset(0, 60), reset(1, 60)], 200);
    expect([pattern.severity, pattern.confidence]).toEqual(['warning', 'inferred']);
    expect(pattern.explanation).toMatch(/it made its address known on its link unasked, in frame 77, /);
    expect(pattern.facts).toMatchObject({ announcedInFrame: 77 });
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
    for (const seconds of [40, 90]) {
      const [other] = patternsOf(hostRestarted, [reset(0, seconds), reset(1, seconds)], 200);
      expect(other.facts).not.toHaveProperty('announcedInFrame');
    }
  });

  it('is silent where two other hosts or more have forgotten connections as well, unless two kinds of signs agree', () => {
    const on = (address: string, id: number, rule = 'rst-half-open-discovered') =>
      [connection({ id, server: { address } }), [finding(rule)]] as const;
    const two = [on('10.0.0.2', 0), on('10.0.0.2', 1)];
    const others = [on('10.0.0.3', 2), on('10.0.0.4', 3)];
    expect(patternsOf(hostRestarted, [...two, ...others.slice(1)], 200)).toHaveLength(1);
    expect(patternsOf(hostRestarted, [...two, ...others], 200)).toEqual([]);
    const opened = on('10.0.0.2', 4, 'half-open-syn-challenge');
    expect(patternsOf(hostRestarted, [...two, ...others, opened], 200)).toHaveLength(1);
  });

  it.each(['idleSeconds', 'unheardSeconds'])(
    'is silent when one connection was still answered after another was forgotten, by %s',
    (since) => {
      const reset = (id: number, seconds: number, unheard: number) =>
        [
          connection({ id }),
          [finding('rst-half-open-discovered', { to: at(seconds), facts: { [since]: unheard } })],
        ] as const;
      expect(patternsOf(hostRestarted, [reset(0, 40, 30), reset(1, 80, 30)], 200)).toEqual([]);
      const [pattern] = patternsOf(
        hostRestarted,
        [reset(0, 40, 30), reset(1, 80, 30), reset(2, 90, 60)],
        200,
      );
      expect(pattern.connections).toEqual([0, 2]);
      expect([pattern.from, pattern.to]).toEqual([at(40), at(90)]);
      expect(pattern.facts.windowSeconds).toBe(10);
      expect(pattern.explanation).toContain('in the 10 s between the last sign');
    },
  );

  it('is silent on one', () => {
    expect(patternsOf(hostRestarted, forgotten('rst-half-open-discovered'), 200)).toEqual([]);
  });

  it('is silent on resets that may be aborts', () => {
    const windowed = forgotten('rst-half-open-discovered', 'rst-half-open-discovered').map(
      ([subject, findings]) =>
        [subject, findings.map((each) => ({ ...each, facts: { ...each.facts, window: 512 } }))] as const,
    );
    expect(patternsOf(hostRestarted, windowed, 200)).toEqual([]);
  });

  it('is silent on other findings', () => {
    expect(patternsOf(hostRestarted, forgotten('rst-active-abort', 'rst-active-abort'), 200)).toEqual([]);
  });
});
