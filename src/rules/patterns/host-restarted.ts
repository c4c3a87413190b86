import { cite } from '../citations.js';
import type { PatternRule } from '../rule.js';
import { Groups, Members } from './members.js';
import { reportPattern } from './report-pattern.js';

interface Group {
  readonly host: string;
  readonly members: Members;
  unknown: number;
  openedAnew: number;
}

/** A host forgot several connections: it has restarted. */
export const hostRestarted: PatternRule = {
  id: 'host-restarted',
  family: 'pattern',
  severity: 'warning',
  summary: 'A host no longer knew several of its connections: it has probably restarted.',
  options: {
    minimumSigns: {
      unit: 'count',
      default: 2,
      minimum: 2,
      maximum: 1_000_000,
      description: 'How many connections must show it: one alone has other explanations.',
    },
  },
  citations: [cite.halfOpen, cite.halfOpenBySyn, cite.resetForUnknown],
  related: ['rst-half-open-discovered', 'half-open-syn-challenge', 'idle-reset-interval', 'peer-host-lost'],
  documentation: {
    meaning:
      'A crash or a loss of power takes all connections of a host at once, without a packet; after the restart each of them is answered with a reset at its next use, or is opened anew by the host itself. Several on one host point to a restart, not to a single broken connection.',
    proof: [
      'At least minimumSigns connections of one host with rst-half-open-discovered or half-open-syn-challenge.',
    ],
    notThis: [
      'The same time of silence on each: idle-reset-interval, a device on the path.',
      'An orderly shutdown: it closes its connections first.',
    ],
    applicationSees: 'On each old connection of {host}: ECONNRESET at its next use.',
    likelyCauses: [
      'A crash, a watchdog or a loss of power with a restart of {host} (possible).',
      'A restored or moved virtual machine or container (possible).',
      'A NAT or load balancer in front that lost its table (possible).',
    ],
    nextSteps: ['On {host}: last -x reboot, uptime, and the hypervisor’s log.'],
    example: { fixture: 'host-restarted', capture: 'client' },
  },
  begin: (options) => {
    const groups = new Groups<Group>();
    return {
      add(connection, findings) {
        for (const finding of findings) {
          const unknown = finding.rule === 'rst-half-open-discovered';
          if (!unknown && finding.rule !== 'half-open-syn-challenge') continue;
          const host = (finding.endpoint === 'client' ? connection.client : connection.server).address;
          const group = groups.of(host, 0, () => ({
            host,
            members: new Members(finding.to),
            unknown: 0,
            openedAnew: 0,
          }));
          if (group === null) continue;
          group.members.add(connection.id, finding.to);
          if (unknown) group.unknown++;
          else group.openedAnew++;
        }
      },
      finish() {
        return groups.all.flatMap(({ host, members, unknown, openedAnew }) => {
          if (members.count < options.minimumSigns) return [];
          return [
            reportPattern(hostRestarted, {
              confidence: 'possible',
              title: `{host} has probably restarted: it no longer knew ${members.count} of its connections`,
              explanation: `${unknown} of them were answered with the reset of a host that has no such connection${openedAnew > 0 ? `, ${openedAnew} were opened anew by {host} while the other side still held them` : ''}.`,
              connections: members.ids,
              count: members.count,
              from: members.from,
              to: members.to,
              facts: { host, answeredWithReset: unknown, openedAnew },
              words: { host },
            }),
          ];
        });
      },
    };
  },
};
