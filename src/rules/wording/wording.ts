import type { Endpoint } from '../../connections/connection.js';
import { formatEndpoint } from '../../core/addresses.js';
import { grouped } from '../../core/numbers.js';
import type { Finding } from '../finding.js';
import type { OptionSpec } from '../rule.js';

type Facts = Finding['facts'];

/** The values that stand for the `{names}` of a text. */
export type Words = Readonly<Record<string, string | number>>;

/** Replaces names with their values; a name without a value is left as it stands. */
export function fill(text: string, words: Words): string {
  let filled = '';
  let from = 0;
  for (let open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
    const close = text.indexOf('}', open);
    if (close < 0) break;
    const value = words[text.slice(open + 1, close)];
    if (value === undefined) continue;
    filled += text.slice(from, open) + value;
    from = close + 1;
  }
  return from === 0 ? text : filled + text.slice(from);
}

/** `fill` for several texts; the same array if none of them holds a name. */
export function fillAll(texts: readonly string[], words: Words): readonly string[] {
  return texts.some((text) => text.includes('{')) ? texts.map((text) => fill(text, words)) : texts;
}

/** `10.0.0.2:8080` */
export function nameOf(endpoint: Endpoint): string {
  return formatEndpoint(endpoint.address, endpoint.port);
}

/**
 * A host or service with its network, where that matters: `10.0.0.2 (VLAN 5)`, or just the name where all networks
 * count as one. Equal names are the same host.
 */
export function inNetwork(name: string, network: string): string {
  return network === '' ? name : `${name} (${network})`;
}

/**
 * `0.4 ms`, `21 ms`, `61.9 s`, `12 min 5 s`, `3 h 20 min`, `2 d 4 h`: as exact as a reader can use. `an unknown time`
 * for what is not known, or is negative, as times become when a clock is set back.
 */
export function duration(seconds: number): string {
  if (Number.isNaN(seconds) || seconds < 0) return 'an unknown time';
  if (seconds < 0.001) return `${round(seconds * 1000, 3)} ms`;
  if (seconds < 0.01) return `${round(seconds * 1000, 1)} ms`;
  // The unit fits the figure after rounding.
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 119.95) return `${round(seconds, 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 7200) return pair(whole, 60, 'min', 's');
  const minutes = Math.round(whole / 60);
  if (minutes < 2880) return pair(minutes, 60, 'h', 'min');
  return pair(Math.round(whole / 3600), 24, 'd', 'h');
}

function pair(amount: number, base: number, large: string, small: string): string {
  const rest = amount % base;
  return `${Math.floor(amount / base)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}

/** `1 byte`, `37 bytes`, `1,460 bytes` */
export function count(amount: number, singular: string, plural = `${singular}s`): string {
  return `${grouped(amount)} ${amount === 1 ? singular : plural}`;
}

/** `24.6 %`, `5 %` */
export function percent(share: number): string {
  return `${round(share * 100, 1)} %`;
}

/** A number for `facts`: no more digits than a capture's clock can carry. */
export function round(value: number, digits = 6): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** The facts without negative ones: a clock was set back, and the true value is unknown. */
export function knownFacts(facts: Facts): Facts {
  for (const name in facts) {
    if ((facts[name] as number) < 0) {
      return Object.fromEntries(Object.entries(facts).filter(([, value]) => !((value as number) < 0)));
    }
  }
  return facts;
}

/** The unit of an option's values, to follow a value: ` seconds`; empty for counts and ratios. */
export function unitOf({ unit }: OptionSpec): string {
  return unit === 'ratio' || unit === 'count' ? '' : ` ${unit}`;
}

/** A cause or step for a rule's documentation, which findings name only if the capture shows `condition`. */
export function inCase(condition: string, text: string): string {
  return `${condition}: ${text[0].toLowerCase()}${text.slice(1)}`;
}

/** `once`, `twice`, `5 times` */
export function times(amount: number): string {
  return amount === 1 ? 'once' : amount === 2 ? 'twice' : `${amount} times`;
}

/** The filter by which `ss` finds the connection on `endpoint`'s host: the server's port is the one known. */
export function ssFilter(endpoint: Endpoint, peer: Endpoint): string {
  return endpoint.role === 'server' ? `sport = :${endpoint.port}` : `dport = :${peer.port}`;
}
