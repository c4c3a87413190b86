import type { Connection, Role } from '../../connections/connection.js';
import { formatEndpoint, smallNetworkOf } from '../../core/addresses.js';
import { grouped } from '../../core/numbers.js';
import { isLater, secondsBetween, type Timestamp } from '../../core/time.js';
import { cite } from '../citations.js';
import { opened } from '../evidence/evidence.js';
import {
  type Citation,
  type Confidence,
  type Finding,
  type Pattern,
  SEVERITIES,
  type Severity,
} from '../finding.js';
import { handshakeDelayed } from '../handshake-delayed.js';
import type { OptionValues } from '../rule.js';
import { CAUSES_OF_SCANNED, synAckUnanswered } from '../syn-ack-unanswered.js';
import { synUnanswered } from '../syn-unanswered.js';
import { count, duration, inNetwork, nameOf } from '../wording/wording.js';
import { type ByClient, Census, type CensusResults, type Client, type Service } from './census.js';
import { checkPattern, HealthChecks } from './health-checks.js';
import type { Heard } from './heard.js';
import { furtherServices, Groups, MAX_LISTED, Members, MOST_SERVICES } from './members.js';
import { onlyTtlOf } from './one-answerer.js';
import { MAX_PAIRS } from './pair-counts.js';
import type { Contrast, PatternCollector, PatternRule } from './pattern-rule.js';
import { isOfScan, isSynAlone, OF_SCANS, PortScans, scanPattern } from './port-scans.js';
import { type PatternDraft, reportPattern } from './report-pattern.js';
import { OF_SILENCE, silentEndpoint } from './silences.js';
import { CAUSE_OF_DELAY, type Flood, floodPattern } from './syn-floods.js';

/** Findings of one rule on connections to one service. */
interface Recurrence {
  readonly service: Service;
  readonly rule: string;
  /** Each is a SYN that was sent once and that no finding reports. */
  readonly isAlone: boolean;
  /** Of the first that was found. */
  readonly example: string;
  readonly citations: readonly Citation[];
  readonly members: Members;
  /** Whether it looked like a flood when its clients became too many to count. */
  wasFlood: boolean;
  /** Findings by the client's number; null once there were too many clients. */
  affected: Map<number, number> | null;
  confidence: Confidence;
  /** The gravest. */
  severity: Severity;
  /** The likeliest causes and the first steps, as far as all of them give the same ones. */
  causes: readonly string[];
  steps: readonly string[];
  /** The side that all findings name as silent; null if they do not. */
  silent: Role | null;
  /** Since when the first of them in the capture that has not ended was silent; null if none is. */
  silentFrom: Timestamp | null;
  /** For how many seconds after that the service still accepted new connections; 0 if it did not. */
  acceptedSeconds: number;
}

/** Where to look, and why. */
interface Concentration {
  readonly says: string;
  readonly pointsTo: 'client' | 'server' | null;
  /** The only one affected, or one of them. */
  readonly client: string;
  /** The time to live of all that came to the clients from the internet, if one device may answer for it. */
  readonly onlyTtl?: number;
  /** The network of all that are affected, and of few others. */
  readonly clientsIn?: string;
  readonly causes: readonly string[];
}

interface SharedNetwork {
  readonly name: string;
  /** How many clients of the service are in it. */
  readonly clients: number;
}

/** The share of a network's clients that must be affected to say that it has the trouble. */
const NEARLY_ALL = 0.8;

/** Clients that are named if no more of them are affected. */
const MOST_NAMED = 8;

/** What is no likelier than this is not put down to chance. */
const BY_CHANCE = 0.05;
/** Clients without the trouble must be so many times those that chance would leave without it. */
const CLEARLY_MORE = 2;

/** One client's findings make one pattern if they are at this many services, with at most this share at any one. */
const MINIMUM_SERVICES = 3;
const MOST_AT_ONE = 0.5;

/** What a SYN flood does to the handshakes of others. */
const DELAYS: ReadonlySet<string> = new Set([handshakeDelayed.id, synUnanswered.id]);

/** From how many clients unfinished handshakes look like a flood, and how many each may have begun on average. */
const FLOOD_CLIENTS = 20;
const FLOOD_TRIES = 2;

const STEPS = [
  'finwait explain {rule}',
  'Compare a connection that shows it with one of the same service that does not.',
];

/** Causes and steps that all findings give first are told up to this many: `finwait explain` has the rest. */
const MOST_SHARED = 3;

/** Stands instead of a rule's id for SYNs alone. */
const ALONE = 'one SYN each, not answered';
const ALONE_SEEN =
  'The callers gave up before they had to repeat the SYN, on Linux within a second; behind scans and forged SYNs, no program waits.';

const LOOK_AT_CLIENT = ': look at this client, or at its path';

const CLIENT_CAUSES = [
  'The program of {client}, its version or its settings (possible): then other clients do not show this.',
  'The path between {client} and the rest (possible): then other clients behind the same router show this as well.',
];
const SERVER_CAUSES = [
  'The program of {server}, or its host (possible): check its log and its other services.',
  'A device in front of {server} (possible): then calls that bypass it have no trouble.',
];
/** One client has trouble at many services, and nothing shows how others fare there. */
const CLIENT_OR_SERVICES_CAUSES = [
  ...CLIENT_CAUSES,
  'What these services have in common, such as their hosts or a device in front of them (possible): then other clients show it there as well.',
];
const COMMON =
  'What these clients have in common, such as their version, their settings or their path (possible): then it sets them apart from others.';
const OF_NETWORK =
  'The path to {clientsIn}, or what is in front of it (possible): then other services see the same of these clients.';
/** A server cannot make its clients silent. */
const TO_CLIENTS =
  'The path from {server} to these clients, or a device on it such as a NAT that forgot them (possible): then what {server} repeats does not reach them.';
/** New connections that were accepted this much later than a silence began (seconds) show that the host had not gone. */
const SURELY_LATER = 1;
const ACCEPTED =
  ' {server} still accepted new connections up to {accepted} after the first of them fell silent: its host had not gone.';
/** A server is silent on some connections alone. */
const CAUSES_OF_ACCEPTED = [
  'A firewall or NAT on the way silently dropped its state for these connections (possible): then they had been idle before, and new ones are accepted.',
  'The path loses what these clients send on these connections (possible): then other connections of theirs lose segments as well.',
  'Several hosts share the address of {server}, and one of them is gone (possible): their TTLs, windows or timestamps differ.',
];
const STEP_OF_ACCEPTED =
  'Capture at {server}: do the segments of these connections arrive there, and do its counters say why it ignores them (nstat -az TcpInErrs TcpInCsumErrors TcpExtPAWSEstab)?';
const ONE_ANSWERER =
  'One device answers for {server} and the other hosts, for example a proxy or a VPN on the side of {client} (possible): then their IP identifications form one series, or handshakes with them take hardly any time.';
const ONE_ANSWERER_CAUSES = [ONE_ANSWERER, ...SERVER_CAUSES];
const UNCOUNTED_CAUSES = [
  'One client has all of them: its program, its settings or its path (possible).',
  'Every client has them: the service, its host or a device in front of it (possible).',
];

/** The same finding on many connections: one pattern with their number, and with where they concentrate. */
export const recurringFinding: PatternRule = {
  id: 'recurring-finding',
  family: 'pattern',
  generality: 2,
  severity: 'warning',
  grades: [...OF_SCANS, 'syn-ack-unanswered'],
  summary:
    'Many connections of one service, or of one client, show the same finding: whom they have in common shows where to look.',
  options: {
    minimumMembers: {
      unit: 'count',
      default: 5,
      minimum: 2,
      maximum: 1_000_000,
      description: 'How many connections make the pattern: fewer are as quickly read one by one.',
    },
  },
  citations: [cite.resetForUnknown, cite.closedAnswersReset, cite.synFlood],
  related: ['connection-refused', 'syn-unanswered', 'syn-ack-unanswered', 'endpoint-mass-close'],
  documentation: {
    meaning:
      'The same finding on many connections mostly has one cause. If one client has them all while others have no trouble at the same service, the cause is at that client or on its path; if every client of a service has them and none has trouble elsewhere, it is at the service. A client that tries one port of a host after another in vain is reported as a possible port scan, and many clients that do not finish their handshakes as a possible SYN flood: then the pattern is the warning, and what it stands for is info. Connections that one client opens and resets before any data, at regular intervals, look like health checks: info.',
    proof: [
      'At least minimumMembers connections to one address and port with warnings or errors of the same rule that no other finding explains.',
      'Or as many of one client, at three services or more and at most half of them at any one, if no other client has findings of the rule.',
      'Or as many SYNs that were sent once, not answered within 3 s, and that no finding reports.',
      'Or ten ports of one host that one client tried within 10 s, nearly all refused or unanswered.',
      'Or at least minimumMembers connections of one client to one address and port with handshake-aborted, at nearly equal intervals.',
    ],
    notThis: [
      'Connections that another pattern stands for: that one says more.',
      'Other findings that are info: they are no trouble, however many there are.',
      'A service that alone has trouble when everything from the internet has the same time to live: one device may answer for all of it, so nothing points at the service.',
    ],
    applicationSees: 'On each of these connections: as described under {rule}.',
    likelyCauses: UNCOUNTED_CAUSES,
    nextSteps: STEPS,
    example: { fixture: 'mixed-200', capture: 'client' },
  },
  begin: (options, heard) => new Collector(options, heard),
};

class Collector implements PatternCollector {
  readonly #minimum: number;
  readonly #census: Census;
  /** By rule and number of the service. */
  readonly #recurrences = new Groups<Recurrence>();
  readonly #scans = new PortScans();
  readonly #checks = new HealthChecks();
  /** Clients kept in all recurrences together. */
  #kept = 0;
  /** When the last connection began that a service accepted, in the capture that has not ended: by its number. */
  readonly #accepted = new Map<number, Timestamp>();

  readonly #heard: Heard;

  constructor({ minimumMembers }: OptionValues, heard: Heard) {
    this.#minimum = minimumMembers;
    this.#census = new Census(heard);
    this.#heard = heard;
  }

  add(connection: Connection, findings: readonly Finding[], captureEnd: Timestamp): void {
    const service = this.#census.service(connection);
    const client = service === null ? null : this.#census.client(connection, service);
    if (service !== null) this.#noteAccepted(service, connection);
    let isTroubled = findings.length === 0 && isSynAlone(connection, captureEnd);
    if (isTroubled) {
      if (client !== null) this.#scans.addAlone(connection);
      if (service !== null) this.#countAlone(connection, service, client);
    }
    for (let i = 0; i < findings.length; i++) {
      const finding = findings[i];
      this.#checks.add(connection, finding);
      if (finding.severity === 'info' || finding.explainedBy !== undefined) continue;
      isTroubled = true;
      // A rule may report both endpoints.
      if (findings.findIndex(({ rule }) => rule === finding.rule) < i) continue;
      if (client !== null) this.#scans.add(connection, finding);
      if (service !== null) this.#count(connection.id, finding, service, client);
    }
    if (isTroubled && client !== null && service !== null) this.#census.trouble(client, service);
  }

  #noteAccepted({ number }: Service, { server, start, quality }: Connection): void {
    if (quality.midstream || !opened(server)) return;
    const last = this.#accepted.get(number);
    if (last === undefined || isLater(start, last)) this.#accepted.set(number, start);
  }

  #count(id: number, finding: Finding, service: Service, client: Client | null): void {
    const { rule, title, citations, from, to, severity, likelyCauses, nextSteps } = finding;
    const recurrence = this.#recurrences.of(rule, service.number, () =>
      begun(service, client, from, to, {
        rule,
        isAlone: false,
        example: title,
        citations,
        severity,
        causes: likelyCauses,
        steps: nextSteps,
        silent: silentIn(finding),
      }),
    );
    if (recurrence === null) return;
    if (recurrence.silent !== silentIn(finding)) recurrence.silent = null;
    if (recurrence.silentFrom === null || isLater(recurrence.silentFrom, from)) recurrence.silentFrom = from;
    recurrence.causes = shared(recurrence.causes, likelyCauses);
    recurrence.steps = shared(recurrence.steps, nextSteps);
    recurrence.severity = graver(recurrence.severity, severity);
    if (finding.confidence === 'possible') recurrence.confidence = 'possible';
    this.#addMember(recurrence, id, from, to, client);
  }

  #countAlone(connection: Connection, service: Service, client: Client | null): void {
    const { id, start, end } = connection;
    const recurrence = this.#recurrences.of(ALONE, service.number, () =>
      begun(service, client, start, end, {
        rule: synUnanswered.id,
        isAlone: true,
        example: `${nameOf(connection.client)} sent one SYN to ${nameOf(connection.server)}, and nothing came back`,
        citations: synUnanswered.citations,
        severity: 'warning',
        causes: [],
        steps: [],
        silent: null,
      }),
    );
    if (recurrence !== null) this.#addMember(recurrence, id, start, end, client);
  }

  #addMember(
    recurrence: Recurrence,
    id: number,
    from: Timestamp,
    to: Timestamp,
    client: Client | null,
  ): void {
    recurrence.members.add(id, from, to);
    const { affected } = recurrence;
    if (affected === null) return;
    const known = client === null ? undefined : affected.get(client.number);
    if (client === null || (known === undefined && this.#kept === MAX_PAIRS)) {
      recurrence.wasFlood = isFlood(recurrence, this.#minimum);
      this.#kept -= affected.size;
      recurrence.affected = null;
      return;
    }
    if (known === undefined) this.#kept++;
    affected.set(client.number, (known ?? 0) + 1);
  }

  /** At an open port, a scan leaves a SYN-ACK that nobody takes. */
  contrastOf(connection: Connection, { rule, nextSteps }: Finding): Contrast | null {
    if (rule !== synAckUnanswered.id) return null;
    if (!this.#scans.isScanned(connection, (client, host) => this.#census.callsTo(client, host))) return null;
    return {
      sentence:
        'Its caller tried port after port of the same host, nearly all in vain: that looks like a scan.',
      likelyCauses: CAUSES_OF_SCANNED,
      nextSteps,
    };
  }

  /** What a port scan or a flood leaves on each connection is no trouble of that connection. */
  severityOf(connection: Connection, finding: Finding): Severity | null {
    const calls = (client: string, host: string): number | null => this.#census.callsTo(client, host);
    const service = this.#census.serviceOf(connection);
    const recurrence = service === null ? null : this.#recurrences.find(finding.rule, service.number);
    const isPart =
      this.#scans.holds(connection, finding, calls) ||
      (recurrence !== null && isFlood(recurrence, this.#minimum));
    return isPart ? 'info' : null;
  }

  endCapture(): void {
    for (const recurrence of this.#recurrences.all) {
      const { silent, silentFrom, service } = recurrence;
      recurrence.silentFrom = null;
      if (silent !== 'server' || silentFrom === null) continue;
      const accepted = this.#accepted.get(service.number);
      if (accepted === undefined) continue;
      // By a host that had gone, none would be.
      const seconds = secondsBetween(silentFrom, accepted);
      if (seconds >= SURELY_LATER) recurrence.acceptedSeconds = Math.max(recurrence.acceptedSeconds, seconds);
    }
    this.#accepted.clear();
  }

  finish(): readonly Pattern[] {
    const checks = this.#checks
      .found(this.#minimum)
      .slice(0, MOST_SERVICES)
      .map((each) => checkPattern(recurringFinding, each));
    if (this.#recurrences.all.length === 0 && !this.#scans.isWatching) return checks;
    // What a host answered may be missing from the capture.
    const isMissed = ({ address, network }: Service): boolean => this.#heard.misses(address, network);
    const all = this.#recurrences.all.filter(
      ({ rule, service }) => rule !== synUnanswered.id || !isMissed(service),
    );
    const scans = this.#scans
      .found((client, host) => this.#census.callsTo(client, host))
      .filter(({ host, network, refused }) => refused > 0 || !this.#heard.misses(host, network));
    const census = this.#census.results();
    const byRule = new Map<string, Recurrence[]>();
    const floods = this.#floods(all);
    for (const recurrence of all) {
      if (isFlood(recurrence, this.#minimum)) continue;
      const { rule, isAlone, service, affected } = recurrence;
      const kind = isAlone ? ALONE : rule;
      const [client] = affected?.keys() ?? [];
      if (affected?.size === 1 && isOfScan(rule, this.#census.clients[client], service, scans)) continue;
      const known = byRule.get(kind);
      if (known === undefined) byRule.set(kind, [recurrence]);
      else known.push(recurrence);
    }
    const patterns = scans.map((scan) => scanPattern(recurringFinding, scan));
    for (const [service, flood] of floods) {
      const delayed = this.#recurrences.find(handshakeDelayed.id, service)?.members.count ?? 0;
      patterns.push(floodPattern(recurringFinding, flood, delayed));
    }
    for (const recurrences of byRule.values()) {
      const ofOne = this.#ofOneClient(recurrences, census);
      if (ofOne !== null) patterns.push(ofOne);
      else patterns.push(...this.#byService(recurrences, census, floods));
    }
    return [...patterns, ...checks];
  }

  /** If all findings of a rule are of one client, at several services. */
  #ofOneClient(recurrences: readonly Recurrence[], census: CensusResults): Pattern | null {
    if (!this.#census.isWhole) return null;
    const total = recurrences.reduce((sum, { members }) => sum + members.count, 0);
    const largest = recurrences.reduce((most, { members }) => Math.max(most, members.count), 0);
    if (recurrences.length < MINIMUM_SERVICES || total < this.#minimum || largest > MOST_AT_ONE * total)
      return null;
    const [number] = recurrences[0].affected?.keys() ?? [];
    if (recurrences.some(({ affected }) => affected?.size !== 1 || !affected.has(number))) return null;
    const { address, network } = this.#census.clients[number];
    const own = census.callsOf(number);
    const others = this.#census.clients.filter((client) => client.number !== number);
    const well = others.reduce((sum, client) => sum + census.wellOf(client.number), 0);
    const pointsTo = well >= this.#minimum ? 'client' : null;
    const [{ rule, isAlone, example, citations }] = recurrences;
    const { from, to } = spanOf(recurrences);
    return reportPattern(recurringFinding, {
      ...kindTexts(rule, isAlone),
      severity: recurrences.map(({ severity }) => severity).reduce(graver),
      confidence: confidenceOf(recurrences),
      title: `${total} of ${own} connections of {client}, to ${recurrences.length} services: {what}`,
      explanation: `For example: {example}. ${
        others.length === 0
          ? 'The capture holds no other client to compare with.'
          : `No other client shows it; ${wellText(well, others.length, '')}${pointsTo === null ? '' : LOOK_AT_CLIENT}.`
      }`,
      connections: recurrences.flatMap((each) => each.members.ids).slice(0, MAX_LISTED),
      count: total,
      from,
      to,
      facts: {
        rule,
        client: address,
        ...(network !== '' && { network }),
        count: total,
        ofConnections: own,
        services: recurrences.length,
        clients: 1,
        clientsInAll: this.#census.clients.length,
        ...(pointsTo !== null && { pointsTo }),
      },
      citations,
      words: { rule, what: isAlone ? ALONE : rule, client: inNetwork(address, network), example },
      likelyCauses:
        pointsTo === null
          ? [
              ...recurrences
                .map(({ causes }) => causes)
                .reduce(shared)
                .slice(0, MOST_SHARED),
              ...CLIENT_OR_SERVICES_CAUSES,
            ]
          : CLIENT_CAUSES,
    });
  }

  /** What looks like a SYN flood, by number of the service. */
  #floods(recurrences: readonly Recurrence[]): ReadonlyMap<number, Flood> {
    const floods = new Map<number, Flood>();
    for (const recurrence of recurrences) {
      if (!isFlood(recurrence, this.#minimum)) continue;
      const { service, members, affected, citations, isAlone } = recurrence;
      let flood = floods.get(service.number);
      if (flood === undefined) {
        flood = {
          service,
          members: new Members(members.from, members.to),
          clients: new Set(),
          unanswered: 0,
          citations,
        };
        floods.set(service.number, flood);
      }
      flood.members.addAll(members);
      if (isAlone) flood.unanswered += members.count;
      if (affected === null) flood.clients = null;
      else for (const client of affected.keys()) flood.clients?.add(client);
    }
    return floods;
  }

  #byService(
    recurrences: readonly Recurrence[],
    census: CensusResults,
    floods: ReadonlyMap<number, Flood>,
  ): readonly Pattern[] {
    const many = recurrences
      .filter(({ members }) => members.count >= this.#minimum)
      .sort((a, b) => b.members.count - a.members.count);
    if (many.length === 0) return [];
    const ofRule = this.#affectedBy(recurrences);
    const further = many.length - MOST_SERVICES;
    return many
      .slice(0, MOST_SERVICES)
      .map((recurrence) =>
        this.#ofService(
          recurrence,
          ofRule,
          census,
          Math.max(0, further),
          DELAYS.has(recurrence.rule) && floods.has(recurrence.service.number),
        ),
      );
  }

  /** How many findings each client has; null if that was not counted for all of them. */
  #affectedBy(recurrences: readonly Recurrence[]): ByClient | null {
    if (!this.#census.isWhole) return null;
    const all = new Map<number, number>();
    for (const { affected } of recurrences) {
      if (affected === null) return null;
      for (const [client, findings] of affected) all.set(client, (all.get(client) ?? 0) + findings);
    }
    return all;
  }

  #ofService(
    recurrence: Recurrence,
    ofRule: ByClient | null,
    census: CensusResults,
    further: number,
    isDelayedByFlood: boolean,
  ): Pattern {
    const { rule, isAlone, example, citations, members, service, affected, acceptedSeconds } = recurrence;
    const { network } = service;
    const server = formatEndpoint(service.address, service.port);
    const { says, pointsTo, client, onlyTtl, clientsIn, causes } = this.#concentration(
      recurrence,
      ofRule,
      census,
    );
    return reportPattern(recurringFinding, {
      ...kindTexts(rule, isAlone),
      severity: recurrence.severity,
      confidence: recurrence.confidence,
      title: `${members.count} of ${service.connections} connections to {server}: {what}`,
      explanation: `For example: {example}. ${says}${acceptedSeconds > 0 ? ACCEPTED : ''}${furtherServices(further)}`,
      connections: members.ids,
      count: members.count,
      from: members.from,
      to: members.to,
      facts: {
        rule,
        server,
        ...(network !== '' && { network }),
        count: members.count,
        ofConnections: service.connections,
        ...(ofRule !== null &&
          affected !== null && { clients: affected.size, clientsInAll: census.callersOf(service).size }),
        ...(pointsTo !== null && { pointsTo }),
        ...(onlyTtl !== undefined && { onlyTtl }),
        ...(clientsIn !== undefined && { clientsIn }),
      },
      citations,
      words: {
        rule,
        what: isAlone ? ALONE : rule,
        server: inNetwork(server, network),
        example,
        client,
        clientsIn: clientsIn ?? '?',
        accepted: duration(acceptedSeconds),
      },
      likelyCauses: isDelayedByFlood ? [CAUSE_OF_DELAY, ...causes] : causes,
      nextSteps: [
        ...(acceptedSeconds > 0 ? [STEP_OF_ACCEPTED] : recurrence.steps.slice(0, MOST_SHARED)),
        ...STEPS,
      ],
    });
  }

  #concentration(
    { service, affected, members, causes: all, silent, acceptedSeconds }: Recurrence,
    ofRule: ByClient | null,
    census: CensusResults,
  ): Concentration {
    if (ofRule === null || affected === null) {
      const says = 'There are too many clients to tell how many of them show it.';
      return { says, pointsTo: null, client: '', causes: UNCOUNTED_CAUSES };
    }
    // Where others have no trouble, whom it concerns says more than what each finding gives as possible.
    const given = acceptedSeconds > 0 ? CAUSES_OF_ACCEPTED : all.slice(0, MOST_SHARED);
    // That its server fails is no cause of a client's silence.
    const ofServer = silent === 'client' ? [TO_CLIENTS] : acceptedSeconds > 0 ? [] : SERVER_CAUSES;
    const likely = given.filter((cause) => cause.includes('(likely)'));
    const besides = (where: readonly string[]): readonly string[] => [
      ...likely,
      ...where,
      ...given.filter((cause) => !likely.includes(cause)),
    ];
    const callers = census.callersOf(service);
    const [only] = affected.keys();
    const { address, network } = this.#census.clients[only];
    const client = inNetwork(address, network);
    if (affected.size > 1 && affected.size < callers.size) {
      const share = members.count / service.connections;
      const shared = this.#sharedNetwork(affected, callers, share);
      if (shared === null && mayBeChance(affected, callers, share)) {
        return {
          says: `${grouped(affected.size)} of the ${count(callers.size, 'client')} that used this port show it; that the others do not may be chance.`,
          pointsTo: null,
          client,
          causes: [...given, ...ofServer],
        };
      }
      const where =
        shared === null
          ? ''
          : ` They are all in {clientsIn}, where ${grouped(affected.size)} of ${count(shared.clients, 'client')} show it.`;
      return {
        says: `${grouped(affected.size)} of the ${count(callers.size, 'client')} that used this port show it${this.#namesOf(affected, network)}.${where}`,
        pointsTo: null,
        client,
        ...(shared !== null && { clientsIn: shared.name }),
        causes: besides([...(shared === null ? [] : [OF_NETWORK]), COMMON, ...ofServer]),
      };
    }
    if (affected.size < callers.size) {
      let well = 0;
      for (const number of callers.keys()) if (number !== only) well += census.wellAt(service, number);
      const pointsTo = well >= this.#minimum ? 'client' : null;
      const says = `All of them are from one client, {client}; ${wellText(well, callers.size - 1, ' to the same port')}${pointsTo === null ? '' : LOOK_AT_CLIENT}.`;
      const where = pointsTo === null ? [...ofServer, ...CLIENT_CAUSES] : CLIENT_CAUSES;
      return { says, pointsTo, client, causes: besides(where) };
    }
    const whose =
      callers.size === 1
        ? 'Only one client used this port, {client}'
        : `Each of the ${count(callers.size, 'client')} that used this port shows it`;
    let well = 0;
    let unwell = 0;
    for (const number of callers.keys()) {
      well += census.wellOf(number) - census.wellAt(service, number);
      unwell += (ofRule.get(number) ?? 0) - (affected.get(number) ?? 0);
    }
    if (unwell > 0 || well < this.#minimum || silent === 'client') {
      const causes = [...given, ...ofServer, ...(callers.size === 1 ? CLIENT_CAUSES : [COMMON])];
      return { says: `${whose}.`, pointsTo: null, client, causes };
    }
    const healthy = `${whose}; ${count(well, 'connection')} of ${callers.size === 1 ? 'this client' : 'these clients'} to other ports or hosts had no trouble`;
    const answerer = onlyTtlOf(this.#servicesOf(callers, census));
    if (answerer === null || service.ttl !== answerer.ttl)
      return {
        says: `${healthy}: look at the server, or at what is in front of it.`,
        pointsTo: 'server',
        client,
        causes: [...given, ...ofServer],
      };
    const says = `${healthy}. But everything from ${count(answerer.networks, 'network')} of the internet had the same time to live, ${answerer.ttl}: one device may answer for all of them, and then the trouble is there.`;
    return { says, pointsTo: null, client, onlyTtl: answerer.ttl, causes: ONE_ANSWERER_CAUSES };
  }

  /** The small network that holds all clients that are affected and few others; null if there is none. */
  #sharedNetwork(
    affected: ReadonlyMap<number, number>,
    callers: ByClient,
    share: number,
  ): SharedNetwork | null {
    const networkOf = (number: number): string | null => smallNetworkOf(this.#census.clients[number].address);
    const [first] = affected.keys();
    const name = networkOf(first);
    if (name === null || affected.size < this.#minimum) return null;
    for (const number of affected.keys()) if (networkOf(number) !== name) return null;
    let clients = 0;
    let callsOfOthers = 0;
    for (const [number, calls] of callers) {
      if (networkOf(number) === name) clients++;
      else callsOfOthers += calls;
    }
    const isNearlyAll = affected.size >= NEARLY_ALL * clients;
    const isChance = (1 - share) ** callsOfOthers > BY_CHANCE;
    // A single client elsewhere may differ in more than its network.
    return isNearlyAll && !isChance && callers.size - clients > 1 ? { name, clients } : null;
  }

  /** Names them, if they are few. */
  #namesOf(clients: ByClient, network: string): string {
    if (clients.size > MOST_NAMED) return '';
    const names = [...clients.keys()].map((number) =>
      inNetwork(this.#census.clients[number].address, network),
    );
    return `: ${names.sort().join(', ')}`;
  }

  /** What these clients called. */
  #servicesOf(callers: ByClient, census: CensusResults): readonly Service[] {
    return this.#census.services.filter((service) => {
      for (const client of census.callersOf(service).keys()) if (callers.has(client)) return true;
      return false;
    });
  }
}

/**
 * Whether only chance may decide who does not show what `share` of all calls show: no client is spared although it
 * called so often that none would be, and they are not many more than chance leaves.
 */
function mayBeChance(affected: ByClient, callers: ByClient, share: number): boolean {
  let spared = 0;
  for (const [client, calls] of callers) {
    const byChance = (1 - share) ** calls;
    spared += byChance;
    if (!affected.has(client) && byChance * callers.size <= BY_CHANCE) return false;
  }
  return callers.size - affected.size <= CLEARLY_MORE * spared;
}

/** Many clients, with at most two handshakes each on average that they did not finish. */
function isFlood({ rule, isAlone, affected, members, wasFlood }: Recurrence, minimum: number): boolean {
  if (affected === null) return wasFlood;
  return (
    (isAlone || rule === 'syn-ack-unanswered') &&
    affected.size >= FLOOD_CLIENTS &&
    members.count >= minimum &&
    members.count <= FLOOD_TRIES * affected.size
  );
}

/** What the pattern says of a rule's findings, or of SYNs that have none. */
function kindTexts(rule: string, isAlone: boolean): Pick<PatternDraft, 'standsFor' | 'applicationSees'> {
  return isAlone ? { applicationSees: ALONE_SEEN } : { standsFor: [rule] };
}

/** What recurs at a service, before its first member. */
function begun(
  service: Service,
  client: Client | null,
  from: Timestamp,
  to: Timestamp,
  {
    rule,
    isAlone,
    example,
    citations,
    severity,
    causes,
    steps,
    silent,
  }: Pick<
    Recurrence,
    'rule' | 'isAlone' | 'example' | 'citations' | 'severity' | 'causes' | 'steps' | 'silent'
  >,
): Recurrence {
  return {
    service,
    rule,
    isAlone,
    example,
    citations,
    members: new Members(from, to),
    wasFlood: false,
    affected: client === null ? null : new Map(),
    confidence: 'inferred',
    severity,
    causes,
    steps,
    silent,
    silentFrom: null,
    acceptedSeconds: 0,
  };
}

/** The side that a finding says is silent; null if it is about something else, or about its link. */
function silentIn(finding: Finding): Role | null {
  const isOfLink = finding.facts.neighbour !== undefined || finding.facts.peerSilent === false;
  return OF_SILENCE.includes(finding.rule) && !isOfLink ? silentEndpoint(finding) : null;
}

/** Those at the head of both lists: one that is not shared may be likelier than all that follow it. */
function shared(causes: readonly string[], others: readonly string[]): readonly string[] {
  let same = 0;
  while (same < causes.length && causes[same] === others[same]) same++;
  return same === causes.length ? causes : causes.slice(0, same);
}

function graver(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;
}

function wellText(connections: number, clients: number, where: string): string {
  const whose = `${count(clients, 'other client')}${where}`;
  return connections === 0
    ? `all connections of ${whose} had other trouble`
    : `${count(connections, 'connection')} of ${whose} had no trouble`;
}

function confidenceOf(recurrences: readonly Recurrence[]): Confidence {
  return recurrences.some(({ confidence }) => confidence === 'possible') ? 'possible' : 'inferred';
}

function spanOf(recurrences: readonly Recurrence[]): { from: Timestamp; to: Timestamp } {
  let { from, to } = recurrences[0].members;
  for (const { members } of recurrences) {
    if (isLater(from, members.from)) from = members.from;
    if (isLater(members.to, to)) to = members.to;
  }
  return { from, to };
}
