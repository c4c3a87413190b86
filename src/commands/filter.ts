import { InvalidArgumentError } from 'commander';
import type { Connection, Endpoint } from '../connections/connection.js';
import { contains, parseAddress, parseNetwork } from '../core/networks.js';
import { nearestName } from '../core/suggest.js';

/** Whether the user wants to see a connection. */
export type ConnectionFilter = (connection: Connection) => boolean;

/** Reported when a filter leaves nothing. */
export const NOTHING_MATCHES = 'no connection matches the filter';

type Ends = (client: Endpoint, server: Endpoint) => boolean;

const KINDS = ['host', 'net', 'port', 'portrange'] as const;
const WORDS = [...KINDS, 'client', 'server', 'and', 'or', 'not', 'tcp'] as const;
const HIGHEST_PORT = 65_535;
/** Reports show Wireshark display filters, which users may try here. */
const DISPLAY_FIELD = /^(?:frame|tcp|ip|ipv6|eth)\.[a-z]/;

/**
 * `--filter`: tcpdump's language (pcap-filter(7)) as far as it applies to connections. `host`, `net`, `port` and
 * `portrange` match either end, or only the one named before them, `client` or `server`. They are combined with `and`,
 * `or`, `not` and parentheses.
 *
 * @throws InvalidArgumentError that says what was expected where
 */
export function parseFilter(text: string): ConnectionFilter {
  const accepts = new Parser(text).parse();
  return ({ client, server }) => accepts(client, server);
}

/** Accepts what all the given ones accept. */
export function allOf(...filters: readonly (ConnectionFilter | undefined)[]): ConnectionFilter | undefined {
  const given = filters.filter((filter) => filter !== undefined);
  return given.length === 0 ? undefined : (connection) => given.every((accepts) => accepts(connection));
}

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(/\(|\)|!|&&|\|\||[^\s()!&|]+|[&|]/g) ?? [];
  }

  parse(): Ends {
    if (this.#tokens.length === 0)
      throw new InvalidArgumentError('it is empty; write for example "port 8080"');
    const all = this.#either();
    if (this.#at < this.#tokens.length) this.#fail('and, or, or the end');
    return all;
  }

  #either(): Ends {
    let left = this.#both();
    while (this.#takes('or', '||')) {
      const first = left;
      const second = this.#both();
      left = (client, server) => first(client, server) || second(client, server);
    }
    return left;
  }

  #both(): Ends {
    let left = this.#one();
    while (this.#takes('and', '&&')) {
      const first = left;
      const second = this.#one();
      left = (client, server) => first(client, server) && second(client, server);
    }
    return left;
  }

  #one(): Ends {
    if (this.#takes('not', '!')) {
      const inner = this.#one();
      return (client, server) => !inner(client, server);
    }
    if (this.#takes('(')) {
      const inner = this.#either();
      if (!this.#takes(')')) this.#fail('a closing parenthesis');
      return inner;
    }
    // Everything here is TCP.
    if (this.#takes('tcp') && !this.#is(...KINDS)) return () => true;
    if (this.#takes('client')) {
      const wanted = this.#primitive();
      return (client) => wanted(client);
    }
    if (this.#takes('server')) {
      const wanted = this.#primitive();
      return (_client, server) => wanted(server);
    }
    const wanted = this.#primitive();
    return (client, server) => wanted(client) || wanted(server);
  }

  #primitive(): (endpoint: Endpoint) => boolean {
    const kind = KINDS.find((word) => this.#takes(word));
    if (kind === undefined) this.#fail('host, net, port or portrange');
    const value = this.#tokens[this.#at++] ?? '';
    if (kind === 'port' || kind === 'portrange') return portsOf(kind, value);
    const network = parseNetwork(value);
    if (network === null || (kind === 'host' && value.includes('/'))) {
      const example = kind === 'host' ? '10.0.0.1 or 2001:db8::1' : '10.0.0.0/8';
      throw new InvalidArgumentError(`"${value}" is not an address; write for example ${kind} ${example}`);
    }
    return ({ address }) => {
      const words = parseAddress(address);
      return words !== null && contains(network, words);
    };
  }

  #is(...words: readonly string[]): boolean {
    return words.includes(this.#tokens[this.#at]);
  }

  #takes(...words: readonly string[]): boolean {
    if (!this.#is(...words)) return false;
    this.#at++;
    return true;
  }

  #fail(expected: string): never {
    const found = this.#tokens[this.#at];
    if (found === undefined) throw new InvalidArgumentError(`it ends where ${expected} was expected`);
    if (found === 'src' || found === 'dst')
      throw new InvalidArgumentError(
        `a connection goes both ways: write client or server instead of "${found}"`,
      );
    if (DISPLAY_FIELD.test(found))
      throw new InvalidArgumentError(
        `"${found}" is a Wireshark display filter; this takes tcpdump's syntax, such as host 10.0.0.1 and port 8080`,
      );
    const nearest = nearestName(found, WORDS);
    const hint = nearest === null || nearest === found ? '' : `; did you mean ${nearest}?`;
    throw new InvalidArgumentError(`"${found}" was found where ${expected} was expected${hint}`);
  }
}

function portsOf(kind: 'port' | 'portrange', text: string): (endpoint: Endpoint) => boolean {
  const [, first, last = first] = (kind === 'port' ? /^(\d+)$/ : /^(\d+)-(\d+)$/).exec(text) ?? [];
  if (first === undefined || Number(last) > HIGHEST_PORT || Number(first) > Number(last)) {
    const example = kind === 'port' ? 'port 8080' : 'portrange 8000-8999';
    throw new InvalidArgumentError(`"${text}" is not a ${kind}; write for example ${example}`);
  }
  return ({ port }) => port >= Number(first) && port <= Number(last);
}
