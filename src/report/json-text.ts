/**
 * Connections and findings as JSON, put together octet by octet where there is one per connection or
 * transition: a capture may hold hundreds of thousands of them, and `JSON.stringify` would take longer than
 * everything before it. What repeats (names, causes, sections, the second of a time) is encoded once and
 * copied from then on. All of it is ASCII, other characters escaped, so that it survives every terminal,
 * pipe and ticket.
 */
import {
  type CaptureQuality,
  type Connection,
  type Endpoint,
  type Evidence,
  IDEAL_QUALITY,
  type Milestone,
  type Reset,
  type Transition,
} from '../connections/connection.js';
import { ANALYSIS_FLAGS, type TcpAnalysis, UNMARKED } from '../connections/tcp-analysis.js';
import { isKnown, isLater, secondsBetween, type Timestamp, toIsoString } from '../core/time.js';
import type { Citation, Finding, Pattern } from '../rules/finding.js';
import { type AsciiText, asciiJson, type Piece, piece } from './ascii-text.js';
import {
  connectionFilter,
  FRAMES_FILTER,
  FRAMES_FILTER_END,
  patternFilters,
  STREAM_FILTER,
} from './display-filter.js';
import type { CaptureFacts } from './reporter.js';

const NOTHING = piece('');
const COMMA = piece(',');
const START_OBJECT = piece('{');
const END_OBJECT = piece('}');
const NULL = piece('null');
const TRUE = piece('true');
const FALSE = piece('false');

/** Encoded pieces by the text they hold. Only for names of which there are few: nothing is ever discarded. */
class Pieces {
  readonly #made = new Map<string, Piece>();
  readonly #make: (name: string) => string;

  constructor(make: (name: string) => string) {
    this.#make = make;
  }

  of(name: string): Piece {
    let octets = this.#made.get(name);
    if (octets === undefined) {
      octets = piece(this.#make(name));
      this.#made.set(name, octets);
    }
    return octets;
  }
}

/** Encoded seconds, each in the place that its low bits give: connections that end together share many. */
const SECOND_PLACES = 1 << 12;
const seconds = new Int32Array(SECOND_PLACES).fill(-1);
const secondPieces: Piece[] = new Array(SECOND_PLACES).fill(NOTHING);

/** What follows a time that is known, with its closing `Z"`, and what follows an unknown one. */
interface AfterTime {
  readonly known: Piece;
  readonly unknown: Piece;
}

function afterTime(text: string): AfterTime {
  return { known: piece(`Z"${text}`), unknown: piece(text) };
}

/** A time as ISO 8601, or null if it is not known, and what follows. */
function writeTime(out: AsciiText, time: Timestamp, after: AfterTime): void {
  if (!isKnown(time)) {
    out.piece(NULL);
    out.piece(after.unknown);
    return;
  }
  const place = time.seconds & (SECOND_PLACES - 1);
  if (seconds[place] !== time.seconds || secondPieces[place] === NOTHING) {
    seconds[place] = time.seconds;
    secondPieces[place] = piece(`"${toIsoString(time).slice(0, 20)}`);
  }
  out.piece(secondPieces[place]);
  out.digits(time.nanoseconds, 9);
  out.piece(after.known);
}

/** Seconds from one time to another, written as whole numbers, which print much faster than a fraction. */
function writeSeconds(out: AsciiText, start: Timestamp, time: Timestamp): void {
  if (!isKnown(start) || !isKnown(time)) {
    out.piece(NULL);
    return;
  }
  let whole = (time.seconds >>> 0) - (start.seconds >>> 0);
  let nanoseconds = time.nanoseconds - start.nanoseconds;
  const negative = whole < 0 || (whole === 0 && nanoseconds < 0);
  if (negative) {
    whole = -whole;
    nanoseconds = -nanoseconds;
  }
  if (nanoseconds < 0) {
    whole -= 1;
    nanoseconds += 1e9;
  }
  out.seconds(whole, nanoseconds, negative);
}

const firstEnters = new Pieces((state) => `{"state":"${state}","at":`);
const enters = new Pieces((state) => `,{"state":"${state}","at":`);
const causes = {
  observed: causesWith('observed'),
  confirmed: causesWith('confirmed'),
  assumed: causesWith('assumed'),
} as const;
const sections = new Pieces((section) => `,"rule":${asciiJson(`RFC 9293 §${section}`)}}`);
const TIME_T = afterTime(',"t":');
const FRAME = piece(',"frame":');
const COPY_FRAME = piece(',"copyFrame":');
const CONFIRMED_BY = piece(',"confirmedBy":');
const RETRACTED_BY = piece(',"retractedBy":');

function causesWith(evidence: Evidence): Pieces {
  return new Pieces((cause) => `,"cause":${asciiJson(cause)},"evidence":"${evidence}"`);
}

function writeTransition(out: AsciiText, entry: Transition, isFirst: boolean, start: Timestamp): void {
  out.piece((isFirst ? firstEnters : enters).of(entry.state));
  writeTime(out, entry.time, TIME_T);
  writeSeconds(out, start, entry.time);
  out.piece(FRAME);
  if (entry.frame === null) out.piece(NULL);
  else out.number(entry.frame);
  if (entry.copyFrame !== undefined) {
    out.piece(COPY_FRAME);
    out.number(entry.copyFrame);
  }
  out.piece(causes[entry.evidence].of(entry.cause));
  if (entry.confirmedBy !== null) {
    out.piece(CONFIRMED_BY);
    out.number(entry.confirmedBy);
  }
  if (entry.retractedBy !== null) {
    out.piece(RETRACTED_BY);
    out.number(entry.retractedBy);
  }
  out.piece(sections.of(entry.section));
}

const milestoneKinds = new Pieces((kind) => `{"kind":"${kind}","frame":`);
const MILESTONE_T = piece(',"t":');
const COUNT = piece(',"count":');
const LAST_FRAME = piece(',"lastFrame":');
const LAST_T = piece(',"lastT":');
const VALUE = piece(',"value":');

function writeMilestone(out: AsciiText, item: Milestone, start: Timestamp): void {
  out.piece(milestoneKinds.of(item.kind));
  out.number(item.frame);
  out.piece(MILESTONE_T);
  writeSeconds(out, start, item.time);
  if (item.count > 1) {
    out.piece(COUNT);
    out.number(item.count);
    out.piece(LAST_FRAME);
    out.number(item.lastFrame);
    out.piece(LAST_T);
    writeSeconds(out, start, item.lastTime);
  }
  if (item.value !== 0) {
    out.piece(VALUE);
    out.number(item.value);
  }
  if (item.reset !== undefined) writeReset(out, item.reset);
  if (item.icmp !== undefined) out.text(`,"icmp":${JSON.stringify(item.icmp)}`);
  if (item.neighbour !== undefined) out.text(`,"neighbour":${JSON.stringify(item.neighbour)}`);
  out.piece(END_OBJECT);
}

const RESET_WITH_ACK = piece(',"reset":{"hasAck":true,"sequence":');
const RESET_WITHOUT_ACK = piece(',"reset":{"hasAck":false,"sequence":');
const ACKNOWLEDGMENT = piece(',"acknowledgment":');
const WINDOW = piece(',"window":');
const TTL = piece(',"ttl":');
const RESET_PAYLOAD = piece(',"payloadBytes":');
const verdicts = new Pieces((verdict) => `,"verdict":"${verdict}","trigger":`);
const TRIGGER_FRAME = piece('{"frame":');
const triggers = new Pieces((kind) => `,"kind":"${kind}","reactionSeconds":`);
const IDLE = piece(',"idleSeconds":');
const KNEW_FIN = piece(',"knewFin":true,"payloadBytes":');
const KNEW_NO_FIN = piece(',"knewFin":false,"payloadBytes":');
const OTHER_LINK_ADDRESS = piece(',"otherLinkAddress":true');

function writeReset(out: AsciiText, reset: Reset): void {
  const { trigger } = reset;
  out.piece(reset.hasAck ? RESET_WITH_ACK : RESET_WITHOUT_ACK);
  out.number(reset.sequence);
  out.piece(ACKNOWLEDGMENT);
  out.number(reset.acknowledgment);
  out.piece(WINDOW);
  out.number(reset.window);
  out.piece(TTL);
  out.number(reset.ttl);
  out.piece(RESET_PAYLOAD);
  out.number(reset.payloadBytes);
  out.piece(verdicts.of(reset.verdict));
  if (trigger === null) {
    out.piece(NULL);
  } else {
    out.piece(TRIGGER_FRAME);
    out.number(trigger.frame);
    out.piece(triggers.of(trigger.kind));
    out.decimal(trigger.reactionSeconds);
    out.piece(IDLE);
    out.decimal(trigger.idleSeconds);
    out.piece(trigger.knewFin ? KNEW_FIN : KNEW_NO_FIN);
    out.number(trigger.payloadBytes);
    out.piece(END_OBJECT);
  }
  if (reset.otherLinkAddress === true) out.piece(OTHER_LINK_ADDRESS);
  out.piece(END_OBJECT);
}

const finalStates = new Pieces((state) => `{"finalState":"${state}","timeline":[`);
const SEGMENTS = piece('],"segments":');
const PAYLOAD = piece(',"payloadBytes":');
const RETRANSMISSIONS = piece(',"retransmissions":');
const NO_ANALYSIS = piece(',"tcpAnalysis":{}');
const ZERO_WINDOWS = piece(',"zeroWindows":');
const RESETS = piece(',"resetsSent":');
const FIN_SENT = piece(',"finSent":true,"unacknowledgedBytes":');
const NO_FIN_SENT = piece(',"finSent":false,"unacknowledgedBytes":');
const MILESTONES = piece(',"milestones":[');
const END_ENDPOINT = piece(']}');

function writeEndpoint(out: AsciiText, side: Endpoint, start: Timestamp): void {
  out.piece(finalStates.of(side.finalState));
  for (let i = 0; i < side.timeline.length; i++) writeTransition(out, side.timeline[i], i === 0, start);
  out.piece(SEGMENTS);
  out.number(side.segments);
  out.piece(PAYLOAD);
  out.number(side.payloadBytes);
  out.piece(RETRANSMISSIONS);
  out.number(side.retransmissions);
  if (side.tcpAnalysis === UNMARKED) out.piece(NO_ANALYSIS);
  else writeAnalysis(out, side.tcpAnalysis);
  out.piece(ZERO_WINDOWS);
  out.number(side.zeroWindows);
  out.piece(RESETS);
  out.number(side.resetsSent);
  out.piece(side.finSent ? FIN_SENT : NO_FIN_SENT);
  out.number(side.unacknowledgedBytes);
  out.piece(MILESTONES);
  for (let i = 0; i < side.milestones.length; i++) {
    if (i > 0) out.piece(COMMA);
    writeMilestone(out, side.milestones[i], start);
  }
  out.piece(END_ENDPOINT);
}

const ANALYSIS = piece(',"tcpAnalysis":');
const analysisFlags = new Pieces((flag) => `"${flag}":`);

/** The counts that are not zero. */
function writeAnalysis(out: AsciiText, analysis: TcpAnalysis): void {
  out.piece(ANALYSIS);
  let separator = START_OBJECT;
  for (let i = 0; i < ANALYSIS_FLAGS.length; i++) {
    const flag = ANALYSIS_FLAGS[i];
    if (analysis[flag] === 0) continue;
    out.piece(separator);
    separator = COMMA;
    out.piece(analysisFlags.of(flag));
    out.number(analysis[flag]);
  }
  out.piece(END_OBJECT);
}

const IDEAL = piece(`,"quality":${JSON.stringify(IDEAL_QUALITY)}`);

function writeQuality(out: AsciiText, quality: CaptureQuality): void {
  if (quality === IDEAL_QUALITY) out.piece(IDEAL);
  else {
    const [pausedAt, resumedAt] = [isoOrNull(quality.pausedAt), isoOrNull(quality.resumedAt)];
    out.text(`,"quality":${JSON.stringify({ ...quality, pausedAt, resumedAt })}`);
  }
}

const ID = piece('"id":');
const CAPTURE = piece(',"capture":');
const STREAM = piece(',"stream":');
const CLIENT_ADDRESS = piece(',"client":{"address":"');
const PORT = piece('","port":');
const SERVER_ADDRESS = piece('},"server":{"address":"');
const roles = new Pieces((known) => `},"rolesKnownBy":"${known}","firstFrame":`);
const START_AT = piece(',"startAt":');
const END_AT = afterTime(',"endAt":');
const DURATION = afterTime(',"durationSeconds":');
const FRAMES = piece(',"frames":');
const COMPLETENESS = piece(',"completeness":');
const zeekStates = new Pieces((state) => `,"zeek":{"connState":"${state}","history":"`);
const nears = new Pieces((near) => `"},"vantage":{"near":"${near}","confidence":"`);
const confidences = new Pieces((confidence) => `${confidence}","roundTripSeconds":`);
const PREDECESSOR = piece(',"predecessor":');
const DISPLAY_FILTER = piece(`,"displayFilter":"${STREAM_FILTER}`);
const CLIENT = piece('","endpoints":{"client":');
const SERVER = piece(',"server":');
const FINDINGS = piece('},"findings":[');

/**
 * One element of `connections`. Its findings are those numbered from `firstFinding`; `head` comes before
 * all other fields.
 */
export function writeConnection(
  out: AsciiText,
  connection: Connection,
  firstFinding: number,
  findings: number,
  start: Timestamp,
  head: Piece = NOTHING,
): void {
  const { client, server, vantage, zeek } = connection;
  out.piece(START_OBJECT);
  out.piece(head);
  out.piece(ID);
  out.number(connection.id);
  out.piece(CAPTURE);
  out.number(connection.capture);
  out.piece(STREAM);
  out.number(connection.stream);
  out.piece(CLIENT_ADDRESS);
  out.text(client.address);
  out.piece(PORT);
  out.number(client.port);
  out.piece(SERVER_ADDRESS);
  out.text(server.address);
  out.piece(PORT);
  out.number(server.port);
  out.piece(roles.of(connection.rolesKnownBy));
  out.number(connection.firstFrame);
  out.piece(LAST_FRAME);
  out.number(connection.lastFrame);
  out.piece(START_AT);
  writeTime(out, connection.start, END_AT);
  writeTime(out, connection.end, DURATION);
  writeSeconds(
    out,
    connection.start,
    isLater(connection.start, connection.end) ? connection.start : connection.end,
  );
  out.piece(FRAMES);
  out.number(connection.frames);
  out.piece(COMPLETENESS);
  out.number(connection.completeness);
  out.piece(zeekStates.of(zeek.connState));
  out.text(zeek.history);
  out.piece(nears.of(vantage.near));
  out.piece(confidences.of(vantage.confidence));
  if (vantage.roundTripSeconds === null) out.piece(NULL);
  else out.decimal(vantage.roundTripSeconds);
  out.piece(END_OBJECT);
  writeQuality(out, connection.quality);
  out.piece(PREDECESSOR);
  if (connection.predecessor === null) out.piece(NULL);
  else out.number(connection.predecessor);
  if (connection.network !== '') out.text(`,"network":"${connection.network}"`);
  writeFilter(out, connection);
  out.piece(CLIENT);
  writeEndpoint(out, client, start);
  out.piece(SERVER);
  writeEndpoint(out, server, start);
  out.piece(FINDINGS);
  for (let i = 0; i < findings; i++) {
    if (i > 0) out.piece(COMMA);
    out.number(firstFinding + i);
  }
  out.piece(END_ENDPOINT);
}

const citationPieces = new WeakMap<readonly Citation[], Piece>();

/** Citations, which all findings of one case of a rule share. */
function citationsOf(citations: readonly Citation[]): Piece {
  let octets = citationPieces.get(citations);
  if (octets === undefined) {
    octets = piece(`","citations":${asciiJson(citations)}}`);
    citationPieces.set(citations, octets);
  }
  return octets;
}

/** Texts as a list of strings, after `name`. */
function writeTexts(out: AsciiText, name: Piece, texts: readonly string[]): void {
  out.piece(name);
  for (let i = 0; i < texts.length; i++) {
    if (i > 0) out.piece(COMMA);
    out.quoted(texts[i]);
  }
}

const LIKELY_CAUSES = piece(',"likelyCauses":[');
const NEXT_STEPS = piece('],"nextSteps":[');
const rules = new Pieces((rule) => `"rule":"${rule}","severity":"`);
const severities = new Pieces((severity) => `${severity}","confidence":"`);
const findingConfidences = new Pieces((confidence) => `${confidence}","connection":`);
const endpoints = new Pieces((endpoint) => `,"endpoint":${endpoint},"title":`);
const EXPLANATION = piece(',"explanation":');
const APPLICATION_SEES = piece(',"applicationSees":');
const PROOF = piece('],"frames":[');
const FROM = piece('],"from":{"at":');
const TO = piece('},"to":{"at":');
const FACTS = piece('},"facts":');
const LIMITS = piece(',"limits":');
const explainers = new Pieces((rule) => `,"explainedBy":"${rule}"`);

/** One element of `findings`, about `connection`; `head` comes before all other fields. */
export function writeFinding(
  out: AsciiText,
  connection: Connection,
  finding: Finding,
  start: Timestamp,
  head: Piece = NOTHING,
): void {
  const { frames, from, to, limits, explainedBy } = finding;
  out.piece(START_OBJECT);
  out.piece(head);
  out.piece(rules.of(finding.rule));
  out.piece(severities.of(finding.severity));
  out.piece(findingConfidences.of(finding.confidence));
  out.number(finding.connection);
  out.piece(endpoints.of(finding.endpoint === null ? 'null' : `"${finding.endpoint}"`));
  out.quoted(finding.title);
  out.piece(EXPLANATION);
  out.quoted(finding.explanation);
  out.piece(APPLICATION_SEES);
  out.quoted(finding.applicationSees);
  writeTexts(out, LIKELY_CAUSES, finding.likelyCauses);
  writeTexts(out, NEXT_STEPS, finding.nextSteps);
  out.piece(PROOF);
  for (let i = 0; i < frames.length; i++) {
    if (i > 0) out.piece(COMMA);
    out.number(frames[i]);
  }
  out.piece(FROM);
  writeTime(out, from, TIME_T);
  writeSeconds(out, start, from);
  out.piece(TO);
  writeTime(out, to, TIME_T);
  writeSeconds(out, start, to);
  out.piece(FACTS);
  writeFacts(out, finding.facts);
  if (limits !== undefined && Object.keys(limits).length > 0) {
    out.piece(LIMITS);
    writeFacts(out, limits);
  }
  if (explainedBy !== undefined) out.piece(explainers.of(explainedBy));
  if (frames.length === 0) writeFilter(out, connection);
  for (let i = 0; i < frames.length; i++) {
    out.piece(i === 0 ? FRAMES_LIST : FRAMES_NEXT);
    out.number(frames[i]);
  }
  if (frames.length > 0) out.piece(FRAMES_LIST_END);
  out.piece(citationsOf(finding.citations));
}

/** The filter of a connection without its closing quote. */
function writeFilter(out: AsciiText, connection: Connection): void {
  if (connection.networkPath === null) {
    out.piece(DISPLAY_FILTER);
    out.number(connection.stream);
  } else out.text(`,"displayFilter":"${connectionFilter(connection)}`);
}

const FRAMES_LIST = piece(`,"displayFilter":"${FRAMES_FILTER}`);
const FRAMES_NEXT = piece(', ');
const FRAMES_LIST_END = piece(FRAMES_FILTER_END);

const factNames = new Pieces((name) => `"${name}":`);

function writeFacts(out: AsciiText, facts: Finding['facts']): void {
  let separator = START_OBJECT;
  for (const name in facts) {
    const value = facts[name];
    out.piece(separator);
    separator = COMMA;
    out.piece(factNames.of(name));
    if (typeof value === 'string') out.quoted(value);
    else if (typeof value === 'number') out.number(value);
    else out.piece(value ? TRUE : FALSE);
  }
  if (separator === START_OBJECT) out.piece(START_OBJECT);
  out.piece(END_OBJECT);
}

/** What a time in a pattern looks like: `{ at, t }`. */
function moment(time: Timestamp, start: Timestamp): { at: string | null; t: number } {
  // JSON has null for NaN.
  const t = Math.round(secondsBetween(start, time) * 1e9) / 1e9;
  return { at: isKnown(time) ? toIsoString(time) : null, t };
}

/** One element of `patterns`. */
export function patternJson(pattern: Pattern, start: Timestamp): string {
  const { from, to, places: _places, ...rest } = pattern;
  const filters = patternFilters(pattern).map(({ filter, capture }) => ({ capture, filter }));
  return asciiJson({
    ...rest,
    from: moment(from, start),
    to: moment(to, start),
    ...(filters.length === 1 && { displayFilter: filters[0].filter }),
    ...(filters.length > 1 && { displayFilters: filters }),
  });
}

/** One element of `captures`. */
export function captureJson(facts: CaptureFacts): string {
  const { firstFrameAt, lastFrameAt, endAt, pauses } = facts;
  return asciiJson({
    ...facts,
    firstFrameAt: isoOrNull(firstFrameAt),
    lastFrameAt: isoOrNull(lastFrameAt),
    endAt: isoOrNull(endAt),
    ...(pauses !== undefined && {
      pauses: pauses.map(({ frame, from, to }) => ({
        frame,
        fromAt: toIsoString(from),
        toAt: toIsoString(to),
      })),
    }),
  });
}

function isoOrNull(time: Timestamp | null): string | null {
  return time && toIsoString(time);
}
