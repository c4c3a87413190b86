import { describe, expect, it } from 'vitest';
import { pcap } from '../support/capture-builder.js';
import { captureOfFrames, framesOf, storyOf, tellOf } from '../support/extract.js';
import { fragmentsOf } from '../support/fragmented.js';
import { concat, ethernet, fragmentHeader, icmp, ipv4, ipv6, tcp, udp } from '../support/packet-builder.js';

const MORE = 0x2000;
const ACK = 0x10;
const SYN = 0x02;
const BACK = { source: '10.0.0.2', destination: '10.0.0.1' };

/** A capture of these Ethernet frames, a millisecond apart. */
function capture(...frames: readonly Uint8Array[]): Uint8Array {
  return pcap(frames.map((data, i) => ({ data, time: BigInt(i) * 1_000_000n })));
}

function picked(bytes: Uint8Array, connection = 0): readonly number[] {
  return framesOf(bytes, tellOf(bytes), connection).map(({ number }) => number);
}

const syn = ethernet(ipv4(tcp({ flags: SYN })));
const other = ethernet(ipv4(tcp({ sourcePort: 40001 }), { id: 9 }));
const segment = concat(tcp({ flags: ACK, payload: new Uint8Array(44).fill(1) }));

/** The three fragments of a datagram that holds `content`, each 24 octets but the last. */
function fragments(content: Uint8Array, id = 77, fields = {}): Uint8Array[] {
  return [0, 3, 6].map((units) =>
    ethernet(
      ipv4(content.subarray(units * 8, units < 6 ? units * 8 + 24 : undefined), {
        id,
        flagsAndOffset: units | (units < 6 ? MORE : 0),
        ...fields,
      }),
    ),
  );
}

describe('the frames of a connection', () => {
  it('are its segments and no others', () => {
    expect(picked(capture(other, syn, other, syn, other), 1)).toEqual([2, 4]);
  });

  it('include the ICMP errors about it', () => {
    const error = ethernet(ipv4(icmp(3, 1, ipv4(tcp({ flags: SYN }))), { protocol: 1, source: '10.0.0.9' }));
    const foreign = ethernet(ipv4(icmp(3, 1, ipv4(tcp({ sourcePort: 40001 }))), { protocol: 1 }));
    expect(picked(capture(syn, foreign, error, other))).toEqual([1, 3]);
  });

  it('include an ICMP error that was captured before all else', () => {
    const error = ethernet(ipv4(icmp(3, 1, ipv4(tcp({ flags: SYN }))), { protocol: 1 }));
    expect(picked(capture(error, other, syn))).toEqual([1, 3]);
  });

  it('include broken TCP headers between its ends, of which a SYN opens them anew', () => {
    const broken = ethernet(ipv4(tcp({ flags: SYN, sequence: 900_000, dataOffset: 4 })));
    const foreign = ethernet(ipv4(tcp({ sourcePort: 40001, dataOffset: 4 })));
    const answer = ethernet(ipv4(tcp({ sourcePort: 8080, destinationPort: 40000 }), BACK));
    const bytes = capture(syn, foreign, broken, answer);
    expect([0, 2].map((id) => picked(bytes, id))).toEqual([
      [1, 3],
      [3, 4],
    ]);
  });

  it('include those of a connection that took over its ports before it was closed, and the other way round', () => {
    const again = ethernet(ipv4(tcp({ flags: SYN, sequence: 900_000 }), { id: 10 }));
    const bytes = capture(syn, other, again);
    expect([picked(bytes, 0), picked(bytes, 1), picked(bytes, 2)]).toEqual([[1, 3], [2], [1, 3]]);
  });

  describe('where connection after connection took over its ports', () => {
    const opening = (sequence: number) => ethernet(ipv4(tcp({ flags: SYN, sequence })));
    const fromServer = (flags: number, acknowledgment: number) =>
      ethernet(
        ipv4(tcp({ sourcePort: 8080, destinationPort: 40000, sequence: 5000, acknowledgment, flags }), {
          source: '10.0.0.2',
          destination: '10.0.0.1',
        }),
      );
    const established = [
      opening(1000),
      fromServer(SYN | ACK, 1001),
      ethernet(ipv4(tcp({ flags: ACK, sequence: 1001, acknowledgment: 5001 }))),
    ];
    /** The second SYN is answered with an acknowledgment of what the first connection had received. */
    const answered = capture(...established, opening(90_000), fromServer(ACK, 1001), opening(700_000));
    const silent = capture(...established, opening(90_000), opening(700_000));

    it('include all that another was answered for', () => {
      expect(picked(answered, 2)).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it('leave out what is behind one that was not answered at all, but not who ended the first', () => {
      expect([0, 1, 2].map((connection) => picked(silent, connection))).toEqual([
        [1, 2, 3, 4, 5],
        [1, 2, 3, 4, 5],
        [4, 5],
      ]);
    });

    it.each([answered, silent])('tell the same stories', (bytes) => {
      const told = tellOf(bytes);
      for (const connection of told.connections) {
        const frames = framesOf(bytes, told, connection.id);
        const again = tellOf(captureOfFrames(frames, told, connection), {
          numbers: frames.map(({ number }) => number),
        });
        const found = again.connections.find(({ firstFrame }) => firstFrame === connection.firstFrame)!;
        expect(storyOf(again, found)).toBe(storyOf(told, connection));
      }
    });
  });

  it('leave out those of a connection on the same ports that was closed by then', () => {
    const reset = ethernet(
      ipv4(
        tcp({ flags: 0x14, sourcePort: 8080, destinationPort: 40000, sequence: 0, acknowledgment: 1001 }),
        {
          source: '10.0.0.2',
          destination: '10.0.0.1',
        },
      ),
    );
    const again = ethernet(ipv4(tcp({ flags: SYN, sequence: 900_000 }), { id: 10 }));
    const bytes = capture(syn, reset, again);
    expect([picked(bytes, 0), picked(bytes, 1)]).toEqual([[1, 2], [3]]);
  });

  it('include the fragments of its datagrams, in any order', () => {
    const [a, b, c] = fragments(segment);
    expect(picked(capture(syn, c, b, a, other))).toEqual([1, 2, 3, 4]);
  });

  it('leave out the fragments of other connections, also under the same identification', () => {
    const [a, b, c] = fragments(segment);
    const [d, e, f] = fragments(tcp({ sourcePort: 40001, payload: new Uint8Array(44) }));
    const [x, y, z] = fragments(segment, 77, { source: '10.0.0.3' });
    expect(picked(capture(syn, other, a, b, c, d, e, f, x, y, z))).toEqual([1, 3, 4, 5]);
  });

  it('tell the same where a fragment of others came an hour later by the clock, which then ran back', () => {
    const [a] = fragments(tcp({ flags: ACK, payload: new Uint8Array(44).fill(2) }));
    const [x] = fragments(segment, 78, { source: '10.0.0.3' });
    const times = [0, 1, 3600, 2, 2, 2];
    const bytes = pcap(
      [syn, a, x, ...fragments(segment)].map((data, i) => ({
        data,
        time: BigInt(times[i]) * 1_000_000_000n,
      })),
    );
    const told = tellOf(bytes);
    const frames = framesOf(bytes, told, 0);
    const again = tellOf(captureOfFrames(frames, told), { numbers: frames.map(({ number }) => number) });
    expect(frames.map(({ number }) => number)).not.toContain(3);
    expect(again.connections.map(({ frames }) => frames)).toEqual(
      told.connections.map(({ frames }) => frames),
    );
  });

  it('leave out fragments whose first was not captured: nothing says whose they are', () => {
    const [, b, c] = fragments(segment);
    expect(picked(capture(syn, b, c))).toEqual([1]);
  });

  it('include fragments of IPv6', () => {
    const syn6 = ethernet(ipv6(tcp({ flags: SYN })), 0x86dd);
    const [a, b] = [fragmentHeader(segment.subarray(0, 24), 1), fragmentHeader(segment.subarray(24), 24)].map(
      (part) => ethernet(ipv6(part, { nextHeader: 44 }), 0x86dd),
    );
    expect(picked(capture(syn6, b, a))).toEqual([1, 2, 3]);
  });

  describe('that came through a tunnel', () => {
    const IP_IN_IP = 4;
    const tunnelled = (packet: Uint8Array, id: number) =>
      ipv4(packet, {
        source: '192.0.2.1',
        destination: '192.0.2.2',
        protocol: IP_IN_IP,
        flagsAndOffset: 0,
        id,
      });
    const inVxlan = (packet: Uint8Array, id: number) =>
      ipv4(udp(concat([8, 0, 0, 0, 0, 0, 7, 0], ethernet(packet)), 5000, 4789), {
        source: '192.0.2.1',
        destination: '192.0.2.2',
        protocol: 17,
        flagsAndOffset: 0,
        id,
      });
    const packet = ipv4(segment, { flagsAndOffset: 0, id: 5 });
    const foreign = ipv4(tcp({ sourcePort: 40001, payload: new Uint8Array(44) }), {
      flagsAndOffset: 0,
      id: 6,
    });
    const linked = (parts: readonly Uint8Array[]) => parts.map((part) => ethernet(part));

    it.each([
      ['of IP', tunnelled],
      ['of UDP', inVxlan],
    ])('include the fragments of the tunnel, %s, in any order', (_name, through) => {
      const own = linked(fragmentsOf(through(packet, 1), 40));
      const others = linked(fragmentsOf(through(foreign, 2), 40));
      expect(own.length).toBeGreaterThan(2);
      const mixed = own.flatMap((frame, place) => [others[place], frame]);
      const expected = mixed.flatMap((frame, place) => (own.includes(frame) ? [place + 1] : []));
      expect(picked(capture(...mixed), 1)).toEqual(expected);
      const backwards = capture(...mixed.toReversed());
      expect(picked(backwards, 0)).toEqual(expected.map((number) => mixed.length + 1 - number).reverse());
    });

    it('include the fragments inside, of which each frame of the tunnel has one', () => {
      const parts = fragmentsOf(packet, 24).map((part, place) => ethernet(inVxlan(part, place)));
      expect(picked(capture(syn, other, ...parts, other))).toEqual([1, 3, 4, 5]);
      expect(picked(capture(syn, other, ...parts.toReversed()))).toEqual([1, 3, 4, 5]);
    });

    it('include fragments of the tunnel that hold fragments', () => {
      const parts = fragmentsOf(packet, 32).flatMap((part, place) =>
        linked(fragmentsOf(tunnelled(part, 10 + place), 24)),
      );
      const all = parts.map((_, place) => place + 2);
      expect(parts.length).toBeGreaterThan(4);
      expect(picked(capture(other, ...parts), 1)).toEqual(all);
      expect(picked(capture(other, ...parts.toReversed()), 1)).toEqual(all);
      expect(picked(capture(other, ...parts), 0)).toEqual([1]);
    });

    it('include those of a datagram inside that never became whole, if its first part was seen', () => {
      const [a, b] = fragmentsOf(packet, 24).map((part, place) => ethernet(inVxlan(part, place)));
      expect(picked(capture(syn, a, b))).toEqual([1, 2, 3]);
      expect(picked(capture(syn, b))).toEqual([1]);
    });

    it('include the fragments of an ICMP error about it', () => {
      const error = ipv4(icmp(3, 1, ipv4(tcp({ flags: SYN }))), { protocol: 1, source: '10.0.0.9' });
      const parts = linked(fragmentsOf(tunnelled(error, 3), 32));
      expect(parts.length).toBeGreaterThan(2);
      expect(picked(capture(syn, other, ...parts))).toEqual([1, ...parts.map((_, place) => place + 3)]);
    });
  });

  it('survive fragments that are cut anywhere', () => {
    const [a] = fragments(segment);
    for (let length = 0; length <= a.length; length++) {
      expect(picked(capture(syn, a.subarray(0, length)))[0]).toBe(1);
    }
  });
});
