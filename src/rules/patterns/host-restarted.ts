import type { Endpoint } from '../../connections/connection.js';
import { secondsBetween, type Timestamp, timeAfter } from '../../core/time.js';
import { cite } from '../citations.js';
import { entered } from '../evidence.js';
import type { PatternRule } from '../rule.js';
import { count, duration, inNetwork, round } from '../wording.js';
import { Groups } from './members.js';
import { MAX_LISTED, reportPattern } from './report-pattern.js';

/** A connection that the host forgot at some moment between two, in seconds after the group's origin. */
interface Forgotten {
  readonly id: number;
  /** When it still knew it. */
  readonly known: number;
  /** When it no longer did. */
  readonly found: number;
  readonly openedAnew: boolean;
}

interface Group {
  readonly host: string;
  readonly network: string;
  readonly origin: Timestamp;
  readonly forgotten: Forgotten[];
}

/** Connections kept per host: more do not change the verdict. */
const MAX_FORGOTTEN = 4096;

const BOUNDS =
  ' A restart must lie in the {window} between the last sign that it knew one of them and the first that it did not.';

/** A host forgot several connections: it has restarted. */
export const hostRestarted: PatternRule = {
  id: 'host-restarted',
  family: 'pattern',
  isOfOneCapture: true,
  severity: 'warning',
  summary: 'A host no longer knew several of its connections: it may have restarted.',
  options: {
    minimumSigns: {
      unit: 'count',
      default: 2,
      minimum: 2,
      maximum: 1_000_000,
      description: 'How many connections must show it: one alone has other explanations.',
    },
  },
  citations: [cite.halfOpen, cite.halfOpenBySyn, cite.resetForUnknown, cite.quietTime, cite.timestampOffsets],
  related: ['rst-half-open-discovered', 'half-open-syn-challenge', 'idle-reset-interval', 'peer-host-lost'],
  documentation: {
    meaning:
      'A crash or a loss of power takes all connections of a host at once, without a packet; after the restart each of them is answered with a reset at its next use, or is opened anew by the host itself. Several on one host point to a restart, not to a single broken connection.',
    proof: [
      'At least minimumSigns connections of one host with rst-half-open-discovered or half-open-syn-challenge.',
      'One moment at which it can have forgotten all of them: none was answered after another was already forgotten.',
    ],
    notThis: [
      'Connections forgotten one after the other, each after the same silence: idle-reset-interval, a device on the path.',
      'An orderly shutdown: it closes its connections first.',
      'Timestamps of new connections that begin elsewhere: where each has an offset of its own, as with Linux, they tell nothing. They are not looked at, nor is ARP, by which a host makes itself known after its start.',
    ],
    applicationSees: 'On each old connection of {host}: ECONNRESET at its next use.',
    likelyCauses: [
      'A crash, a watchdog or a loss of power with a restart of {host} (possible): uptime there is shorter than these connections.',
      'A restored or moved virtual machine or container (possible): the hypervisor’s or orchestrator’s log tells.',
      'A NAT or load balancer in front that lost its table (possible): connections that do not pass it live on.',
    ],
    nextSteps: ['On {host}: last -x reboot, uptime, and the hypervisor’s log.'],
    example: { fixture: 'host-restarted', capture: 'client' },
  },
  begin: (options) => {
    const groups = new Groups<Group>();
    return {
      add(connection, findings) {
        for (const finding of findings) {
          const openedAnew = finding.rule === 'half-open-syn-challenge';
          // Resets with a window may be aborts.
          const { rule, facts } = finding;
          const unknown = rule === 'rst-half-open-discovered' && (facts.window ?? 0) === 0;
          if (!openedAnew && !unknown) continue;
          const endpoint = finding.endpoint === 'client' ? connection.client : connection.server;
          const { address: host } = endpoint;
          const { network } = connection;
          const group = groups.of(inNetwork(host, network), 0, () => ({
            host,
            network,
            origin: connection.start,
            forgotten: [],
          }));
          if (group === null || group.forgotten.length >= MAX_FORGOTTEN) continue;
          const found = secondsBetween(group.origin, finding.to);
          const known = openedAnew
            ? secondsBetween(group.origin, lastKnown(endpoint) ?? finding.from)
            : found - Number(facts.idleSeconds ?? facts.unheardSeconds ?? 0);
          group.forgotten.push({
            id: connection.id,
            known: Math.min(known, found),
            found,
            openedAnew,
          });
        }
      },
      finish() {
        return groups.all.flatMap(({ host, network, origin, forgotten }) => {
          const lost = forgottenAtOnce(forgotten);
          if (lost.length < options.minimumSigns) return [];
          const times = lost.map(({ found }) => found);
          const openedAnew = lost.filter((one) => one.openedAnew).length;
          const unknown = lost.length - openedAnew;
          const firstFound = Math.min(...times);
          const window = firstFound - Math.max(...lost.map(({ known }) => known));
          return [
            reportPattern(hostRestarted, {
              confidence: 'possible',
              // Resets alone may be a device's as well; a host that opens an old pair anew knows nothing itself.
              title: `{host} ${openedAnew > 0 ? 'has probably' : 'may have'} restarted: it no longer knew ${lost.length} of its connections`,
              explanation: `${[
                ...(unknown > 0
                  ? [
                      `${count(unknown, 'was', 'were')} answered with the reset of a host that has no such connection`,
                    ]
                  : []),
                ...(openedAnew > 0
                  ? [
                      `${count(openedAnew, 'was', 'were')} opened anew by {host} while the other side still held ${openedAnew === 1 ? 'it' : 'them'}`,
                    ]
                  : []),
              ].join(', ')}.${window > 0 ? BOUNDS : ''}`,
              connections: lost.slice(0, MAX_LISTED).map(({ id }) => id),
              count: lost.length,
              from: timeAfter(origin, firstFound),
              to: timeAfter(origin, Math.max(...times)),
              facts: {
                host,
                ...(network !== '' && { network }),
                answeredWithReset: unknown,
                openedAnew,
                ...(window > 0 && { windowSeconds: round(window) }),
              },
              words: { host: inNetwork(host, network), window: duration(window) },
            }),
          ];
        });
      },
    };
  },
};

/** When the endpoint last showed that it knew the connection, apart from what it did after forgetting it. */
function lastKnown(endpoint: Endpoint): Timestamp | undefined {
  return endpoint.lastNewData?.time ?? entered(endpoint, 'ESTABLISHED')?.time;
}

/** Those that one moment explains: of several such moments, the one that explains the most. */
function forgottenAtOnce(forgotten: readonly Forgotten[]): readonly Forgotten[] {
  const known = forgotten.map((one) => one.known).sort((a, b) => a - b);
  const found = forgotten.map((one) => one.found).sort((a, b) => a - b);
  let best = { count: 0, at: 0 };
  let ended = 0;
  for (const [place, at] of known.entries()) {
    while (found[ended] < at) ended++;
    const count = place + 1 - ended;
    if (count > best.count) best = { count, at };
  }
  return forgotten.filter((one) => one.known <= best.at && best.at <= one.found);
}
