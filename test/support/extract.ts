import { Analysis } from '../../src/analysis.js';
import type { ReaderFacts } from '../../src/capture/facts.js';
import { Frame, type FrameHandler } from '../../src/capture/frame.js';
import { PcapngWriter } from '../../src/capture/pcapng-writer.js';
import { CaptureReader } from '../../src/capture/reader.js';
import type { Connection } from '../../src/connections/connection.js';
import type { Anonymizer } from '../../src/extract/anonymizer.js';
import { FragmentedDatagrams } from '../../src/extract/fragments.js';
import { FramePicker } from '../../src/extract/frame-picker.js';
import { Selection } from '../../src/extract/selection.js';
import { PATTERNS } from '../../src/rules/catalog.js';
import type { Finding } from '../../src/rules/finding.js';
import { Gathering } from './gathering.js';

/** What all rules say of a capture. */
export interface Told {
  readonly facts: ReaderFacts;
  readonly datagrams: FragmentedDatagrams;
  /** Connections that opened the 4-tuple of another, and that. */
  readonly reuses: readonly (readonly [connection: number, predecessor: number])[];
  /** Connections of whose segments some belonged to the one whose 4-tuple they opened. */
  readonly answeredForPredecessor: readonly number[];
  readonly connections: readonly Connection[];
  readonly findings: readonly Finding[];
}

/** Feeds a capture through `handler` and answers with its facts. */
export function read(bytes: Uint8Array, handler: FrameHandler) {
  const reader = new CaptureReader(handler);
  reader.push(bytes);
  reader.end();
  return reader.facts();
}

export interface TellingOptions {
  /** The number of each frame in another capture, which it goes by. */
  readonly numbers?: readonly number[];
  readonly anonymizer?: Anonymizer;
}

/** What a pattern makes of a finding depends on other connections, which an extract does not have. */
const WITHOUT_PATTERNS = { severities: Object.fromEntries(PATTERNS.map(({ id }) => [id, 'off' as const])) };

/** Analyses a capture. */
export function tellOf(bytes: Uint8Array, { numbers, anonymizer }: TellingOptions = {}): Told {
  const gathered = new Gathering();
  const datagrams = new FragmentedDatagrams();
  const reuses: [number, number][] = [];
  const answeredForPredecessor: number[] = [];
  const analysis = new Analysis({
    reporters: [gathered],
    onReuse: (connection, predecessor) => reuses.push([connection, predecessor]),
    onAnsweredForPredecessor: (connection) => answeredForPredecessor.push(connection),
    onSegment: (connection, _from, segment) => datagrams.subject(connection, segment),
    onIcmpError: (connection, error) => datagrams.subject(connection, error),
    onFragment: datagrams.fragment,
    anonymizer,
    rules: WITHOUT_PATTERNS,
  });
  const onFrame = analysis.begin();
  const facts = read(bytes, (frame) => {
    const { number } = frame;
    if (numbers !== undefined) frame.number = numbers[number - 1];
    onFrame(frame);
    datagrams.learn();
    frame.number = number;
  });
  analysis.endCapture({ path: '', compression: null, ...facts });
  analysis.finish();
  const { connections, findings } = gathered;
  return { facts, datagrams, reuses, answeredForPredecessor, connections, findings };
}

/** A frame that stays when its reader or rewriter goes on. */
export function copyOf(frame: Frame): Frame {
  const bytes = frame.bytes.slice(frame.offset, frame.offset + frame.capturedLength);
  return Object.assign(new Frame(), frame, { bytes, view: new DataView(bytes.buffer), offset: 0 });
}

/** Copies of the frames that `finwait extract` picks for a connection. */
export function framesOf(bytes: Uint8Array, told: Told, connection: number): Frame[] {
  const selection = new Selection([connection], []);
  for (const [later, earlier] of told.reuses) selection.reuse(later, earlier);
  for (const each of told.answeredForPredecessor) selection.answerForPredecessor(each);
  for (const each of told.connections) selection.connection(each, []);
  const frames: Frame[] = [];
  const picker = new FramePicker(selection, told.datagrams, (frame) => frames.push(copyOf(frame)));
  read(bytes, picker.onFrame);
  return frames;
}

/** Frames as a pcapng capture that lasted as long as that of `told`, or until that paused after `connection`. */
export function captureOfFrames(frames: readonly Frame[], told: Told, connection?: Connection): Uint8Array {
  const parts: Uint8Array[] = [];
  const writer = new PcapngWriter((part) => parts.push(part.slice()), {
    application: 'test',
    comments: [],
    frameComments: [],
    interfaces: told.facts.interfaces,
    startAt: connection?.quality.resumedAt ?? told.facts.firstFrameAt,
    endAt: connection?.quality.pausedAt ?? told.facts.lastFrameAt,
  });
  for (const frame of frames) writer.add(frame);
  writer.end();
  return Buffer.concat(parts);
}

/** A connection and what is said of it, but for the numbers that it has among others. */
export function storyOf({ connections, findings }: Told, connection: Connection): string {
  const { id, stream, predecessor, quality, ...rest } = connection;
  // An extract lies between pauses of the capture, so that it has none of its own.
  const { pausedAt: _, resumedAt: __, ...ownQuality } = quality;
  const own = { ...rest, quality: ownQuality };
  const before = connections.find((other) => other.id === predecessor);
  const story = {
    own,
    predecessor: before === undefined ? null : before.firstFrame,
    findings: findings
      .filter((finding) => finding.connection === id)
      .map((finding) => ({ ...finding, connection: null })),
  };
  return JSON.stringify(story, null, 1).replaceAll(`tcp.stream eq ${stream}`, 'tcp.stream eq N');
}
