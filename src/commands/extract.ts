import { randomInt } from 'node:crypto';
import { Analysis, type CaptureSource } from '../analysis.js';
import type { FrameHandler } from '../capture/frame.js';
import { MixedLinkTypesError } from '../capture/pcap-writer.js';
import { FragmentedDatagrams } from '../extract/fragments.js';
import { FramePicker } from '../extract/frame-picker.js';
import { Selection } from '../extract/selection.js';
import { isReadOnce } from '../node/byte-source.js';
import { escapeControls } from '../report/text/escape.js';
import { captureName } from '../report/text/words.js';
import type { RuleSettings } from '../rules/evaluation/settings.js';
import type { Suppression } from '../rules/evaluation/suppressions.js';
import { noSuchConnection } from './errors.js';
import {
  type Alteration,
  type AlterationOptions,
  alterationOf,
  ExtractFile,
  type Output,
  type OutputOptions,
  outputOf,
} from './extract-file.js';
import { EXIT_CAPTURE, EXIT_OK, type Io, UsageError } from './io.js';
import { isUnreadable, type ReadAllOptions, readFrames, warnOfDamage } from './read-all.js';

export interface ExtractOptions extends ReadAllOptions, OutputOptions, AlterationOptions {
  readonly connection: readonly number[];
  readonly finding: readonly number[];
  readonly rules: RuleSettings;
  readonly suppressions?: readonly Suppression[];
}

/** Writes the frames of some connections to a new capture. Returns the exit code. */
export async function extract(path: string, options: ExtractOptions, io: Io): Promise<number> {
  const output = outputOf(path, options, io);
  if (options.connection.length + options.finding.length === 0)
    throw new UsageError('say what to extract: --connection N, as in Wireshark, or --finding N');
  if (isReadOnce(path)) {
    throw new UsageError(
      `extract reads a capture twice, and ${captureName(path)} can be read only once: write it to a file first`,
    );
  }
  const alteration = await alterationOf(options, io);
  const engine = {
    seed: randomInt(2 ** 32),
    maximumConnections: options.maxConnections,
    separate: options.separate,
  };
  const selection = new Selection(options.connection, options.finding);
  const datagrams = new FragmentedDatagrams();
  const analysis = new Analysis({
    ...engine,
    reporters: [
      { connection: (connection, findings) => selection.connection(connection, findings), end: () => {} },
    ],
    rules: options.rules,
    suppressions: options.suppressions,
    onReuse: (connection, predecessor) => selection.reuse(connection, predecessor),
    onAnsweredForPredecessor: (connection) => selection.answerForPredecessor(connection),
    onSegment: (connection, _from, segment) => datagrams.subject(connection, segment),
    onIcmpError: (connection, error) => datagrams.subject(connection, error),
    onFragment: datagrams.fragment,
  });
  const onFrame = analysis.begin();
  const learn: FrameHandler = (frame) => {
    onFrame(frame);
    datagrams.learn();
  };
  const facts = await readFrames(path, learn, options, io);
  if (facts === null) return EXIT_CAPTURE;
  analysis.endCapture(facts);
  warnOfDamage(facts, io);
  if (isUnreadable(facts)) return EXIT_CAPTURE;
  check(selection);
  const file = await ExtractFile.open(output, betweenPauses(facts, selection), alteration, io);
  try {
    const picker = new FramePicker(selection, datagrams, file.add, engine);
    if ((await readFrames(path, picker.onFrame, options, io)) === null) {
      file.abandon();
      return EXIT_CAPTURE;
    }
    if (file.frames === 0)
      throw new UsageError(
        'none of these frames can be altered: they hold layers below TCP that finwait does not know in full',
      );
    file.finish();
  } catch (error) {
    file.abandon();
    if (error instanceof MixedLinkTypesError) throw new UsageError(`${error.message} (--format pcapng)`);
    throw error;
  }
  if (file.refused > 0) {
    io.stderr.write(
      `finwait: left out ${file.refused} frames that cannot be altered: they hold layers below TCP that finwait does not know in full\n`,
    );
  }
  if (datagrams.forgotten > 0) {
    io.stderr.write(
      `finwait: may have left out some of ${datagrams.forgotten} fragments of IP datagrams: there were too many to keep track of\n`,
    );
  }
  if (options.quiet !== true) tell(selection, file.frames, output, facts, alteration, io);
  return EXIT_OK;
}

/** The capture as if it held only what lies between the pauses around the selected connections. */
function betweenPauses(facts: CaptureSource, { resumedAt, pausedAt }: Selection): CaptureSource {
  return {
    ...facts,
    ...(resumedAt !== null && { startAt: null, firstFrameAt: resumedAt }),
    ...(pausedAt !== null && { endAt: null, lastFrameAt: pausedAt }),
  };
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
      ? 'this capture has no findings'
      : last === 0
        ? 'the only one is number 0'
        : `they are numbered from 0 to ${last}, as in the JSON report`;
  throw new UsageError(`there is no finding ${finding}; ${numbers}`);
}

function tell(
  selection: Selection,
  frames: number,
  { path, format }: Output,
  { firstFrameAt }: CaptureSource,
  alteration: Alteration | null,
  io: Io,
): void {
  const ids = [...selection.connections].sort((a, b) => a - b);
  const what = `connection${ids.length === 1 ? '' : 's'} ${ids.join(', ')}`;
  const place = path === null ? '' : ` to ${escapeControls(path)}`;
  io.stderr.write(`finwait: wrote ${frames} frame${frames === 1 ? '' : 's'} of ${what}${place}\n`);
  for (const { connection, predecessor } of selection.reuses) {
    io.stderr.write(
      `finwait: connection ${connection} took over the ports of connection ${predecessor} before that one was ` +
        'closed: neither can be understood without the other, so the extract has both\n',
    );
  }
  if (format === 'pcap' && alteration !== null) {
    io.stderr.write(`finwait: a pcap file cannot say that it was altered: ${alteration.says}; pcapng can\n`);
  }
  if (format === 'pcap' && firstFrameAt === null) {
    io.stderr.write(
      'finwait: a pcap file cannot say that frames have no time: they are dated 1970; pcapng can\n',
    );
  }
  if (format === 'pcap') {
    io.stderr.write(
      'finwait: a pcap file cannot say how long the capture went on after its last frame, so findings about ' +
        'silence at the end may differ; pcapng can\n',
    );
  }
}
