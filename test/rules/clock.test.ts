/**
 * Captures whose clock runs backwards: nothing is found in them that the same frames do not show at their own
 * times. What is found may be less. A clock that is set forward cannot be told from silence, nor can one that is
 * set back by less than the silence before.
 */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Finding, Severity } from '../../src/rules/finding.js';
import { type Diagnosed, diagnose, framesOf, type Taken } from '../support/clocks.js';
import { captureOf, scenarios } from '../support/fixtures.js';

const MILLISECOND = 1_000_000n;
const SECOND = 1000n * MILLISECOND;
const HOUR = 3600n * SECOND;
/** Frames that several queues handed over in the wrong order are closer than this. */
const CLOSE = MILLISECOND;
const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

const captures = scenarios.flatMap((scenario) =>
  (['client', 'server'] as const)
    .map((side) => ({ name: `${scenario}, ${side}`, path: captureOf(scenario, side) }))
    .filter(({ path }) => existsSync(path)),
);

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Which rule on which connection and endpoint: ids change with the order of first frames. */
function placeOf({ connections }: Diagnosed, { rule, connection, endpoint }: Finding): string {
  const { client, server } = connections.find(({ id }) => id === connection)!;
  return `${rule} ${client.address}:${client.port} ${server.address}:${server.port} ${endpoint}`;
}

/** The severity of a finding, or of its cause: the same trouble may show by its effect alone. */
function rankOf(found: Diagnosed, { severity, connection, explainedBy }: Finding): number {
  const causes = found.findings.filter(
    (finding) => finding.connection === connection && finding.rule === explainedBy,
  );
  return Math.max(RANK[severity], ...causes.map((cause) => rankOf(found, cause)));
}

/** Errors and warnings of `disturbed` that `plain` does not have, in its findings or in its patterns. */
function invented(plain: Diagnosed, disturbed: Diagnosed): readonly string[] {
  const worst = new Map<string, number>();
  for (const finding of plain.findings) {
    const place = placeOf(plain, finding);
    worst.set(place, Math.max(worst.get(place) ?? 0, rankOf(plain, finding)));
  }
  const known = new Set(plain.patterns.map(({ rule, severity }) => `${severity} ${rule}`));
  return [
    ...disturbed.findings
      .filter((finding) => finding.severity !== 'info')
      .filter((finding) => RANK[finding.severity] > (worst.get(placeOf(disturbed, finding)) ?? 0))
      .map((finding) => `${finding.severity} ${placeOf(disturbed, finding)}: ${finding.title}`),
    ...disturbed.patterns
      .map(({ rule, severity }) => `${severity} ${rule}`)
      .filter((pattern) => !pattern.startsWith('info') && !known.has(pattern)),
  ];
}

/** Errors and warnings of `plain` that `disturbed` lacks. */
function missed(plain: Diagnosed, disturbed: Diagnosed): readonly string[] {
  const grave = ({ severity }: Finding): boolean => severity !== 'info';
  const found = new Set(disturbed.findings.filter(grave).map((finding) => placeOf(disturbed, finding)));
  return plain.findings
    .filter(grave)
    .map((finding) => placeOf(plain, finding))
    .filter((place) => !found.has(place));
}

/** The frames in their order, with the times of some neighbours swapped. */
function withTimesSwapped(frames: readonly Taken[], random: () => number, within: bigint): readonly Taken[] {
  const times = frames.map(({ time }) => time);
  for (let i = 0; i + 1 < times.length; i++) {
    if (random() > 0.3 || times[i + 1] - times[i] > within) continue;
    [times[i], times[i + 1]] = [times[i + 1], times[i]];
    i++;
  }
  return frames.map((frame, i) => ({ ...frame, time: times[i] }));
}

function steppedAt(frames: readonly Taken[], from: number, by: bigint): readonly Taken[] {
  return frames.map((frame, i) => (i < from ? frame : { ...frame, time: frame.time - by }));
}

/** At most `count` of the places before frames that pass `test`, by index. */
function places(
  frames: readonly Taken[],
  count: number,
  random: () => number,
  test: (gap: bigint) => boolean,
): readonly number[] {
  const all = frames.flatMap(({ time }, i) => (i > 0 && test(time - frames[i - 1].time) ? [i] : []));
  return all.length <= count
    ? all
    : Array.from({ length: count }, () => all[Math.floor(random() * all.length)]);
}

describe.each(captures)('$name', ({ path }) => {
  const frames = framesOf(path);
  const plain = diagnose(frames);
  const random = randomFrom(frames.length);

  it('keeps what it shows when times of close neighbours are swapped, and adds nothing', () => {
    for (let round = 0; round < 3; round++) {
      const disturbed = diagnose(withTimesSwapped(frames, random, CLOSE));
      expect(invented(plain, disturbed)).toEqual([]);
      expect(missed(plain, disturbed)).toEqual([]);
    }
  });

  it('adds nothing when times of any neighbours are swapped', () => {
    for (let round = 0; round < 3; round++) {
      expect(invented(plain, diagnose(withTimesSwapped(frames, random, HOUR)))).toEqual([]);
    }
  });

  it('adds nothing when close neighbours come in the wrong order', () => {
    for (const at of places(frames, 12, random, (gap) => gap < CLOSE)) {
      const swapped = [...frames];
      [swapped[at - 1], swapped[at]] = [swapped[at], swapped[at - 1]];
      expect(invented(plain, diagnose(swapped))).toEqual([]);
    }
  });

  it.each([
    ['a millisecond', MILLISECOND],
    ['a second', SECOND],
    ['an hour', HOUR],
  ])('adds nothing when the clock is set back by %s', (_, by) => {
    for (const at of places(frames, 8, random, (gap) => gap < by)) {
      const disturbed = diagnose(steppedAt(frames, at, by));
      expect(invented(plain, disturbed)).toEqual([]);
      if (by === MILLISECOND) expect(missed(plain, disturbed)).toEqual([]);
    }
  });
});
