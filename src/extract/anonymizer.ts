import { type AddressWords, formatAddress, isIpv4 } from '../core/addresses.js';
import { parseAddress } from '../core/networks.js';
import { BlockCipher, CryptoPan } from './crypto-pan.js';
import type { AddressMap } from './frame-rewriter.js';
import type { Span } from './ip-layer.js';

const IPV4_LENGTH = 4;
const IPV6_LENGTH = 16;
const HARDWARE_LENGTH = 6;
/** The bits of the first octet that mark an IEEE 802 address as a group address, or as locally administered. */
const GROUP_AND_LOCAL = 0x03;
/** Follows a hardware address in the block that is encrypted. */
const HARDWARE_PURPOSE = new TextEncoder().encode('finwait802');
/** How many mapped addresses are remembered; a capture may hold any number. */
const MOST_REMEMBERED = 1 << 16;

/**
 * Maps addresses under a key: those of IP by Crypto-PAn, those of IEEE 802 by AES, regardless of their
 * vendors.
 *
 * Addresses that identify nobody stay, since they matter to a reader and reveal nothing: unspecified, loopback,
 * multicast and limited broadcast in IP; all zeros and broadcast in IEEE 802, where the group and the
 * local bit stay in every address. All others are mapped, private and link-local ones as well: IPv6
 * link-local addresses often hold a hardware address.
 */
export class Anonymizer implements AddressMap {
  readonly #cryptoPan: CryptoPan;
  readonly #cipher: BlockCipher;
  readonly #known = new Map<string, Uint8Array>();

  /** @param key 32 octets, see `CryptoPan` */
  constructor(key: Uint8Array) {
    this.#cryptoPan = new CryptoPan(key);
    this.#cipher = new BlockCipher(key.subarray(0, 16));
  }

  /** Maps a dotted quad or IPv6 address in the form that reports use. */
  address(text: string): string {
    const words = parseAddress(text);
    if (words === null) throw new RangeError(`${text} is no IP address`);
    const view = viewOf(words);
    this.mapAddress(view, { start: 0, end: IPV6_LENGTH });
    return formatAddress(view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12));
  }

  mapAddress(view: DataView, { start, end }: Span): void {
    const octets = new Uint8Array(view.buffer, view.byteOffset + start, end - start);
    // Such an address stands for the IPv4 address in it, which must be mapped as elsewhere.
    const address = isMapped(octets) ? octets.subarray(IPV6_LENGTH - IPV4_LENGTH) : octets;
    if (!isNobodys(address)) address.set(this.#remembered(address, (own) => this.#cryptoPan.map(own)));
  }

  mapHardwareAddress(bytes: Uint8Array, start: number): void {
    const address = bytes.subarray(start, start + HARDWARE_LENGTH);
    if (isAll(address, 0) || isAll(address, 0xff)) return;
    address.set(this.#remembered(address, (own) => this.#mapHardware(own)));
  }

  #mapHardware(address: Uint8Array): Uint8Array {
    const block = new Uint8Array(16);
    block.set(address);
    block.set(HARDWARE_PURPOSE, HARDWARE_LENGTH);
    this.#cipher.encrypt(block);
    const mapped = block.slice(0, HARDWARE_LENGTH);
    mapped[0] = (mapped[0] & ~GROUP_AND_LOCAL) | (address[0] & GROUP_AND_LOCAL);
    return mapped;
  }

  #remembered(address: Uint8Array, map: (address: Uint8Array) => Uint8Array): Uint8Array {
    const key = String.fromCharCode(...address);
    let mapped = this.#known.get(key);
    if (mapped === undefined) {
      mapped = map(address);
      if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
      this.#known.set(key, mapped);
    }
    return mapped;
  }
}

function viewOf({ word0, word1, word2, word3 }: AddressWords): DataView {
  const view = new DataView(new ArrayBuffer(IPV6_LENGTH));
  for (const [place, word] of [word0, word1, word2, word3].entries()) view.setInt32(place * 4, word);
  return view;
}

/** Whether these are the octets of an IPv4-mapped IPv6 address. */
function isMapped(octets: Uint8Array): boolean {
  if (octets.length !== IPV6_LENGTH) return false;
  const view = new DataView(octets.buffer, octets.byteOffset);
  return isIpv4(view.getInt32(0), view.getInt32(4), view.getInt32(8));
}

/** Unspecified, loopback, multicast, or limited broadcast (RFC 6890; RFC 4291 §2.4). */
function isNobodys(address: Uint8Array): boolean {
  const [first] = address;
  if (address.length === IPV4_LENGTH) {
    const isMulticast = first >> 4 === 0xe;
    return first === 127 || isMulticast || isAll(address, 0) || isAll(address, 0xff);
  }
  return first === 0xff || (isAll(address.subarray(0, -1), 0) && address[IPV6_LENGTH - 1] <= 1);
}

function isAll(address: Uint8Array, value: number): boolean {
  return address.every((octet) => octet === value);
}
