/**
 * Requests for link addresses (ARP, neighbour discovery) that nobody has answered: once the next host on the link
 * is gone, its neighbour sends no more segments, and these requests are all that is seen.
 */
import { formatAddress } from '../core/addresses.js';
import { secondsBetween } from '../core/time.js';
import type { NeighbourMessage } from '../decode/neighbour-message.js';
import {
  type Connection,
  type Endpoint,
  isOver,
  type Milestone,
  type Moment,
  type NeighbourRequest,
} from './connection.js';

/** Hosts kept, the latest asked for: whoever makes a capture must not control how much memory it takes. */
const MAX_HOSTS = 4096;
/** Askers kept for each. */
const MAX_ASKERS = 4;
/** This many requests are a failed resolution: RFC 4861 §10 specifies three, and Linux sends three by ARP as well. */
const MINIMUM_REQUESTS = 3;
/** Requests this far apart belong to different attempts: TCP tries again within two minutes. */
const LONGEST_GAP_SECONDS = 150;
/** A host with an answer does not ask again so soon: it keeps a link address at least 15 s (RFC 4861 §6.3.2, §10). */
const INSISTENT_SECONDS = 3;

/** The first octet of IPv6's multicast addresses. */
const MULTICAST = 0xff;

interface Requests {
  readonly asker: string;
  readonly protocol: NeighbourRequest['protocol'];
  /** The host has answered this asker before, in this capture: its answers pass the tap. */
  wasAnswered: boolean;
  count: number;
  /** How many of the last ones came within seconds of one another, and the most that ever did. */
  inHaste: number;
  mostInHaste: number;
  first: Moment;
  last: Moment;
}

interface Host {
  readonly address: string;
  readonly requests: Requests[];
}

export class Neighbours {
  /** By network and address, the latest asked for at the end. */
  readonly #hosts = new Map<string, Host>();
  /** When each host last announced itself unasked, the latest at the end. */
  readonly #announced = new Map<string, Moment>();
  /** Whom each asker asked for last. */
  readonly #askedLast = new Map<string, string>();

  take(message: NeighbourMessage): void {
    const { sender0, sender1, sender2, sender3, target0, target1, target2, target3, domain } = message;
    const sender = formatAddress(sender0, sender1, sender2, sender3);
    const target = formatAddress(target0, target1, target2, target3);
    this.#noteAlive(keyOf(sender, domain), target);
    if (isAnnouncement(message, sender === target)) this.#announce(message, keyOf(sender, domain));
    else if (message.isRequest !== 0) this.#request(message, sender, target);
  }

  /** The connection with milestones for the requests and announcements that concern it; itself if there are none. */
  withMilestones(connection: Connection, domain: number): Connection {
    if (this.#hosts.size === 0 && this.#announced.size === 0) return connection;
    const client = this.#endpoint(connection.client, connection.server, connection, domain);
    const server = this.#endpoint(connection.server, connection.client, connection, domain);
    const isSame = client === connection.client && server === connection.server;
    if (isSame) return connection;
    const { quality } = connection;
    // If so, the capture misses nothing from it: it was not there to send anything.
    const isGone =
      quality.unseen !== null &&
      !quality.unseenSent &&
      (quality.unseen === 'server' ? askedInVain(client, server) : askedInVain(server, client));
    return { ...connection, client, server, ...(isGone && { quality: { ...quality, unseen: null } }) };
  }

  #endpoint(endpoint: Endpoint, peer: Endpoint, connection: Connection, domain: number): Endpoint {
    const told = [
      ...(isOver(connection) ? [] : this.#unheeded(endpoint, peer, connection, domain)),
      ...this.#announcementOf(endpoint, connection, domain),
    ];
    if (told.length === 0) return endpoint;
    return { ...endpoint, milestones: [...endpoint.milestones, ...told].sort((a, b) => a.frame - b.frame) };
  }

  /** Requests from before the peer was heard are as good as answered. */
  #unheeded(
    sender: Endpoint,
    peer: Endpoint,
    { firstFrame }: Connection,
    domain: number,
  ): readonly Milestone[] {
    const heard = peer.lastSegment?.frame ?? 0;
    return this.#unanswered(sender, peer, domain).filter(
      ({ frame, lastFrame }) => frame > heard && lastFrame > firstFrame,
    );
  }

  /** Only if it came while the connection lasted. */
  #announcementOf({ address }: Endpoint, { firstFrame, lastFrame }: Connection, domain: number): Milestone[] {
    const announced = this.#announced.get(keyOf(address, domain));
    if (announced === undefined || announced.frame < firstFrame || announced.frame > lastFrame) return [];
    const { frame, time } = announced;
    return [{ kind: 'address-announced', frame, time, count: 1, lastFrame: frame, lastTime: time, value: 0 }];
  }

  /**
   * What keeps segments of `sender` from its peer: at most one run of unanswered requests for the peer, and one by
   * the sender's host for anybody else.
   */
  #unanswered(sender: Endpoint, peer: Endpoint, domain: number): readonly Milestone[] {
    const forPeer = this.#hosts.get(keyOf(peer.address, domain));
    const found: Milestone[] = [];
    const direct = forPeer?.requests.filter(
      (each) =>
        each.asker === sender.address || (each.asker !== peer.address && routerAsksInVain(each, peer)),
    );
    const last = direct?.reduce<Requests | null>((latest, each) => later(latest, each), null);
    if (forPeer !== undefined && last) found.push(...milestoneOf(last, forPeer.address));
    const other = this.#hosts.get(this.#askedLast.get(keyOf(sender.address, domain)) ?? '');
    if (other !== undefined && other !== forPeer) {
      const asked = other.requests.find(({ asker }) => asker === sender.address);
      if (asked !== undefined) found.push(...milestoneOf(asked, other.address));
    }
    return found;
  }

  #request(
    { frame, seconds, nanoseconds, version, domain }: NeighbourMessage,
    asker: string,
    target: string,
  ) {
    const now: Moment = { frame, time: { seconds, nanoseconds } };
    const key = keyOf(target, domain);
    const host = this.#hosts.get(key) ?? { address: target, requests: [] };
    keepLast(this.#hosts, key, host);
    keepLast(this.#askedLast, keyOf(asker, domain), key);
    const known = host.requests.find((each) => each.asker === asker);
    if (known === undefined) {
      if (host.requests.length === MAX_ASKERS) host.requests.shift();
      const protocol = version === 6 ? 'ND' : 'ARP';
      host.requests.push({ asker, protocol, wasAnswered: false, ...afresh(now) });
      return;
    }
    const gap = secondsBetween(known.last.time, now.time);
    if (known.count === 0 || gap > LONGEST_GAP_SECONDS) {
      Object.assign(known, afresh(now));
      return;
    }
    known.count++;
    known.inHaste = gap <= INSISTENT_SECONDS ? known.inHaste + 1 : 1;
    known.mostInHaste = Math.max(known.mostInHaste, known.inHaste);
    known.last = now;
  }

  #announce({ frame, seconds, nanoseconds }: NeighbourMessage, key: string): void {
    keepLast(this.#announced, key, { frame, time: { seconds, nanoseconds } });
  }

  /** The host at `key` gave a sign of life, perhaps in answer to `told`: nobody is waiting for it any more. */
  #noteAlive(key: string, told: string): void {
    for (const requests of this.#hosts.get(key)?.requests ?? []) {
      requests.count = 0;
      if (requests.asker === told) requests.wasAnswered = true;
    }
  }
}

/** An ARP message about the sender's own address, or an advertisement to all. */
function isAnnouncement({ version, isRequest, target0 }: NeighbourMessage, isOwn: boolean): boolean {
  return version === 6 ? isRequest === 0 && target0 >>> 24 === MULTICAST : isOwn;
}

function keyOf(address: string, domain: number): string {
  return `${domain} ${address}`;
}

function keepLast<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  if (map.size === MAX_HOSTS) map.delete(map.keys().next().value!);
  map.set(key, value);
}

/** Whether the link address of `peer` was asked for in vain, so that nothing reached it from `sender`. */
function askedInVain({ milestones }: Endpoint, { address }: Endpoint): boolean {
  return milestones.some(({ neighbour }) => neighbour?.target === address);
}

/** A first request, at `now`. */
function afresh(now: Moment) {
  return { count: 1, inHaste: 1, mostInHaste: 1, first: now, last: now };
}

/**
 * Whether a router that asks for the peer gets no answer. If earlier answers to it were captured, there is none now;
 * if answers may bypass the tap, the router shows that it lacks one by asking again so soon. That alone is not enough
 * if the peer was heard.
 */
function routerAsksInVain({ wasAnswered, mostInHaste }: Requests, { lastSegment }: Endpoint): boolean {
  return wasAnswered || (lastSegment === null && mostInHaste >= MINIMUM_REQUESTS);
}

function later(one: Requests | null, other: Requests): Requests {
  return one !== null && one.last.frame > other.last.frame ? one : other;
}

function milestoneOf({ asker, protocol, count, first, last }: Requests, target: string): Milestone[] {
  if (count < MINIMUM_REQUESTS) return [];
  const { frame, time } = first;
  const neighbour = { protocol, asker, target };
  const kind = 'neighbour-unanswered';
  return [{ kind, frame, time, count, lastFrame: last.frame, lastTime: last.time, value: 0, neighbour }];
}
