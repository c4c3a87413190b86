import {
  type CaptureQuality,
  type Connection,
  type Endpoint,
  type Evidence,
  IDEAL_QUALITY,
  type Milestone,
  type Moment,
  type NeighbourRequest,
  type Reset,
  type Role,
  type Transition,
  type Vantage,
} from '../../src/connections/connection.js';
import type { MilestoneKind } from '../../src/connections/milestones.js';
import { NONE_MARKED, UNMARKED } from '../../src/connections/tcp-analysis.js';
import type { Timestamp } from '../../src/core/time.js';
import type { State } from '../../src/tcp/states.js';

/** Hand-made connections for tests of rules. Times are seconds after an arbitrary start of the capture. */

const START = 1_772_366_400;

export function at(seconds: number): Timestamp {
  const whole = Math.floor(seconds);
  return { seconds: START + whole, nanoseconds: Math.round((seconds - whole) * 1e9) };
}

export function moment(seconds: number, frame: number): Moment {
  return { frame, time: at(seconds) };
}

/** A transition; `confirmed` by the frame after its own unless told otherwise. */
export function enters(
  state: State,
  seconds: number,
  frame: number | null,
  more: { evidence?: Evidence; cause?: string; retractedBy?: number } = {},
): Transition {
  const evidence = more.evidence ?? 'confirmed';
  return {
    state,
    frame,
    time: at(seconds),
    cause: more.cause ?? `entered ${state}`,
    evidence,
    confirmedBy: evidence === 'confirmed' ? (frame ?? 0) + 1 : null,
    retractedBy: more.retractedBy ?? null,
    section: '3.10.7.4',
  };
}

export function happens(
  kind: MilestoneKind,
  seconds: number,
  frame: number,
  more: Partial<Pick<Milestone, 'count' | 'value' | 'icmp' | 'neighbour' | 'retransmitted'>> & {
    dataBefore?: number | undefined;
    until?: number;
    lastFrame?: number;
  } = {},
): Milestone {
  return {
    kind,
    frame,
    time: at(seconds),
    count: more.count ?? 1,
    lastFrame: more.lastFrame ?? frame,
    lastTime: at(more.until ?? seconds),
    value: more.value ?? 0,
    ...(more.icmp === undefined ? {} : { icmp: more.icmp }),
    ...(more.neighbour === undefined ? {} : { neighbour: more.neighbour }),
    ...(more.retransmitted === undefined ? {} : { retransmitted: more.retransmitted }),
    ...(more.dataBefore === undefined ? {} : { dataBefore: more.dataBefore }),
  };
}

/** Requests that nobody answered: of 10.0.0.1 for 10.0.0.2 by ARP, unless told otherwise. */
export function asksInVain(
  seconds: number,
  frame: number,
  more: Partial<NeighbourRequest> & { count?: number; until?: number; lastFrame?: number } = {},
): Milestone {
  const { count = 3, until, lastFrame, ...request } = more;
  return happens('neighbour-unanswered', seconds, frame, {
    count,
    until: until ?? seconds + count - 1,
    lastFrame: lastFrame ?? frame + count - 1,
    neighbour: { protocol: 'ARP', asker: '10.0.0.1', target: '10.0.0.2', ...request },
  });
}

/** A reset without ACK that was accepted and answers nothing, unless told otherwise. */
export function resets(
  seconds: number,
  frame: number,
  more: Partial<Omit<Reset, 'trigger'>> & { trigger?: Partial<NonNullable<Reset['trigger']>> } = {},
): Milestone {
  const { trigger, ...form } = more;
  return {
    ...happens('reset', seconds, frame),
    reset: {
      hasAck: false,
      sequence: 1000,
      acknowledgment: 0,
      window: 0,
      ttl: 64,
      payloadBytes: 0,
      verdict: 'accepted',
      missedBy: 0,
      ...form,
      trigger:
        trigger === undefined
          ? null
          : {
              frame: frame - 1,
              kind: 'data',
              reactionSeconds: 0.001,
              idleSeconds: 0,
              knewFin: false,
              payloadBytes: 0,
              ...trigger,
            },
    },
  };
}

export interface EndpointDraft extends Partial<Omit<Endpoint, 'role' | 'finalState'>> {
  /** Without it the handshake alone: ESTABLISHED. Entries are put after the handshake. */
  readonly after?: readonly Transition[];
}

export interface ConnectionDraft
  extends Partial<Omit<Connection, 'client' | 'server' | 'quality' | 'vantage'>> {
  readonly client?: EndpointDraft;
  readonly server?: EndpointDraft;
  readonly quality?: Partial<CaptureQuality>;
  readonly vantage?: Partial<Vantage>;
}

/** `10.0.0.1:40000` and `10.0.0.2:8080` after a handshake in frames 1 to 3, with the given differences. */
export function connection(draft: ConnectionDraft = {}): Connection {
  const { client, server, quality, vantage, ...rest } = draft;
  return {
    id: 0,
    capture: 0,
    stream: rest.id ?? 0,
    network: '',
    networkPath: null,
    client: endpoint('client', client ?? {}),
    server: endpoint('server', server ?? {}),
    rolesKnownBy: 'syn',
    firstFrame: 1,
    lastFrame: 3,
    start: at(0),
    end: at(0.02),
    frames: 3,
    completeness: 7,
    zeek: { connState: 'S1', history: 'Sh' },
    survivedSilenceSeconds: 0,
    asksForEcn: false,
    predecessor: null,
    ...rest,
    vantage: { near: 'unknown', confidence: 'none', roundTripSeconds: 0.02, ...vantage },
    quality: { ...IDEAL_QUALITY, ...quality },
  };
}

function handshake(role: Role): Transition[] {
  return role === 'client'
    ? [
        enters('SYN-SENT', 0, 1, { evidence: 'observed', cause: 'sent SYN' }),
        enters('ESTABLISHED', 0.02, 2, { cause: 'received SYN-ACK' }),
      ]
    : [
        enters('SYN-RECEIVED', 0.01, 2, { evidence: 'observed', cause: 'received SYN, sent SYN-ACK' }),
        enters('ESTABLISHED', 0.02, 3, { cause: 'received ACK of SYN' }),
      ];
}

function endpoint(role: Role, draft: EndpointDraft): Endpoint {
  const { after, ...rest } = draft;
  const timeline = rest.timeline ?? [...handshake(role), ...(after ?? [])];
  const milestones = rest.milestones ?? [];
  const standing = timeline.filter((entry) => entry.retractedBy === null);
  return {
    role,
    address: role === 'client' ? '10.0.0.1' : '10.0.0.2',
    port: role === 'client' ? 40000 : 8080,
    finalState: standing.at(-1)?.state ?? 'CLOSED',
    segments: 2,
    payloadBytes: 0,
    retransmissions: 0,
    tcpAnalysis: UNMARKED,
    firstMarked: NONE_MARKED,
    zeroWindows: 0,
    resetsSent: milestones.filter(({ kind }) => kind === 'reset').length,
    finSent: standing.some(({ state }) => state === 'FIN-WAIT-1' || state === 'LAST-ACK'),
    unacknowledgedBytes: 0,
    lastShortIsNoTls: false,
    windowClosed: false,
    lastSegment: moment(0.02, 3),
    lastNewData: null,
    ttl: 64,
    initialSequence: 0,
    nextSequence: 1,
    ...rest,
    timeline,
    milestones,
  };
}
