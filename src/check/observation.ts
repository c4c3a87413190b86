import type { Connection, Endpoint } from '../connections/connection.js';
import { formatEndpoint } from '../core/addresses.js';
import { displayFilterFor } from '../report/display-filter.js';
import type { AnalysisEnd, Reporter } from '../report/reporter.js';
import type { Finding, Pattern } from '../rules/finding.js';
import type { State } from '../tcp/states.js';

/** The parts of a connection that are compared. */
export interface ObservedConnection {
  readonly id: number;
  /** `10.0.0.1:40000 > 10.0.0.2:80` */
  readonly ends: string;
  /** The display filter that shows it in Wireshark. */
  readonly filter: string;
  /** All states in their order, without those that were retracted. */
  readonly client: readonly State[];
  readonly server: readonly State[];
}

/** What a capture was found to show. */
export interface Observation {
  readonly connections: readonly ObservedConnection[];
  readonly findings: readonly Finding[];
  readonly patterns: readonly Pattern[];
  readonly finalStates: Readonly<Partial<Record<State, number>>>;
}

/** Gathers an observation, in the order of the connections' numbers. */
export class ObservationReporter implements Reporter {
  readonly #connections: ObservedConnection[] = [];
  readonly #findings: Finding[] = [];
  #end: AnalysisEnd | null = null;

  connection(connection: Connection, findings: readonly Finding[]): void {
    const { id, client, server } = connection;
    const ends = `${nameOf(client)} > ${nameOf(server)}`;
    const filter = displayFilterFor(connection);
    this.#connections.push({ id, ends, filter, client: statesOf(client), server: statesOf(server) });
    this.#findings.push(...findings);
  }

  end(end: AnalysisEnd): void {
    this.#end = end;
  }

  /** Once the analysis has ended. */
  observation(): Observation {
    if (this.#end === null) throw new Error('the analysis has not ended');
    return {
      connections: this.#connections.sort((a, b) => a.id - b.id),
      findings: this.#findings.sort((a, b) => a.connection - b.connection),
      patterns: this.#end.patterns,
      finalStates: this.#end.summary.finalStates,
    };
  }
}

function nameOf({ address, port }: Endpoint): string {
  return formatEndpoint(address, port);
}

function statesOf({ timeline }: Endpoint): readonly State[] {
  return timeline.filter(({ retractedBy }) => retractedBy === null).map(({ state }) => state);
}
