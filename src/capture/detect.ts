import type { PcapVariant } from './pcap-header.js';
import { variantAt } from './pcap-header.js';
import { SECTION_HEADER_BLOCK } from './pcapng.js';

/** How many octets identify a capture, or a compressed one, by its magic number. */
export const MAGIC_LENGTH = 4;

/** Zstandard and LZ4 skip frames that start with this, except for the low four bits (RFC 8878 §3.1.2). */
const SKIPPABLE_MAGIC = 0x184d2a50;
const SKIPPABLE_LENGTH = 4;
/** Magic number and length of such a frame. */
export const SKIPPABLE_HEADER_LENGTH = 8;

/** How many octets are looked at to name what is not a capture. */
export const HEAD_LENGTH = 4096;

export type Compression = 'gzip' | 'zstd' | 'lz4' | 'xz' | 'bzip2' | 'compress';

/** What the first octets of an input are. */
export type Detected =
  | { readonly kind: 'pcap'; readonly variant: PcapVariant }
  | { readonly kind: 'pcapng' }
  | { readonly kind: 'compressed'; readonly compression: Compression }
  /** `what` completes "this is …"; `advice` says what to do, in the imperative. */
  | { readonly kind: 'foreign'; readonly what: string; readonly advice: string };

const EDITCAP = 'convert it with: editcap -F pcapng IN OUT';
const DOWNLOAD = 'get the capture file itself, as the server has it';

interface Signature {
  readonly offset?: number;
  readonly magic: string | readonly number[];
  readonly detected: Detected;
}

const compressed = (compression: Compression, magic: Signature['magic']): Signature => ({
  magic,
  detected: { kind: 'compressed', compression },
});

const foreign = (magic: string | readonly number[], what: string, advice: string, offset = 0): Signature => ({
  magic,
  offset,
  detected: { kind: 'foreign', what, advice },
});

const SIGNATURES: readonly Signature[] = [
  compressed('gzip', [0x1f, 0x8b]),
  compressed('zstd', [0x28, 0xb5, 0x2f, 0xfd]),
  compressed('lz4', [0x04, 0x22, 0x4d, 0x18]),
  compressed('lz4', [0x02, 0x21, 0x4c, 0x18]),
  compressed('xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
  compressed('bzip2', 'BZh'),
  compressed('compress', [0x1f, 0x9d]),
  foreign('GMBU', 'a Microsoft Network Monitor capture', EDITCAP),
  foreign('RTSS', 'a Microsoft Network Monitor 1.x capture', EDITCAP),
  foreign('snoop\0\0\0', 'a snoop capture', EDITCAP),
  foreign('btsnoop\0', 'a Bluetooth capture (btsnoop), which holds no TCP', 'give a capture of IP traffic'),
  foreign('TRSNIFF data', 'a Sniffer (DOS) capture', EDITCAP),
  foreign('XCP\0', 'a NetXRay or Windows Sniffer capture', EDITCAP),
  foreign('iptrace ', 'an AIX iptrace capture', EDITCAP),
  foreign([0x1c, 0x00, 0x01, 0xac], 'an Ixia lcap capture', EDITCAP),
  foreign([0xac, 0x01, 0x00, 0x1c], 'an Ixia lcap capture', EDITCAP),
  foreign([0x1c, 0x00, 0x01, 0xab], 'an Ixia lcap capture', EDITCAP),
  foreign([0xab, 0x01, 0x00, 0x1c], 'an Ixia lcap capture', EDITCAP),
  foreign('PK\x03\x04', 'a ZIP archive', 'unpack it and give the capture inside'),
  foreign([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], 'a 7-Zip archive', 'unpack it and give the capture inside'),
  foreign('Rar!\x1a\x07', 'a RAR archive', 'unpack it and give the capture inside'),
  foreign('ustar', 'a tar archive', 'unpack it and give the captures inside', 257),
  foreign('%PDF-', 'a PDF document', 'give the capture that it shows'),
  // A Section Header Block type after a transfer that rewrote line ends, which is what it was chosen to show.
  foreign([0x0d, 0x0a, 0x0d, 0x0d, 0x0d, 0x0a], ...textTransfer()),
  foreign([0x0a, 0x0d, 0x0a], ...textTransfer()),
  foreign([0x0a, 0x0a, 0x0a, 0x0a], ...textTransfer()),
  // SYSTEM_TRACE_HEADER after the 72 octets of WMI_BUFFER_HEADER: version 2, header type, marker flags.
  foreign([0x02, 0x00, 0x01, 0xc0], ...eventTrace()),
  foreign([0x02, 0x00, 0x02, 0xc0], ...eventTrace()),
];

function textTransfer(): [string, string] {
  return [
    'a pcapng capture whose line ends were rewritten, as by an FTP transfer in text mode',
    'copy it again in binary mode',
  ];
}

function eventTrace(): [string, string, number] {
  return [
    'a Windows event trace (ETL)',
    'convert it with: etl2pcapng IN OUT, or: pktmon etl2pcap IN --out OUT',
    72,
  ];
}

/**
 * Recognises an input by its content.
 *
 * @param head its first octets
 * @param complete whether that is all there is, or all that will be looked at (`HEAD_LENGTH`)
 * @returns null if more octets are needed to tell
 */
export function detect(head: Uint8Array, complete: boolean): Detected | null {
  if (head.length >= MAGIC_LENGTH) {
    const view = viewOf(head);
    const variant = variantAt(view, 0);
    if (variant !== null) return { kind: 'pcap', variant };
    if (view.getUint32(0) === SECTION_HEADER_BLOCK) return { kind: 'pcapng' };
  }
  const compression = detectCompression(head);
  if (compression !== null) return { kind: 'compressed', compression };
  if (!complete && head.length < HEAD_LENGTH) return null;
  return detectForeign(head);
}

/** The compression whose magic number starts `head`, perhaps after frames to be skipped, or null. */
export function detectCompression(head: Uint8Array): Compression | null {
  if (isSkippable(head)) {
    const length = skippableLength(head);
    if (length === null || length >= head.length) return null;
    const next = detectCompression(head.subarray(length));
    return next !== null && canSkip(next) ? next : null;
  }
  for (const { detected, magic } of SIGNATURES) {
    if (detected.kind === 'compressed' && startsWith(head, 0, magic)) return detected.compression;
  }
  return null;
}

/** Whether a stream of it may begin with frames to be skipped. */
export function canSkip(compression: Compression): boolean {
  return compression === 'zstd' || compression === 'lz4';
}

export function isSkippableMagic(word: number): boolean {
  return (word & ~0xf) === SKIPPABLE_MAGIC;
}

/** Whether a frame that Zstandard and LZ4 skip starts here. */
export function isSkippable(head: Uint8Array): boolean {
  return head.length >= MAGIC_LENGTH && isSkippableMagic(viewOf(head).getUint32(0, true));
}

/** How long such a frame is with its header; null if too little of that is there. */
export function skippableLength(head: Uint8Array): number | null {
  if (head.length < SKIPPABLE_HEADER_LENGTH) return null;
  return SKIPPABLE_HEADER_LENGTH + viewOf(head).getUint32(SKIPPABLE_LENGTH, true);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function detectForeign(head: Uint8Array): Detected {
  const named = (what: string, advice: string): Detected => ({ kind: 'foreign', what, advice });
  if (head.length === 0) {
    return named('an empty file', 'check that the capture was stopped properly and the copy is complete');
  }
  for (const { detected, magic, offset } of SIGNATURES) {
    if (startsWith(head, offset ?? 0, magic)) return detected;
  }
  if (isSkippable(head)) {
    return named(
      'data compressed with zstd or lz4',
      'decompress it first: zstd -dc FILE | finwait -, or: lz4 -dc FILE | finwait -',
    );
  }
  if (isText(head)) return detectText(head);
  if (looksLikeErf(head)) return named('an Endace ERF capture', EDITCAP);
  const found = [...head.subarray(0, MAGIC_LENGTH)]
    .map((octet) => octet.toString(16).padStart(2, '0'))
    .join(' ');
  return named(
    `no capture that finwait recognises (it starts with ${found})`,
    'if Wireshark opens it, convert it with: editcap -F pcapng IN OUT',
  );
}

function detectText(head: Uint8Array): Detected {
  const named = (what: string, advice: string): Detected => ({ kind: 'foreign', what, advice });
  const text = new TextDecoder().decode(head).trimStart().toLowerCase();
  if (text.startsWith('<!doctype html') || text.startsWith('<html')) {
    return named('an HTML page saved under a capture’s name', DOWNLOAD);
  }
  if (text.startsWith('version https://git-lfs')) {
    return named('a Git LFS pointer, not the file itself', 'fetch the file with: git lfs pull');
  }
  if (text.startsWith('<?xml')) return named('XML text', DOWNLOAD);
  if (text.startsWith('{') || text.startsWith('[')) return named('JSON text', DOWNLOAD);
  if (/^(0x)?0000:?\s/.test(text)) {
    return named('a hex dump', 'convert it with: text2pcap IN OUT');
  }
  return named('a text file', 'save packets with: tcpdump -w FILE');
}

function startsWith(head: Uint8Array, offset: number, magic: string | readonly number[]): boolean {
  if (head.length < offset + magic.length) return false;
  for (let i = 0; i < magic.length; i++) {
    const expected = typeof magic === 'string' ? magic.charCodeAt(i) : magic[i];
    if (head[offset + i] !== expected) return false;
  }
  return true;
}

/** No control characters but white space and escape, and hardly any octet outside ASCII. */
function isText(head: Uint8Array): boolean {
  let beyondAscii = 0;
  for (const octet of head) {
    const control = octet < 0x20 && octet !== 0x09 && octet !== 0x0a && octet !== 0x0d && octet !== 0x1b;
    if (control || octet === 0x7f) return false;
    if (octet > 0x7f) beyondAscii++;
  }
  return beyondAscii <= head.length / 4;
}

/** ERF record header: 64-bit little-endian time, type, flags, record length, loss counter, wire length. */
const ERF_HEADER_LENGTH = 16;
const ERF_SECONDS = 4;
const ERF_TYPE = 8;
const ERF_RECORD_LENGTH = 10;
const ERF_MAX_TYPE = 48;
/** 1996: no ERF file is older. */
const ERF_EARLIEST = 820_454_400;
const ERF_LONGEST_GAP = 7 * 24 * 3600;

/** ERF has no magic number: its records must follow each other plausibly as far as the head goes. */
function looksLikeErf(head: Uint8Array): boolean {
  const view = viewOf(head);
  let at = 0;
  let previous = 0;
  while (at + ERF_HEADER_LENGTH <= head.length) {
    const seconds = view.getUint32(at + ERF_SECONDS, true);
    const type = view.getUint8(at + ERF_TYPE) & 0x7f;
    const length = view.getUint16(at + ERF_RECORD_LENGTH);
    if (type === 0 || type > ERF_MAX_TYPE || length < ERF_HEADER_LENGTH) return false;
    if (seconds < ERF_EARLIEST || (at > 0 && Math.abs(seconds - previous) > ERF_LONGEST_GAP)) return false;
    previous = seconds;
    at += length;
  }
  return at > 0;
}
