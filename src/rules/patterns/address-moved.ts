import { timeAfter } from '../../core/time.js';
import { cite } from '../citations.js';
import { duration, inCase, inNetwork, round } from '../wording/wording.js';
import { ChangesByHost, changeOf, explainedByOneMoment, type HostChange } from './host-changes.js';
import { MAX_LISTED } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

const FAILOVER =
  'Failover of a virtual address, as by keepalived or Pacemaker, which moves the address but not its connections (likely).';
const REPLACED =
  'A container or virtual machine that was replaced under the same address (possible): then the orchestrator’s log shows it.';
const SHARED =
  'Two machines are configured with the same address (likely): then ARP, or with IPv6 neighbour discovery, finds two MAC addresses for it.';
const SPLIT =
  'A failover pair whose machines have lost sight of each other, so that both hold the address (possible): then the logs of both say so.';
const BY_MISTAKE =
  'Another device was given the address of {host} by mistake (likely): what it sends starts with another TTL, so it runs another system, unlike the partner of a failover pair.';
const WHICH_MACHINES =
  'Compare eth.src of the resets with that of earlier frames of {host}: which machines have these MAC addresses? The switch’s table or the hypervisor knows.';
const ASK_THE_LINK =
  'On a host of the same link, run ip neigh show to {address} several times. A MAC address that keeps changing means that two machines use the address.';
const WHO_MOVED_IT = 'Check the logs of keepalived, Pacemaker or the orchestrator: did the address move?';

const CITATIONS = [cite.halfOpen, cite.resetForUnknown];

/** A reset by another machine, which may run another system. */
interface Takeover extends HostChange {
  readonly ofOtherSystem: boolean;
}

/** Connections of a host are reset by another machine that has its address. */
export const addressMoved: PatternRule = {
  id: 'address-moved',
  family: 'pattern',
  isOfOneCapture: true,
  severity: 'error',
  summary: 'A host’s address is answered by another machine, which resets its connections.',
  options: {
    minimumSigns: {
      unit: 'count',
      default: 2,
      minimum: 2,
      maximum: 1_000_000,
      description: 'How many connections must show it: for one, rst-half-open-discovered says it.',
    },
  },
  citations: [...CITATIONS, cite.addressConflict],
  related: ['rst-half-open-discovered', 'host-restarted', 'nat-mapping-changed'],
  documentation: {
    meaning:
      'When an address moves to another machine, the connections stay behind. The new machine has none of them and resets each at its next use, while on the old one they stay open. If two machines use an address at once, each connection works until the link’s address tables point to the wrong one.',
    proof: [
      'At least minimumSigns connections of one host with rst-half-open-discovered, each reset from another MAC address than the segments of {host} before it.',
      'No router lies between the capture and {host}: segments and resets have unchanged TTLs (64, 128, 255).',
      'If one moment explains all of the resets, the address has moved; otherwise two machines use it.',
    ],
    notThis: [
      'Resets from the same MAC address as before: host-restarted, or a device that forgot the connections.',
      'A change of MAC address behind a router: it is another router’s, and says nothing about the host.',
      'A capture that holds frames from both sides of a router: their MAC addresses are not compared.',
    ],
    applicationSees:
      'On each old connection to {host}: ECONNRESET at its next use. On the machine that had them: nothing; they stay open there.',
    likelyCauses: [
      ...[FAILOVER, REPLACED].map((cause) => inCase('If the address has moved', cause)),
      ...[SHARED, SPLIT].map((cause) => inCase('If two machines use it', cause)),
      inCase('If their TTLs differ', BY_MISTAKE),
    ],
    nextSteps: [WHICH_MACHINES, ASK_THE_LINK, WHO_MOVED_IT],
    example: { fixture: 'address-moved', capture: 'server' },
  },
  begin: (options) => {
    const groups = new ChangesByHost<Takeover>();
    return {
      add(connection, findings) {
        for (const finding of findings) {
          const { rule, facts, endpoint } = finding;
          if (rule !== 'rst-half-open-discovered' || facts.resetFrom !== 'another-host') continue;
          const old = endpoint === 'client' ? connection.client : connection.server;
          const group = groups.of(connection, old);
          group?.changes.push({
            ...changeOf(connection.id, old, group.origin, finding),
            ofOtherSystem: facts.ofOtherSystem === true,
          });
        }
      },
      finish() {
        return groups.all.flatMap(({ host, network, origin, changes: resets }) => {
          if (resets.length < options.minimumSigns) return [];
          const isOtherSystem = resets.every(({ ofOtherSystem }) => ofOtherSystem);
          const hasMoved = explainedByOneMoment(resets).length === resets.length;
          const announced = resets.find((one) => one.announced !== null)?.announced ?? null;
          const times = resets.map(({ found }) => found);
          const firstFound = Math.min(...times);
          const window = firstFound - Math.max(...resets.map(({ known }) => known));
          return [
            reportPattern(addressMoved, {
              confidence: 'inferred',
              title: hasMoved
                ? 'The address {host} moved to another machine, which reset {count} of its connections'
                : 'Two machines answer for {host}, and {count} of its connections were reset by the wrong one',
              explanation: `{count} connections were answered with the reset of a host that has no such connection. Each reset came from another MAC address than the segments of {host} before it, although their TTLs show that no router lies between.${
                hasMoved
                  ? ' The address moved in the {window} between the last segment from the old machine and the first reset from the new one.'
                  : ' No single moment explains all of them, so the address did not simply move.'
              }${announced === null ? '' : ` It was announced on its link in frame ${announced}, as a machine does that takes an address over.`}`,
              likelyCauses: isOtherSystem
                ? [BY_MISTAKE, hasMoved ? REPLACED : SPLIT]
                : hasMoved
                  ? [FAILOVER, REPLACED]
                  : [SHARED, SPLIT],
              nextSteps: [
                WHICH_MACHINES,
                ...(hasMoved ? [WHO_MOVED_IT, ASK_THE_LINK] : [ASK_THE_LINK, WHO_MOVED_IT]),
              ],
              citations: host.includes(':') ? CITATIONS : addressMoved.citations,
              connections: resets.slice(0, MAX_LISTED).map(({ id }) => id),
              count: resets.length,
              from: timeAfter(origin, firstFound),
              to: timeAfter(origin, Math.max(...times)),
              facts: {
                host,
                ...(network !== '' && { network }),
                hasMoved,
                ...(isOtherSystem && { isOtherSystem }),
                ...(announced !== null && { announcedInFrame: announced }),
                ...(hasMoved && { windowSeconds: round(window) }),
              },
              words: {
                host: inNetwork(host, network),
                address: host,
                count: resets.length,
                window: duration(window),
              },
            }),
          ];
        });
      },
    };
  },
};
