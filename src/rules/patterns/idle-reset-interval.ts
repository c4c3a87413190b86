import { formatEndpoint } from '../../core/addresses.js';
import { cite } from '../citations.js';
import type { PatternRule } from '../rule.js';
import { duration, inNetwork, round } from '../wording.js';
import { Groups, Members, MINIMUM_MEMBERS, median } from './members.js';
import { reportPattern } from './report-pattern.js';

interface Group {
  readonly server: string;
  readonly network: string;
  readonly idle: number[];
  members: Members | null;
}

/** Samples of one group; more do not change a median. */
const MAX_SAMPLES = 10_000;

/** REQ-5 of RFC 5382: what a NAT owes an established connection. */
const NAT_SECONDS = 7440;

/** Connections die after the same time of silence: something on the path counts. */
export const idleResetInterval: PatternRule = {
  id: 'idle-reset-interval',
  family: 'pattern',
  severity: 'warning',
  summary:
    'Connections were found dead after the same time of silence: a device on the path expires idle ones.',
  options: {
    minimumMembers: MINIMUM_MEMBERS,
    minimumIdleSeconds: {
      unit: 'seconds',
      default: 30,
      minimum: 1,
      maximum: 604_800,
      description: 'Shorter silences are not counted as idle.',
    },
    spreadRatio: {
      unit: 'ratio',
      default: 0.02,
      minimum: 0,
      maximum: 1,
      description: 'How far the silences may lie around their median, at least 2 s: a device counts exactly.',
    },
  },
  citations: [cite.natEstablished, cite.natTransitory, cite.firewallIdle, cite.conntrackTimeouts],
  related: ['rst-half-open-discovered', 'peer-unresponsive', 'idle-no-liveness-check'],
  documentation: {
    meaning:
      'Several connections to one service turned out to be unknown to the other side after nearly the same silence. Hosts do not crash by the clock: a NAT, firewall or load balancer forgets idle connections after a fixed time.',
    proof: [
      'At least minimumMembers connections whose next segment after a silence was answered with a reset of a host that knew nothing of them.',
      'Silences that differ by no more than spreadRatio around their median.',
    ],
    notThis: [
      'A server that closes idle connections itself: it sends a FIN.',
      'One host that restarted: the silences differ, the moment is the same.',
    ],
    applicationSees:
      'ECONNRESET on the first use after the pause; with a device that drops silently, a hang and then ETIMEDOUT.',
    likelyCauses: [
      'An idle timeout of about {interval} in a NAT, firewall or load balancer on the way to {server} (likely).',
    ],
    nextSteps: [
      'Send keep-alives or heartbeats more often than every {half}.',
      'Compare with the idle timeouts configured on the path.',
    ],
    example: { fixture: 'idle-reset-interval', capture: 'client' },
  },
  begin: (options) => {
    const groups = new Groups<Group>();
    return {
      add(connection, findings) {
        for (const finding of findings) {
          if (finding.rule !== 'rst-half-open-discovered') continue;
          const idle = finding.facts.idleSeconds;
          if (typeof idle !== 'number' || idle < options.minimumIdleSeconds) continue;
          const { network } = connection;
          const { address, port } = connection.server;
          const group = groups.of(inNetwork(address, network), port, () => ({
            server: formatEndpoint(address, port),
            network,
            idle: [],
            members: null,
          }));
          if (group === null) continue;
          if (group.idle.length < MAX_SAMPLES) group.idle.push(idle);
          group.members ??= new Members(finding.from, finding.to);
          group.members.add(connection.id, finding.from, finding.to);
        }
      },
      finish() {
        return groups.all.flatMap(({ server, network, idle, members }) => {
          if (members === null || members.count < options.minimumMembers) return [];
          const sorted = [...idle].sort((a, b) => a - b);
          const middle = median(sorted);
          const spread = median(sorted.map((value) => Math.abs(value - middle)).sort((a, b) => a - b));
          if (spread > Math.max(2, options.spreadRatio * middle)) return [];
          return [
            reportPattern(idleResetInterval, {
              confidence: 'possible',
              title: `${members.count} connections to {server} were reset on their first use after {interval} of silence`,
              explanation: `The silences lie within ${duration(spread)} of their median. A device on the path that expires idle connections explains that${middle < NAT_SECONDS ? '; if it is a NAT, it does so earlier than the 2 h 4 min that RFC 5382 demands' : ''}.`,
              connections: members.ids,
              count: members.count,
              from: members.from,
              to: members.to,
              facts: {
                server,
                ...(network !== '' && { network }),
                medianIdleSeconds: round(middle, 3),
                spreadSeconds: round(spread, 3),
              },
              words: {
                server: inNetwork(server, network),
                interval: duration(Math.round(middle)),
                half: duration(Math.round(middle / 2)),
              },
            }),
          ];
        });
      },
    };
  },
};
