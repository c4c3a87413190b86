import type { CaptureSource } from '../analysis.js';
import type { InterfaceFacts } from '../capture/facts.js';
import type { Frame } from '../capture/frame.js';
import type { FrameWriter, WriteOctets } from '../capture/frame-writer.js';
import { MAX_CAPTURED_LENGTH } from '../capture/parser.js';
import { PcapWriter } from '../capture/pcap-writer.js';
import { PcapngWriter } from '../capture/pcapng-writer.js';
import { isLater } from '../core/time.js';
import { FrameRewriter } from '../extract/frame-rewriter.js';
import { OutputFile } from '../node/output.js';
import { VERSION } from '../version.js';
import { type AnonymizationOptions, anonymizerOf } from './anonymization.js';
import { type Io, UsageError } from './io.js';
import { checkPlace } from './output-place.js';

export const EXTRACT_FORMATS = ['pcapng', 'pcap'] as const;
type ExtractFormat = (typeof EXTRACT_FORMATS)[number];

const STANDARD_OUTPUT = '-';

export interface OutputOptions {
  readonly output?: string;
  readonly format?: ExtractFormat;
}

/** Where an extract goes. */
export interface Output {
  /** Null for standard output. */
  readonly path: string | null;
  readonly format: ExtractFormat;
}

/** @throws UsageError for a place where no capture should go, such as that of `capture` itself */
export function outputOf(capture: string, { output, format }: OutputOptions, io: Io): Output {
  if (output === undefined && io.stdout.isTerminal)
    throw new UsageError('a capture cannot be shown in a terminal: write it with --output FILE');
  if (output === undefined || output === STANDARD_OUTPUT) return { path: null, format: format ?? 'pcapng' };
  checkPlace(output, [capture]);
  return { path: output, format: format ?? (/\.(pcap|cap|dmp)$/i.test(output) ? 'pcap' : 'pcapng') };
}

export interface AlterationOptions extends AnonymizationOptions {
  readonly stripPayload?: boolean;
  readonly keepPayload?: boolean;
}

/** What is changed in every frame, and how the extract says so. */
export interface Alteration {
  readonly rewriter: FrameRewriter;
  readonly says: string;
  readonly isAnonymous: boolean;
}

/** Null if frames are to stay as they are. */
export async function alterationOf(options: AlterationOptions, io: Io): Promise<Alteration | null> {
  const { anonymize, keepPayload } = options;
  if (keepPayload === true && anonymize !== true)
    throw new UsageError('--keep-payload is for --anonymize: without that, payload is kept anyway');
  if (keepPayload === true && options.stripPayload === true)
    throw new UsageError('--keep-payload and --strip-payload contradict each other');
  const addresses = await anonymizerOf(options, io);
  // Payload is full of names and addresses.
  const stripPayload = options.stripPayload === true || (addresses !== null && keepPayload !== true);
  const says = [
    ...(addresses === null ? [] : ['addresses are anonymized (Crypto-PAn)']),
    ...(stripPayload ? ['TCP payload is replaced by zeros'] : []),
  ];
  if (says.length === 0) return null;
  return {
    rewriter: new FrameRewriter({ stripPayload, addresses }),
    says: says.join(', '),
    isAnonymous: addresses !== null,
  };
}

/** The output file or stream with the writer of its format, which is created with the first frame. */
export class ExtractFile {
  /** Frames written, and those that could not be altered. */
  frames = 0;
  refused = 0;
  readonly #alteration: Alteration | null;
  readonly #output: Output;
  readonly #facts: CaptureSource;
  readonly #file: OutputFile | null;
  readonly #write: WriteOctets;
  #writer: FrameWriter | null = null;

  private constructor(
    output: Output,
    file: OutputFile | null,
    facts: CaptureSource,
    alteration: Alteration | null,
    io: Io,
  ) {
    this.#alteration = alteration;
    this.#output = output;
    this.#facts = facts;
    this.#file = file;
    this.#write = file?.write ?? io.stdout.write;
  }

  /** @throws OutputError for a file that cannot be written */
  static async open(
    output: Output,
    facts: CaptureSource,
    alteration: Alteration | null,
    io: Io,
  ): Promise<ExtractFile> {
    const file = output.path === null ? null : await OutputFile.open(output.path);
    return new ExtractFile(output, file, facts, alteration, io);
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

  #describe(facts: InterfaceFacts): InterfaceFacts {
    if (this.#alteration === null) return facts;
    const names = this.#alteration.isAnonymous ? { name: null, description: null } : {};
    return { ...facts, ...names, comments: [] };
  }

  #open(linkType: number): FrameWriter {
    const { interfaces, comments, frameComments, snaplen, timePrecision } = this.#facts;
    const { startAt, endAt, firstFrameAt, lastFrameAt } = this.#facts;
    if (this.#output.format === 'pcap') {
      const nanoseconds = !['us', 'ms', 's'].includes(timePrecision);
      return new PcapWriter(this.#write, {
        linkType,
        snaplen: snaplen === 0 ? MAX_CAPTURED_LENGTH : snaplen,
        nanoseconds,
      });
    }
    return new PcapngWriter(this.#write, {
      application: `finwait ${VERSION}`,
      // Comments may quote what was removed; names of interfaces may be those of customers or machines.
      comments: this.#alteration === null ? comments : [`Altered by finwait: ${this.#alteration.says}.`],
      frameComments: this.#alteration === null ? frameComments : [],
      interfaces: interfaces.map((each) => this.#describe(each)),
      // The start and end that a capture states may be wrong.
      startAt:
        startAt !== null && firstFrameAt !== null && isLater(firstFrameAt, startAt) ? startAt : firstFrameAt,
      endAt: endAt !== null && lastFrameAt !== null && isLater(endAt, lastFrameAt) ? endAt : lastFrameAt,
    });
  }
}
