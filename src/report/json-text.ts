/**
 * Connections and findings as JSON text. Written by hand where there is one per connection or transition:
 * a capture may hold hundreds of thousands of them, and `JSON.stringify` would take longer than everything
 * before it. What repeats (causes, states, addresses of the same second) is quoted once and kept.
 */
import type {
  CaptureQuality,
  Connection,
  Endpoint,
  Milestone,
  Transition,
} from '../connections/connection.js';
import { secondsBetween, type Timestamp, toIsoString } from '../core/time.js';
import type { Citation, Finding, Pattern } from '../rules/finding.js';
import { displayFilterFor } from './display-filter.js';
import type { CaptureFacts } from './reporter.js';

const ruleTexts = new Map<string, string>();

/** JSON of a transition's rule; there are few sections, so each is written once. */
function ruleOf(section: string): string {
  let json = ruleTexts.get(section);
  if (json === undefined) {
    json = asciiJson(`RFC 9293 §${section}`);
    ruleTexts.set(section, json);
  }
  return json;
}

const citationsJson = new WeakMap<readonly Citation[], string>();

/** JSON of a rule's citations, which all its findings share. */
function citationsOf(citations: readonly Citation[]): string {
  let json = citationsJson.get(citations);
  if (json === undefined) {
    json = asciiJson(citations);
    citationsJson.set(citations, json);
  }
  return json;
}

/**
 * JSON in ASCII alone, other characters escaped: it survives every terminal, pipe and ticket, and is
 * written out several times faster than text that has to be encoded.
 */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Texts of whole seconds, one place each by the second's low bits: connections that end together share many. */
const SECOND_PLACES = 1 << 12;
const seconds = new Int32Array(SECOND_PLACES).fill(-1);
const secondTexts: string[] = new Array(SECOND_PLACES).fill('');

/** JSON of a time as ISO 8601. */
function isoTime(time: Timestamp): string {
  const place = time.seconds & (SECOND_PLACES - 1);
  if (seconds[place] !== time.seconds) {
    seconds[place] = time.seconds;
    secondTexts[place] = `"${toIsoString(time).slice(0, 20)}`;
  }
  const text = String(time.nanoseconds);
  return `${secondTexts[place]}${'000000000'.slice(text.length)}${text}Z"`;
}

/** Seconds from one time to another, to the nanosecond. */
function relativeSeconds(start: Timestamp, time: Timestamp): number {
  return Math.round(secondsBetween(start, time) * 1e9) / 1e9;
}

/** The same as text. Two whole numbers are printed several times faster than one with a fraction. */
function relativeText(start: Timestamp, time: Timestamp): string {
  let whole = (time.seconds >>> 0) - (start.seconds >>> 0);
  let nanoseconds = time.nanoseconds - start.nanoseconds;
  if (nanoseconds < 0) {
    whole -= 1;
    nanoseconds += 1e9;
  }
  // Before the start: the two parts would have different signs.
  if (whole < 0) return String(relativeSeconds(start, time));
  const text = String(nanoseconds);
  return `${whole}.${'000000000'.slice(text.length)}${text}`;
}

function transition(entry: Transition, start: Timestamp): string {
  let text =
    `{"state":"${entry.state}","at":${isoTime(entry.time)},"t":${relativeText(start, entry.time)},` +
    `"frame":${entry.frame},"cause":"${entry.cause}","evidence":"${entry.evidence}"`;
  if (entry.confirmedBy !== null) text += `,"confirmedBy":${entry.confirmedBy}`;
  if (entry.retractedBy !== null) text += `,"retractedBy":${entry.retractedBy}`;
  return `${text},"rule":${ruleOf(entry.section)}}`;
}

function milestone(item: Milestone, start: Timestamp): string {
  let text = `{"kind":"${item.kind}","frame":${item.frame},"t":${relativeText(start, item.time)}`;
  if (item.count > 1) {
    text += `,"count":${item.count},"lastFrame":${item.lastFrame},"lastT":${relativeText(start, item.lastTime)}`;
  }
  if (item.value !== 0) text += `,"value":${item.value}`;
  if (item.reset !== undefined) text += `,"reset":${JSON.stringify(item.reset)}`;
  if (item.icmp !== undefined) text += `,"icmp":${JSON.stringify(item.icmp)}`;
  return `${text}}`;
}

function endpoint(side: Endpoint, start: Timestamp): string {
  let text = `{"finalState":"${side.finalState}","timeline":[`;
  for (let i = 0; i < side.timeline.length; i++) {
    if (i > 0) text += ',';
    text += transition(side.timeline[i], start);
  }
  text +=
    `],"segments":${side.segments},"payloadBytes":${side.payloadBytes},"retransmissions":${side.retransmissions},` +
    `"zeroWindows":${side.zeroWindows},"resetsSent":${side.resetsSent},"finSent":${side.finSent},` +
    `"unacknowledgedBytes":${side.unacknowledgedBytes},"milestones":[`;
  for (let i = 0; i < side.milestones.length; i++) {
    if (i > 0) text += ',';
    text += milestone(side.milestones[i], start);
  }
  return `${text}]}`;
}

const IDEAL: CaptureQuality = {
  midstream: false,
  unseen: null,
  lostSegments: 0,
  duplicateFrames: 0,
  offloaded: false,
  truncated: false,
  clockBackwards: false,
  multipath: false,
  historyCut: false,
};
const IDEAL_JSON = JSON.stringify(IDEAL);
const QUALITY_FIELDS = Object.keys(IDEAL) as (keyof CaptureQuality)[];

function qualityJson(quality: CaptureQuality): string {
  for (const field of QUALITY_FIELDS) if (quality[field] !== IDEAL[field]) return JSON.stringify(quality);
  return IDEAL_JSON;
}

/** One element of `connections`; `findings` are the indices of its findings. */
export function connectionJson(
  connection: Connection,
  findings: readonly number[],
  start: Timestamp,
): string {
  const { client, server, vantage, quality, zeek } = connection;
  return (
    `{"id":${connection.id},` +
    `"client":{"address":"${client.address}","port":${client.port}},` +
    `"server":{"address":"${server.address}","port":${server.port}},` +
    `"rolesKnownBy":"${connection.rolesKnownBy}",` +
    `"firstFrame":${connection.firstFrame},"lastFrame":${connection.lastFrame},` +
    `"startAt":${isoTime(connection.start)},"endAt":${isoTime(connection.end)},` +
    `"durationSeconds":${relativeText(connection.start, connection.end)},` +
    `"frames":${connection.frames},"completeness":${connection.completeness},` +
    `"zeek":{"connState":"${zeek.connState}","history":"${zeek.history}"},` +
    `"vantage":{"near":"${vantage.near}","confidence":"${vantage.confidence}","roundTripSeconds":${vantage.roundTripSeconds}},` +
    `"quality":${qualityJson(quality)},` +
    `"predecessor":${connection.predecessor},"displayFilter":"${displayFilterFor(connection.id)}",` +
    `"endpoints":{"client":${endpoint(client, start)},"server":${endpoint(server, start)}},` +
    `"findings":[${findings.join(',')}]}`
  );
}

/** What a time in a finding looks like: `{ at, t }`. */
function moment(time: Timestamp, start: Timestamp): { at: string; t: number } {
  return { at: toIsoString(time), t: relativeSeconds(start, time) };
}

/** One element of `findings`. */
export function findingJson(finding: Finding, start: Timestamp): string {
  const { from, to, citations, ...rest } = finding;
  const facts = asciiJson({ ...rest, from: moment(from, start), to: moment(to, start) });
  return `${facts.slice(0, -1)},"citations":${citationsOf(citations)}}`;
}

/** One element of `patterns`. */
export function patternJson(pattern: Pattern, start: Timestamp): string {
  const { from, to, ...rest } = pattern;
  return asciiJson({ ...rest, from: moment(from, start), to: moment(to, start) });
}

/** One element of `captures`. */
export function captureJson(facts: CaptureFacts): string {
  const { firstFrameAt, lastFrameAt } = facts;
  return asciiJson({
    ...facts,
    firstFrameAt: firstFrameAt && toIsoString(firstFrameAt),
    lastFrameAt: lastFrameAt && toIsoString(lastFrameAt),
  });
}
