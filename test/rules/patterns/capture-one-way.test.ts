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

  it('is no more than info where nothing says that the other side sent anything', () => {
    const [pattern] = patternsOf(captureOneWay, [[connection({ quality: { unseen: 'server' } }), []]], 10);
    expect(pattern.severity).toBe('info');
  });

  it('is silent on an ideal capture', () => {
    expect(patternsOf(captureOneWay, [[connection(), []]], 10)).toEqual([]);
  });
});
