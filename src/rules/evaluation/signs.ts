import type { Connection, Endpoint } from '../../connections/connection.js';
import { MILESTONE_KINDS, type MilestoneKind } from '../../connections/milestones.js';
import { type Rule, type Sign, UNASKED_KINDS } from '../rule.js';

const SIGNS: readonly Sign[] = [
  ...MILESTONE_KINDS.filter((kind) => !isUnasked(kind)),
  'unfinished',
  'unacknowledged',
  'out-of-order',
  'imperfect',
  'reused',
];

if (SIGNS.length > 31) throw new Error('signs take more bits');

const bits = Object.fromEntries([
  ...SIGNS.map((sign, index) => [sign, 1 << index]),
  ...UNASKED_KINDS.map((kind) => [kind, 0]),
]) as Readonly<Record<Sign | MilestoneKind, number>>;

function isUnasked(kind: MilestoneKind): kind is (typeof UNASKED_KINDS)[number] {
  return (UNASKED_KINDS as readonly MilestoneKind[]).includes(kind);
}

/** All bits that a rule waits for; every bit for a rule that is always asked. */
export function waitsFor(rule: Rule): number {
  if (rule.signs === 'always') return -1;
  return rule.signs.reduce((mask, sign) => mask | bits[sign], 0);
}

/** What the connection shows at a glance, as bits. The top bit is always set, for the rules always asked. */
export function signsOf(connection: Connection): number {
  const { client, server, quality } = connection;
  let signs = 1 << 31;
  signs |= ofEndpoint(client) | ofEndpoint(server);
  if (connection.predecessor !== null) signs |= bits.reused;
  if (
    quality.midstream ||
    quality.unseen !== null ||
    quality.lostSegments > 0 ||
    quality.duplicateFrames > 0 ||
    quality.clockBackwards ||
    quality.historyCut
  ) {
    signs |= bits.imperfect;
  }
  return signs;
}

function ofEndpoint(endpoint: Endpoint): number {
  const { milestones, finalState } = endpoint;
  let signs = 0;
  for (let i = 0; i < milestones.length; i++) signs |= bits[milestones[i].kind];
  if (finalState !== 'CLOSED' && finalState !== 'TIME-WAIT') signs |= bits.unfinished;
  if (endpoint.unacknowledgedBytes > 0) signs |= bits.unacknowledged;
  if (endpoint.tcpAnalysis.outOfOrder > 0) signs |= bits['out-of-order'];
  return signs;
}
