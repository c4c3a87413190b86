/**
 * An IP address as four 32-bit words in network order. IPv4 is held in its IPv4-mapped form
 * (`0, 0, 0x0000ffff, address`), so that one key layout serves both families.
 */
export interface AddressWords {
  readonly word0: number;
  readonly word1: number;
  readonly word2: number;
  readonly word3: number;
}

/** Two of them: where a packet comes from, and where it goes. */
export interface AddressPair {
  readonly source0: number;
  readonly source1: number;
  readonly source2: number;
  readonly source3: number;
  readonly destination0: number;
  readonly destination1: number;
  readonly destination2: number;
  readonly destination3: number;
}

/** The third word of an IPv4-mapped address. */
export const IPV4_MAPPED = 0x0000ffff;

export function isIpv4(word0: number, word1: number, word2: number): boolean {
  return word0 === 0 && word1 === 0 && word2 === IPV4_MAPPED;
}

/** Dotted quad, or IPv6 in the form of RFC 5952 §4 (lower case, longest run of zero fields as `::`). */
export function formatAddress(word0: number, word1: number, word2: number, word3: number): string {
  if (isIpv4(word0, word1, word2)) {
    return `${word3 >>> 24}.${(word3 >>> 16) & 255}.${(word3 >>> 8) & 255}.${word3 & 255}`;
  }
  const fields: number[] = [];
  for (const word of [word0, word1, word2, word3]) fields.push(word >>> 16, word & 0xffff);
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && fields[i + run] === 0) run++;
    if (run > length) {
      start = i;
      length = run;
    }
    i += run;
  }
  const hex = (part: number[]): string => part.map((field) => field.toString(16)).join(':');
  if (start < 0) return hex(fields);
  return `${hex(fields.slice(0, start))}::${hex(fields.slice(start + length))}`;
}

/** `10.0.0.1` or `[2001:db8::1]`: the address as it stands where a port may follow. */
export function formatHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** `10.0.0.1:80` or `[2001:db8::1]:80`. */
export function formatEndpoint(address: string, port: number): string {
  return `${formatHost(address)}:${port}`;
}

/** The network of 256 addresses that an IPv4 address is in, as `10.0.7.0/24`; null for an IPv6 address. */
export function smallNetworkOf(address: string): string | null {
  const end = address.lastIndexOf('.');
  return end < 0 || address.includes(':') ? null : `${address.slice(0, end)}.0/24`;
}
