import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/connections/connection.js';
import type { RuleSettings } from '../../../src/rules/evaluation/settings.js';
import { captureOneWay } from '../../../src/rules/patterns/capture-one-way.js';
import { preparePatterns } from '../../../src/rules/patterns/prepare.js';
import { at, connection, moment } from '../../support/connection-builder.js';
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

describe('capture-one-way', () => {
  it('counts the connections it concerns', () => {
    const connections = [0, 1].map(
      (id) => [connection({ id, quality: { unseen: 'server', unseenSent: id === 1 } }), []] as const,
    );
    const [pattern] = patternsOf(captureOneWay, [...connections, [connection({ id: 2 }), []]], 10);
    expect(pattern.title).toBe('Only one direction of 2 connections was captured');
    expect(pattern.connections).toEqual([0, 1]);
    expect(pattern.severity).toBe('warning');
    expect(pattern.facts).toEqual({ connections: 2, proven: 1 });
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it.each([
    {
      sent: [true],
      says: 'Its acknowledgments advance: the other side was sending. Rules that need both directions say nothing about it.',
    },
    { sent: [true, true], says: 'Their acknowledgments advance' },
    { sent: [true, false], says: 'On 1 connection the acknowledgments advance' },
    { sent: [false], says: 'Nothing shows that the other side sent anything meanwhile.' },
  ])('says on how many of $sent the other side sent', ({ sent, says }) => {
    const connections = sent.map(
      (unseenSent, id) => [connection({ id, quality: { unseen: 'server', unseenSent } }), []] as const,
    );
    const [pattern] = patternsOf(captureOneWay, connections, 10);
    expect(pattern.explanation).toContain(says);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('is no more than info where nothing says that the other side sent anything', () => {
    const [pattern] = patternsOf(captureOneWay, [[connection({ quality: { unseen: 'server' } }), []]], 10);
    expect(pattern.severity).toBe('info');
  });

  it('names a silent peer where the same was sent again', () => {
    const repeats = connection({ client: { retransmissions: 6 }, quality: { unseen: 'server' } });
    const [pattern] = patternsOf(captureOneWay, [[repeats, []]], 10);
    expect(pattern.likelyCauses[0]).toMatch(
      /^The other side was silent.*: on 1 connection the same was sent/,
    );
    expect(pattern.facts).toEqual({ connections: 1, proven: 0, repeated: 1 });
    const proven = connection({
      client: { retransmissions: 6 },
      quality: { unseen: 'server', unseenSent: true },
    });
    expect(patternsOf(captureOneWay, [[proven, []]], 10)[0].likelyCauses[0]).toMatch(/^The two directions/);
  });

  describe('of a host that had been captured before', () => {
    const healthy = (id: number, start: number, last: number, address = '10.0.0.2') =>
      [
        connection({
          id,
          start: at(start),
          client: { segments: 2 },
          server: { address, segments: 2, lastSegment: moment(last, id) },
        }),
        [],
      ] as const;
    const missed = (id: number, start: number, unseenSent = true, address = '10.0.0.2') =>
      [
        connection({
          id,
          start: at(start),
          client: { retransmissions: 2 },
          server: { address, segments: 0, lastSegment: null },
          quality: { unseen: 'server', unseenSent },
        }),
        [],
      ] as const;
    const others = healthy(9, 0, 60, '10.0.0.9');

    it('suspects another way, where other hosts still are', () => {
      const [pattern] = patternsOf(
        captureOneWay,
        [healthy(0, 0, 17), missed(1, 18), missed(2, 19), others],
        60,
      );
      expect(pattern.title).toBe(
        'What 10.0.0.2 sends is not captured on 2 connections, though it was before: only one direction is there',
      );
      expect(pattern.explanation).toContain('captured until 1 s before the first of them began');
      expect(pattern.explanation).toContain('On 2 connections the other side sent the same again');
      expect(pattern.likelyCauses[0]).toMatch(/^What 10\.0\.0\.2 sends to these clients takes another way/);
      expect(pattern.facts).toMatchObject({ host: '10.0.0.2', heardBeforeSeconds: 1, inVain: 2 });
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
    });

    it('does so of the last capture that holds it', () => {
      const collector = preparePatterns([captureOneWay]);
      for (const [one, findings] of [healthy(0, 0, 17), missed(1, 18), others])
        collector.add(one, findings, at(60));
      collector.endCapture(at(60));
      expect(collector.finish(at(60), [])[0].facts).toMatchObject({ host: '10.0.0.2' });
    });

    it.each<[string, readonly Parameters<typeof patternsOf>[1][number][]]>([
      ['nobody else is heard', [healthy(0, 0, 17), missed(1, 18)]],
      ['it is still heard', [healthy(0, 0, 40), missed(1, 18), others]],
      ['nothing shows that it sends', [healthy(0, 0, 17), missed(1, 18, false), others]],
      [
        'several hosts are missing',
        [healthy(0, 0, 17), missed(1, 18), missed(2, 19, true, '10.0.0.7'), others],
      ],
      ['it was never heard', [missed(1, 18), others]],
    ])('does not where %s', (_name, connections) => {
      const [pattern] = patternsOf(captureOneWay, connections, 60);
      expect(pattern.title).toMatch(/^Only one direction/);
      expect(pattern.facts).not.toHaveProperty('host');
    });
  });

  describe('makes a SYN without an answer possible info', () => {
    const unanswered = connection({ id: 1, server: { segments: 0, lastSegment: null } });
    const missed = (address = '10.0.0.2') =>
      connection({
        id: 2,
        server: { address, segments: 0, lastSegment: null },
        quality: { unseen: 'server', unseenSent: true },
      });
    const elsewhere = connection({ id: 3, server: { address: '10.0.0.3' } });
    const graded = (others: readonly Connection[], settings: RuleSettings = {}) => {
      const patterns = preparePatterns([captureOneWay], settings);
      const findings = [
        finding('syn-unanswered', { explanation: 'Nothing came back.' }),
        finding('icmp-unreachable'),
      ];
      expect(patterns.mayGrade(findings)).toBe(true);
      patterns.add(unanswered, findings, at(100));
      for (const other of others) patterns.add(other, [], at(100));
      return patterns.graded(unanswered, findings).find(({ rule }) => rule === 'syn-unanswered')!;
    };

    it.each([
      { name: 'if its host is acknowledged elsewhere but never heard', others: [missed(), elsewhere] },
      { name: 'if no connection has both directions', others: [missed('10.0.0.3')] },
    ])('$name', ({ others }) => {
      const { severity, confidence, explanation } = graded(others);
      expect([severity, confidence]).toEqual(['info', 'possible']);
      expect(explanation).toMatch(/^Nothing came back\. But the capture holds nothing that 10\.0\.0\.2 sent/);
    });

    it.each([
      { name: 'but not without others', others: [] },
      { name: 'but not if only another host is missing', others: [missed('10.0.0.4'), elsewhere] },
      { name: 'but not if its host is heard', others: [missed(), connection({ id: 3 })] },
      {
        name: 'but not if nothing shows that the other side sent anything',
        others: [connection({ id: 2, server: { segments: 0 }, quality: { unseen: 'server' } })],
      },
    ])('$name', ({ others }) => {
      expect(graded(others)).toMatchObject({ severity: 'error', confidence: 'observed' });
    });

    it('and leaves its severity alone where that was set', () => {
      const set = graded([missed(), elsewhere], { severities: { 'syn-unanswered': 'error' } });
      expect(set).toMatchObject({ severity: 'error', confidence: 'possible' });
    });
  });

  it('is silent on an ideal capture', () => {
    expect(patternsOf(captureOneWay, [[connection(), []]], 10)).toEqual([]);
  });
});
