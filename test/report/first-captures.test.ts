import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../src/analysis.js';
import { CaptureReader } from '../../src/capture/reader.js';
import { GithubReporter } from '../../src/report/github.js';
import { JunitReporter } from '../../src/report/junit.js';
import type { Reporter, Write } from '../../src/report/reporter.js';
import { SarifReporter } from '../../src/report/sarif.js';
import { connection } from '../support/connection-builder.js';
import { captureOf } from '../support/fixtures.js';
import { finding } from '../support/pattern-tester.js';
import { textOf } from '../support/report.js';

/** What a report says of these captures, the last of them cut. */
function reportOnAll(scenarios: readonly string[], create: (write: Write) => Reporter, cut = 0): string {
  let text = '';
  const reporter = create((part) => {
    text += textOf(part);
  });
  const analysis = new Analysis({ reporters: [reporter], several: true });
  for (const [place, scenario] of scenarios.entries()) {
    const octets = readFileSync(captureOf(scenario, 'client'));
    const reader = new CaptureReader(analysis.begin());
    reader.push(place === scenarios.length - 1 ? octets.subarray(0, octets.length - cut) : octets);
    reader.end();
    analysis.endCapture({ path: `${scenario}.pcap`, compression: null, ...reader.facts() });
  }
  analysis.finish();
  return text;
}

const TWO = ['half-close', 'peer-host-lost'];

describe('a pattern of the second of two captures', () => {
  it('is annotated there', () => {
    const text = reportOnAll(TWO, (write) => new GithubReporter(write));
    expect(text).toContain('::error file=peer-host-lost.pcap,title=peer-host-lost::');
  });

  it('fails the suite of that one', () => {
    const [, first, second] = reportOnAll(TWO, (write) => new JunitReporter(write)).split('<testsuite ');
    expect(first).toContain('name="peer-host-lost" time="0"/>');
    expect(second).toContain('name="peer-host-lost" time="0"><failure type="error"');
  });

  it('is a result of that one in SARIF', () => {
    const [run] = JSON.parse(reportOnAll(TWO, (write) => new SarifReporter(write))).runs;
    const { locations, partialFingerprints } = run.results.find(
      ({ ruleId }: { ruleId: string }) => ruleId === 'peer-host-lost',
    );
    expect(locations[0].physicalLocation.artifactLocation.uri).toBe('peer-host-lost.pcap');
    expect(Object.keys(partialFingerprints)).toEqual(['finwait/2']);
  });
});

it('annotates a capture that is damaged', () => {
  const [line] = reportOnAll(
    ['normal-close-client', 'half-close'],
    (write) => new GithubReporter(write),
    5,
  ).split('\n');
  expect(line).toMatch(/^::warning file=half-close\.pcap,title=capture::damaged at byte 5,147, frame 29: /);
});

it('tells in JUnit of a rule the gravest that it found', () => {
  let text = '';
  const reporter = new JunitReporter((part) => {
    text += textOf(part);
  });
  const of = (severity: 'warning' | 'error') =>
    finding('half-close', { severity, title: severity, nextSteps: [severity] });
  reporter.connection(connection(), [of('warning')]);
  reporter.connection(connection(), [of('error')]);
  reporter.connection(connection(), [of('warning')]);
  const analysis = new Analysis({ reporters: [{ connection: () => {}, end: (end) => reporter.end(end) }] });
  const reader = new CaptureReader(analysis.begin());
  reader.push(readFileSync(captureOf('normal-close-client', 'client')));
  reader.end();
  analysis.endCapture({ path: 'x', compression: null, ...reader.facts() });
  analysis.finish();
  expect(text).toContain('<failure type="error" message="error, and 2 more findings">');
  expect(text).toContain('next: error<');
});
