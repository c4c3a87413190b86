import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureCapture, ensureCompressed, type Parameters } from './generator/capture.js';
import { grown, isProfile, PROFILES, synFlood } from './generator/profiles.js';
import { findRegressions } from './measure/baseline.js';
import { judge } from './measure/goals.js';
import { BUILT_CLI, listPrograms, type Program } from './measure/programs.js';
import { renderCapture, renderGrowth, renderVerdicts } from './measure/report.js';
import { type CaptureResults, describeMachine, type GrowthResults, type Results } from './measure/results.js';
import { alternate } from './measure/rounds.js';
import { readOptions, wholeNumber } from './options.js';

const GROWTH_PACKETS = [100_000, 1_000_000, 5_000_000, 20_000_000];
const GROWTH_HALF_OPEN = [250_000, 1_000_000, 2_000_000];

const USAGE =
  'npm run bench -- [--profile mid,conns] [--programs finwait,tshark,…] [--runs 3] [--growth] [--save FILE] [--compare FILE] [--cli FILE]';
const options = readOptions(
  {
    profile: { type: 'string' },
    programs: { type: 'string' },
    runs: { type: 'string', default: '3' },
    growth: { type: 'boolean', default: false },
    save: { type: 'string' },
    compare: { type: 'string' },
    cli: { type: 'string', default: BUILT_CLI },
  },
  `${USAGE}\nprofiles: ${Object.keys(PROFILES).join(', ')}`,
);
const runs = wholeNumber('runs', options.runs);
const profiles = (options.profile ?? (options.growth ? '' : 'mid,conns'))
  .split(',')
  .filter((name) => name !== '');
const before =
  options.compare === undefined ? null : (JSON.parse(readFileSync(options.compare, 'utf8')) as Results);
const scratch = mkdtempSync(join(tmpdir(), 'finwait-bench-'));
const programs = listPrograms(resolve(options.cli), join(scratch, 'report.json'));
const progress = (message: string): void => console.error(message);

try {
  const results: Results = {
    machine: describeMachine(),
    runs,
    captures: await compareOnProfiles(),
    growth: options.growth ? await measureGrowth() : null,
  };
  console.log(renderVerdicts(judge(results)));
  if (before !== null) {
    const regressions = findRegressions(results, before);
    console.log(regressions.length === 0 ? 'No regressions.' : ['Regressions:', ...regressions].join('\n'));
  }
  if (options.save !== undefined) writeFileSync(options.save, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true });
}

async function compareOnProfiles(): Promise<CaptureResults[]> {
  const chosen = options.programs?.split(',') ?? programs.map(({ name }) => name);
  const unknown = chosen.find((name) => programs.every((program) => program.name !== name));
  if (unknown !== undefined) throw new Error(`no program ${unknown}`);
  const compared = programs.filter(({ name }) => chosen.includes(name));
  const all: CaptureResults[] = [];
  for (const name of profiles) {
    if (!isProfile(name))
      throw new Error(`no profile ${name}; there are ${Object.keys(PROFILES).join(', ')}`);
    const results = await measureCapture(name, PROFILES[name], compared);
    console.log(`${renderCapture(results)}\n`);
    all.push(results);
  }
  return all;
}

async function measureGrowth(): Promise<GrowthResults> {
  // At some size, writing gigabytes of report would wait for the disk and measure that.
  const followed = listPrograms(resolve(options.cli), devNull).filter(
    ({ name }) => name === 'finwait' || name === 'tcpdump',
  );
  const packets: CaptureResults[] = [];
  for (const size of GROWTH_PACKETS)
    packets.push(await measureCapture(`grown-${size}`, grown(size), followed));
  console.log(`${renderGrowth('growth in packets', packets)}\n`);
  const halfOpen: CaptureResults[] = [];
  for (const size of GROWTH_HALF_OPEN)
    halfOpen.push(await measureCapture(`synflood-${size}`, synFlood(size), followed));
  console.log(`${renderGrowth('growth in half-open connections', halfOpen)}\n`);
  return { packets, halfOpen };
}

async function measureCapture(
  name: string,
  parameters: Parameters,
  chosen: Program[],
): Promise<CaptureResults> {
  const { path, ...facts } = ensureCapture(name, parameters, progress);
  if (chosen.some((program) => program.readsCompressed && program.missing === null)) ensureCompressed(path);
  const rounds = await alternate(chosen, path, runs, (message) => progress(`${name}, ${message}`));
  return { name, facts, ...rounds };
}
