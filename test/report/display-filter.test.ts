/** The display filters that reports and documentation name, asked of tshark. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../src/analysis.js';
import { readCapture } from '../../src/node/read-capture.js';
import { displayFilterFor, streamsFilter } from '../../src/report/display-filter.js';
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

  async function streamsIn(joined: boolean, ...captures: readonly string[]) {
    const analysis = new Analysis({ joined, reporters: [] });
    for (const capture of captures) analysis.endCapture(await readCapture(capture, analysis.begin()));
    return analysis.finish().patterns.map(({ rule, streams }) => ({ rule, streams }));
  }

  it('has the numbers of its connections in their capture', async () => {
    const rule = 'idle-reset-interval';
    expect(await streamsIn(false, dead)).toContainEqual({ rule, streams: [0, 1, 2] });
    const before = captureOf('normal-close-client', 'client');
    expect(await streamsIn(false, before, dead)).toContainEqual({ rule, streams: [0, 1, 2] });
    expect(await streamsIn(true, before, dead)).toContainEqual({ rule, streams: [1, 2, 3] });
  });

  it('has none if they are in several captures', async () => {
    for (const { streams } of await streamsIn(false, dead, dead)) expect(streams).toBeUndefined();
  });

  it.skipIf(!hasTshark)('is shown by them in Wireshark', () => {
    expect(shownBy(streamsFilter([0, 2]), dead)).toEqual(shownBy('tcp.stream == 0 or tcp.stream == 2', dead));
  });
});
