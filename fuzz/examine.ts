import { Analysis } from '../src/analysis.js';
import { CaptureReader } from '../src/capture/reader.js';
import type { Connection } from '../src/connections/connection.js';
import { CaptureError } from '../src/core/errors.js';
import { FORMATS } from '../src/report/formats.js';
import { PLAIN } from '../src/report/palette.js';
import { type AnalysisEnd, MemorySpool, type Reporter } from '../src/report/reporter.js';
import type { Finding } from '../src/rules/finding.js';
import { illegalStep } from '../test/support/legality.js';
import { textOf } from '../test/support/report.js';
import type { Random } from './random.js';

/** What one input did: `signature` names its behaviour in so many words, to tell new behaviour from old. */
export interface Examined {
  readonly signature: ReadonlySet<string>;
  readonly frames: number;
}

const LOOK = { palette: PLAIN, columns: 100, verbose: true };
/** Control characters but tabs and line ends, and those that turn text around. */
const CONTROL = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u;

/**
 * Analyses an input as a whole and in pieces, and throws if anything that must hold does not: it ends in a
 * report or a `CaptureError`, the same in both ways; transitions are legal, numbers in range, every format can
 * be written and holds no control characters.
 */
export function examine(bytes: Uint8Array, random: Random): Examined {
  const whole = analyse(bytes, [bytes.length + 1]);
  const sizes = Array.from({ length: 1 + random.below(4) }, () => 1 + random.below(random.of([3, 50, 5000])));
  const pieces = analyse(bytes, sizes);
  if (isRefused(whole) || isRefused(pieces)) {
    if (whole !== pieces) throw new Error(`as a whole it is ${say(whole)}; in pieces ${say(pieces)}`);
    return { signature: new Set([`refused: ${withoutNumbers(String(whole))}`]), frames: 0 };
  }
  for (const [format, text] of Object.entries(whole.texts)) {
    if (text !== pieces.texts[format])
      throw new Error(`the ${format} report differs if read in pieces of ${sizes}`);
    const found = CONTROL.exec(text);
    if (found !== null) throw new Error(`the ${format} report holds a control character at ${found.index}`);
  }
  JSON.parse(whole.texts.json);
  for (const line of whole.texts.ndjson.trimEnd().split('\n')) JSON.parse(line);
  checkReport(whole);
  return { signature: signatureOf(whole), frames: whole.end.captures[0].frames };
}

interface Outcome {
  readonly texts: Readonly<Record<string, string>>;
  readonly connections: readonly Connection[];
  readonly findings: readonly Finding[];
  readonly end: AnalysisEnd;
}

/** The reports in all formats, or the message of the error with which the input is refused. */
function analyse(bytes: Uint8Array, sizes: readonly number[]): Outcome | string {
  const texts: Record<string, string> = {};
  const connections: Connection[] = [];
  const findings: Finding[] = [];
  const writers = Object.entries(FORMATS).map(([name, format]) => {
    texts[name] = '';
    const write = (part: string | Uint8Array): void => {
      texts[name] += textOf(part);
    };
    return format.create(write, LOOK, new MemorySpool());
  });
  const collector: Reporter = {
    connection: (connection, found) => {
      connections.push(connection);
      findings.push(...found);
    },
    end: () => {},
  };
  try {
    const analysis = new Analysis({ reporters: [collector, ...writers] });
    const reader = new CaptureReader(analysis.begin());
    for (let at = 0, piece = 0; at < bytes.length; piece++) {
      const size = sizes[piece % sizes.length];
      reader.push(bytes.subarray(at, at + size));
      at += size;
    }
    reader.end();
    analysis.endCapture({ path: 'capture', compression: null, ...reader.facts() });
    return { texts, connections, findings, end: analysis.finish() };
  } catch (error) {
    if (error instanceof CaptureError) return error.message;
    throw error;
  }
}

function checkReport({ connections, findings, end }: Outcome): void {
  const { frames, tcpSegments, icmpErrors, skipped, undecodedLinkTypes, damage } = end.captures[0];
  const ids = new Set(connections.map(({ id }) => id));
  if (ids.size !== connections.length) throw new Error('two connections have the same id');
  for (const connection of connections) {
    const { id, firstFrame, lastFrame } = connection;
    if (id < 0 || id >= frames) throw new Error(`connection ${id} of ${frames} frames`);
    if (firstFrame < 1 || lastFrame < firstFrame || lastFrame > frames)
      throw new Error(`connection ${id} is from frame ${firstFrame} to ${lastFrame}`);
    if (connection.frames < 1 || connection.frames > tcpSegments)
      throw new Error(`connection ${id} has ${connection.frames} frames`);
    for (const endpoint of [connection.client, connection.server]) {
      const illegal = illegalStep(endpoint, frames);
      if (illegal !== null) throw new Error(`connection ${id}: ${illegal}`);
    }
  }
  for (const { rule, connection, frames: proof } of findings) {
    if (!ids.has(connection)) throw new Error(`${rule} is of connection ${connection}, which does not exist`);
    if (proof.some((frame) => frame < 1 || frame > frames))
      throw new Error(`${rule} names frames ${proof} of ${frames}`);
  }
  const sorted = tcpSegments + icmpErrors + total(skipped);
  if (sorted !== frames) throw new Error(`${sorted} frames were sorted, of ${frames}`);
  const unnamed = (skipped['unsupported-link-type'] ?? 0) - total(undecodedLinkTypes);
  if (unnamed !== 0) throw new Error(`the link type of ${unnamed} frames has no name`);
  if (damage !== null && damage.frame !== frames + 1)
    throw new Error(`damage in frame ${damage.frame} after ${frames}`);
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function signatureOf({ connections, findings, end }: Outcome): Set<string> {
  const { skipped, damage } = end.captures[0];
  const signature = new Set<string>([
    ...Object.keys(skipped),
    `damage: ${damage === null ? 'none' : withoutNumbers(damage.message)}`,
  ]);
  for (const { rule, endpoint, confidence } of findings) signature.add(`${rule} ${endpoint} ${confidence}`);
  for (const { rule } of end.patterns) signature.add(rule);
  for (const { client, server, zeek } of connections) {
    signature.add(zeek.connState);
    for (const { timeline } of [client, server]) {
      for (const { state, cause, evidence, retractedBy } of timeline)
        signature.add(`${state} ${cause} ${evidence} ${retractedBy === null}`);
    }
  }
  return signature;
}

/** Every number and every octet in a message would be a behaviour of its own. */
function withoutNumbers(message: string): string {
  return message.replace(/\(.*|\b(?:0x)?[\da-f]*\d[\da-f]*\b/g, '');
}

function isRefused(outcome: Outcome | string): outcome is string {
  return typeof outcome === 'string';
}

function say(outcome: Outcome | string): string {
  return isRefused(outcome) ? `refused: ${outcome}` : 'reported on';
}
