import { isOver } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { entered, gradedBy, isProven, NOTHING } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { count, duration, nameOf, round } from './wording/wording.js';

/** A program called a port on its own host, and the kernel chose that very port for the call. */
export const selfConnect: Rule = {
  id: 'self-connect',
  family: 'handshake',
  severity: 'warning',
  summary: 'A socket is connected to its own address and port: no service is behind it.',
  options: {},
  signs: 'always',
  needs: 'itself',
  explains: [],
  related: ['connection-refused', 'simultaneous-open', 'time-wait-port-pressure'],
  citations: [
    cite.simultaneousOpen,
    cite.synForSyn,
    cite.hostSimultaneousOpen,
    cite.localPortRange,
    cite.reservedPorts,
    cite.portRange,
    cite.addressInUse,
  ],
  documentation: {
    meaning:
      'A program that calls a port on its own host on which nobody listens is refused, except in one case: if the kernel gives the call that very port as its own, the SYN reaches the socket that sent it. TCP treats that like two sockets calling each other at the same time, and connects the socket to itself. The program believes that it has reached the service, and reads back what it writes. Meanwhile the port is taken, so the service cannot come back. Programs that call again and again while a service on their own host is down run into this sooner or later, if the port is one of those that the kernel hands out.',
    proof: [
      'Segments that have one address and one port as both source and destination.',
      'The handshake was completed, or the capture starts later and shows data that was acknowledged.',
    ],
    notThis: [
      'Two sockets of one host, whose ports differ.',
      'A lone SYN from an address and port to itself, as forged in an old attack: hosts drop it.',
      'Data that nobody acknowledges: programs that write captures from text give both ends the same address and port.',
    ],
    applicationSees:
      '{client}: connect succeeds, and read returns what it wrote itself. A service that tries to listen on port {port} there: bind fails with EADDRINUSE while the connection lasts and, on Linux, in TIME-WAIT after that, even with SO_REUSEADDR, unless this socket had set it as well.',
    likelyCauses: [
      'The service on port {port} of that host was not running, and its client kept calling until the kernel chose this port for the call (likely).',
      'The program binds the port that it then calls (possible): its code or configuration shows what it binds and calls.',
    ],
    nextSteps: [
      "On the host of {client}: ss -tanp 'sport = :{port} and dport = :{port}' shows the program; the service cannot listen until it closes.",
      'Run sysctl net.ipv4.ip_local_port_range: port {port} should lie outside, or be among net.ipv4.ip_local_reserved_ports.',
      'Let the client compare getsockname with getpeername after connect, and close if they are equal.',
    ],
    example: { fixture: 'self-connect', capture: 'client' },
  },
  check: (connection) => {
    const { client, start, end } = connection;
    const opened = entered(client, 'ESTABLISHED');
    const wasOpened = isProven(opened);
    // If it was not seen to open, only acknowledged data distinguishes it from a made-up capture.
    if (!wasOpened && client.unacknowledgedBytes >= client.payloadBytes) return NOTHING;
    const last = client.timeline[client.timeline.length - 1];
    const isOpen = !isOver(connection);
    const seconds = secondsBetween(start, end);
    return [
      reportFinding(selfConnect, connection, {
        endpoint: 'client',
        confidence: gradedBy(connection, 'observed'),
        title: '{client} is connected to itself',
        explanation: [
          wasOpened
            ? 'The SYN in frame {first} goes from {client} to {client}: the socket that sent it received it, and was connected to itself.'
            : 'All segments of the connection go from {client} to {client}. How it was opened was not captured.',
          client.payloadBytes === 0
            ? ' It sent no data.'
            : ` What its program wrote, ${count(client.payloadBytes, 'byte')}, came back to it.`,
          isOpen ? ' It was still open when the capture ended.' : ' It lasted {lasted}.',
        ].join(''),
        frames: [
          connection.firstFrame,
          wasOpened ? opened.frame : null,
          isOpen ? connection.lastFrame : last.frame,
        ],
        from: start,
        to: end,
        facts: { port: client.port, payloadBytes: client.payloadBytes, seconds: round(seconds), isOpen },
        words: {
          client: nameOf(client),
          port: client.port,
          first: connection.firstFrame,
          lasted: duration(seconds),
        },
      }),
    ];
  },
};
