/** What patterns keep of each service, and how many of them report it. */
import type { Connection } from '../../connections/connection.js';
import type { Pattern } from '../finding.js';
import type { Heard } from './heard.js';
import { furtherServices, MOST_SERVICES } from './members.js';

/** By the numbers that `Heard` gives. */
export class Services<Service> {
  readonly #heard: Heard;
  readonly #byNumber: (Service | undefined)[] = [];
  readonly #all: Service[] = [];

  constructor(heard: Heard) {
    this.#heard = heard;
  }

  /** That of the connection that was noted last, made on first use; null once there were too many. */
  of(make: (number: number) => Service): Service | null {
    const number = this.#heard.service;
    if (number === null) return null;
    let service = this.#byNumber[number];
    if (service === undefined) {
      service = make(number);
      this.#byNumber[number] = service;
      this.#all.push(service);
    }
    return service;
  }

  /** That of any connection; null if there is none. */
  find(connection: Connection): Service | null {
    const number = this.#heard.serviceOf(connection);
    return (number === null ? undefined : this.#byNumber[number]) ?? null;
  }

  /** In the order of their first connections. */
  get all(): readonly Service[] {
    return this.#all;
  }
}

/** Those with the most connections; each says how many more there are. */
export function largestOf(found: readonly Pattern[]): readonly Pattern[] {
  const further = furtherServices(Math.max(0, found.length - MOST_SERVICES));
  return found
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MOST_SERVICES)
    .map((pattern) => ({ ...pattern, explanation: `${pattern.explanation}${further}` }));
}
