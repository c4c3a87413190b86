/** Requests for a link address that nobody answers, as the rules on silence report them. */
import type { Connection, Endpoint, Milestone } from '../../connections/connection.js';
import { cite } from '../citations.js';
import type { Citation, Finding } from '../finding.js';
import type { RuleDescription } from '../rule.js';
import { type Draft, reportFinding } from '../wording/report-finding.js';
import { nameOf, times } from '../wording/wording.js';

/** What rules that report lost neighbours cite for it, at the end of their citations. */
export const LOST_NEIGHBOUR_CITATIONS: readonly Citation[] = [
  cite.addressResolution,
  cite.neighbourResolution,
];

/** What keeps the segments of an endpoint from its peer, on a link at the end of their way. */
export interface LostNeighbour {
  readonly run: Milestone;
  /** The host of the peer itself is asked for; otherwise it is a host that may be a router on the way to it. */
  readonly isPeer: boolean;
  /** The host of the endpoint asks, not a router: as long as it does, no segment leaves it. */
  readonly isOwnHost: boolean;
  /** A sentence, with a blank before it. */
  readonly sentence: string;
  /** First and last request. */
  readonly frames: readonly number[];
  readonly facts: Finding['facts'];
  readonly citation: Citation;
}

/** What the capture shows of it, of the peer rather than of somebody else. */
export function lostNeighbour(sender: Endpoint, peer: Endpoint): LostNeighbour | null {
  let found: LostNeighbour | null = null;
  for (const run of sender.milestones) {
    if (run.neighbour === undefined) continue;
    const { protocol, asker, target } = run.neighbour;
    const isPeer = target === peer.address;
    if (found?.isPeer === true && !isPeer) continue;
    const isOwnHost = asker === sender.address;
    const who = isOwnHost ? `The host of ${nameOf(sender)}` : `A router, ${asker},`;
    const asked = `${who} asked for the link address of ${target} ${times(run.count)} (${protocol}, frames ${run.frame} to ${run.lastFrame}), and nobody answered`;
    found = {
      run,
      isPeer,
      isOwnHost,
      sentence: isPeer
        ? ` ${asked}: ${target} is no longer there on its link.`
        : ` ${asked}: if that is its router to ${nameOf(peer)}, no segment leaves it.`,
      frames: [run.frame, run.lastFrame],
      facts: { neighbourRequests: run.count, neighbour: target },
      citation: protocol === 'ARP' ? cite.addressResolution : cite.neighbourResolution,
    };
  }
  return found;
}

/** A router cannot hand on what the endpoint sends: that may go on, though the capture has no more of it. */
export function isHeldBack(lost: LostNeighbour | null): boolean {
  return lost !== null && !lost.isOwnHost;
}

/**
 * The finding that `rule` reports on `connection`, in which `sender` found `peer` silent: the draft, and what the
 * capture shows of lost neighbours of `sender`, which is more frames, facts and a sentence, and the causes of a host
 * that is off its link. `name` is the peer's in the draft's words.
 */
export function reportSilence(
  rule: RuleDescription,
  connection: Connection,
  sender: Endpoint,
  peer: Endpoint,
  name: string,
  draft: Draft,
): Finding {
  const lost = lostNeighbour(sender, peer);
  const cited = draft.citations ?? rule.citations;
  const citations = cited.filter((citation) => !LOST_NEIGHBOUR_CITATIONS.includes(citation));
  if (lost === null) return reportFinding(rule, connection, { ...draft, citations });
  return reportFinding(rule, connection, {
    ...draft,
    explanation: draft.explanation + lost.sentence,
    ...(lost.isPeer && { likelyCauses: causesOfLostNeighbour(name) }),
    frames: [...draft.frames, ...lost.frames],
    facts: { ...draft.facts, ...lost.facts },
    citations: [...citations, lost.citation],
  });
}

/** Why a host no longer answers on its own link; `{…}` is its endpoint's name in a rule's words. */
export function causesOfLostNeighbour(name: string): readonly string[] {
  return [
    `The host of {${name}} lost power, crashed or froze (likely): check its console, its hypervisor and its switch port.`,
    `Its interface, cable or switch port failed, or it is in another VLAN now (likely): then it is alive, and its own log says that the link went down.`,
    `Its address was taken away or moved to another host that does not announce itself (possible): check ip addr there, and the orchestrator’s log.`,
  ];
}
