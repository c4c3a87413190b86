import { randomInt } from 'node:crypto';
import { Analysis } from '../analysis.js';
import type { Frame } from '../capture/frame.js';
import type { FrameWriter, WriteOctets } from '../capture/frame-writer.js';
import { MixedLinkTypesError, PcapWriter } from '../capture/pcap-writer.js';
import { PcapngWriter } from '../capture/pcapng-writer.js';
import { FragmentedDatagrams } from '../extract/fragments.js';
import { FramePicker } from '../extract/frame-picker.js';
import { FrameRewriter } from '../extract/frame-rewriter.js';
import { Selection } from '../extract/selection.js';
import { OutputFile } from '../node/output.js';
import type { CaptureFacts } from '../node/read-capture.js';
import { escapeControls } from '../report/escape.js';
import type { RuleSettings } from '../rules/settings.js';
import type { Suppression } from '../rules/suppressions.js';
import { VERSION } from '../version.js';
import { type AnonymizationOptions, anonymizerOf } from './anonymization.js';
import { noSuchConnection } from './errors.js';
import { EXIT_CAPTURE, EXIT_OK, type Io, UsageError } from './io.js';
import { type ReadAllOptions, readFrames, warnOfDamage } from './read-all.js';

export const EXTRACT_FORMATS = ['pcapng', 'pcap'] as const;
export type ExtractFormat = (typeof EXTRACT_FORMATS)[number];

const STANDARD_OUTPUT = '-';

export interface ExtractOptions extends ReadAllOptions, AnonymizationOptions {
  readonly connection: readonly number[];
  readonly finding: readonly number[];
  readonly output?: string;
  readonly format?: ExtractFormat;
  readonly stripPayload?: boolean;
  readonly keepPayload?: boolean;
  readonly rules: RuleSettings;
  readonly suppressions?: readonly Suppression[];
}

/** Writes the frames of some connections as a capture of its own. Returns the exit code. */
export async function extract(path: string, options: ExtractOptions, io: Io): Promise<number> {
  const output = outputOf(options, io);
  if (options.connection.length + options.finding.length === 0)
    throw new UsageError('say what to extract: --connection N, as Wireshark counts, or --finding N');
  if (path === '-') {
    throw new UsageError(
      'extract reads a capture twice, and standard input can be read only once: write it to a file first',
    );
  }
  const alteration = alterationOf(options, io);
  const engine = { seed: randomInt(2 ** 32), maximumConnections: options.maxConnections };
  const selection = new Selection(options.connection, options.finding);
  const datagrams = new FragmentedDatagrams();
  const analysis = new Analysis({
    ...engine,
    reporters: [
      { connection: (connection, findings) => selection.connection(connection, findings), end: () => {} },
    ],
    rules: options.rules,
    suppressions: options.suppressions,
    onFragment: (frame) => datagrams.learn(frame),
  });
  const facts = await readFrames(path, analysis.begin(), options, io);
  if (facts === null) return EXIT_CAPTURE;
  analysis.endCapture(facts);
  warnOfDamage(facts, io);
  check(selection);
  const sink = new Sink(output, facts, alteration, io);
  try {
    const picker = new FramePicker(selection, datagrams, sink.add, engine);
    if ((await readFrames(path, picker.onFrame, options, io)) === null) {
      sink.abandon();
      return EXIT_CAPTURE;
    }
    sink.finish();
  } catch (error) {
    sink.abandon();
    if (error instanceof MixedLinkTypesError) throw new UsageError(`${error.message} (--format pcapng)`);
    throw error;
  }
  if (sink.refused > 0) {
    const them = sink.refused === 1 ? 'One frame is' : `${sink.refused} frames are`;
    io.stderr.write(
      `finwait: ${them} left out: they hold layers that finwait cannot alter, and nobody knows what is in them\n`,
    );
  }
  if (options.quiet !== true) tell(selection, sink.frames, output, alteration, io);
  return EXIT_OK;
}

interface Output {
  /** Null for standard output. */
  readonly path: string | null;
  readonly format: ExtractFormat;
}

function outputOf({ output, format }: ExtractOptions, io: Io): Output {
  if (output === undefined && io.stdout.isTerminal)
    throw new UsageError('a capture is nothing to look at in a terminal: write it with --output FILE');
  const path = output === undefined || output === STANDARD_OUTPUT ? null : output;
  return { path, format: format ?? (path !== null && /\.(pcap|cap|dmp)$/i.test(path) ? 'pcap' : 'pcapng') };
}

function check(selection: Selection): void {
  const [connection] = selection.missingConnections;
  if (connection !== undefined)
    throw new UsageError(noSuchConnection(connection, selection.highestConnection));
  const [finding] = selection.missingFindings;
  if (finding === undefined) return;
  const last = selection.findings - 1;
  const numbers =
    last < 0
      ? 'nothing was found in this capture'
      : last === 0
        ? 'the only one is number 0'
        : `they are numbered from 0 to ${last}, as in the JSON report`;
  throw new UsageError(`there is no finding ${finding}; ${numbers}`);
}

/** What is changed in every frame, and what the extract says of it. */
interface Alteration {
  readonly rewriter: FrameRewriter;
  readonly says: string;
  readonly isAnonymous: boolean;
}

function alterationOf(options: ExtractOptions, io: Io): Alteration | null {
  const { anonymize, keepPayload } = options;
  if (keepPayload === true && anonymize !== true)
    throw new UsageError('payload is kept without --keep-payload, unless addresses are anonymized');
  if (keepPayload === true && options.stripPayload === true)
    throw new UsageError('--keep-payload and --strip-payload contradict each other');
  const addresses = anonymizerOf(options, io);
  // What was sent is full of names and addresses.
  const stripPayload = options.stripPayload === true || (addresses !== null && keepPayload !== true);
  const says = [
    ...(addresses === null ? [] : ['addresses are anonymized (Crypto-PAn)']),
    ...(stripPayload ? ['TCP payload is replaced by zeroes'] : []),
  ];
  if (says.length === 0) return null;
  return {
    rewriter: new FrameRewriter({ stripPayload, addresses }),
    says: says.join(', '),
    isAnonymous: addresses !== null,
  };
}

/** The output file or stream with the writer of its format, which is made for the first frame. */
class Sink {
  /** Frames written, and those that could not be altered. */
  frames = 0;
  refused = 0;
  readonly #alteration: Alteration | null;
  readonly #output: Output;
  readonly #facts: CaptureFacts;
  readonly #file: OutputFile | null;
  readonly #write: WriteOctets;
  #writer: FrameWriter | null = null;

  constructor(output: Output, facts: CaptureFacts, alteration: Alteration | null, io: Io) {
    this.#alteration = alteration;
    this.#output = output;
    this.#facts = facts;
    this.#file = output.path === null ? null : new OutputFile(output.path);
    this.#write = this.#file?.write ?? io.stdout.write;
  }

  readonly add = (picked: Frame): void => {
    const frame = this.#alteration === null ? picked : this.#alteration.rewriter.rewrite(picked);
    if (frame === null) {
      this.refused++;
      return;
    }
    this.frames++;
    this.#writer ??= this.#open(frame.linkType);
    this.#writer.add(frame);
  };

  finish(): void {
    this.#writer?.end();
    this.#file?.finish();
  }

  abandon(): void {
    this.#file?.abandon();
  }

  #open(linkType: number): FrameWriter {
    const { interfaces, snaplen, timePrecision, endAt, lastFrameAt } = this.#facts;
    if (this.#output.format === 'pcap') {
      const nanoseconds = !['us', 'ms', 's'].includes(timePrecision);
      return new PcapWriter(this.#write, { linkType, snaplen, nanoseconds });
    }
    // Names of interfaces may be those of customers or machines.
    const nameless = interfaces.map((each) => ({ ...each, name: null }));
    return new PcapngWriter(this.#write, {
      application: `finwait ${VERSION}`,
      comment: this.#alteration && `Altered by finwait: ${this.#alteration.says}.`,
      interfaces: this.#alteration?.isAnonymous === true ? nameless : interfaces,
      endAt: endAt ?? lastFrameAt,
    });
  }
}

function tell(
  selection: Selection,
  frames: number,
  { path, format }: Output,
  alteration: Alteration | null,
  io: Io,
): void {
  const ids = [...selection.connections].sort((a, b) => a - b);
  const what = `connection${ids.length === 1 ? '' : 's'} ${ids.join(', ')}`;
  const place = path === null ? '' : ` to ${escapeControls(path)}`;
  io.stderr.write(`finwait: wrote ${frames} frame${frames === 1 ? '' : 's'} of ${what}${place}\n`);
  for (const { connection, predecessor } of selection.reuses) {
    io.stderr.write(
      `finwait: connection ${connection} took over the ports of connection ${predecessor} while that still ` +
        'stood: neither can be understood without the other, so both are in it\n',
    );
  }
  if (format === 'pcap' && alteration !== null) {
    io.stderr.write(`finwait: a pcap file cannot say that it is altered: ${alteration.says}; pcapng can\n`);
  }
  if (format === 'pcap') {
    io.stderr.write(
      'finwait: a pcap file cannot say how long the capture went on after its last frame: what is said of ' +
        'silence at the end may differ; pcapng can\n',
    );
  }
}
