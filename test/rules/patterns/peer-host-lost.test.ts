import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/rules/finding.js';
import { peerHostLost } from '../../../src/rules/patterns/peer-host-lost.js';
import { preparePatterns } from '../../../src/rules/patterns/prepare.js';
import { causesOfSilence, stepsOfSilence } from '../../../src/rules/wording/host-fate.js';
import { fillAll } from '../../../src/rules/wording/wording.js';
import { at, connection, moment } from '../../support/connection-builder.js';
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

function silent(...heard: number[]) {
  return silentFrom(13, ...heard);
}

/** Connections last heard at some time, and asked in vain from another on. */
function silentFrom(asked: number, ...heard: number[]) {
  return heard.map(
    (seconds, id) =>
      [
        connection({ id, server: { lastSegment: moment(seconds, 10 + id) } }),
        [finding('peer-unresponsive', { from: at(asked) })],
      ] as const,
  );
}

describe('peer-host-lost', () => {
  it('names the host when all fell silent together', () => {
    const [pattern] = patternsOf(peerHostLost, silent(10, 11, 12.5), 100);
    expect(pattern.title).toBe(
      'All 3 connections that wait for 10.0.0.2 were last answered within the same 2.5 s',
    );
    expect(pattern.facts).toMatchObject({ host: '10.0.0.2', silentSeconds: 87.5 });
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('says that all had been idle, and thinks of a device the sooner, the longer', () => {
    const [used] = patternsOf(peerHostLost, silent(10, 12.5), 100);
    expect(used.facts).not.toHaveProperty('idleSeconds');
    expect(textsOf(used)).not.toMatch(/idle/);
    const [idle] = patternsOf(peerHostLost, silent(10, 11), 100);
    expect(idle.facts).toMatchObject({ idleSeconds: 2 });
    expect(idle.explanation).toMatch(/had been idle for 2 s or longer before/);
    expect(idle.likelyCauses.at(-1)).toMatch(/forgot the idle connections/);
    const [longIdle] = patternsOf(peerHostLost, silentFrom(60, 10, 11), 100);
    expect(longIdle.likelyCauses[0]).toMatch(/forgot the idle connections/);
    expect(longIdle.nextSteps[0]).toMatch(/^Check the idle timeout .* against 49 s/);
    expect(textsOf(longIdle)).not.toMatch(UNFILLED);
  });

  it('says that the host is gone from its link, if nobody answers for its address', () => {
    const [first, second] = silent(10, 11);
    const facts = { neighbour: '10.0.0.2', neighbourRequests: 5 };
    const offLink = [second[0], [finding('peer-unresponsive', { from: at(13), facts })]] as const;
    const [pattern] = patternsOf(peerHostLost, [first, offLink], 100);
    expect(pattern.facts.offLink).toBe(true);
    expect(pattern.explanation).toContain('it is no longer there on its link');
    expect(pattern.nextSteps.join()).not.toContain('same router');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
    expect(patternsOf(peerHostLost, [first, second], 100)[0].facts).not.toHaveProperty('offLink');
  });

  it('is silent when they fell silent at different times', () => {
    expect(patternsOf(peerHostLost, silent(10, 40), 100)).toEqual([]);
  });

  it('is silent when the host is still heard elsewhere', () => {
    const alive = [connection({ id: 9, server: { lastSegment: moment(60, 90) } }), []] as const;
    expect(patternsOf(peerHostLost, [...silent(10, 11), alive], 100)).toEqual([]);
  });

  it('says of one silence that the host was heard elsewhere meanwhile', () => {
    const collector = preparePatterns([peerHostLost]);
    const waits = connection({ id: 0, server: { lastSegment: moment(10, 10) } });
    const found = [finding('peer-unresponsive', { from: at(13), explanation: 'It waits.' })];
    collector.add(waits, found, at(100));
    expect(collector.mayGrade(found)).toBe(true);
    expect(collector.graded(waits, found)).toEqual(found);
    collector.add(connection({ id: 1, server: { lastSegment: moment(13.4, 40) } }), [], at(100));
    expect(collector.graded(waits, found)).toEqual(found);
    collector.add(connection({ id: 2, server: { lastSegment: moment(60, 90) } }), [], at(100));
    const [told] = collector.graded(waits, found);
    expect(told.explanation).toBe(
      'It waits. Its host was heard on other connections up to 47 s after that: it has not gone.',
    );
    expect(told.likelyCauses[0]).toMatch(/^A firewall or NAT silently dropped its state/);
    expect(told.likelyCauses.join()).not.toMatch(/lost power|\{/);
    expect(told.severity).toBe('error');
  });

  it.each([
    ['retransmission-gave-up', 'client', 'peer'],
    ['keepalive-unanswered', 'server', 'peer'],
    ['zero-window-probe-unanswered', 'server', 'receiver'],
  ] as const)('says so of %s', (rule, endpoint, name) => {
    const collector = preparePatterns([peerHostLost]);
    const words = { [name]: '10.0.0.2:8080' };
    const waits = connection({ id: 0, server: { lastSegment: moment(20, 10) } });
    const found = [
      finding(rule, {
        endpoint,
        from: at(13),
        likelyCauses: fillAll(causesOfSilence(name), words),
        nextSteps: ['Look.', ...fillAll(stepsOfSilence(name), words)],
      }),
    ];
    collector.add(waits, found, at(100));
    expect(collector.mayGrade(found)).toBe(true);
    expect(collector.graded(waits, found)).toEqual(found);
    collector.add(connection({ id: 2, server: { lastSegment: moment(60, 90) } }), [], at(100));
    const [told] = collector.graded(waits, found);
    expect(told.explanation).toMatch(/heard on other connections up to 40 s after that: it has not gone\.$/);
    expect(told.likelyCauses.join()).not.toMatch(/lost power|\{/);
    expect(told.nextSteps).toEqual([
      'Look.',
      'Capture at 10.0.0.2:8080: do the segments of 10.0.0.1:40000 arrive there?',
    ]);
  });

  describe('says so in the place of what that excludes', () => {
    const causes = fillAll(causesOfSilence('peer'), { peer: '10.0.0.2:8080' });
    const told = (more: Partial<Finding>) => {
      const collector = preparePatterns([peerHostLost]);
      const waits = connection({ id: 0, server: { lastSegment: moment(10, 10) } });
      const found = [finding('peer-unresponsive', { from: at(13), ...more })];
      collector.add(waits, found, at(100));
      collector.add(connection({ id: 2, server: { lastSegment: moment(60, 90) } }), [], at(100));
      return collector.graded(waits, found)[0];
    };

    it('keeps what else there is, whatever the severity', () => {
      const steps = fillAll(stepsOfSilence('peer'), { peer: '10.0.0.2:8080' });
      const { likelyCauses, nextSteps } = told({
        severity: 'warning',
        likelyCauses: ['It closed.', ...causes, 'More.'],
        nextSteps: [...steps, 'Look.'],
      });
      expect(likelyCauses).toEqual([
        'It closed.',
        expect.stringMatching(/^A firewall or NAT silently dropped/),
        expect.stringMatching(/^The path loses what 10\.0\.0\.1:40000 sends/),
        expect.stringMatching(/^Several hosts share the address of 10\.0\.0\.2:8080/),
        'More.',
      ]);
      expect(nextSteps).toEqual([
        'Capture at 10.0.0.2:8080: do the segments of 10.0.0.1:40000 arrive there?',
        'Look.',
      ]);
    });

    it('of a FIN that nobody acknowledges', () => {
      const fin = { rule: 'fin-unacknowledged', endpoint: 'client', likelyCauses: causes } as const;
      expect(told({ ...fin, facts: { peerSilent: true } }).likelyCauses.join()).not.toMatch(/lost power/);
      expect(told({ ...fin, facts: { peerSilent: false } }).likelyCauses).toEqual(causes);
      expect(told({ ...fin, endpoint: 'server', facts: { peerSilent: true } }).likelyCauses).toEqual(causes);
    });

    it('not of a host that is off its link by then', () => {
      expect(told({ explanation: 'It waits.', facts: { neighbour: '10.0.0.2' } }).explanation).toBe(
        'It waits.',
      );
    });
  });

  it('is silent when the host was never heard', () => {
    const calls = [0, 1].map(
      (id) =>
        [
          connection({ id, server: { lastSegment: null, segments: 0 } }),
          [finding('syn-unanswered', { endpoint: 'client', from: at(1) })],
        ] as const,
    );
    expect(patternsOf(peerHostLost, calls, 100)).toEqual([]);
  });

  describe('says whether others were still heard', () => {
    const others = (...addresses: readonly string[]) =>
      addresses.map(
        (address, i) =>
          [connection({ id: 9 + i, server: { address, lastSegment: moment(60, 90 + i) } }), []] as const,
      );

    it('and names them', () => {
      const [pattern] = patternsOf(peerHostLost, [...silent(10, 11), ...others('10.0.0.3')], 100);
      expect(pattern.facts.othersAnswer).toBe(true);
      expect(pattern.nextSteps[0]).toBe(
        'Still heard after 10.0.0.2 fell silent: 10.0.0.3. If one of them is behind the same router as 10.0.0.2, it is 10.0.0.2 that failed; otherwise it may be the path as well.',
      );
    });

    it('and names no more than a reader takes in', () => {
      const five = others('10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6', '10.0.0.7');
      const [{ nextSteps }] = patternsOf(peerHostLost, [...silent(10, 11), ...five], 100);
      expect(nextSteps[0]).toContain(': 10.0.0.3, 10.0.0.4, 10.0.0.5 and 2 more. ');
    });

    it('and else asks for them', () => {
      const [pattern] = patternsOf(peerHostLost, silent(10, 11), 100);
      expect(pattern.facts.othersAnswer).toBe(false);
      expect(pattern.nextSteps[0]).toMatch(/^Do other hosts behind the same router still answer\?/);
    });
  });

  it('is silent on one', () => {
    expect(patternsOf(peerHostLost, silent(10), 100)).toEqual([]);
  });
});
