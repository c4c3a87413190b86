import { describe, expect, it } from 'vitest';
import { closeWaitPileup } from '../../../src/rules/patterns/close-wait-pileup.js';
import { preparePatterns } from '../../../src/rules/patterns/prepare.js';
import { at, connection, enters } from '../../support/connection-builder.js';
import { finding, patternsOf, textsOf } from '../../support/pattern-tester.js';

/** A connection to the server that its client closed at `from` seconds, and the server at `to`. */
function closed(id: number, from: number, to: number) {
  const server = { after: [enters('CLOSE-WAIT', from, 5), enters('LAST-ACK', to, 6)] };
  return [connection({ id, client: { port: 40_000 + id }, server }), []] as const;
}

function held(id: number, role: 'client' | 'server', stuck: boolean, port = 40_000 + id) {
  const holder = { after: [enters('CLOSE-WAIT', id, 5)] };
  const of = connection({
    id,
    client: role === 'client' ? { ...holder, port } : { port },
    server: role === 'server' ? holder : {},
  });
  const facts = { stillHeld: true };
  return [
    of,
    stuck ? [finding('close-wait-stuck', { endpoint: role, from: at(id), to: at(200), facts })] : [],
  ] as const;
}

describe('close-wait-pileup', () => {
  it('names a server that does not close', () => {
    const [pattern, ...others] = patternsOf(
      closeWaitPileup,
      [held(3, 'server', true), held(1, 'server', true), held(2, 'server', true), held(4, 'server', false)],
      200,
    );
    expect(others).toEqual([]);
    expect(pattern.title).toBe(
      '3 of the 4 connections to 10.0.0.2:8080 that entered CLOSE-WAIT are stuck in it',
    );
    expect(pattern.severity).toBe('error');
    expect(pattern.connections).toEqual([1, 2, 3]);
    expect(pattern.facts).toMatchObject({ side: 'server', oldestSeconds: 199, newestSeconds: 197 });
    expect(textsOf(pattern)).not.toContain('{holder}');
    // A pool is a client's.
    expect(pattern.likelyCauses.join('\n')).toMatch(/^A descriptor leak .*\nAll of its workers[^\n]*$/);
    expect(pattern.nextSteps[0]).toContain("awk '{print $3}' | sort | uniq -c counts them by local address.");
  });

  it.each([
    [[0, 30, 90], 1.333, '1.3 a minute'],
    [[0, 1200, 3600], 0.033, '2 an hour'],
    [[0, 86_400, 172_800], 0.001, '1 a day'],
  ])('tells how fast they became more, begun at %j', (begun, growthPerMinute, words) => {
    const members = begun.map((start, id) => {
      const [of, [stuck]] = held(id, 'server', true);
      return [of, [{ ...stuck, from: at(start) }]] as const;
    });
    const [pattern] = patternsOf(closeWaitPileup, members, 200_000);
    expect(pattern.facts).toMatchObject({ growthPerMinute });
    expect(pattern.explanation).toContain(`; in between, their number grew by ${words} on average. `);
  });

  describe('tells a program that goes on from one that has stopped', () => {
    const stuck = [1, 2, 3].map((id) => held(id * 100, 'server', true));
    const told = (...others: readonly ReturnType<typeof closed>[]) =>
      patternsOf(closeWaitPileup, [...stuck, ...others], 1000)[0];

    it('by those that it closed meanwhile', () => {
      const { explanation, likelyCauses, facts } = told(closed(4, 10, 11), closed(5, 250, 251));
      expect(explanation).toContain(' Meanwhile 10.0.0.2:8080 closed others. ');
      expect(likelyCauses.join('\n')).toMatch(
        /^A descriptor leak .*\(likely\)\.\nIndividual workers hang[^\n]*$/,
      );
      expect(facts.closesOthers).toBe(true);
    });

    it('by those that it closed before', () => {
      const { explanation, likelyCauses, facts } = told(closed(4, 10, 11), closed(5, 20, 21));
      expect(explanation).toContain(
        ' 10.0.0.2:8080 closed others before the oldest of them, and none since. ',
      );
      expect(likelyCauses.join('\n')).toMatch(/^All of its workers .*\nA descriptor leak .*\(possible\)\.$/);
      expect(facts.closesOthers).toBe(false);
    });

    it('and does not know where it closed none at all', () => {
      const { explanation, likelyCauses } = told();
      expect(explanation).not.toContain('closed others');
      expect(likelyCauses.join('\n')).toMatch(/^A descriptor leak .*\(likely\)\.\nAll of its workers[^\n]*$/);
    });
  });

  it('is silent where the FINs may wait behind data that is not acknowledged', () => {
    const waiting = [1, 2, 3].map((id) => {
      const [of, [stuck]] = held(id, 'server', true);
      return [of, [{ ...stuck, facts: { ...stuck.facts, kind: 'unacknowledged-data' } }]] as const;
    });
    expect(patternsOf(closeWaitPileup, waiting, 200)).toEqual([]);
  });

  it('is silent where the holders may have closed before the capture began', () => {
    const unseen = [1, 2, 3].map((id) => {
      const [of, [stuck]] = held(id, 'server', true);
      return [of, [{ ...stuck, facts: { ...stuck.facts, kind: 'unseen-start' } }]] as const;
    });
    expect(patternsOf(closeWaitPileup, unseen, 200)).toEqual([]);
  });

  it('tells no rate of a burst', () => {
    const burst = [1, 2, 3].map((id) => held(id, 'server', true));
    const [pattern] = patternsOf(closeWaitPileup, burst, 200);
    expect(pattern.facts).not.toHaveProperty('growthPerMinute');
    expect(pattern.explanation).not.toContain('in between');
  });

  it('makes each of its members an error, and no other connection', () => {
    const patterns = preparePatterns([closeWaitPileup]);
    const all = [1, 2, 3, 4].map((id) => held(id, id < 4 ? 'server' : 'client', true));
    const warnings = all.map(
      ([of, findings]) => [of, findings.map((each) => ({ ...each, severity: 'warning' as const }))] as const,
    );
    for (const [of, findings] of warnings.slice(0, 2)) patterns.add(of, findings, at(1000));
    const severities = () =>
      warnings.map(([of, findings]) => patterns.graded(of, findings).map(({ severity }) => severity));
    expect(severities()).toEqual([['warning'], ['warning'], ['warning'], ['warning']]);
    for (const [of, findings] of warnings.slice(2)) patterns.add(of, findings, at(1000));
    expect(patterns.mayGrade(warnings[0][1])).toBe(true);
    expect(severities()).toEqual([['error'], ['error'], ['error'], ['warning']]);
  });

  it('leaves alone what the user has graded', () => {
    const patterns = preparePatterns([closeWaitPileup], { severities: { 'close-wait-stuck': 'warning' } });
    const all = [1, 2, 3].map((id) => held(id, 'server', true));
    for (const [of, findings] of all) patterns.add(of, findings, at(1000));
    const graded = { ...all[0][1][0], severity: 'warning' as const };
    expect(patterns.graded(all[0][0], [graded])).toEqual([graded]);
  });

  it('names a client that does not close', () => {
    const [pattern] = patternsOf(
      closeWaitPileup,
      [1, 2, 3].map((id) => held(id, 'client', true)),
      200,
    );
    expect(pattern.title).toBe('3 of the 3 connections of 10.0.0.1 that entered CLOSE-WAIT are stuck in it');
  });

  it('is silent on subflows of Multipath TCP, which no program closes', () => {
    const subflows = [1, 2, 3].map((id) => {
      const [of, findings] = held(id, 'server', true);
      return [{ ...of, quality: { ...of.quality, multipath: true } }, findings] as const;
    });
    expect(patternsOf(closeWaitPileup, subflows, 200)).toEqual([]);
  });

  it('is silent on too few', () => {
    expect(
      patternsOf(
        closeWaitPileup,
        [1, 2].map((id) => held(id, 'server', true)),
        200,
      ),
    ).toEqual([]);
  });

  it('is silent when most were closed well', () => {
    const connections = [1, 2, 3, 4, 5, 6, 7].map((id) => held(id, 'server', id <= 3));
    expect(patternsOf(closeWaitPileup, connections, 200)).toEqual([]);
  });
});
