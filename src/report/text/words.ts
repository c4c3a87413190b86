import { type Endpoint, stateOf } from '../../connections/connection.js';
import { formatEndpoint } from '../../core/addresses.js';
import { grouped } from '../../core/numbers.js';
import { isKnown, isLater, secondsBetween, type Timestamp, toIsoString } from '../../core/time.js';
import { VERDICT_DESCRIPTIONS } from '../../decode/verdict.js';
import type { BaselineOutcome } from '../../rules/evaluation/baseline.js';
import { type Citation, type Finding, type Pattern, SEVERITIES, type Severity } from '../../rules/finding.js';
import { duration } from '../../rules/wording/wording.js';
import type { PatternFilter } from '../display-filter.js';
import type { AnalysisEnd, CaptureFacts } from '../reporter.js';
import { escapeControls, onOneLine } from './escape.js';
import { type Palette, PLAIN } from './palette.js';
import { FIXED_SPACE } from './wrap.js';

/** `RFC 9293 §3.6.1 SHLD-3`, `connect(2) ECONNREFUSED`, `RFC 1122`. Lines are not broken within it. */
export function citationName({ source, section, label }: Citation): string {
  const place = section === null ? '' : /^\d/.test(section) ? `§${section}` : section;
  return [source, place, label ?? '']
    .filter((part) => part !== '')
    .join(' ')
    .replaceAll(' ', FIXED_SPACE);
}

/** Several citations in a row, each source and each place named once: `RFC 9293 §3.6, §3.10.4; tcp(7)`. */
export function citationNames(citations: readonly Citation[]): string {
  const named = new Set<string>();
  let text = '';
  let source = '';
  for (const citation of citations) {
    const name = citationName(citation);
    if (named.has(name)) continue;
    named.add(name);
    const repeats = citation.source === source && citation.section !== null;
    const part = repeats ? name.slice(source.length + 1) : name;
    text += text === '' ? part : `${repeats ? ', ' : '; '}${part}`;
    source = citation.source;
  }
  return text;
}

/** Shown instead of a time or a duration that is not known. */
export const UNKNOWN_TIME = 'no time';

/** When a capture began and how long it lasted: `from 2026-11-20 22:00:00.123 UTC, for 62.1 s`; empty without frames. */
export function span({ frames, firstFrameAt, durationSeconds }: CaptureFacts, separator = ''): string {
  if (frames === 0) return '';
  if (firstFrameAt === null || durationSeconds === null) return 'its frames have no time';
  return `from ${clockTime(firstFrameAt)}${separator} for ${seconds(durationSeconds)}`;
}

/**
 * When something happened, for looking it up in logs: `2026-11-20 23:58:31.361 to 23:59:33.762 UTC`, each end with its
 * day if they differ. A single time if both are the same or a clock ran backwards; empty if it is not known.
 */
export function period({ from, to }: { readonly from: Timestamp; readonly to: Timestamp }): string {
  if (!isKnown(from)) return '';
  const first = clockTime(from);
  if (!isLater(to, from)) return first;
  const last = clockTime(to);
  if (last === first) return first;
  const day = '2026-11-20 '.length;
  return `${first.slice(0, -' UTC'.length)} to ${last.startsWith(first.slice(0, day)) ? last.slice(day) : last}`;
}

/** `2026-11-20 22:00:00.123 UTC`. */
export function clockTime(time: Timestamp): string {
  if (!isKnown(time)) return UNKNOWN_TIME;
  const text = toIsoString(time);
  return `${text.slice(0, 10)} ${text.slice(11, 23)} UTC`;
}

/** A duration, with as many digits as are useful: `62.1 s`, `0.020 s`, `12 µs`, `10 h 7 min`. */
export function seconds(value: number): string {
  if (Number.isNaN(value)) return UNKNOWN_TIME;
  // The unit is that of the rounded figure.
  if (value >= 119.95) return duration(value);
  if (value >= 9.9995) return `${value.toFixed(1)} s`;
  if (value >= 0.0009995 || value === 0) return `${value.toFixed(3)} s`;
  return `${Math.round(value * 1e6)} µs`;
}

/** Seconds since something, with four decimals, for tables. */
export function elapsed(from: Timestamp, to: Timestamp): string {
  const value = secondsBetween(from, to);
  return Number.isNaN(value) ? UNKNOWN_TIME : value.toFixed(4);
}

/**
 * The limits that a finding rests on, with the names that set them: `60 s (close-wait-stuck.stuckSeconds), 600 s
 * (errorSeconds)`; empty if it rests on none.
 */
export function limitsText({ rule, limits = {} }: Finding | Pattern): string {
  return Object.entries(limits)
    .map(([name, value], place) => {
      const unit = name.endsWith('Seconds') ? ' s' : name.endsWith('Bytes') ? ' bytes' : '';
      const figure = Number.isInteger(value) ? grouped(value) : String(value);
      return `${figure}${unit} (${place === 0 ? `${rule}.` : ''}${name})`;
    })
    .join(', ');
}

/** `1 frame`, `2 frames`. */
export function counted(value: number, singular: string): string {
  return `${grouped(value)} ${singular}${value === 1 ? '' : 's'}`;
}

/** `91.8 kB`. */
export function octets(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 999_950) return `${(value / 1e3).toFixed(1)} kB`;
  if (value < 999_950_000) return `${(value / 1e6).toFixed(1)} MB`;
  return `${(value / 1e9).toFixed(2)} GB`;
}

/** At most `most` characters: a longer text loses its middle. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor((most - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(-half)}`;
}

/** What was found, in one line: `1 error, 2 warnings, 1 pattern (info) in 41 TCP connections`. */
export function verdict({ summary, patterns }: Pick<AnalysisEnd, 'summary' | 'patterns'>): string {
  const { suppressed, connections } = summary;
  const told = found({ summary, patterns });
  const hidden = suppressed === 0 ? '' : `, ${grouped(suppressed)} suppressed`;
  return `${told[0].toUpperCase()}${told.slice(1)} in ${counted(connections, 'TCP connection')}${hidden}`;
}

/** Findings by severity, and patterns with theirs: a pattern may be all that was found. */
export function found(
  { summary: { findings, baseline }, patterns }: Pick<AnalysisEnd, 'summary' | 'patterns'>,
  styles: Palette['severity'] = PLAIN.severity,
): string {
  const parts = [tally(findings, styles), patternTally(patterns, styles)].filter((part) => part !== '');
  if (parts.length > 0) return parts.join(', ');
  return baseline === undefined ? 'nothing to report' : 'nothing new';
}

function tally(counts: Readonly<Record<Severity, number>>, styles: Palette['severity']): string {
  return SEVERITIES.filter((severity) => counts[severity] > 0)
    .map((severity) =>
      styles[severity](
        severity === 'info' ? `${grouped(counts.info)} info` : counted(counts[severity], severity),
      ),
    )
    .join(', ');
}

function patternTally(patterns: readonly Pattern[], styles: Palette['severity']): string {
  if (patterns.length === 0) return '';
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of patterns) counts[severity]++;
  const [{ severity }] = patterns;
  const grades = patterns.length === 1 ? styles[severity](severity) : tally(counts, styles);
  return `${counted(patterns.length, 'pattern')} (${grades})`;
}

/** `against the baseline: 2 new, 1 changed, 3 known, 1 gone`. */
export function comparison({ new: fresh, changed, known, gone }: BaselineOutcome): string {
  return `against the baseline: ${grouped(fresh)} new, ${grouped(changed)} changed, ${grouped(known)} known, ${grouped(gone)} gone`;
}

/** The state that an endpoint was last in, as lists and ladders show it. */
export function finalStateText(endpoint: Endpoint): string {
  return stateOf(endpoint) ?? 'not seen';
}

export function endpointName(endpoint: Endpoint): string {
  return formatEndpoint(endpoint.address, endpoint.port);
}

/** Frames as Wireshark numbers them: `#8, #9`; of many, the first few. */
export function frameList(frames: readonly number[], most = 12): string {
  const shown = frames.slice(0, most).map((frame) => `#${frame}`);
  return frames.length > most ? `${shown.join(', ')} and ${frames.length - most} more` : shown.join(', ');
}

/** `frame #8`, `frames #8, #9`; empty without any. */
export function frameNames(frames: readonly number[], most?: number): string {
  return frames.length === 0 ? '' : `frame${frames.length === 1 ? '' : 's'} ${frameList(frames, most)}`;
}

/** Users who concatenate files should know that their order matters. */
function parts({ appended }: CaptureFacts): readonly string[] {
  if (appended === undefined) return [];
  return [
    `${counted(appended.files + 1, 'pcap file')} in a row, read as parts of one: the second starts at byte ${grouped(appended.offset)}; if their times overlap, merge them frame by frame with mergecap`,
  ];
}

/** Comments of a capture that a summary of it shows. */
const MOST_REMARKS = 3;

/**
 * Remarks about a capture, such as comments on it and on its frames, one per line, cut to `most` characters but not
 * escaped.
 */
export function remarks(facts: CaptureFacts, most = 200): readonly string[] {
  const { comments, frameComments, omittedFrameComments } = facts;
  const frames = [...new Set(frameComments.map(({ frame }) => frame))];
  const more = comments.length - MOST_REMARKS;
  const beyond = omittedFrameComments > 0 ? `, and ${counted(omittedFrameComments, 'more comment')}` : '';
  return [
    ...parts(facts),
    ...comments.slice(0, MOST_REMARKS).map((comment) => `comment: ${shortened(onOneLine(comment), most)}`),
    ...(more > 0 ? [`and ${counted(more, 'more comment')} on the capture`] : []),
    ...(frames.length > 0 ? [`comments on ${frameList(frames, 6)}${beyond}`] : []),
  ];
}

/** A capture's name for readers: its path, or where else it came from. */
export function captureName(path: string): string {
  if (path === '') return "''";
  return path === '-' ? 'standard input' : escapeControls(path);
}

/** Where a connection is: the capture's name, and its number there, which differs from its number among all. */
export type PlaceOf = (connection: {
  readonly capture: number;
  readonly stream: number;
}) => readonly [name: string, ...stream: string[]];

/** Says where connections are, for lists of them; null if there is only one capture. */
export function placesIn(captures: readonly CaptureFacts[]): PlaceOf | null {
  if (captures.length < 2) return null;
  return ({ capture, stream }) => {
    const name = captureName(captures[capture].path);
    return areJoined(captures) ? [name] : [name, `stream ${stream}`];
  };
}

function areJoined(captures: readonly CaptureFacts[]): boolean {
  return captures.some(({ firstFrame }) => firstFrame > 1);
}

/** A path as a word of a shell's command line. */
function shellWord(text: string): string {
  const shown = escapeControls(text);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}

/** `connection 3`, or `connection 3 (VLAN 5)` if that distinguishes it from others with its addresses and ports. */
export function connectionName({ id, network }: { readonly id: number; readonly network: string }): string {
  return network === '' ? `connection ${id}` : `connection ${id} (${network})`;
}

/** What a pattern's filter covers: `in b.pcap, the first 12`; empty if it shows all connections. */
export function filterScope({ capture, first }: PatternFilter, nameOf: (capture: number) => string): string {
  const parts = [
    ...(capture === null ? [] : [`in ${nameOf(capture)}`]),
    ...(first === null ? [] : [`the first ${grouped(first)}`]),
  ];
  return parts.join(', ');
}

/** The command that draws a connection segment by segment; standard input would have to be saved first. */
export function timelineCommand(
  captures: readonly CaptureFacts[],
  { capture, stream }: { readonly capture: number; readonly stream: number },
): string {
  const isJoined = areJoined(captures);
  const paths = (isJoined ? captures : [captures[capture]]).map(({ path }) =>
    path === '-' ? 'FILE' : shellWord(path),
  );
  const { separatedBy } = captures[capture];
  const separate = separatedBy === undefined ? '' : `--separate ${separatedBy.join()} `;
  return `finwait timeline ${isJoined ? '--join ' : ''}${separate}${paths.join(' ')} --connection ${stream}`;
}

/** How many link types fit in a line of text; a hostile capture may name any number. */
const MOST_NAMED = 8;

/** The first few names, and how many more there are, including those that were `omitted` before. */
export function firstOf(names: readonly string[], omitted = 0): readonly string[] {
  const more = names.length - MOST_NAMED + omitted;
  return more > 0 ? [...names.slice(0, MOST_NAMED), `${grouped(more)} more`] : names;
}

/** What was on the wire but is missing from the analysis, each without a final stop. */
export function gaps(facts: CaptureFacts): readonly string[] {
  const { dropped, evicted } = facts;
  return [
    ...(dropped !== null && dropped > 0 ? [`the capturing host dropped ${counted(dropped, 'frame')}`] : []),
    ...(evicted > 0 ? [evictions(facts)] : []),
    ...omissions(facts),
  ];
}

/** What was not analysed in a capture though it may hold TCP, each without a final stop. */
export function omissions(facts: CaptureFacts): readonly string[] {
  const { undecodedLinkTypes, aggregates } = facts;
  const linkTypes = Object.entries(undecodedLinkTypes);
  const frames = linkTypes.reduce((sum, [, count]) => sum + count, 0);
  const names = firstOf(linkTypes.map(([name, count]) => `${name} (${grouped(count)})`)).join(', ');
  return [
    ...(frames > 0 ? [`link types that are not decoded, in ${counted(frames, 'frame')}: ${names}`] : []),
    ...(aggregates > 0
      ? [
          `several packets in one (802.11 A-MSDU), only the first of which was analysed: ${counted(aggregates, 'frame')}`,
        ]
      : []),
    ...cutHeaders(facts),
    ...mainOmission(facts),
  ];
}

function cutHeaders({ cutHeaders: cut }: CaptureFacts): readonly string[] {
  if (cut === undefined) return [];
  const { frames, octets: kept } = cut;
  const each = frames === 1 ? 'of it' : 'of each';
  return [
    `${counted(frames, 'frame')} could not be analysed: the capture kept only ${kept} octets ${each}, which cuts the TCP header; capture with a larger snaplen (tcpdump -s 128, or -s 256 with tunnels)`,
  ];
}

/** What helps if most frames were skipped for one reason. */
const REMEDIES: Readonly<Partial<Record<keyof typeof VERDICT_DESCRIPTIONS, string>>> = {
  'not-ip': 'check that this is the right interface',
  'not-tcp': 'finwait analyses only TCP',
  fragment:
    'a capture filter on ports passes only the first fragment of each datagram; filter on hosts instead',
  malformed: 'check that the file names the right link type: capinfos -E FILE; editcap -T changes it',
  encrypted: 'decrypt them first, for example with airdecap-ng, or capture behind the access point',
};
/** Reported in other words, or analysed with a later frame. */
const NO_OMISSIONS: readonly string[] = ['unsupported-link-type', 'truncated-header', 'reassembled-fragment'];

/** The reason why most frames were not analysed, if there is a single one. */
function mainOmission({ frames, skipped }: CaptureFacts): readonly string[] {
  for (const [reason, count] of Object.entries(skipped)) {
    if (count * 2 <= frames || NO_OMISSIONS.includes(reason)) continue;
    const name = reason as keyof typeof VERDICT_DESCRIPTIONS;
    const remedy = REMEDIES[name] === undefined ? '' : `; ${REMEDIES[name]}`;
    return [
      `most frames were not analysed, ${grouped(count)} of ${grouped(frames)}: ${VERDICT_DESCRIPTIONS[name]}${remedy}`,
    ];
  }
  return [];
}

/** Says that connections were evicted early, without a final stop. */
export function evictions({ evicted }: CaptureFacts): string {
  const many = counted(evicted, 'idle connection');
  return `too many connections at once: ${many} evicted early; what followed counts as another connection (--max-connections)`;
}
