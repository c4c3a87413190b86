import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../src/analysis.js';
import type { Role } from '../../src/connections/connection.js';
import { Anonymizer } from '../../src/extract/anonymizer.js';
import { FORMATS } from '../../src/report/formats.js';
import { analyzeBytes } from '../support/analyze-bytes.js';
import { read } from '../support/extract.js';
import { captureOf, scenarios, truthOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const KEY = 'ffeeddccbbaa99887766554433221100fedcba9876543210fedcba9876543210';
const environment = { FINWAIT_ANONYMIZE_KEY: KEY };
const anonymizer = new Anonymizer(Buffer.from(KEY, 'hex'));

/** Every address of a scenario, its routers' as well: they are in one network with its hosts. */
function networksOf(scenario: string): string[] {
  const hosts = truthOf(scenario).connections.flatMap(({ client, server }) => [
    client.address,
    server.address,
  ]);
  return [...new Set(hosts.map((host) => host.replace(/[.:][^.:]+$/, '')))].filter(
    (network) => network !== '127.0.0',
  );
}

const cases = scenarios.flatMap((scenario) =>
  (['client', 'server'] as Role[]).map((vantage) => ({
    scenario,
    vantage,
    path: captureOf(scenario, vantage),
  })),
);

describe.each(Object.keys(FORMATS))('an anonymized %s report', (format) => {
  it.each(cases.filter(({ vantage }) => vantage === 'server'))(
    'names no host or folder of $scenario at the $vantage',
    async ({ scenario, path }) => {
      const argv = [path, '--format', format, '--verbose'];
      const [real, anonymous] = await Promise.all([
        finwait(argv, { columns: 200 }),
        finwait([...argv, '--anonymize'], { columns: 200, environment }),
      ]);
      expect(anonymous.code).toBe(0);
      const networks = networksOf(scenario);
      for (const network of networks) expect(anonymous.stdout).not.toContain(network);
      expect(anonymous.stdout).not.toContain(dirname(path));
      if (real.stdout.includes(path)) expect(anonymous.stdout).toContain(basename(path));
    },
  );
});

describe('an anonymized JSON report', () => {
  it.each(cases)('tells of $scenario at the $vantage what the real one does', async ({ path }) => {
    const argv = [path, '--format', 'json'];
    const real = JSON.parse((await finwait(argv)).stdout);
    const anonymous = JSON.parse((await finwait([...argv, '--anonymize'], { environment })).stdout);
    const rules = (report: typeof real) =>
      report.findings.map(({ rule, frames }: never) => ({ rule, frames }));
    expect(rules(anonymous)).toEqual(rules(real));
    const ends = ({ client, server }: { client: { address: string }; server: { address: string } }) => [
      client.address,
      server.address,
    ];
    expect(anonymous.connections.map(ends)).toEqual(
      real.connections.map((connection: never) => ends(connection).map((text) => anonymizer.address(text))),
    );
    const patterns = (report: typeof real) =>
      report.patterns.map(({ rule, count }: never) => ({ rule, count }));
    expect(patterns(anonymous)).toEqual(patterns(real));
  });

  it('leaves out what a suppression of a real address covers', () => {
    const findingsWith = (address: string) => {
      const found: string[] = [];
      const analysis = new Analysis({
        reporters: [
          { connection: (_, findings) => found.push(...findings.map(({ rule }) => rule)), end: () => {} },
        ],
        suppressions: [{ rule: '*', address, reason: 'known' }],
        anonymizer,
      });
      const facts = read(readFileSync(captureOf('close-wait-stuck', 'server')), analysis.begin());
      analysis.endCapture({ path: '', compression: null, ...facts });
      return found;
    };
    expect(findingsWith('10.9.14.2')).toEqual([]);
    expect(findingsWith(anonymizer.address('10.9.14.2'))).toContain('close-wait-stuck');
  });

  it('has the addresses that an extract has under the same key', async () => {
    const path = captureOf('mixed-200', 'client');
    const report = JSON.parse((await finwait([path, '-f', 'json', '--anonymize'], { environment })).stdout);
    const { octets } = await finwait(['extract', path, '-c', '17', '--anonymize'], { environment });
    const { connections } = analyzeBytes(octets);
    expect(connections).toHaveLength(1);
    for (const role of ['client', 'server'] as const) {
      expect(connections[0][role].address).toBe(report.connections[17][role].address);
    }
  });
});
