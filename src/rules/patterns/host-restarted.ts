import type { Endpoint } from '../../connections/connection.js';
import { type Timestamp, timeAfter } from '../../core/time.js';
import { cite } from '../citations.js';
import { entered } from '../evidence/evidence.js';
import { count, duration, inNetwork, round } from '../wording/wording.js';
import { ChangesByHost, changeOf, explainedByOneMoment, type HostChange } from './host-changes.js';
import { MAX_LISTED } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/** A connection that the host forgot. */
interface Forgotten extends HostChange {
  readonly openedAnew: boolean;
}

/** If this many other hosts forgot connections as well, that points to what they share: the client, or the path. */
const ALIKE = 2;
/** So many resets are trouble, whoever forgot the connections. */
const MANY = 5;

const BOUNDS =
  ' A restart would lie in the {window} between the last sign that it knew one of them and the first that it did not.';

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
  related: [
    'rst-half-open-discovered',
    'half-open-syn-challenge',
    'address-moved',
    'idle-reset-interval',
    'peer-host-lost',
  ],
  documentation: {
    meaning:
      'A crash or a loss of power ends all connections of a host at once, without a packet. After the restart each of them is answered with a reset at its next use, or is opened anew by the host itself. Several on one host point to a restart, not to a single broken connection.',
    proof: [
      'At least minimumSigns connections of one host with rst-half-open-discovered or half-open-syn-challenge.',
      'One moment at which it can have forgotten all of them: none was answered after another was already forgotten.',
      'A warning, and inferred, if two kinds of signs agree: resets on two connections or more, connections that {host} opens anew, and an address that it makes known on its link in between (ARP, neighbour discovery). One kind alone is possible, and info if there are fewer than five, or another host seems to have forgotten connections as well.',
    ],
    notThis: [
      'Connections forgotten one after the other, each after the same silence: idle-reset-interval, a device on the path.',
      'Resets that came from another MAC address or another distance than what {host} had sent before: address-moved, or a device on the path.',
      'An orderly shutdown: it closes its connections first.',
      'Resets alone, if three hosts or more seem to have forgotten connections: they have the client or the path in common.',
      'Timestamps of new connections that begin elsewhere: if each has an offset of its own, as in some versions of Linux, they show nothing. They are not looked at.',
    ],
    applicationSees: 'On each old connection of {host}: ECONNRESET at its next use.',
    likelyCauses: [
      'A crash, a watchdog or a loss of power with a restart of {host} (possible): then uptime there is shorter than these connections.',
      'A restored or moved virtual machine or container (possible): check the hypervisor’s or orchestrator’s log.',
      'A NAT or load balancer in front that lost its table (possible): then connections that bypass it live on.',
    ],
    nextSteps: ['On {host}: run last -x reboot and uptime, and check the hypervisor’s log.'],
    example: { fixture: 'host-restarted', capture: 'client' },
  },
  begin: (options) => {
    const groups = new ChangesByHost<Forgotten>();
    return {
      add(connection, findings) {
        for (const finding of findings) {
          const openedAnew = finding.rule === 'half-open-syn-challenge';
          // Resets with a window may be aborts, and those from elsewhere another host's, or a device's.
          const { rule, facts } = finding;
          const unknown =
            rule === 'rst-half-open-discovered' && (facts.window ?? 0) === 0 && facts.resetFrom === undefined;
          if (!openedAnew && !unknown) continue;
          const endpoint = finding.endpoint === 'client' ? connection.client : connection.server;
          const group = groups.of(connection, endpoint);
          if (group === null) continue;
          const known = openedAnew ? (lastKnown(endpoint) ?? finding.from) : undefined;
          const change = changeOf(connection.id, endpoint, group.origin, finding, known);
          group.changes.push({ ...change, openedAnew });
        }
      },
      finish() {
        return groups.all.flatMap(({ host, network, origin, changes }) => {
          const lost = explainedByOneMoment(changes);
          if (lost.length < options.minimumSigns) return [];
          const announced = lost.find((one) => one.announced !== null)?.announced ?? null;
          const times = lost.map(({ found }) => found);
          const openedAnew = lost.filter((one) => one.openedAnew).length;
          const unknown = lost.length - openedAnew;
          // Resets may come from a device, or answer connections whose close was not heard.
          const kinds = [unknown > 0, openedAnew > 0, announced !== null].filter(Boolean).length;
          const alike = groups.all.filter((other) => other.host !== host).length;
          if (kinds < 2 && alike >= ALIKE) return [];
          const firstFound = Math.min(...times);
          const window = firstFound - Math.max(...lost.map(({ known }) => known));
          return [
            reportPattern(hostRestarted, {
              severity: kinds < 2 && (alike > 0 || lost.length < MANY) ? 'info' : 'warning',
              confidence: kinds < 2 ? 'possible' : 'inferred',
              // Resets alone may be a device's as well; a host that opens an old pair anew knows nothing itself.
              title: `{host} ${kinds > 1 ? 'has probably' : 'may have'} restarted: it no longer knew ${lost.length} of its connections`,
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
              ].join(
                ', ',
              )}.${window > 0 ? BOUNDS : ''}${announced === null ? '' : ` In between it made its address known on its link unasked, in frame ${announced}, as hosts do after a start.`}`,
              connections: lost.slice(0, MAX_LISTED).map(({ id }) => id),
              count: lost.length,
              from: timeAfter(origin, firstFound),
              to: timeAfter(origin, Math.max(...times)),
              facts: {
                host,
                ...(network !== '' && { network }),
                answeredWithReset: unknown,
                openedAnew,
                ...(announced !== null && { announcedInFrame: announced }),
                ...(window > 0 && { windowSeconds: round(window) }),
              },
              citations: [
                ...(unknown > 0 ? [cite.halfOpen, cite.resetForUnknown] : []),
                ...(openedAnew > 0 ? [cite.halfOpenBySyn] : []),
                cite.quietTime,
              ],
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
