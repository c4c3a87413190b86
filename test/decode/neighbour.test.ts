import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/core/addresses.js';
import { Decoder } from '../../src/decode/decoder.js';
import { ICMP_ERROR, NEIGHBOUR, NOT_IP, NOT_TCP } from '../../src/decode/verdict.js';
import {
  arp,
  concat,
  ethernet,
  frameOf,
  icmp,
  ipv4,
  ipv6,
  linuxSll,
  neighbourDiscovery,
  tcp,
  vlanTag,
  zeros,
} from '../support/packet-builder.js';

const ARP = 0x0806;
const IPV6 = 0x86dd;

function decode(bytes: Uint8Array, linkType = 1) {
  const decoder = new Decoder();
  const verdict = decoder.decode(frameOf(bytes, { linkType }));
  const { isRequest, version, frame, ...words } = decoder.neighbour;
  const sender = formatAddress(words.sender0, words.sender1, words.sender2, words.sender3);
  const target = formatAddress(words.target0, words.target1, words.target2, words.target3);
  return { verdict, isRequest, version, frame, sender, target };
}

describe('ARP', () => {
  const request = arp('request', '10.0.0.1', '10.0.0.2');

  it.each([
    ['on Ethernet', ethernet(request, ARP), 1],
    ['in a VLAN', ethernet(vlanTag(request, ARP), 0x8100), 1],
    ['on a cooked device', linuxSll(request, ARP), 113],
    ['with padding', ethernet(concat(request, zeros(18)), ARP), 1],
  ])('is read %s', (_, bytes, linkType) => {
    expect(decode(bytes, linkType)).toEqual({
      verdict: NEIGHBOUR,
      isRequest: 1,
      version: 4,
      frame: 1,
      sender: '10.0.0.1',
      target: '10.0.0.2',
    });
  });

  it('tells requests from replies', () => {
    const reply = decode(ethernet(arp('reply', '10.0.0.2', '10.0.0.1'), ARP));
    expect(reply).toMatchObject({ verdict: NEIGHBOUR, isRequest: 0, sender: '10.0.0.2', target: '10.0.0.1' });
  });

  it('has link addresses of any length', () => {
    const short = concat([0, 7, 8, 0, 1, 4, 0, 1], [9], [10, 0, 0, 1], [0], [10, 0, 0, 2]);
    expect(decode(ethernet(short, ARP))).toMatchObject({ sender: '10.0.0.1', target: '10.0.0.2' });
  });

  const changed = (at: number, value: number): Uint8Array =>
    ethernet(
      request.map((octet, place) => (place === at ? value : octet)),
      ARP,
    );
  it.each([
    ['for another protocol', changed(2, 0x86)],
    ['for addresses of another length', changed(5, 16)],
    ['of another operation', changed(7, 8)],
    ['with link addresses that are longer than the frame', changed(4, 255)],
    ['cut before its end', ethernet(request.subarray(0, 27), ARP)],
    ['cut in its header', ethernet(request.subarray(0, 7), ARP)],
    ['that asks whether an address is free', ethernet(arp('request', '0.0.0.0', '10.0.0.2'), ARP)],
  ])('%s is only counted', (_, bytes) => {
    expect(decode(bytes).verdict).toBe(NOT_IP);
  });
});

describe('neighbour discovery', () => {
  const ends = { source: 'fe80::1', destination: 'ff02::1:ff00:2' };

  it('has a sender and a target', () => {
    expect(decode(ethernet(neighbourDiscovery('solicitation', 'fe80::2', ends), IPV6))).toMatchObject({
      verdict: NEIGHBOUR,
      isRequest: 1,
      version: 6,
      sender: 'fe80::1',
      target: 'fe80::2',
    });
    const back = { source: 'fe80::9', destination: 'fe80::1' };
    // The address that is told of may be another one of the same host.
    expect(decode(ethernet(neighbourDiscovery('advertisement', 'fe80::2', back), IPV6))).toMatchObject({
      isRequest: 0,
      sender: 'fe80::2',
      target: 'fe80::1',
    });
  });

  it.each([
    ['that a router forwarded', neighbourDiscovery('solicitation', 'fe80::2', { ...ends, hopLimit: 254 })],
    ['from nobody', neighbourDiscovery('solicitation', 'fe80::2', { ...ends, source: '::' })],
    ['cut before its end', ipv6(icmp(135, 0, zeros(15)), { nextHeader: 58, hopLimit: 255 })],
  ])('%s is only counted', (_, bytes) => {
    expect(decode(ethernet(bytes, IPV6)).verdict).toBe(NOT_TCP);
  });
});

it('is not what an ICMP error quotes', () => {
  const quoted = neighbourDiscovery('solicitation', 'fe80::2');
  expect(decode(ethernet(ipv6(icmp(1, 3, quoted), { nextHeader: 58 }), IPV6)).verdict).toBe(NOT_TCP);
  const bridged = concat([0, 0, 0x65, 0x58], ethernet(arp('request', '10.0.0.1', '10.0.0.2'), ARP));
  const inGre = ipv4(bridged, { protocol: 47 });
  expect(decode(ethernet(ipv4(icmp(3, 1, inGre), { protocol: 1 }))).verdict).toBe(NOT_TCP);
  expect(decode(ethernet(inGre)).verdict).toBe(NEIGHBOUR);
  expect(decode(ethernet(ipv4(icmp(3, 1, ipv4(tcp())), { protocol: 1 }))).verdict).toBe(ICMP_ERROR);
});
