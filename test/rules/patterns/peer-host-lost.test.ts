import { describe, expect, it } from 'vitest';
import { peerHostLost } from '../../../src/rules/patterns/peer-host-lost.js';
import { at, connection, moment } from '../../support/connection-builder.js';
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

function silent(...heard: number[]) {
  return heard.map(
    (seconds, id) =>
      [
        connection({ id, server: { lastSegment: moment(seconds, 10 + id) } }),
        [finding('peer-unresponsive', { from: at(13) })],
      ] as const,
  );
}

describe('peer-host-lost', () => {
  it('names the host when all fell silent together', () => {
    const [pattern] = patternsOf(peerHostLost, silent(10, 11, 12.5), 100);
    expect(pattern.title).toBe('All 3 connections that wait for 10.0.0.2 were last answered within 2.5 s');
    expect(pattern.facts).toMatchObject({ host: '10.0.0.2', silentSeconds: 87.5 });
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('says that the host is gone from its link, if nobody answers for its address', () => {
    const [first, second] = silent(10, 11);
    const facts = { neighbour: '10.0.0.2', neighbourRequests: 5 };
    const offLink = [second[0], [finding('peer-unresponsive', { from: at(13), facts })]] as const;
    const [pattern] = patternsOf(peerHostLost, [first, offLink], 100);
    expect(pattern.facts.offLink).toBe(true);
    expect(pattern.explanation).toContain('it is no longer there on its link');
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

  it('says whether others were still heard', () => {
    const other = [
      connection({ id: 9, server: { address: '10.0.0.3', lastSegment: moment(60, 90) } }),
      [],
    ] as const;
    expect(patternsOf(peerHostLost, [...silent(10, 11), other], 100)[0].facts.othersAnswer).toBe(true);
    expect(patternsOf(peerHostLost, silent(10, 11), 100)[0].facts.othersAnswer).toBe(false);
  });

  it('is silent on one', () => {
    expect(patternsOf(peerHostLost, silent(10), 100)).toEqual([]);
  });
});
