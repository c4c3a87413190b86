import type { Endpoint, IcmpError, Milestone } from '../connections/connection.js';

/** What the ICMP (RFC 792) and ICMPv6 (RFC 4443) messages that quote a segment say of it. */

const UNREACHABLE_4 = 3;
const FRAGMENTATION_NEEDED = 4;
const TIME_EXCEEDED_4 = 11;
const PARAMETER_PROBLEM_4 = 12;
const UNREACHABLE_6 = 1;
const TOO_BIG_6 = 2;
const TIME_EXCEEDED_6 = 3;
const PARAMETER_PROBLEM_6 = 4;

const CODES_4 = [
  'network unreachable',
  'host unreachable',
  'protocol unreachable',
  'port unreachable',
  'fragmentation needed',
  'source route failed',
  'network unknown',
  'host unknown',
  'source host isolated',
  'network administratively prohibited',
  'host administratively prohibited',
  'network unreachable for this service',
  'host unreachable for this service',
  'administratively prohibited',
  'host precedence violation',
  'precedence cutoff in effect',
];
const CODES_6 = [
  'no route to destination',
  'administratively prohibited',
  'beyond scope of source address',
  'address unreachable',
  'port unreachable',
  'source address failed policy',
  'route rejected',
];

/** The segment must become smaller to be forwarded: path MTU discovery, not a failure. */
export function asksForSmaller({ version, type, code }: IcmpError): boolean {
  return version === 4 ? type === UNREACHABLE_4 && code === FRAGMENTATION_NEEDED : type === TOO_BIG_6;
}

/**
 * The segment was not delivered. A source quench does not say so, and TCP ignores it (RFC 9293 §3.9.2.2,
 * MUST-55); a redirect is about the next one.
 */
function saysUndelivered(error: IcmpError): boolean {
  const { version, type } = error;
  if (asksForSmaller(error)) return false;
  return version === 4
    ? type === UNREACHABLE_4 || type === TIME_EXCEEDED_4 || type === PARAMETER_PROBLEM_4
    : type === UNREACHABLE_6 || type === TIME_EXCEEDED_6 || type === PARAMETER_PROBLEM_6;
}

/** The last errors alike that say of segments of `sender` that they were not delivered. */
export function lastUndelivered(sender: Endpoint): { run: Milestone; icmp: IcmpError } | null {
  const { milestones } = sender;
  for (let i = milestones.length - 1; i >= 0; i--) {
    const { icmp } = milestones[i];
    if (icmp !== undefined && saysUndelivered(icmp)) return { run: milestones[i], icmp };
  }
  return null;
}

/** The error in words, and its class by RFC 9293 §3.9.2.2. */
export function meaningOf({ version, type, code }: IcmpError): { text: string; kind: string } {
  const soft = 'a soft error';
  const other = 'a policy or an unclassified error';
  if (version === 4) {
    if (type === TIME_EXCEEDED_4) return { text: 'time exceeded', kind: soft };
    if (type === PARAMETER_PROBLEM_4) return { text: 'parameter problem', kind: soft };
    const text = CODES_4[code] ?? `code ${code}`;
    if (code === 0 || code === 1 || code === 5) return { text, kind: soft };
    return { text, kind: code === 2 || code === 3 ? 'a hard error' : other };
  }
  if (type === TIME_EXCEEDED_6) return { text: 'time exceeded', kind: soft };
  if (type === PARAMETER_PROBLEM_6) return { text: 'parameter problem', kind: soft };
  const text = CODES_6[code] ?? `code ${code}`;
  return { text, kind: code === 0 || code === 3 ? soft : other };
}
