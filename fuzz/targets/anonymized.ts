import type { Frame } from '../../src/capture/frame.js';
import { formatAddress } from '../../src/core/addresses.js';
import { Decoder } from '../../src/decode/decoder.js';
import type { BrokenHeader, Segment } from '../../src/decode/segment.js';
import { FRAGMENT, REASSEMBLED_FRAGMENT, SEGMENT } from '../../src/decode/verdict.js';
import { Anonymizer } from '../../src/extract/anonymizer.js';
import { readCapture } from '../../src/node/read-capture.js';
import { command } from '../command.js';
import {
  BLOCK_HEADER,
  BLOCK_TRAILER,
  blocksOf,
  ENHANCED_PACKET,
  INTERFACE_STATISTICS,
} from '../formats/pcapng.js';
import { broken } from '../invariants/broken.js';
import { checkJson } from '../invariants/json.js';
import { viewOf } from '../octets.js';
import { scratchFile, scratchPath, takeFile } from '../scratch.js';
import type { Target } from './target.js';

const KEYS = [7, 11].map((step) => Uint8Array.from({ length: 32 }, (_, place) => (step * place + 1) & 255));
/** How many octets of payload are looked for. */
const WINDOW = 8;
const ETHERNET = 1;
/** What an extract has in place of a payload: it may continue the header before it. */
const BLANK = '\0'.repeat(WINDOW);
const FIXED_HEADER = 20;
const ETHERNET_HEADER = 14;
const IPV4_HEADER = 20;

/**
 * What strangers may see: reports and extracts hold neither addresses nor payload of the original, nor
 * comments and names.
 */
export const anonymized: Target = {
  name: 'anonymized',
  async run(input, random) {
    const path = scratchFile('named', input);
    const plain = await command('analyze', path, '-f', 'json');
    if (plain.code !== 0) return new Set(['refused']);
    const { connections, captures } = JSON.parse(plain.stdout);
    const ids: number[] = connections.map(({ id }: { id: number }) => id);
    await checkAnonymousReport(path, plain.stdout, captures[0]);
    if (ids.length === 0) return new Set(['nothing to extract']);
    const chosen = random.shuffled(ids).slice(0, 1 + random.below(3));
    const extracts: Uint8Array[] = [];
    for (const key of KEYS) {
      const output = scratchPath('anonymous.pcapng');
      const { code } = await command(
        ...['extract', path, '-c', chosen.join(','), '-o', output, '--anonymize', '--key', keyFile(key)],
      );
      if (code === 2) return new Set(['refused to alter']);
      if (code !== 0) broken(`extract exits with ${code}`);
      extracts.push(takeFile(output));
    }
    await checkExtracts(path, extracts);
    return new Set(['extracted']);
  },
};

function keyFile(key: Uint8Array): string {
  return scratchFile('key', new TextEncoder().encode(Buffer.from(key).toString('hex')));
}

interface Capture {
  readonly comments: readonly string[];
  readonly interfaces: readonly { readonly name: string | null; readonly description: string | null }[];
}

async function checkAnonymousReport(path: string, plain: string, capture: Capture): Promise<void> {
  const { code, stdout } = await command(
    'analyze',
    path,
    '-f',
    'json',
    '--anonymize',
    '--key',
    keyFile(KEYS[0]),
  );
  if (code !== 0) broken(`an anonymized report exits with ${code}`);
  checkJson(stdout);
  const anonymizer = new Anonymizer(KEYS[0]);
  for (const address of addressesIn(plain)) {
    const mapped = anonymizer.address(address);
    if (mapped !== address && !addressesIn(plain).has(mapped) && addressesIn(stdout).has(address))
      if (!isMappedFrom(address, addressesIn(plain), anonymizer))
        broken(`${address} is in an anonymized report`);
  }
  const names = capture.interfaces.flatMap(({ name, description }) => [name, description]);
  for (const text of [...capture.comments, ...names]) {
    if (text !== null && text.length > WINDOW && stdout.includes(JSON.stringify(text).slice(1, -1)))
      broken(`${JSON.stringify(text)} is in an anonymized report`);
  }
}

/** Another address may be mapped to this one. */
function isMappedFrom(address: string, all: ReadonlySet<string>, anonymizer: Anonymizer): boolean {
  return [...all].some((other) => anonymizer.address(other) === address);
}

/** Addresses that stand alone in strings of the report. */
function addressesIn(report: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [, address] of report.matchAll(/"address":"([^"]+)"/g)) found.add(address);
  for (const [, reporter] of report.matchAll(/"reporter":"([^"]+)"/g)) found.add(reporter);
  return found;
}

/**
 * Looks for the original's addresses and payload in the extracts under both keys: what is there under only one key
 * is there by chance.
 */
async function checkExtracts(path: string, extracts: readonly Uint8Array[]): Promise<void> {
  const secrets = await secretsOf(path);
  const texts = extracts.map(partsOfExtract);
  for (const [secret, what] of secrets) {
    if (texts.every((parts) => parts.some((part) => part.includes(secret))))
      broken(`${what} ${Buffer.from(secret, 'latin1').toString('hex')} is in an anonymized extract`);
  }
}

/** Frames and what else an extract holds, each by itself: what spans a block's lengths and a frame is nobody's. */
function partsOfExtract(extract: Uint8Array): readonly string[] {
  return blocksOf(extract).flatMap((block) => {
    const body = block.bytes.subarray(BLOCK_HEADER, -BLOCK_TRAILER);
    if (block.type === INTERFACE_STATISTICS) return [withoutTime(body)];
    if (block.type !== ENHANCED_PACKET) return [textOf(body)];
    const captured = viewOf(body).getUint32(12, block.littleEndian);
    return [textOf(body.subarray(20, 20 + captured)), textOf(body.subarray(20 + captured))];
  });
}

/** When the capture ended is no secret, and a payload may hold a copy of the block that says so. */
function withoutTime(statistics: Uint8Array): string {
  const time = textOf(statistics.subarray(4, 12));
  return textOf(statistics.subarray(12)).replaceAll(time, '');
}

/** Octets, as characters, that must not be in an extract, and what they are. */
async function secretsOf(path: string): Promise<Map<string, string>> {
  const addresses = new Map<string, string>();
  const payloads = new Map<string, string>();
  const keep = (secrets: Map<string, string>, octets: Uint8Array, what: string): void => {
    // Octets with few different values may be anywhere.
    if (new Set(octets).size >= Math.min(4, octets.length)) secrets.set(textOf(octets), what);
  };
  // What stays of headers may hold the same octets by chance: ports, numbers and options of TCP, and more for payload.
  let numbers = '';
  let headers = '';
  const decoder = new Decoder();
  await readCapture(path, (frame) => {
    const known = decoder.brokenHeaders;
    const verdict = decoder.decode(frame);
    if (verdict !== SEGMENT) {
      if (decoder.brokenHeaders > known) numbers += textOf(fixedHeaderOf(frame, decoder.brokenHeader));
      if (verdict === FRAGMENT || verdict === REASSEMBLED_FRAGMENT) headers += fragmentHeadersOf(frame);
      return;
    }
    const { bytes, offset, capturedLength, linkType } = frame;
    if (linkType === ETHERNET && capturedLength >= 14) {
      for (const at of [0, 6])
        keep(addresses, bytes.slice(offset + at, offset + at + 6), 'the hardware address');
    }
    for (const address of addressesOf(decoder.segment)) keep(addresses, address, 'the address');
    const { before, header, payload } = partsOf(frame, decoder.segment);
    numbers += textOf(header);
    headers += header.length > 0 ? textOf(before) + textOf(header) + BLANK : fragmentHeadersOf(frame);
    for (let at = 0; at + WINDOW <= payload.length; at += WINDOW)
      keep(payloads, payload.slice(at, at + WINDOW), 'the payload');
  });
  return new Map([
    ...[...addresses].filter(([secret]) => !numbers.includes(secret)),
    ...[...payloads].filter(([secret]) => !headers.includes(secret)),
  ]);
}

function textOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString('latin1');
}

/** What precedes the segment's TCP header in its frame, the header and the rest; nothing if it came in fragments. */
function partsOf(frame: Frame, segment: Segment): Record<'before' | 'header' | 'payload', Uint8Array> {
  const octets = octetsOf(frame);
  const found = placeOf(frame, segment);
  const isWhole = found >= 0 && found + 12 < octets.length;
  const header = isWhole ? found : 0;
  const payload = isWhole ? header + (octets[header + 12] >> 4) * 4 : 0;
  return {
    before: octets.slice(0, header),
    header: octets.slice(header, payload),
    payload: isWhole ? octets.slice(payload, payload + segment.payloadCaptured) : new Uint8Array(),
  };
}

/** Headers of Ethernet and IPv4, which stay in fragments as well. */
function fragmentHeadersOf(frame: Frame): string {
  return textOf(octetsOf(frame).subarray(0, ETHERNET_HEADER + IPV4_HEADER));
}

/** The first 20 octets of a header that makes no segment, which stay as well; nothing if it came in fragments. */
function fixedHeaderOf(frame: Frame, header: BrokenHeader): Uint8Array {
  const found = placeOf(frame, header);
  return found < 0 ? new Uint8Array() : octetsOf(frame).subarray(found, found + FIXED_HEADER);
}

/** Where a TCP header is in a frame, by its ports and numbers; -1 if nowhere in one piece. */
function placeOf(
  frame: Frame,
  { sourcePort, destinationPort, sequence, acknowledgment }: Segment | BrokenHeader,
): number {
  const start = Buffer.alloc(12);
  start.writeUInt16BE(sourcePort, 0);
  start.writeUInt16BE(destinationPort, 2);
  start.writeInt32BE(sequence, 4);
  start.writeInt32BE(acknowledgment, 8);
  // The headers below may hold the same octets, and so may the payload.
  const headers = IPV4_HEADER + (frame.linkType === ETHERNET ? ETHERNET_HEADER : 0);
  return Buffer.from(octetsOf(frame)).indexOf(start, headers);
}

function octetsOf({ bytes, offset, capturedLength }: Frame): Uint8Array {
  return bytes.slice(offset, offset + capturedLength);
}

/** Both addresses of a segment, as they are in its packet. Those that anonymizing keeps are nobody's. */
function addressesOf(segment: Segment): Uint8Array[] {
  const { source0, source1, source2, source3, destination0, destination1, destination2, destination3 } =
    segment;
  const anonymizer = new Anonymizer(KEYS[0]);
  return [
    [source0, source1, source2, source3],
    [destination0, destination1, destination2, destination3],
  ].flatMap(([a, b, c, d]) => {
    const text = formatAddress(a, b, c, d);
    if (anonymizer.address(text) === text) return [];
    const octets = new Uint8Array(16);
    for (const [place, word] of [a, b, c, d].entries()) new DataView(octets.buffer).setInt32(place * 4, word);
    return [text.includes(':') ? octets : octets.slice(12)];
  });
}
