import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CryptoPan } from '../../src/extract/crypto-pan.js';
import { address } from '../support/packet-builder.js';

/** The key and trace that come with the authors' reference implementation. */
const REFERENCE = {
  key: '1522178d33a4cf80130a5b1649907d10d8988f837979652762574c2d2a842202',
  addresses: [
    ['128.11.68.132', '135.242.180.132'],
    ['129.118.74.4', '134.136.186.123'],
    ['130.132.252.244', '133.68.164.234'],
    ['141.223.7.43', '141.167.8.160'],
    ['141.233.145.108', '141.129.237.235'],
    ['152.163.225.39', '151.140.114.167'],
    ['156.29.3.236', '147.225.12.42'],
    ['165.247.96.84', '162.9.99.234'],
    ['166.107.77.190', '160.132.178.185'],
    ['192.102.249.13', '252.138.62.131'],
    ['192.215.32.125', '252.43.47.189'],
    ['192.233.80.103', '252.25.108.8'],
    ['192.41.57.43', '252.222.221.184'],
    ['193.150.244.223', '253.169.52.216'],
    ['195.205.63.100', '255.186.223.5'],
    ['198.200.171.101', '249.199.68.213'],
    ['202.49.198.20', '245.206.7.234'],
    ['203.12.160.252', '244.248.163.4'],
    ['204.184.162.189', '243.192.77.90'],
    ['205.178.38.67', '242.108.198.51'],
    ['207.105.49.5', '241.118.205.138'],
    ['208.147.89.59', '227.237.98.191'],
    ['209.12.231.7', '226.243.167.8'],
    ['212.120.124.31', '228.135.163.231'],
    ['216.148.237.145', '235.84.194.111'],
    ['24.0.250.221', '100.15.198.226'],
    ['24.94.26.44', '100.88.228.35'],
    ['38.15.67.68', '64.3.66.187'],
    ['4.3.88.225', '124.60.155.63'],
    ['63.14.55.111', '95.9.215.7'],
    ['64.14.118.196', '0.255.183.58'],
    ['64.39.15.238', '0.219.7.41'],
    ['::1', '78ff:f001:9fc0:20df:8380:b1f1:704:ed'],
    ['::2', '78ff:f001:9fc0:20df:8380:b1f1:704:ef'],
    ['::ffff', '78ff:f001:9fc0:20df:8380:b1f1:704:f838'],
    ['2001:db8::1', '4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e'],
    ['2001:db8::2', '4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c'],
  ],
};

/** From the tests of libanon, an independent implementation. */
const LIBANON = {
  key: 'd1c056a983786a38ca76a05cda240c7b86d7713693544000a0e6c4dd5b3dabdd',
  addresses: [
    ['1.2.3.4', '236.157.211.10'],
    ['1.1.1.1', '236.159.20.242'],
    ['0.0.0.0', '237.113.211.225'],
    ['255.255.255.255', '0.0.127.7'],
    ['31d6:1be5:41bd:663c:3e9e:1005:1eec:6f01', 'cc29:fb1a:b9fd:613c:e68:a03b:1efd:961f'],
    ['827:7f95:2fe6:531f:d63:7bdf:323f:3ef6', 'e527:7fea:c099:b4df:4e9d:73ac:2d3f:eb06'],
    ['fffe:638:709:861::3', '1:ce05:ee9:971:7f1f:1f8:ec7:c05b'],
    ['2001:638:709:4::1', 'd0f1:f603:8e9:6cb:803f:3e39:f134:3fbe'],
    ['2001:638:709:4::2', 'd0f1:f603:8e9:6cb:803f:3e39:f134:3fbd'],
  ],
};

function cryptoPanOf(key: string): CryptoPan {
  return new CryptoPan(Buffer.from(key, 'hex'));
}

describe.each([
  { source: 'the reference implementation', ...REFERENCE },
  { source: 'libanon', ...LIBANON },
])('Crypto-PAn with the key of $source', ({ key, addresses }) => {
  const cryptoPan = cryptoPanOf(key);

  it.each(addresses)('maps %s to %s', (original, mapped) => {
    expect([...cryptoPan.map(Uint8Array.from(address(original)))]).toEqual(address(mapped));
  });
});

describe('Crypto-PAn', () => {
  it.each([0, 16, 31, 33])('refuses a key of %i octets', (length) => {
    expect(() => new CryptoPan(new Uint8Array(length))).toThrow('a key of Crypto-PAn has 32 octets');
  });

  const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

  /** How many bits two addresses have in common from the first on. */
  function sharedPrefix(a: Uint8Array, b: Uint8Array): number {
    const bits = (bytes: Uint8Array) =>
      [...bytes].map((octet) => octet.toString(2).padStart(8, '0')).join('');
    const [left, right] = [bits(a), bits(b)];
    let length = 0;
    while (length < left.length && left[length] === right[length]) length++;
    return length;
  }

  it.each([4, 16])('keeps the length of every shared prefix of %i octets exactly', (length) => {
    const pair = fc
      .tuple(octets(length), octets(length), fc.nat({ max: length * 8 }))
      .map(([a, b, shared]) => {
        const close = b.map((octet, i) => {
          const kept = Math.max(0, Math.min(8, shared - 8 * i));
          const mask = (0xff00 >> kept) & 0xff;
          return (a[i] & mask) | (octet & ~mask);
        });
        return [a, close] as const;
      });
    fc.assert(
      fc.property(octets(32), pair, (key, [a, b]) => {
        const cryptoPan = new CryptoPan(key);
        expect(sharedPrefix(cryptoPan.map(a), cryptoPan.map(b))).toBe(sharedPrefix(a, b));
      }),
      { numRuns: 60 },
    );
  });
});
