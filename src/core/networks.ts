import { type AddressWords, IPV4_MAPPED } from './addresses.js';

/** A range of addresses that share their first `length` bits; an address is one of 128. */
export interface Network extends AddressWords {
  /** Counted in the IPv6 form: for an IPv4 network, 96 more than its prefix. */
  readonly length: number;
}

/** `10.0.0.1`, `10.0.0.0/8`, `2001:db8::1` or `2001:db8::/32`; null if it is none of these. */
export function parseNetwork(text: string): Network | null {
  const [, host, prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const words = host === undefined ? null : parseAddress(host);
  if (words === null) return null;
  // A mapped address is written as IPv6 and counts its bits so.
  const above = host.includes(':') ? 0 : 96;
  const length = prefix === undefined ? 128 : Number(prefix) + above;
  return length > 128 ? null : { ...words, length };
}

/** Whether `address` lies in the network. */
export function contains(network: Network, address: AddressWords): boolean {
  const pairs = [
    [network.word0, address.word0],
    [network.word1, address.word1],
    [network.word2, address.word2],
    [network.word3, address.word3],
  ];
  return pairs.every(([a, b], place) => {
    const bits = network.length - 32 * place;
    if (bits <= 0) return true;
    return (bits >= 32 ? a ^ b : (a ^ b) >>> (32 - bits)) === 0;
  });
}

/** A dotted quad, or IPv6 in any form of RFC 4291 §2.2 without a zone; null if it is neither. */
export function parseAddress(text: string): AddressWords | null {
  const quad = parseQuad(text);
  if (quad !== null) return { word0: 0, word1: 0, word2: IPV4_MAPPED, word3: quad };
  const fields = parseFields(text);
  if (fields === null) return null;
  const word = (place: number): number => (fields[2 * place] << 16) | fields[2 * place + 1];
  return { word0: word(0), word1: word(1), word2: word(2), word3: word(3) };
}

function parseQuad(text: string): number | null {
  // No leading zeros: some programs read such a number as octal.
  const parts = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/.exec(text);
  if (parts === null) return null;
  const octets = parts.slice(1).map(Number);
  if (octets.some((octet) => octet > 255)) return null;
  return octets.reduce((word, octet) => (word << 8) | octet, 0);
}

/** The eight 16-bit fields of an IPv6 address. */
function parseFields(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half, place) => fieldsOf(half, place === halves.length - 1));
  if (head === null || tail === null) return null;
  if (tail === undefined) return head.length === 8 ? head : null;
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? null : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function fieldsOf(text: string, isLast: boolean): number[] | null {
  if (text === '') return [];
  const fields: number[] = [];
  const parts = text.split(':');
  for (const [place, part] of parts.entries()) {
    const quad = isLast && place === parts.length - 1 ? parseQuad(part) : null;
    if (quad !== null) fields.push(quad >>> 16, quad & 0xffff);
    else if (/^[\da-f]{1,4}$/i.test(part)) fields.push(Number.parseInt(part, 16));
    else return null;
  }
  return fields;
}
