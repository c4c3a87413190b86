import type { Connection, Endpoint } from '../connections/connection.js';
import type { NetworkPath, NetworkStep } from '../decode/domains.js';
import type { Anonymizer } from './anonymizer.js';

/** The connection as if its capture had been anonymized: whatever is said of it names no real address. */
export function anonymousConnection(connection: Connection, anonymizer: Anonymizer): Connection {
  return {
    ...connection,
    networkPath: anonymousPath(connection.networkPath, anonymizer),
    client: anonymousEndpoint(connection.client, anonymizer),
    server: anonymousEndpoint(connection.server, anonymizer),
  };
}

function anonymousPath(path: NetworkPath | null, anonymizer: Anonymizer): NetworkPath | null {
  if (path === null) return null;
  const steps = path.steps.map((step): NetworkStep => {
    if (step.ends === null) return step;
    const [one, other] = step.ends;
    return { ...step, ends: [anonymizer.address(one), anonymizer.address(other)] };
  });
  return { ...path, steps };
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
