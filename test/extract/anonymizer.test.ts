import { describe, expect, it } from 'vitest';
import { Anonymizer } from '../../src/extract/anonymizer.js';
import { CryptoPan } from '../../src/extract/crypto-pan.js';
import { address } from '../support/packet-builder.js';

const KEY = Uint8Array.from({ length: 32 }, (_, i) => 200 - i);
const anonymizer = new Anonymizer(KEY);

function mappedHardware(octets: readonly number[]): number[] {
  const bytes = Uint8Array.from([9, ...octets, 9]);
  anonymizer.mapHardwareAddress(bytes, 1);
  expect([bytes[0], bytes[7]]).toEqual([9, 9]);
  return [...bytes.subarray(1, 7)];
}

describe('an anonymized address', () => {
  it.each(['0.0.0.0', '127.0.0.1', '127.1.2.3', '224.0.0.1', '239.255.255.250', '255.255.255.255'])(
    'stays if it is nobody’s: %s',
    (text) => expect(anonymizer.address(text)).toBe(text),
  );

  it.each(['::', '::1', 'ff02::1', 'ff0e::101'])('stays if it is nobody’s: %s', (text) => {
    expect(anonymizer.address(text)).toBe(text);
  });

  it.each([
    '10.0.0.1',
    '192.168.1.1',
    '169.254.3.4',
    '128.0.0.1',
    '0.0.0.1',
    '255.255.255.254',
    '240.0.0.1',
    '::2',
    'fe80::1234:56ff:fe78:9abc',
    'fd00::1',
    '2001:db8::1',
    '100::',
  ])('is the one of Crypto-PAn: %s', (text) => {
    const octets = [...new CryptoPan(KEY).map(Uint8Array.from(address(text)))];
    const other = anonymizer.address(text);
    expect(address(other)).toEqual(octets);
    expect(other).not.toBe(text);
  });

  it('is the same in text and in frames, and every time', () => {
    for (const text of ['10.0.0.1', '2001:db8::1', '10.0.0.1']) {
      const octets = Uint8Array.from([1, ...address(text), 2]);
      anonymizer.mapAddress(new DataView(octets.buffer), { start: 1, end: octets.length - 1 });
      expect([...octets]).toEqual([1, ...address(anonymizer.address(text)), 2]);
    }
  });

  it('is the same for an IPv4 address inside an IPv6 address', () => {
    const octets = Uint8Array.from(address('::ffff:a00:1'));
    anonymizer.mapAddress(new DataView(octets.buffer), { start: 0, end: 16 });
    expect([...octets.subarray(0, 12)]).toEqual(address('::ffff:0:0').slice(0, 12));
    expect([...octets.subarray(12)]).toEqual(address(anonymizer.address('10.0.0.1')));
  });

  it('is another under another key', () => {
    expect(new Anonymizer(new Uint8Array(32)).address('10.0.0.1')).not.toBe(anonymizer.address('10.0.0.1'));
  });

  it('is mapped alike after more addresses than are remembered', () => {
    const small = new Anonymizer(KEY);
    const first = small.address('10.0.0.1');
    for (let i = 0; i < 66_000; i++) mapOne(small, i);
    expect(small.address('10.0.0.1')).toBe(first);
  });
});

/** A hardware address costs one block only. */
function mapOne(target: Anonymizer, number: number): void {
  const bytes = Uint8Array.of(2, 0, 1, number >>> 16, number >>> 8, number);
  target.mapHardwareAddress(bytes, 0);
}

describe('an anonymized hardware address', () => {
  it.each([[[0, 0, 0, 0, 0, 0]], [[255, 255, 255, 255, 255, 255]]])(
    'stays if it is nobody’s: %j',
    (octets) => {
      expect(mappedHardware(octets)).toEqual(octets);
    },
  );

  it.each([0x00, 0x01, 0x02, 0x03, 0x5c])('keeps the group and the local bit of %i', (first) => {
    const octets = [first, 0x1a, 0x2b, 0x3c, 0x4d, 0x5e];
    const mapped = mappedHardware(octets);
    expect(mapped[0] & 3).toBe(first & 3);
    expect(mapped).not.toEqual(octets);
    expect(mappedHardware(octets)).toEqual(mapped);
  });

  it('does not tell the vendor', () => {
    const vendors = new Set(
      Array.from({ length: 50 }, (_, i) => mappedHardware([0, 0x1a, 0x2b, 0, 0, i]).slice(0, 3).join()),
    );
    expect(vendors.size).toBe(50);
  });
});
