import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  eachEndpoint,
  findReset,
  gradedBy,
  lasted,
  lastMilestone,
  silentSince,
  unanswered,
} from './evidence/evidence.js';
import { LOST_NEIGHBOUR_CITATIONS, reportSilence } from './evidence/neighbours.js';
import type { Rule } from './rule.js';
import { causesOfOutage, causesOfSilence, IDLE_SECONDS, stepsOfSilence } from './wording/host-fate.js';
import { inGeneral, type ProgramView, READS_END, seenAt } from './wording/program-view.js';
import { count, duration, nameOf, round } from './wording/wording.js';

const PROBER: ProgramView = {
  name: 'prober',
  open: 'ETIMEDOUT, on Linux even if ARP got no answer or a router reported an error, as Linux ignores errors that quote a keep-alive; then EPIPE',
  read: 'fails with ETIMEDOUT, on Linux even if ARP got no answer or a router reported an error, as Linux ignores errors that quote a keep-alive',
  ended: `${READS_END}; its next write fails with ETIMEDOUT, then with EPIPE and SIGPIPE`,
};

const OF_ANY = [
  cite.keepAliveOptional,
  cite.keepAliveOneProbe,
  cite.keepAliveInterval,
  cite.keepAliveSwitch,
  cite.keepAliveDefaultOff,
  cite.keepAliveWhenIdle,
  cite.keepAliveConfigurable,
  cite.keepAliveEmpty,
  cite.hostKeepAlive,
  cite.linuxKeepAlive,
  cite.tcpErrors,
  ...LOST_NEIGHBOUR_CITATIONS,
];
/** Probes that were over so soon that an outage may have outlasted them. */
const OF_SHORT = [...OF_ANY, cite.shortKeepAlive, cite.frequentKeepAlive];
/** The least that RFC 9293 §3.8.3 grants data before it is given up (seconds). */
const SHORT_SECONDS = 100;

const SHORT =
  'The probes were so few and so close together that a short outage was enough (possible): then {peer} answers the next connection.';

/** Keep-alive probes go out and nothing comes back. */
export const keepaliveUnanswered: Rule = {
  id: 'keepalive-unanswered',
  family: 'liveness',
  severity: 'error',
  summary: 'Keep-alive probes were not answered: the peer or the path to it is gone.',
  options: {
    minimumProbes: {
      unit: 'count',
      default: 2,
      minimum: 1,
      maximum: 100,
      description: 'How many unanswered probes count: RFC 9293 §3.8.4 forbids concluding anything from one.',
    },
  },
  signs: ['keep-alive'],
  needs: 'both',
  explains: ['rst-active-abort'],
  related: ['peer-unresponsive', 'rst-half-open-discovered', 'zero-window-probe-unanswered'],
  citations: [...OF_SHORT, cite.keepAliveReset],
  documentation: {
    meaning:
      'On an idle connection, the keep-alive probes of one side went unanswered. After the last of them, a kernel ends the connection; Linux then sends a reset, in case the peer is there after all.',
    proof: ['At least minimumProbes probes in a row, and no segment from {peer} since the first of them.'],
    notThis: [
      'One lost probe or answer.',
      'A probe of a closed window: zero-window-probe-unanswered.',
      'A probe that is answered with a reset: rst-half-open-discovered.',
    ],
    applicationSees: `${inGeneral(PROBER)} {peer}: nothing.`,
    likelyCauses: [...causesOfSilence('peer', true), SHORT],
    nextSteps: [
      'Check sysctl net.ipv4.tcp_keepalive_time net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes, and TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT in the code.',
      ...stepsOfSilence('peer'),
    ],
    example: { fixture: 'keepalive-unanswered', capture: 'client' },
  },
  check: eachEndpoint((prober, peer, connection, { options }) => {
    const run = lastMilestone(prober, 'keep-alive');
    if (run === null) return null;
    const reset = findReset(prober, ({ hasAck }, seen) => hasAck && seen.frame > run.lastFrame);
    // A prober that then gives up had no answer to the last ones, even if the peer is heard again after that.
    const probes = Math.max(unanswered(run, peer), reset === null ? 0 : run.count - run.value - 1);
    if (probes < options.minimumProbes) return null;
    const interval = run.count > 1 ? secondsBetween(run.time, run.lastTime) / (run.count - 1) : 0;
    const heard = peer.lastSegment?.time ?? connection.start;
    const idleSeconds = secondsBetween(heard, run.time);
    const again = peer.lastSegment;
    const heardAgain = reset !== null && again !== null && again.frame > reset.frame ? again.frame : null;
    const causes =
      heardAgain === null ? causesOfSilence('peer', idleSeconds >= IDLE_SECONDS) : causesOfOutage('peer');
    // If a run was answered at first, nothing shows when the answers ended.
    const isShort =
      !silentSince(peer, run) ||
      !lasted(connection, run.frame, secondsBetween(run.time, run.lastTime), SHORT_SECONDS);
    const cited = isShort ? OF_SHORT : OF_ANY;
    return reportSilence(keepaliveUnanswered, connection, prober, peer, 'peer', {
      endpoint: peer.role,
      likelyCauses: isShort ? [...causes, SHORT] : causes,
      citations: reset === null ? cited : [...cited, cite.keepAliveReset],
      confidence: gradedBy(connection, 'observed'),
      title: '{probes} of {prober} to {peer} went unanswered',
      explanation: `{probes}, from frame {first} to frame {last}${interval > 0 ? ', {interval} apart' : ''}, got no answer.${idleSeconds > 0 ? ' {peer} had last been heard {idle} before the first.' : ''}${reset === null ? '' : ` Then {prober} ended the connection with RST in frame ${reset.frame}.`}${heardAgain === null ? '' : ` {peer} was still there: it sent again in frame ${heardAgain}.`}`,
      applicationSees: `${seenAt(prober, peer, PROBER)} {peer}: nothing.`,
      frames: [peer.lastSegment?.frame ?? null, run.frame, run.lastFrame, reset?.frame ?? null],
      from: run.time,
      to: reset?.time ?? run.lastTime,
      facts: {
        unansweredProbes: probes,
        intervalSeconds: round(interval),
        idleSeconds: round(Math.max(0, idleSeconds)),
        reset: reset !== null,
      },
      words: {
        prober: nameOf(prober),
        peer: nameOf(peer),
        probes: count(probes, 'keep-alive probe'),
        first: run.frame,
        last: run.lastFrame,
        interval: duration(interval),
        idle: duration(idleSeconds),
      },
    });
  }),
};
