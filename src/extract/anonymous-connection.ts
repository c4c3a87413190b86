import type { Connection, Endpoint } from '../connections/connection.js';
import type { Anonymizer } from './anonymizer.js';

/** The connection as if its capture had been anonymized: whatever is said of it names no real address. */
export function anonymousConnection(connection: Connection, anonymizer: Anonymizer): Connection {
  return {
    ...connection,
    client: anonymousEndpoint(connection.client, anonymizer),
    server: anonymousEndpoint(connection.server, anonymizer),
  };
}

function anonymousEndpoint(endpoint: Endpoint, anonymizer: Anonymizer): Endpoint {
  return {
    ...endpoint,
    address: anonymizer.address(endpoint.address),
    milestones: endpoint.milestones.map((milestone) => {
      const { icmp } = milestone;
      if (icmp === undefined) return milestone;
      return { ...milestone, icmp: { ...icmp, reporter: anonymizer.address(icmp.reporter) } };
    }),
  };
}
