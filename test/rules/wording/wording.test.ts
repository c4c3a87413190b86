import { describe, expect, it } from 'vitest';
import { count, duration, fill, knownFacts, times } from '../../../src/rules/wording/wording.js';

describe('durations', () => {
  it.each([
    [0.0000021, '0.002 ms'],
    [0.0042, '4.2 ms'],
    [0.021, '21 ms'],
    [0.9994, '999 ms'],
    [0.9996, '1 s'],
    [1, '1 s'],
    [61.94, '61.9 s'],
    [119.99, '2 min'],
    [725, '12 min 5 s'],
    [12_000, '3 h 20 min'],
    [7199.6, '2 h'],
    [172_790, '2 d'],
    [187_200, '2 d 4 h'],
    [-3, 'an unknown time'],
  ])('%d s is %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});

describe('facts', () => {
  it('leave out what is less than nothing', () => {
    const facts = { seconds: 3, isOpen: true, server: '10.0.0.2:80' };
    expect(knownFacts(facts)).toBe(facts);
    expect(knownFacts({ ...facts, ageSeconds: -0.2 })).toEqual(facts);
  });
});

describe('counts', () => {
  it.each([
    [1, '1 byte'],
    [1460, '1,460 bytes'],
    [12_345_678, '12,345,678 bytes'],
  ])('%d', (amount, words) => {
    expect(count(amount, 'byte')).toBe(words);
  });

  it('say how often', () => {
    expect([1, 2, 5].map(times)).toEqual(['once', 'twice', '5 times']);
  });
});

it('a name without a value stays', () => {
  expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}');
});
