import type { Connection, Endpoint, NeighbourRequest } from '../connections/connection.js';
import type { NetworkPath, NetworkStep } from '../decode/domains.js';
import type { Anonymizer } from './anonymizer.js';

/** The connection as if its capture had been anonymized: no text about it names a real address. */
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
      const { icmp, neighbour } = milestone;
      return {
        ...milestone,
        ...(icmp && { icmp: { ...icmp, reporter: anonymizer.address(icmp.reporter) } }),
        ...(neighbour && { neighbour: anonymousRequest(neighbour, anonymizer) }),
      };
    }),
  };
}

function anonymousRequest(request: NeighbourRequest, anonymizer: Anonymizer): NeighbourRequest {
  const { asker, target } = request;
  return { ...request, asker: anonymizer.address(asker), target: anonymizer.address(target) };
}
