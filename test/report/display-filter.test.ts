/** The display filters that reports and documentation name, asked of tshark. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis, type AnalysisOptions } from '../../src/analysis.js';
import { readCapture } from '../../src/node/read-capture.js';
import { displayFilterFor, patternFilters } from '../../src/report/display-filter.js';
import type { Located, Pattern } from '../../src/rules/finding.js';
import { connectionsIn } from '../support/capture.js';
import { captureOf, scenarios } from '../support/fixtures.js';

const hasTshark = spawnSync('tshark', ['--version']).status === 0;
if (!hasTshark) console.warn('skipped: display filters, because tshark is not installed');

/** Numbers of the frames that a filter shows. */
function shownBy(filter: string, capture: string): readonly number[] {
  const args = ['-r', capture, '-Y', filter, '-T', 'fields', '-e', 'frame.number'];
  return execFileSync('tshark', args, { encoding: 'utf8', stdio: 'pipe' })
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

describe.skipIf(!hasTshark)('Wireshark shows', () => {
  const several = captureOf('host-restarted', 'client');

  it.each([
    { name: 'IPv4', capture: several, place: 1 },
    { name: 'IPv6', capture: captureOf('ipv6-close', 'client'), place: 0 },
  ])('a connection over $name, by its stream and by its ends', ({ capture, place }) => {
    const connection = connectionsIn(capture)[place];
    const frames = shownBy(`tcp.stream == ${connection.stream}`, capture);
    expect(frames.length).toBeGreaterThan(2);
    expect(shownBy(displayFilterFor(connection), capture)).toEqual(frames);
    const networkPath = { separations: [], steps: [] };
    expect(shownBy(displayFilterFor({ ...connection, networkPath }), capture)).toEqual(frames);
  });

  it('the frames of a finding', () => {
    const connection = connectionsIn(several)[1];
    const frames = shownBy(displayFilterFor(connection), several);
    const some = [frames[0], frames[2]];
    expect(shownBy(displayFilterFor(connection, some), several)).toEqual(some);
    expect(shownBy(displayFilterFor(connection, some.slice(1)), several)).toEqual(some.slice(1));
  });

  // One question for all of a capture: what any of its filters lost or added would show.
  it.each(scenarios)('all frames of the findings in %s, and no others', async (scenario) => {
    for (const side of ['client', 'server'] as const) {
      const capture = captureOf(scenario, side);
      const filters = new Set<string>();
      const proof = new Set<number>();
      const analysis = new Analysis({
        reporters: [
          {
            connection: (connection, findings) => {
              for (const { frames } of findings) {
                if (frames.length === 0) continue;
                filters.add(`(${displayFilterFor(connection, frames)})`);
                for (const frame of frames) proof.add(frame);
              }
            },
            end: () => {},
          },
        ],
      });
      analysis.endCapture(await readCapture(capture, analysis.begin()));
      analysis.finish();
      if (filters.size === 0) continue;
      expect(shownBy([...filters].join(' or '), capture)).toEqual([...proof].sort((a, b) => a - b));
    }
  });

  it('what the page on its marks names', () => {
    const filters =
      readFileSync('docs/tcp-analysis.md', 'utf8').match(/(?<=`)tcp\.analysis\.\w+(?=`)/g) ?? [];
    expect(filters.length).toBeGreaterThan(10);
    // A name that it does not know ends tshark with an error.
    expect(shownBy(filters.join(' or '), several)).toBeInstanceOf(Array);
  });
});

describe('a pattern', () => {
  const dead = captureOf('idle-reset-interval', 'client');

  const rule = 'idle-reset-interval';
  const clean = captureOf('normal-close-client', 'client');

  async function patternIn(
    options: Partial<AnalysisOptions>,
    ...captures: readonly string[]
  ): Promise<Pattern> {
    const analysis = new Analysis({ ...options, reporters: [] });
    for (const capture of captures) analysis.endCapture(await readCapture(capture, analysis.begin()));
    return analysis.finish().patterns.find((pattern) => pattern.rule === rule)!;
  }

  it('has the numbers of its connections in their capture', async () => {
    const [filter] = patternFilters(await patternIn({}, dead));
    expect(filter).toEqual({ filter: 'tcp.stream in {0, 1, 2}', capture: null, first: null });
    expect(patternFilters(await patternIn({}, clean, dead))).toEqual([{ ...filter, capture: 1 }]);
    const [joined] = patternFilters(await patternIn({ joined: true }, clean, dead));
    expect(joined.filter).toBe('tcp.stream in {1, 2, 3}');
  });

  it('has some for each capture if it is in several', async () => {
    const filter = 'tcp.stream in {0, 1, 2}';
    expect(patternFilters(await patternIn({}, dead, clean, dead))).toEqual([
      { filter, capture: 0, first: null },
      { filter, capture: 2, first: null },
    ]);
  });

  it('says how many a filter shows if these are not all', async () => {
    const pattern = await patternIn({}, dead);
    expect(patternFilters(pattern, 2)).toEqual([{ filter: 'tcp.stream in {0, 1}', capture: null, first: 2 }]);
    expect(patternFilters({ ...pattern, count: 5000 })).toMatchObject([{ first: 3 }]);
  });

  it('goes by ends and networks where these are told apart', async () => {
    const [{ filter }] = patternFilters(await patternIn({ separate: ['vlan'] }, dead));
    expect(filter).toMatch(
      /^ip\.addr eq \S+ and ip\.addr eq \S+ and tcp\.port in \{\d+, \d+, \d+\} and tcp\.port eq 8080 and !\(/,
    );
  });

  it.skipIf(!hasTshark)('is shown by them in Wireshark', async () => {
    const shown = shownBy('tcp.stream == 0 or tcp.stream == 2', dead);
    expect(shownBy('tcp.stream in {0, 2}', dead)).toEqual(shown);
    const pattern = await patternIn({ separate: ['vlan', 'tunnel'] }, dead);
    const all = shownBy('tcp.stream in {0, 1, 2}', dead);
    expect(shownBy(patternFilters(pattern)[0].filter, dead)).toEqual(all);
    // Groups of several clients or servers are joined.
    const [place] = pattern.places!;
    const [first, ...others] = place.connections as readonly Located[];
    const client = { ...first.client, address: '10.99.0.1' };
    const elsewhere = { ...pattern, places: [{ ...place, connections: [{ ...first, client }, ...others] }] };
    expect(shownBy(patternFilters(elsewhere)[0].filter, dead)).toEqual(shownBy('tcp.stream in {1, 2}', dead));
  });
});
