import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Connection, Role } from '../../src/connections/connection.js';
import { extractFrom, type Told, tellOf } from '../support/extract.js';
import { captureOf, scenarios } from '../support/fixtures.js';

const ROLES: readonly Role[] = ['client', 'server'];

const captures = scenarios.flatMap((scenario) =>
  ROLES.map((vantage) => ({ name: `${scenario} at the ${vantage}`, path: captureOf(scenario, vantage) })),
);

/** A connection and what is said of it, but for the numbers that it has among others. */
function storyOf({ connections, findings }: Told, connection: Connection): string {
  const { id, stream, predecessor, ...own } = connection;
  const before = connections.find((other) => other.id === predecessor);
  const story = {
    own,
    predecessor: before === undefined ? null : before.firstFrame,
    findings: findings
      .filter((finding) => finding.connection === id)
      .map((finding) => ({ ...finding, connection: null })),
  };
  return JSON.stringify(story, null, 1).replaceAll(`tcp.stream eq ${stream}`, 'tcp.stream eq N');
}

describe.each(captures)('$name', ({ path }) => {
  const bytes = readFileSync(path);
  const told = tellOf(bytes);

  it('tells the same story of every connection in its extract', () => {
    for (const connection of told.connections) {
      const extract = extractFrom(bytes, told, connection.id);
      const again = tellOf(extract.bytes, extract.numbers);
      const found = again.connections.find(({ firstFrame }) => firstFrame === connection.firstFrame)!;
      expect(storyOf(again, found), `connection ${connection.id}`).toBe(storyOf(told, connection));
    }
  });
});
