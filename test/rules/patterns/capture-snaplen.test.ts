import { describe, expect, it } from 'vitest';
import { captureSnaplen } from '../../../src/rules/patterns/capture-snaplen.js';
import { connection } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

const cut = (headers: number) => [{ dropped: null, skipped: { 'truncated-header': headers } }];
const truncated = (id: number) => [connection({ id, quality: { truncated: true } }), []] as const;

describe('capture-snaplen', () => {
  it('counts the connections it concerns', () => {
    const [pattern] = patternsOf(
      captureSnaplen,
      [truncated(0), truncated(1), [connection({ id: 2 }), []]],
      10,
    );
    expect(pattern.severity).toBe('info');
    expect(pattern.title).toBe('Frames of 2 connections were cut: payload is missing');
    expect(pattern.connections).toEqual([0, 1]);
    expect(pattern.facts).toEqual({ connections: 2, cutHeaders: 0 });
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('tells of headers that were cut as well', () => {
    const [pattern] = patternsOf(captureSnaplen, [truncated(0)], 10, {}, cut(3));
    expect(pattern.explanation).toMatch(
      /cannot be shown\. 3 frames cut within the TCP header are not analysed/,
    );
    expect(pattern.facts.cutHeaders).toBe(3);
  });

  it('tells of headers alone, for all connections', () => {
    const connections = [0, 1].map((id) => [connection({ id }), []] as const);
    const [pattern] = patternsOf(captureSnaplen, connections, 10, {}, [...cut(1), ...cut(0)]);
    expect(pattern.title).toBe('1 frame was cut within its TCP header');
    expect(pattern.explanation).toMatch(/^It is not analysed/);
    expect(pattern.connections).toEqual([0, 1]);
    expect(pattern.facts).toEqual({ connections: 0, cutHeaders: 1 });
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('is silent on an ideal capture', () => {
    const skipped = [{ dropped: 2, skipped: { 'not-tcp': 4 } }];
    expect(patternsOf(captureSnaplen, [[connection(), []]], 10, {}, skipped)).toEqual([]);
  });

  it('is silent where there is no connection to speak of', () => {
    expect(patternsOf(captureSnaplen, [], 10, {}, cut(4))).toEqual([]);
  });
});
