import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { captureFile, readCapture } from '../../fixtures/record/capture-file.js';
import { DERIVATIONS, deriveFrames, deriveTruth } from '../../fixtures/record/derivations.js';
import { captureOf, scenarios, truthOf } from '../support/fixtures.js';

it('every derived fixture is among them', () => {
  const derived = scenarios.filter((scenario) => truthOf(scenario).derived !== undefined);
  expect(DERIVATIONS.map(({ name }) => name).toSorted()).toEqual(derived);
});

describe.each(DERIVATIONS)('$name', (derivation) => {
  const { name, from } = derivation;
  const original = truthOf(from);

  it('has the truth of what it was derived from', () => {
    expect(deriveTruth(derivation, original)).toEqual(truthOf(name));
  });

  it.each(['client', 'server'] as const)('has the captures that follow, at the %s', (side) => {
    const frames = deriveFrames(
      derivation,
      readCapture(captureOf(from, side)),
      original.connections[0].client.address,
    );
    expect(captureFile(frames).equals(readFileSync(captureOf(name, side)))).toBe(true);
  });
});
