import { describe, expect, it } from 'vitest';
import { type Destination, OutputPlan } from '../../src/commands/outputs.js';

/** `-f` and `-o` with their values, as on a command line. */
function planOf(line: string): Destination[] {
  const plan = new OutputPlan();
  const words = line.split(' ').filter((word) => word !== '');
  for (let i = 0; i < words.length; i += 2) {
    if (words[i] === '-f') plan.addFormat(words[i + 1]);
    else plan.addOutput(words[i + 1]);
  }
  return plan.destinations();
}

describe('where reports go', () => {
  it.each([
    ['', ['table >']],
    ['-f json', ['json >']],
    ['-f json -o -', ['json >']],
    ['-f json -o a', ['json > a']],
    ['-o a -f json', ['json > a']],
    ['-o a', ['table > a']],
    ['-o a.json', ['json > a.json']],
    ['-o A.JSON', ['json > A.JSON']],
    ['-f table -o a.json', ['table > a.json']],
    ['-o a.json -o b.jsonl -o c.txt', ['json > a.json', 'ndjson > b.jsonl', 'table > c.txt']],
    ['-f table -f json -o a', ['table >', 'json > a']],
    ['-f json -o a -f table', ['json > a', 'table >']],
    ['-o a.json -f table', ['json > a.json', 'table >']],
    ['-o a.json -f jira -o a.jira', ['json > a.json', 'jira > a.jira']],
    ['-o a.json -f json', ['json > a.json']],
    ['-o a.txt -f csv', ['csv > a.txt']],
    ['-f json -o a -o b.ndjson', ['json > a', 'ndjson > b.ndjson']],
  ])('%j', (line, expected) => {
    expect(planOf(line).map(({ format, path }) => `${format} > ${path ?? ''}`.trimEnd())).toEqual(expected);
  });

  it.each([
    ['-f json -f table', 'only one report fits standard output'],
    ['-f json -o - -f table', 'only one report fits standard output'],
    ['-f json -o a -f table -o a', '--output a: two reports cannot go to one file'],
  ])('%j is wrong', (line, message) => {
    expect(() => planOf(line)).toThrow(message);
  });
});
