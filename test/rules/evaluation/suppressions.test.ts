import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../../src/rules/evaluation/settings.js';
import { type Suppression, Suppressor } from '../../../src/rules/evaluation/suppressions.js';
import { closeWaitPileup } from '../../../src/rules/patterns/close-wait-pileup.js';
import { preparePatterns } from '../../../src/rules/patterns/prepare.js';
import { at, connection, enters } from '../../support/connection-builder.js';
import { finding } from '../../support/pattern-tester.js';

const RULES = ['close-wait-stuck', 'half-close'];
const PATTERNS = ['close-wait-pileup'];
const REASON = { reason: 'known' };

/** From 10.0.0.1:40000 to 10.0.0.2:8080. */
const ANY = connection();
const STUCK = finding('close-wait-stuck');
const HALF = finding('half-close');

function suppressor(...suppressions: Suppression[]): Suppressor {
  return new Suppressor(suppressions, RULES, PATTERNS);
}

describe('a suppression', () => {
  it.each<[Omit<Suppression, 'reason'>, boolean]>([
    [{ rule: 'close-wait-stuck' }, true],
    [{ rule: 'half-close' }, false],
    [{ rule: '*', port: 8080 }, true],
    [{ rule: '*', port: 80 }, false],
    [{ rule: '*', address: '10.0.0.0/30' }, true],
    [{ rule: '*', address: '10.0.0.3' }, false],
    [{ rule: '*', address: '10.0.0.2', port: 8080 }, true],
    [{ rule: '*', address: '10.0.0.1', port: 40000 }, true],
    [{ rule: '*', address: '10.0.0.1', port: 8080 }, false],
    [{ rule: '*', port: 8080, endpoint: 'server' }, true],
    [{ rule: '*', port: 8080, endpoint: 'client' }, false],
    [{ rule: '*', address: '10.0.0.2', endpoint: 'client' }, false],
  ])('%j', (suppression, fits) => {
    const one = suppressor({ ...suppression, ...REASON });
    expect(one.keep(ANY, [STUCK])).toEqual(fits ? [] : [STUCK]);
    expect(one.uses[0]).toMatchObject({ findings: fits ? 1 : 0, expired: 0 });
  });

  it('leaves the other findings', () => {
    expect(suppressor({ rule: 'half-close', ...REASON }).keep(ANY, [STUCK, HALF])).toEqual([STUCK]);
  });

  it('counts for the first that fits', () => {
    const two = suppressor({ rule: 'half-close', ...REASON }, { rule: '*', port: 8080, ...REASON });
    two.keep(ANY, [STUCK, HALF]);
    expect(two.uses.map(({ findings }) => findings)).toEqual([1, 1]);
  });

  it.each([
    ['2026-02-28', false],
    ['2026-03-01', true],
  ])('until %s covers what ends on 1 March: %s', (until, fits) => {
    const one = suppressor({ rule: 'close-wait-stuck', ...REASON, until });
    expect(one.keep(ANY, [finding('close-wait-stuck', { to: at(43_199.9) })])).toHaveLength(fits ? 0 : 1);
    expect(one.keep(ANY, [finding('close-wait-stuck', { to: at(43_200) })])).toHaveLength(1);
    expect(one.uses[0]).toMatchObject({ findings: fits ? 1 : 0, expired: fits ? 1 : 2 });
  });

  it('counts nothing at a glance', () => {
    const one = suppressor({ rule: 'close-wait-stuck', ...REASON, until: '2026-03-01' });
    expect(one.glance(ANY, [STUCK, HALF])).toEqual([HALF]);
    expect(one.glance(ANY, [finding('close-wait-stuck', { to: at(43_200) })])).toHaveLength(1);
    expect(one.uses[0]).toMatchObject({ findings: 0, expired: 0 });
  });

  it('that has ended yields to one that has not', () => {
    const two = suppressor(
      { rule: 'close-wait-stuck', ...REASON, until: '2020-01-01' },
      { rule: 'close-wait-stuck', ...REASON },
    );
    expect(two.keep(ANY, [STUCK])).toEqual([]);
    expect(two.uses.map(({ expired }) => expired)).toEqual([0, 0]);
  });

  it.each<[string, Suppression]>([
    ['suppressions[0].rule', { rule: 'half-clos', ...REASON }],
    ['suppressions[0].address', { rule: '*', address: '10.0.0.256', ...REASON }],
    ['suppressions[0].until', { rule: 'half-close', until: '2026-02-30', ...REASON }],
  ])('is refused for its %s', (setting, suppression) => {
    expect(() => suppressor(suppression)).toThrow(SettingsError);
    expect(() => suppressor(suppression)).toThrow(expect.objectContaining({ setting }));
  });
});

describe('patterns', () => {
  /** How many stuck connections the pattern counts; null if it says nothing. */
  function pileup(...suppressions: Suppression[]): unknown {
    const one = suppressor(...suppressions);
    const patterns = preparePatterns([closeWaitPileup]);
    for (const id of [0, 1, 2, 3]) {
      const client = { address: `10.0.1.${id}` };
      const stuck = connection({ id, client, server: { after: [enters('CLOSE-WAIT', 1, 5)] } });
      const found = [finding('close-wait-stuck', { endpoint: 'server', facts: { stillHeld: true } })];
      patterns.add(stuck, one.keep(stuck, found), at(1000), one.withheld(stuck));
    }
    return patterns.finish(at(100), []).at(0)?.facts.stuck ?? null;
  }

  it('are made of the findings that are left', () => {
    expect(pileup()).toBe(4);
    expect(pileup({ rule: 'close-wait-stuck', ...REASON })).toBeNull();
  });

  it('do not learn of the connections that a suppression withholds', () => {
    expect(pileup({ rule: 'close-wait-pileup', address: '10.0.1.3', ...REASON })).toBe(3);
    expect(pileup({ rule: '*', address: '10.0.1.3', ...REASON })).toBe(3);
    expect(pileup({ rule: 'close-wait-pileup', ...REASON })).toBeNull();
    expect(pileup({ rule: 'close-wait-pileup', ...REASON, until: '2020-01-01' })).toBe(4);
    expect(pileup({ rule: 'half-close', ...REASON })).toBe(4);
  });

  it('count the connections withheld', () => {
    const one = suppressor(
      { rule: 'close-wait-pileup', ...REASON },
      { rule: 'close-wait-pileup', ...REASON, until: '2020-01-01' },
    );
    expect(one.withheld(ANY)?.('close-wait-pileup')).toBe(true);
    expect(one.withheld(ANY)?.('other')).toBe(false);
    expect(one.uses.map(({ connections, expired }) => [connections, expired])).toEqual([
      [2, 0],
      [0, 2],
    ]);
  });
});
