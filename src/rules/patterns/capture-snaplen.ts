import { cite } from '../citations.js';
import { count } from '../wording/wording.js';
import { Members } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/** The snaplen cut frames. */
export const captureSnaplen: PatternRule = {
  id: 'capture-snaplen',
  family: 'capture',
  severity: 'info',
  summary: 'The snaplen cut frames: payload is missing, or even headers are.',
  options: {},
  citations: [cite.snapshotLength],
  related: ['capture-loss', 'capture-offload'],
  documentation: {
    meaning:
      'The capture kept only the first octets of each frame. Headers say how long a segment was on the wire, so states, lengths, acknowledgments and retransmissions are exact; what the segments carried is not in the capture, and TLS alerts in it go unnoticed. A frame that was cut within the first 20 octets of its TCP header is not analysed: nothing is known of its FIN, reset or acknowledgment. If a SYN’s options were cut, MSS and window scale are unknown.',
    proof: [
      'Frames with fewer octets of payload than their IP header announces.',
      'Or frames that end within the TCP header, though more of them was on the wire.',
    ],
    notThis: [
      'Octets whose whole frame is missing: capture-loss.',
      'A frame that was really that short.',
      'A capture none of whose frames shows a whole header: it has no connection to speak of.',
    ],
    applicationSees: 'Nothing: this is about the capture.',
    likelyCauses: [
      'The capture was taken with a snaplen, such as tcpdump -s 96, to save room or to keep payload out (likely).',
      'Its frames were cut afterwards, as by editcap -s (possible).',
    ],
    nextSteps: [
      'If payload matters, capture whole frames: tcpdump -s 0, which is its default.',
      'To leave payload out, a snaplen of 128 keeps the headers of most traffic, and 256 those within tunnels.',
    ],
    example: { fixture: 'snaplen-96', capture: 'client' },
  },
  begin: () => {
    let members: Members | null = null;
    let all: Members | null = null;
    return {
      add(connection) {
        const { id, start, end, quality } = connection;
        all ??= new Members(start, end);
        all.add(id, start, end);
        if (!quality.truncated) return;
        members ??= new Members(start, end);
        members.add(id, start, end);
      },
      finish(_captureEnd, captures) {
        const headers = captures.reduce((sum, { skipped }) => sum + (skipped['truncated-header'] ?? 0), 0);
        const concerned = members ?? (headers > 0 ? all : null);
        if (concerned === null) return [];
        return [
          reportPattern(captureSnaplen, {
            confidence: 'observed',
            title:
              members === null
                ? `{headers} ${headers === 1 ? 'was cut within its TCP header' : 'were cut within their TCP headers'}`
                : 'Frames of {connections} were cut: payload is missing',
            explanation: [
              ...(members === null
                ? []
                : [
                    'States, lengths and acknowledgments come from the headers; what was carried cannot be shown.',
                  ]),
              ...(headers === 0 ? [] : [sayHeaders(headers, members !== null)]),
            ].join(' '),
            connections: concerned.ids,
            count: concerned.count,
            from: concerned.from,
            to: concerned.to,
            facts: { connections: members?.count ?? 0, cutHeaders: headers },
            words: { connections: count(concerned.count, 'connection'), headers: count(headers, 'frame') },
          }),
        ];
      },
    };
  },
};

function sayHeaders(headers: number, further: boolean): string {
  const which = further
    ? `${count(headers, 'frame')} cut within the TCP header`
    : headers === 1
      ? 'It'
      : 'They';
  return `${which} ${headers === 1 ? 'is' : 'are'} not analysed: a FIN, a reset or an acknowledgment may be missed.`;
}
