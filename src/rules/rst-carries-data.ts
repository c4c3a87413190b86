import { cite } from './citations.js';
import { eachEndpoint, findReset, gradedBy } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { count, nameOf } from './wording/wording.js';

/** A reset with octets in it, which may say why it was sent. */
export const rstCarriesData: Rule = {
  id: 'rst-carries-data',
  family: 'reset',
  severity: 'info',
  summary: 'A reset carried data: a stack or a device may have put its reason there.',
  options: {},
  signs: ['reset'],
  needs: 'either',
  explains: [],
  related: ['rst-active-abort', 'rst-origin-suspect', 'connection-refused'],
  citations: [cite.resetMayCarryData, cite.resetText],
  documentation: {
    meaning:
      'Hardly any stack puts data into a reset, though RFC 9293 has receivers allow it: the idea is a text that explains the cause. Load balancers and firewalls can be configured to write such a text, and some stacks do so. Linux passes it to no program, so a capture may be the only place where it shows.',
    proof: ['A segment of {resetter} with RST and payload.'],
    notThis: [
      'A reset without payload.',
      'Data that came before the reset: undelivered-data-at-abort reports what became of it.',
    ],
    applicationSees: '{peer}: the same as after a reset without data.',
    likelyCauses: [
      'A stack, load balancer or firewall wrote there why it reset (likely): then it is readable text or a code.',
      'A device turned a data segment of {resetter} into a reset (possible): then the octets are those of the application.',
    ],
    nextSteps: [
      'Read it: tshark -r <capture> -Y "frame.number == {rst}" -T fields -e tcp.reset_cause, or -x for all octets.',
      'Look for other such resets with the display filter tcp.flags.reset == 1 && tcp.len > 0.',
    ],
    example: { fixture: 'rst-carries-data', capture: 'client' },
  },
  check: eachEndpoint((resetter, peer, connection) => {
    const reset = findReset(resetter, ({ payloadBytes }) => payloadBytes > 0);
    if (reset === null) return null;
    const { payloadBytes } = reset.reset;
    return reportFinding(rstCarriesData, connection, {
      endpoint: resetter.role,
      confidence: gradedBy(connection, 'observed'),
      title: 'The reset of {resetter} carried {bytes}',
      explanation:
        'The reset in frame {rst} has {bytes} of payload. Whoever sent it, {resetter} or a device in its name, may have put the reason there; finwait does not show payload.',
      frames: [reset.frame],
      from: reset.time,
      to: reset.time,
      facts: { payloadBytes },
      words: {
        resetter: nameOf(resetter),
        peer: nameOf(peer),
        bytes: count(payloadBytes, 'byte'),
        rst: reset.frame,
      },
    });
  }),
};
