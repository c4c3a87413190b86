import { describe, expect, it } from 'vitest';
import { captureOneWay } from '../../../src/rules/patterns/capture-one-way.js';
import { connection } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

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
    { sent: [false], says: 'Nothing says that the other side sent anything meanwhile.' },
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

  it('is silent on an ideal capture', () => {
    expect(patternsOf(captureOneWay, [[connection(), []]], 10)).toEqual([]);
  });
});
