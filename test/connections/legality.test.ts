import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conversation } from '../support/conversation.js';
import { illegalStep } from '../support/legality.js';

const line = fc.record({
  wait: fc.constantFrom(0, 0.0001, 0.004, 0.2, 3, 300),
  from: fc.constantFrom('C', 'S'),
  flags: fc.constantFrom('S', 'SA', 'A', 'PA', 'FA', 'F', 'R', 'RA', 'FPA', 'SF', 'FSRPA', 'P'),
  sequence: fc.constantFrom(-1, 0, 1, 2, 11, 12, 101, 70_000, -70_000),
  acknowledgment: fc.constantFrom(-1, 0, 1, 2, 11, 12, 101, 70_000),
  payload: fc.constantFrom(0, 0, 1, 10, 100),
  window: fc.constantFrom(0, 1000, 65_535),
  incarnation: fc.constantFrom(0, 0, 0, 100_000),
});

const script = fc.array(line, { maxLength: 60 }).map((lines) => {
  let time = 0;
  return lines
    .map((part) => {
      time += part.wait;
      const numbers = `${part.sequence} ${part.acknowledgment}`;
      return `${time.toFixed(6)} ${part.from} ${part.flags} ${numbers} +${part.payload} win=${part.window} isn=${part.incarnation}`;
    })
    .join('\n');
});

describe('any sequence of segments', () => {
  it('moves both endpoints only as the table allows, with frames in range and dense ids', () => {
    fc.assert(
      fc.property(script, (text) => {
        const frames = text === '' ? 0 : text.split('\n').length;
        const connections = conversation(text);
        expect(connections.map((connection) => connection.id)).toEqual(connections.map((_, index) => index));
        for (const { client, server } of connections) {
          for (const endpoint of [client, server]) expect(illegalStep(endpoint, frames)).toBeNull();
        }
      }),
      { numRuns: 2000 },
    );
  });
});

it('takes back a FIN together with the opening it came after', () => {
  const [{ client, server }] = conversation(`
    0 C SA -1 -1
    0 S FPA -1 101
    3 C S -1 -1
    3 C FPA -1 -1
  `);
  for (const endpoint of [client, server]) expect(illegalStep(endpoint, 4)).toBeNull();
  expect(server.timeline.filter(({ retractedBy }) => retractedBy !== null).map(({ state }) => state)).toEqual(
    ['ESTABLISHED', 'CLOSE-WAIT'],
  );
});
