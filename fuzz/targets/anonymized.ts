import type { Frame } from '../../src/capture/frame.js';
import { formatAddress } from '../../src/core/addresses.js';
import { Decoder } from '../../src/decode/decoder.js';
import type { Segment } from '../../src/decode/segment.js';
import { SEGMENT } from '../../src/decode/verdict.js';
import { Anonymizer } from '../../src/extract/anonymizer.js';
import { readCapture } from '../../src/node/read-capture.js';
import { command } from '../command.js';
import { broken } from '../invariants/broken.js';
import { checkJson } from '../invariants/json.js';
import { scratchFile, scratchPath, takeFile } from '../scratch.js';
import type { Target } from './target.js';

const KEYS = [7, 11].map((step) => Uint8Array.from({ length: 32 }, (_, place) => (step * place + 1) & 255));
/** Octets of payload that are looked for. */
const WINDOW = 8;
const ETHERNET = 1;

/**
 * What is to be shown to strangers: reports and extracts hold neither addresses nor payload of the original, nor
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
 * What of the original's addresses and payload stands in the extracts under both keys: what is there under one alone
 * came about by chance.
 */
async function checkExtracts(path: string, extracts: readonly Uint8Array[]): Promise<void> {
  const secrets = await secretsOf(path);
  const texts = extracts.map(textOf);
  for (const [secret, what] of secrets) {
    if (texts.every((text) => text.includes(secret)))
      broken(`${what} ${Buffer.from(secret, 'latin1').toString('hex')} is in an anonymized extract`);
  }
}

/** Octets, as characters, that must not be in an extract, and what they are. */
async function secretsOf(path: string): Promise<Map<string, string>> {
  const addresses = new Map<string, string>();
  const payloads = new Map<string, string>();
  const keep = (secrets: Map<string, string>, octets: Uint8Array, what: string): void => {
    // Few values may stand anywhere.
    if (new Set(octets).size >= Math.min(4, octets.length)) secrets.set(textOf(octets), what);
  };
  // What stays of headers may by chance be the same octets: ports, numbers and options of TCP, and more for payload.
  let numbers = '';
  let headers = '';
  const decoder = new Decoder();
  await readCapture(path, (frame) => {
    if (decoder.decode(frame) !== SEGMENT) return;
    const { bytes, offset, capturedLength, linkType } = frame;
    if (linkType === ETHERNET && capturedLength >= 14) {
      for (const at of [0, 6])
        keep(addresses, bytes.slice(offset + at, offset + at + 6), 'the hardware address');
    }
    for (const address of addressesOf(decoder.segment)) keep(addresses, address, 'the address');
    const { before, header, payload } = partsOf(frame, decoder.segment);
    numbers += textOf(header);
    headers += textOf(before) + textOf(header);
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

/** What stands before the segment's TCP header in its frame, the header and the rest; nothing if it came in fragments. */
function partsOf(
  { bytes, offset, capturedLength }: Frame,
  segment: Segment,
): Record<'before' | 'header' | 'payload', Uint8Array> {
  const { sourcePort, destinationPort, sequence, acknowledgment, payloadCaptured } = segment;
  const start = Buffer.alloc(12);
  start.writeUInt16BE(sourcePort, 0);
  start.writeUInt16BE(destinationPort, 2);
  start.writeInt32BE(sequence, 4);
  start.writeInt32BE(acknowledgment, 8);
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset + offset, capturedLength);
  const found = frame.lastIndexOf(start);
  const isWhole = found >= 0 && found + 12 < frame.length;
  const header = isWhole ? found : 0;
  const payload = isWhole ? header + (frame[header + 12] >> 4) * 4 : 0;
  return {
    before: Uint8Array.from(frame.subarray(0, header)),
    header: Uint8Array.from(frame.subarray(header, payload)),
    payload: Uint8Array.from(isWhole ? frame.subarray(payload, payload + payloadCaptured) : []),
  };
}

/** Both addresses of a segment, as they stand in its packet. Those that anonymizing lets stand are nobody's. */
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
