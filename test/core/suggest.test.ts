import { describe, expect, it } from 'vitest';
import { nearestName } from '../../src/core/suggest.js';

describe('nearestName', () => {
  const names = ['table', 'json', 'ndjson', 'markdown'];
  it.each([
    ['jsno', 'json'],
    ['JSON', 'json'],
    ['markdwn', 'markdown'],
    ['mark', 'markdown'],
    ['tbale', 'table'],
    ['yaml', null],
    ['', null],
    ['--', null],
  ])('takes %j for %j', (given, meant) => {
    expect(nearestName(given, names)).toBe(meant);
  });

  it('finds names whose hyphens were forgotten', () => {
    const rules = ['half-close', 'close-wait-stuck'];
    expect(nearestName('closewait', rules)).toBe('close-wait-stuck');
    expect(nearestName('close_wait', rules)).toBe('close-wait-stuck');
  });
});
