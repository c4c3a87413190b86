import type { Endpoint, IcmpError, Milestone } from '../../connections/connection.js';

/** What the ICMP (RFC 792) and ICMPv6 (RFC 4443) messages that quote a segment say of it. */

const UNREACHABLE_4 = 3;
const FRAGMENTATION_NEEDED = 4;
const TIME_EXCEEDED_4 = 11;
const PARAMETER_PROBLEM_4 = 12;
const UNREACHABLE_6 = 1;
const TOO_BIG_6 = 2;
const TIME_EXCEEDED_6 = 3;
const PARAMETER_PROBLEM_6 = 4;

/** What an error is about, and with it its causes and what to look at. */
export type Subject =
  | 'route'
  | 'host'
  | 'port'
  | 'protocol'
  | 'policy'
  | 'hops'
  | 'reassembly'
  | 'header'
  | 'other';

type Code = readonly [text: string, subject: Subject, errno: string];

/** RFC 792, RFC 1122 §3.2.2.1 and RFC 1812 §5.2.7.1, with what Linux makes of each in `icmp_err_convert`. */
const CODES_4: readonly Code[] = [
  ['network unreachable', 'route', 'ENETUNREACH'],
  ['host unreachable', 'host', 'EHOSTUNREACH'],
  ['protocol unreachable', 'protocol', 'ENOPROTOOPT'],
  ['port unreachable', 'port', 'ECONNREFUSED'],
  ['fragmentation needed', 'other', 'EMSGSIZE'],
  ['source route failed', 'other', 'EOPNOTSUPP'],
  ['network unknown', 'route', 'ENETUNREACH'],
  ['host unknown', 'host', 'EHOSTDOWN'],
  ['source host isolated', 'other', 'ENONET'],
  ['network administratively prohibited', 'policy', 'ENETUNREACH'],
  ['host administratively prohibited', 'policy', 'EHOSTUNREACH'],
  ['network unreachable for this service', 'route', 'ENETUNREACH'],
  ['host unreachable for this service', 'host', 'EHOSTUNREACH'],
  ['administratively prohibited', 'policy', 'EHOSTUNREACH'],
  ['host precedence violation', 'policy', 'EHOSTUNREACH'],
  ['precedence cutoff in effect', 'policy', 'EHOSTUNREACH'],
];
/** RFC 4443 §3.1, with what Linux makes of each in `icmpv6_err_convert`. */
const CODES_6: readonly Code[] = [
  ['no route to destination', 'route', 'ENETUNREACH'],
  ['administratively prohibited', 'policy', 'EACCES'],
  ['beyond scope of source address', 'route', 'EHOSTUNREACH'],
  ['address unreachable', 'host', 'EHOSTUNREACH'],
  ['port unreachable', 'port', 'ECONNREFUSED'],
  ['source address failed policy', 'policy', 'EACCES'],
  ['route rejected', 'policy', 'EACCES'],
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

/**
 * The last run of like errors that say that segments of `sender` were not delivered. Those that quote what is not in
 * flight count only if there are no others: first those on what had been acknowledged, last on what was never sent.
 */
export function lastUndelivered(sender: Endpoint): { run: Milestone; icmp: IcmpError } | null {
  const { milestones } = sender;
  let acknowledged: { run: Milestone; icmp: IcmpError } | null = null;
  let unsent: { run: Milestone; icmp: IcmpError } | null = null;
  for (let i = milestones.length - 1; i >= 0; i--) {
    const { icmp } = milestones[i];
    if (icmp === undefined || !saysUndelivered(icmp)) continue;
    const error = { run: milestones[i], icmp };
    if (isInFlight(icmp)) return error;
    if (icmp.quotesUnsent === true) unsent ??= error;
    else acknowledged ??= error;
  }
  return acknowledged ?? unsent;
}

/** It quotes what was neither acknowledged nor unsent: Linux takes no notice of all others (`tcp_v4_err`). */
export function isInFlight({ quotesUnsent, quotesAcknowledged }: IcmpError): boolean {
  return quotesUnsent === undefined && quotesAcknowledged === undefined;
}

/**
 * The host of `sender` reported it to itself, as Linux does on its loopback interface when nobody answers its ARP or
 * neighbour discovery: no router is involved, and TCP goes on trying.
 */
export function isLocal(sender: Endpoint, { reporter }: IcmpError): boolean {
  return reporter === sender.address;
}

export const SOFT = 'a soft error';
export const HARD = 'a hard error';

/** The error in words, its class by RFC 9293 §3.9.2.2, what it is about, and the error number Linux makes of it, if any. */
export function meaningOf({ version, type, code }: IcmpError): {
  readonly text: string;
  readonly kind: string;
  readonly subject: Subject;
  readonly errno: string | null;
} {
  if (type === (version === 4 ? TIME_EXCEEDED_4 : TIME_EXCEEDED_6)) {
    const subject = code === 0 ? 'hops' : 'reassembly';
    return { text: 'time exceeded', kind: SOFT, subject, errno: 'EHOSTUNREACH' };
  }
  if (type === (version === 4 ? PARAMETER_PROBLEM_4 : PARAMETER_PROBLEM_6))
    return { text: 'parameter problem', kind: SOFT, subject: 'header', errno: 'EPROTO' };
  const codes = version === 4 ? CODES_4 : CODES_6;
  const unknown = [`code ${code}`, 'other', version === 4 ? null : 'EPROTO'] as const;
  const [text, subject, errno] = codes[code] ?? unknown;
  const softCodes = version === 4 ? [0, 1, 5] : [0, 3];
  if (softCodes.includes(code)) return { text, kind: SOFT, subject, errno };
  const isHard = version === 4 && (code === 2 || code === 3);
  return { text, kind: isHard ? HARD : 'a policy or an unclassified error', subject, errno };
}
