/** What patterns keep of each service, and how many of them report it. */
import type { Pattern } from '../finding.js';
import type { Heard } from './heard.js';
import { furtherServices, MOST_SERVICES } from './members.js';

/** By the numbers that `Heard` gives. */
export class Services<Service> {
  readonly #heard: Heard;
  readonly #byNumber = new Map<number, Service>();

  constructor(heard: Heard) {
    this.#heard = heard;
  }

  /** That of the connection that was noted last, made on first use; null once there were too many. */
  of(make: () => Service): Service | null {
    const number = this.#heard.service;
    if (number === null) return null;
    let service = this.#byNumber.get(number);
    if (service === undefined) {
      service = make();
      this.#byNumber.set(number, service);
    }
    return service;
  }

  get all(): readonly Service[] {
    return [...this.#byNumber.values()];
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
