import type { Connection, Endpoint, Role } from '../../connections/connection.js';
import { formatEndpoint } from '../../core/addresses.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { distance } from '../../tcp/sequence.js';
import { cite } from '../citations.js';
import type { Finding, Pattern } from '../finding.js';
import { IDLE_SECONDS } from '../wording/host-fate.js';
import { count, duration, fill, inNetwork, round } from '../wording/wording.js';
import { furtherServices, MAX_GROUPS, MAX_LISTED, MOST_SERVICES } from './members.js';
import type { Contrast, PatternCollector, PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/**
 * Connections that begin in their middle, and are compared with all others: whoever made the capture must not choose
 * how long that takes.
 */
const MAX_STRAYS = 1000;
/**
 * How far from where the stream was it may go on, as it may be sent again from the other end of a wide window, and how
 * far its acknowledgments may be (octets). By chance both happen once in 260,000 pairs.
 */
const NEAR = 1 << 24;
const ACKNOWLEDGED_NEAR = 1 << 20;
/** What had been sent before the reset came may still arrive for so long (seconds). */
const IN_FLIGHT_SECONDS = 1;

const FORGOT =
  'The translating device forgot the connection, which had been silent for {silent} (likely): its timeout for idle connections is no longer than that.';
const FORGOT_IN_GENERAL =
  'After 30 s of silence or more: the translating device forgot the connection (likely), as its timeout for idle connections is no longer than that.';
const FORGOT_SOONER =
  'The translating device lost its table, or another one without it took over (possible): then all connections through it end in the same way.';
const INVALID =
  'Linux’s conntrack took the segment for one outside the window, and let it pass untranslated (possible): nf_conntrack_tcp_be_liberal, or a rule that drops what is INVALID, prevents that.';
const NEW_MAPPING =
  'The translating device lost its table, or another one without it took over (possible): it gave the connection another port or address.';
const LOOK =
  'On the translating device (a node’s kube-proxy, a load balancer, a NAT): check conntrack -L, and its timeout, such as nf_conntrack_tcp_timeout_established.';
const KEEP_ALIVE = 'Let either program send keep-alives more often than that timeout.';
const BEHIND = 'Capture on both sides of that device: what comes in, and under which address does it leave?';
const STEPS = [LOOK, KEEP_ALIVE, BEHIND];

type End = Pick<Endpoint, 'address' | 'port'>;

/** What is kept of an endpoint. */
interface Side extends End {
  readonly first: number;
  readonly next: number;
  /** When it last sent data that it had not sent before. */
  readonly dataTime: Timestamp | null;
  readonly resets: number;
  /** It sent something else than resets. */
  readonly spoke: boolean;
}

interface Kept extends Readonly<Record<Role, Side>> {
  readonly id: number;
  readonly firstFrame: number;
  readonly start: Timestamp;
  readonly network: string;
}

/** A connection went on under another address or port of one side. */
interface Match {
  readonly known: Kept;
  readonly stray: Kept;
  /** Whose address or port it was. */
  readonly changed: Role;
  readonly from: End;
  readonly to: End;
  /** For how long no data had been seen by then, at most. */
  readonly silentSeconds: number;
}

/** Segments under another address or port carry the numbers of a connection: a translation of addresses was lost. */
export const natMappingChanged: PatternRule = {
  id: 'nat-mapping-changed',
  family: 'pattern',
  isOfOneCapture: true,
  grades: ['rst-half-open-discovered'],
  severity: 'warning',
  summary:
    'A connection went on under another address or port of one side: a device that translates addresses lost or changed its mapping.',
  options: {},
  citations: [
    cite.resetForUnknown,
    cite.natEstablished,
    cite.natAnswersUnknown,
    cite.conntrackTimeouts,
    cite.conntrackLoose,
    cite.conntrackLiberal,
  ],
  related: ['rst-half-open-discovered', 'idle-reset-interval', 'host-restarted', 'capture-midstream'],
  documentation: {
    meaning:
      'A program behind a load balancer, a NAT or a node of a cluster has a different address from the one its peer knows, and a device in between rewrites each segment. When that device forgets the connection, or does not take a segment for part of it, the segment passes untranslated, or gets a new mapping. To the peer it belongs to no connection and is reset, which ends the connection at its sender. Whoever sends next on the old address and port is reset as well. Both programs see “connection reset by peer”, and neither has ended anything.',
    proof: [
      'A connection that begins in its middle and has one side, by address and port, in common with another connection.',
      'Its first sequence number lies within 16 MiB of where that one stands, and its acknowledgment number within 1 MiB: by chance that happens once in 260,000 pairs.',
      'The other side answers it with resets and nothing else, and the side whose address or port changed sends no more data on the old one, except what was under way.',
    ],
    notThis: [
      'A capture on both sides of a device, which holds each segment twice: both go on, or both are reset.',
      'A port that was used again: its numbers differ.',
    ],
    applicationSees:
      'The program whose address or port changed: ECONNRESET. The other: ECONNRESET on the write after its next one, or on its pending read once it has written; nothing until then.',
    likelyCauses: [FORGOT_IN_GENERAL, FORGOT_SOONER, INVALID],
    nextSteps: STEPS,
    example: { fixture: 'nat-mapping-changed', capture: 'client' },
  },
  begin: () => new Collector(),
};

class Collector implements PatternCollector {
  readonly #known: Kept[] = [];
  readonly #strays: Kept[] = [];
  readonly #matches: Match[] = [];
  /** The first match of each connection. */
  readonly #byConnection = new Map<number, Match>();

  add(connection: Connection): void {
    const { client, server, quality, rolesKnownBy } = connection;
    if (client.segments === 0 && server.segments === 0) return;
    if (quality.midstream) {
      if (this.#strays.length === MAX_STRAYS) return;
      const kept = keptOf(connection);
      for (const known of this.#known) this.#compare(known, kept);
      for (const stray of this.#strays) {
        this.#compare(stray, kept);
        this.#compare(kept, stray);
      }
      this.#strays.push(kept);
    } else {
      // A connection that both sides closed, or never used, does not go on.
      const isClosed = client.finSent && server.finSent && client.resetsSent + server.resetsSent === 0;
      if (isClosed || rolesKnownBy !== 'syn' || client.payloadBytes + server.payloadBytes === 0) return;
      if (this.#known.length === MAX_GROUPS) return;
      const kept = keptOf(connection);
      for (const stray of this.#strays) this.#compare(kept, stray);
      this.#known.push(kept);
    }
  }

  /** Each two are compared once, whichever ends first: they may be many. */
  #compare(known: Kept, stray: Kept): void {
    const match = matchOf(known, stray);
    if (match === null || this.#byConnection.has(stray.id)) return;
    this.#matches.push(match);
    this.#byConnection.set(stray.id, match);
    if (!this.#byConnection.has(known.id)) this.#byConnection.set(known.id, match);
  }

  contrastOf({ id }: Connection, { rule }: Finding): Contrast | null {
    const match = rule === 'rst-half-open-discovered' ? this.#byConnection.get(id) : undefined;
    if (match === undefined) return null;
    const { known, stray, from, to } = match;
    const frame = stray.firstFrame;
    return {
      sentence:
        stray.id === id
          ? `Its first segment, in frame ${frame}, carries the numbers of connection ${known.id}, in which its sender is ${nameOf(from)}: nat-mapping-changed.`
          : `Frame ${frame}, from ${nameOf(to)}, carries the numbers of this connection: nat-mapping-changed.`,
      likelyCauses: causesOf(match),
      nextSteps: STEPS,
    };
  }

  finish(): readonly Pattern[] {
    const byService = new Map<string, Match[]>();
    for (const match of this.#matches) {
      const { changed, known } = match;
      const service = `${changed} ${inNetwork(nameOf(known.server), known.network)}`;
      const same = byService.get(service);
      if (same === undefined) byService.set(service, [match]);
      else same.push(match);
    }
    const found = [...byService.values()].sort((a, b) => b.length - a.length);
    const further = furtherServices(Math.max(0, found.length - MOST_SERVICES));
    return found.slice(0, MOST_SERVICES).map((matches) => patternOf(matches, further));
  }
}

function keptOf({ id, client, server, start, firstFrame, network }: Connection): Kept {
  return { id, client: sideOf(client), server: sideOf(server), start, firstFrame, network };
}

function sideOf(endpoint: Endpoint): Side {
  const { address, port, initialSequence, nextSequence, lastNewData, segments, resetsSent } = endpoint;
  return {
    address,
    port,
    first: (initialSequence + 1) | 0,
    next: nextSequence,
    dataTime: lastNewData?.time ?? null,
    resets: resetsSent,
    spoke: segments > resetsSent,
  };
}

/** Whether `stray` is how `known` went on; the roles of one that begins in its middle are a guess. */
function matchOf(known: Kept, stray: Kept): Match | null {
  if (known.firstFrame >= stray.firstFrame || known.network !== stray.network) return null;
  return (
    matchWith(known, stray, stray.client, stray.server) ?? matchWith(known, stray, stray.server, stray.client)
  );
}

function matchWith(known: Kept, stray: Kept, client: Side, server: Side): Match | null {
  const isSameClient = isSame(client, known.client);
  if (isSameClient === isSame(server, known.server)) return null;
  const changed: Role = isSameClient ? 'server' : 'client';
  const [to, receiver] = isSameClient ? [server, client] : [client, server];
  const [from, peer] = isSameClient ? [known.server, known.client] : [known.client, known.server];
  if (!isNear(to.first, from.next, NEAR) || !isNear(receiver.first, peer.next, ACKNOWLEDGED_NEAR))
    return null;
  if (!to.spoke || receiver.spoke || receiver.resets === 0) return null;
  // On both sides of a device a capture holds the reset twice as well.
  if (peer.resets > 0) return null;
  if (from.dataTime !== null && secondsBetween(stray.start, from.dataTime) > IN_FLIGHT_SECONDS) return null;
  const times = [known.client.dataTime, known.server.dataTime].map((time) =>
    time === null ? -1 : secondsBetween(time, stray.start),
  );
  const before = times.filter((seconds) => seconds >= 0);
  const silentSeconds = before.length === 0 ? Number.NaN : Math.min(...before);
  return { known, stray, changed, from, to, silentSeconds };
}

/** `10.0.0.2:8080` */
function nameOf({ address, port }: End): string {
  return formatEndpoint(address, port);
}

function isNear(first: number, next: number, octets: number): boolean {
  return Math.abs(distance(first, next)) <= octets;
}

function isSame(a: End, b: End): boolean {
  return a.port === b.port && a.address === b.address;
}

function causesOf({ changed, silentSeconds }: Match): readonly string[] {
  const idle = silentSeconds >= IDLE_SECONDS ? [fill(FORGOT, { silent: duration(silentSeconds) })] : [];
  return changed === 'server' ? [...idle, FORGOT_SOONER, INVALID] : [...idle, NEW_MAPPING];
}

const TITLES = {
  client:
    'The clients of {several} connections to {server} went on as others: their address translation was lost',
  server: '{server} went on as another on {several} connections: its address translation was lost',
};

/** `matches` have in common the server, and which side's address or port changed. */
function patternOf(matches: readonly Match[], further: string): Pattern {
  const [first] = matches;
  const { known, stray, changed, from, to, silentSeconds } = first;
  const others = matches.length - 1;
  const receiver = nameOf(known[changed === 'server' ? 'client' : 'server']);
  const listed = [...new Set(matches.flatMap(({ known, stray }) => [known.id, stray.id]))];
  return reportPattern(natMappingChanged, {
    confidence: 'inferred',
    title: others === 0 ? '{from} went on as {to}: its address translation was lost' : TITLES[changed],
    explanation: [
      `Frame ${stray.firstFrame} goes from {to} to {receiver}, and its numbers go on from where the connection of {from} and {receiver} stands: its sender takes it for a segment of that one.`,
      ' {receiver} knows no such connection and reset it.',
      silentSeconds >= IDLE_SECONDS ? ' No data had been seen on the connection for {silent}.' : '',
      others === 0 ? '' : ` The same happened on ${count(others, 'other connection')}.`,
      further,
    ].join(''),
    connections: listed.slice(0, MAX_LISTED),
    count: listed.length,
    from: stray.start,
    to: matches[matches.length - 1].stray.start,
    facts: {
      changed,
      endpoint: nameOf(from),
      continuedAs: nameOf(to),
      ...(known.network !== '' && { network: known.network }),
      silentSeconds: round(silentSeconds, 3),
    },
    likelyCauses: causesOf(first),
    words: {
      from: inNetwork(nameOf(from), known.network),
      server: inNetwork(nameOf(known.server), known.network),
      several: matches.length,
      to: nameOf(to),
      receiver,
      silent: duration(silentSeconds),
    },
  });
}
