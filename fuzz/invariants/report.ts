import { type Connection, stateOf } from '../../src/connections/connection.js';
import type { CaptureFacts } from '../../src/report/reporter.js';
import { illegalStep } from '../../test/support/legality.js';
import type { Outcome } from '../outcome.js';
import { broken } from './broken.js';

/**
 * What must hold for every analysis: every frame is accounted for; connections are numbered without gaps and have
 * frames of the capture; transitions are legal; findings rest on frames of their connection.
 */
export function checkReport(outcome: Outcome): void {
  const { captures } = outcome.end;
  const counts = captures.map(accountFor);
  const frames = sum(counts.map((count) => count.frames));
  const segments = sum(counts.map((count) => count.segments));
  checkNumbers(outcome.connections, sum(counts.map((count) => count.numbersOnly)));
  for (const connection of outcome.connections) checkConnection(connection, frames, outcome.frames);
  const counted = sum(outcome.connections.map((connection) => connection.frames));
  if (counted !== segments) broken(`the connections have ${counted} frames of ${segments} segments`);
  checkFindings(outcome);
  checkPatterns(outcome);
  checkSummary(outcome);
}

interface Counts {
  readonly frames: number;
  readonly segments: number;
  /** Frames that may give a 4-tuple a number, and nothing else. */
  readonly numbersOnly: number;
}

function accountFor({
  frames,
  tcpSegments,
  icmpErrors,
  neighbourMessages,
  skipped,
  ...facts
}: CaptureFacts): Counts {
  const sorted = tcpSegments + icmpErrors + neighbourMessages + total(skipped);
  if (sorted !== frames) broken(`${sorted} frames were sorted, of ${frames}`);
  for (const count of [tcpSegments, icmpErrors, facts.aggregates, facts.evicted, ...Object.values(skipped)]) {
    if (!Number.isSafeInteger(count) || count < 0) broken(`a count is ${count}`);
  }
  const unnamed = (skipped['unsupported-link-type'] ?? 0) - total(facts.undecodedLinkTypes);
  if (unnamed !== 0) broken(`the link type of ${unnamed} frames has no name`);
  if (facts.damage !== null && facts.damage.frame !== frames + 1)
    broken(`damage in frame ${facts.damage.frame} after ${frames}`);
  const headers = (skipped.malformed ?? 0) + (skipped['truncated-header'] ?? 0);
  return { frames, segments: tcpSegments, numbersOnly: icmpErrors + headers };
}

function checkNumbers(connections: readonly Connection[], numbersOnly: number): void {
  const ids = connections.map(({ id }) => id).sort((a, b) => a - b);
  if (new Set(ids).size !== ids.length) broken('two connections have the same id');
  const missing = (ids.at(-1) ?? -1) + 1 - ids.length;
  if (missing > numbersOnly)
    broken(`${missing} numbers below ${ids.at(-1)} are nobody's, but at most ${numbersOnly} can be`);
  if (numbersOnly > 0) return;
  const firsts = [...connections].sort((a, b) => a.id - b.id).map(({ firstFrame }) => firstFrame);
  if (firsts.some((first, place) => place > 0 && first <= firsts[place - 1]))
    broken(`connections are numbered otherwise than by their first frames: ${firsts}`);
}

function checkConnection(
  connection: Connection,
  frames: number,
  owned: ReadonlyMap<number, ReadonlySet<number>>,
): void {
  const { id, firstFrame, lastFrame, predecessor } = connection;
  const own = owned.get(id);
  if (own === undefined) broken(`connection ${id} has no segment`);
  if (firstFrame < 1 || lastFrame < firstFrame || lastFrame > frames)
    broken(`connection ${id} is from frame ${firstFrame} to ${lastFrame} of ${frames}`);
  if (!own.has(firstFrame)) broken(`frame ${firstFrame} is none of connection ${id}`);
  if (connection.frames < 1 || connection.frames > own.size)
    broken(`connection ${id} has ${connection.frames} frames, but ${own.size} were seen`);
  if (predecessor !== null && predecessor >= id) broken(`${predecessor} is before ${id}`);
  for (const endpoint of [connection.client, connection.server]) {
    const illegal = illegalStep(endpoint, frames);
    if (illegal !== null) broken(`connection ${id}: ${illegal}`);
  }
}

/** The first and last request for a link address of each run that concerns the connection: no segments of it. */
function neighbourFrames({ client, server }: Connection): readonly number[] {
  return [...client.milestones, ...server.milestones].flatMap(({ kind, frame, lastFrame }) =>
    kind === 'neighbour-unanswered' ? [frame, lastFrame] : [],
  );
}

function checkFindings({ connections, findings, frames }: Outcome): void {
  const byId = new Map(connections.map((connection) => [connection.id, connection]));
  const byEnds = new Map<string, Set<number>>();
  for (const connection of connections) {
    const ends = endsOf(connection);
    const all = byEnds.get(ends) ?? new Set();
    for (const frame of frames.get(connection.id) ?? []) all.add(frame);
    byEnds.set(ends, all);
  }
  for (const finding of findings) {
    const { rule, frames: proof } = finding;
    const connection = byId.get(finding.connection);
    if (connection === undefined)
      broken(`${rule} is of connection ${finding.connection}, which does not exist`);
    if (proof.length === 0) broken(`${rule} rests on no frame`);
    if (proof.some((frame, place) => place > 0 && frame <= proof[place - 1]))
      broken(`the frames of ${rule} are out of order: ${proof}`);
    // What happened to one connection may show in a frame of the next on the same ports.
    const possible = byEnds.get(endsOf(connection));
    const asked = neighbourFrames(connection);
    const strange = proof.filter((frame) => possible?.has(frame) !== true && !asked.includes(frame));
    if (strange.length > 0)
      broken(`${rule} rests on frames ${strange}, which are not of connection ${connection.id}`);
  }
}

function checkPatterns({ connections, end }: Outcome): void {
  const ids = new Set(connections.map(({ id }) => id));
  for (const { rule, connections: members, count } of end.patterns) {
    if (members.some((id) => !ids.has(id))) broken(`${rule} names a connection that does not exist`);
    if (members.length > count) broken(`${rule} names ${members.length} connections of ${count}`);
  }
}

function checkSummary({ connections, findings, end: { summary } }: Outcome): void {
  if (summary.connections !== connections.length)
    broken(`the summary counts ${summary.connections} connections of ${connections.length}`);
  const told = total(summary.findings);
  if (told !== findings.length) broken(`the summary counts ${told} findings of ${findings.length}`);
  const ended = total(summary.finalStates as Readonly<Record<string, number>>);
  const seen = connections
    .flatMap(({ client, server }) => [client, server])
    .filter((endpoint) => stateOf(endpoint) !== null).length;
  if (ended !== seen) broken(`the summary has the last states of ${ended} endpoints, and ${seen} were seen`);
}

function endsOf({ client, server, network }: Connection): string {
  return [network, ...[client, server].map(({ address, port }) => `${address} ${port}`).sort()].join(' ');
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}

function total(counts: Readonly<Record<string, number>>): number {
  return sum(Object.values(counts));
}
