import { describe, expect, it } from 'vitest';
import { endpointMassClose } from '../../../src/rules/patterns/endpoint-mass-close.js';
import { at, connection, enters, resets } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

function open(id: number, closed: number | null, abort = false) {
  const server =
    closed === null
      ? {}
      : abort
        ? { milestones: [resets(closed, 20 + id, { hasAck: true })] }
        : { after: [enters('FIN-WAIT-1', closed, 20 + id, { evidence: 'observed' as const })] };
  return [connection({ id, start: at(id), end: at(closed ?? 200), server }), []] as const;
}

describe('endpoint-mass-close', () => {
  it('sees that a process ended', () => {
    const [pattern] = patternsOf(
      endpointMassClose,
      [open(0, 100), open(1, 100.01), open(2, 100.02, true)],
      200,
    );
    expect(pattern.title).toBe('10.0.0.2:8080 ended 3 connections within 20 ms (2 FIN, 1 RST)');
    expect(pattern.from).toEqual(at(100));
    expect(pattern.severity).toBe('info');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('is silent when others stay open', () => {
    const rest = [3, 4, 5].map((id) => open(id, null));
    expect(patternsOf(endpointMassClose, [open(0, 100), open(1, 100), open(2, 100), ...rest], 200)).toEqual(
      [],
    );
  });

  it('is silent when each ends by itself', () => {
    expect(patternsOf(endpointMassClose, [open(0, 100), open(1, 120), open(2, 140)], 200)).toEqual([]);
  });

  it('is silent on connections that had only just begun', () => {
    expect(patternsOf(endpointMassClose, [open(0, 2.5), open(1, 2.5), open(2, 2.5)], 200)).toEqual([]);
  });
});
