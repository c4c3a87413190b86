/** What the scenarios say of themselves is what stands beside the recordings. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../fixtures/record/scenarios/index.js';
import { scenarios, truthOf } from '../support/fixtures.js';

const truths = scenarios.map(truthOf);
const recorded = truths.filter(({ derived }) => derived === undefined);

it('there is one for each recording', () => {
  const names = SCENARIOS.map(({ name }) => name);
  expect(names.toSorted()).toEqual(recorded.map(({ scenario }) => scenario));
});

describe.each(SCENARIOS)('$name', ({ name, shows, swapped, unseen = [] }) => {
  const truth = truthOf(name);

  it('shows the same', () => {
    expect(truth.shows).toBe(shows);
  });

  it('says the same of what captures cannot show', () => {
    for (const [use, connection] of truth.connections.entries()) {
      const own = unseen.filter((item) => (item.connection ?? use) === use);
      expect(connection.unseen).toEqual(own.map(({ connection: _, ...item }) => item));
      expect(connection.swapped).toEqual(swapped);
    }
  });
});

it('the table names every fixture', () => {
  const table = readFileSync('fixtures/README.md', 'utf8');
  for (const { scenario, shows } of truths)
    expect(table).toContain(`| [\`${scenario}\`](${scenario}) | ${shows} |`);
});
