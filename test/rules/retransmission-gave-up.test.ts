import { retransmissionGaveUp } from '../../src/rules/retransmission-gave-up.js';
import { asksInVain, enters, happens, moment, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { unansweredData } from './silence-cases.js';

const icmp = { version: 4, type: 3, code: 1, reporter: '10.0.0.254', sequence: 1 } as const;

testRule(retransmissionGaveUp, {
  fires: [
    {
      name: 'when the next retransmission is long overdue',
      connection: unansweredData(6, 22.6),
      end: 60,
      endpoint: 'client',
      confidence: 'possible',
      title: '10.0.0.1:40000 stopped after sending the same data 7 times in 12.6 s',
      explanation:
        /only ARP or neighbour discovery requests leave it; this capture holds none without an answer, but its filter may have dropped them\.$/,
      frames: [10, 15],
      facts: { earlierThanRfc: true, icmpReported: false, gaveUp: false },
    },
    {
      name: 'though what it had sent was acknowledged, if it did not take that in',
      connection: unansweredData(6, 22.6, {
        client: {
          payloadBytes: 1000,
          unacknowledgedBytes: 0,
          milestones: [
            happens('retransmission-run', 10.2, 10, {
              count: 6,
              until: 22.6,
              lastFrame: 15,
              value: 200,
              retransmitted: {
                payloadBytes: 100,
                optionBytes: 12,
                acknowledgedBytes: 100,
                offloaded: false,
                dontFragment: true,
                shrunk: false,
              },
            }),
          ],
        },
      }),
      end: 60,
      explanation: /\. All of it had been acknowledged, which 10\.0\.0\.1:40000 did not process\./,
      facts: { unacknowledgedBytes: 0 },
    },
    {
      name: 'and knows the other error, and that its host finds its way onto the link, if a router spoke',
      connection: unansweredData(6, 22.6, {
        client: {
          milestones: [
            happens('retransmission-run', 10.2, 10, { count: 6, until: 22.6, lastFrame: 15, value: 200 }),
            happens('icmp-error', 11, 11, { icmp }),
          ],
        },
      }),
      end: 60,
      likelyCauses: /TCP_USER_TIMEOUT/,
      citations: /Limits for one socket/,
      confidence: 'inferred',
      title: '10.0.0.1:40000 gave up after sending the same data 7 times in 12.6 s',
      facts: { icmpReported: true, gaveUp: true },
    },
    {
      name: 'and knows that TCP goes on where its own host spoke',
      connection: unansweredData(6, 22.6, {
        client: {
          milestones: [
            happens('retransmission-run', 10.2, 10, { count: 6, until: 22.6, lastFrame: 15, value: 200 }),
            happens('icmp-error', 11, 11, { icmp: { ...icmp, reporter: '10.0.0.1' } }),
          ],
        },
      }),
      end: 60,
      confidence: 'possible',
      explanation: /Its own host reported by ICMP that it could not deliver/,
      facts: { icmpReported: true, gaveUp: false },
    },
    {
      name: 'and knows that an error which quotes what was never sent is ignored',
      connection: unansweredData(6, 22.6, {
        client: {
          milestones: [
            happens('retransmission-run', 10.2, 10, { count: 6, until: 22.6, lastFrame: 15, value: 200 }),
            happens('icmp-error', 11, 11, { icmp: { ...icmp, quotesUnsent: true } }),
          ],
        },
      }),
      end: 60,
      confidence: 'possible',
      facts: { icmpReported: false, gaveUp: false },
    },
    {
      name: 'and knows that path MTU discovery is no such error',
      connection: unansweredData(6, 22.6, {
        client: {
          milestones: [
            happens('retransmission-run', 10.2, 10, { count: 6, until: 22.6, lastFrame: 15, value: 200 }),
            happens('icmp-error', 11, 11, { icmp: { ...icmp, code: 4 } }),
          ],
        },
      }),
      end: 60,
      confidence: 'possible',
      facts: { icmpReported: false, gaveUp: false },
    },
    {
      name: 'and knows that TCP gave up once its host no longer asks for the peer on its link',
      connection: unansweredData(6, 22.6, {
        client: {
          milestones: [
            happens('retransmission-run', 10.2, 10, { count: 6, until: 22.6, lastFrame: 15, value: 200 }),
            asksInVain(23, 16, { count: 8, until: 40 }),
          ],
        },
      }),
      end: 80,
      confidence: 'inferred',
      title: '10.0.0.1:40000 gave up after sending the same data 7 times in 12.6 s',
      explanation: /Requests of its host for a link address went on after that and then ended as well\./,
      frames: [10, 15, 16, 23],
      facts: { gaveUp: true, neighbourRequests: 8, earlierThanRfc: true },
    },
    {
      name: 'after the time that RFC 9293 asks for, which a limit of its own may have ended',
      connection: unansweredData(9, 140),
      end: 500,
      likelyCauses: /^(?!.*had closed or ended).*TCP_USER_TIMEOUT/s,
      nextSteps: /^On the host of 10\.0\.0\.1:40000, run sysctl net\.ipv4\.tcp_retries2/,
      facts: { earlierThanRfc: false, gaveUp: true },
    },
    {
      name: 'when a socket does that nobody owns any more, as its kernel gives it up sooner',
      connection: unansweredData(9, 62.6),
      end: 400,
      confidence: 'possible',
      explanation: /earlier than 100 s .* as Linux makes for a socket that its program has closed/,
      applicationSees: /; nothing if it has closed the socket meanwhile\. /,
      likelyCauses: /had closed or ended by then \(possible\): Linux .*TCP_USER_TIMEOUT/s,
      nextSteps: /tcp_orphan_retries/,
      citations: /no program owns/,
    },
    {
      name: 'when its FIN shows that nobody owns the socket any more',
      connection: unansweredData(9, 62.6, {
        client: { after: [enters('FIN-WAIT-1', 12, 11, { evidence: 'observed' })] },
      }),
      end: 400,
      applicationSees: /^10\.0\.0\.1:40000, which had sent its own FIN: nothing if it called close\(\)/,
      likelyCauses: /had closed or ended by then, as its FIN shows \(likely\)/,
    },
    {
      name: 'after the full time',
      connection: unansweredData(15, 934),
      end: 1200,
      likelyCauses: /^(?!.*TCP_USER_TIMEOUT)/s,
      nextSteps:
        /^On the host of 10\.0\.0\.1:40000, run nstat -az TcpExtTCPAbortOnTimeout(?!.*TCP_USER_TIMEOUT)/s,
      citations: /^(?!.*Limits for one socket)/s,
      confidence: 'inferred',
      title: '10.0.0.1:40000 gave up after sending the same data 16 times in 15 min 24 s',
      explanation: /that is how a timed-out connection ends\. 100 bytes were never acknowledged\.$/,
      facts: { earlierThanRfc: false, gaveUp: true },
    },
  ],
  silent: [
    {
      name: 'while its host asks for the peer on its link',
      connection: unansweredData(6, 22.6, {
        client: {
          milestones: [
            happens('retransmission-run', 10.2, 10, { count: 6, until: 22.6, lastFrame: 15, value: 200 }),
            asksInVain(23, 16, { count: 30, until: 55 }),
          ],
        },
      }),
      end: 60,
    },
    {
      name: 'where a router may hold back what it goes on sending',
      connection: unansweredData(6, 22.6, {
        client: {
          milestones: [
            happens('retransmission-run', 10.2, 10, { count: 6, until: 22.6, lastFrame: 15, value: 200 }),
            asksInVain(23, 16, { asker: '10.0.0.254' }),
          ],
        },
      }),
      end: 60,
    },
    { name: 'while the next one is not yet due', connection: unansweredData(6, 22.6), end: 35 },
    {
      name: 'when the sender went on with something else',
      connection: unansweredData(6, 22.6, { client: { lastSegment: moment(30, 20) } }),
      end: 60,
    },
    {
      name: 'when it ended with a reset',
      connection: unansweredData(6, 22.6, {
        client: {
          milestones: [
            happens('retransmission-run', 10.2, 10, { count: 6, until: 22.6, lastFrame: 15, value: 200 }),
            resets(22.7, 16, { hasAck: true }),
          ],
        },
      }),
      end: 60,
    },
  ],
});
