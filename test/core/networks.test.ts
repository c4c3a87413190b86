import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/core/addresses.js';
import { contains, parseAddress, parseNetwork } from '../../src/core/networks.js';

function canonical(text: string): string | null {
  const words = parseAddress(text);
  return words === null ? null : formatAddress(words.word0, words.word1, words.word2, words.word3);
}

describe('an address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8::', '2001:db8::'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is read as %s', (text, same) => {
    expect(canonical(text)).toBe(same);
  });

  it.each([
    '',
    ':',
    ':::',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '010.0.0.1',
    '1.2.3.4:80',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1::2::3',
    '12345::',
    'g::',
    '1.2.3.4::',
    '::1.2.3.4:5',
    'fe80::1%eth0',
    '[::1]',
    'localhost',
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it('is read as it is written', () => {
    const word = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer());
    fc.assert(
      fc.property(word, word, word, word, (a, b, c, d) => {
        const text = formatAddress(a, b, c, d);
        expect(parseAddress(text)).toEqual({ word0: a | 0, word1: b | 0, word2: c | 0, word3: d | 0 });
      }),
    );
  });
});

describe('a network', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['192.168.1.128/25', '192.168.1.127', false],
    ['192.168.1.128/25', '192.168.1.128', true],
    ['255.255.255.254/31', '255.255.255.255', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '10.0.0.1', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['fe80::1/128', 'fe80::1', true],
    ['::ffff:10.0.0.0/104', '10.9.9.9', true],
  ])('%s and %s: %s', (network, address, inside) => {
    expect(contains(parseNetwork(network)!, parseAddress(address)!)).toBe(inside);
  });

  it.each(['10.0.0.0/33', '2001:db8::/129', '10.0.0.0/', '10.0.0.0/-1', '/8', '10.0.0.0/8/8', '10/8'])(
    '%j is none',
    (text) => {
      expect(parseNetwork(text)).toBeNull();
    },
  );
});
