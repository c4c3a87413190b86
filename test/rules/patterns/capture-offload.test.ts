import { describe, expect, it } from 'vitest';
import { captureOffload } from '../../../src/rules/patterns/capture-offload.js';
import { connection } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

describe('capture-offload', () => {
  it('counts the connections it concerns', () => {
    const connections = [0, 1].map((id) => [connection({ id, quality: { offloaded: true } }), []] as const);
    const [pattern] = patternsOf(captureOffload, [...connections, [connection({ id: 2 }), []]], 10);
    expect(pattern.severity).toBe('info');
    expect(pattern.title).toBe('Segments of 2 connections are larger than the MSS allows');
    expect(pattern.connections).toEqual([0, 1]);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('is silent on an ideal capture', () => {
    expect(patternsOf(captureOffload, [[connection(), []]], 10)).toEqual([]);
  });
});
