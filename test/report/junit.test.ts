import { describe, expect, it } from 'vitest';
import { JunitReporter } from '../../src/report/junit.js';
import { CATALOG } from '../../src/rules/catalog.js';
import { captureOf } from '../support/fixtures.js';
import { reportOn } from '../support/report.js';
import { junitFaults } from '../support/xml.js';

const report = (scenario: string): string =>
  reportOn(captureOf(scenario, 'server'), (write) => new JunitReporter(write));

describe('a JUnit report', () => {
  it.each(['normal-close-client', 'rst-on-write-after-close', 'mixed-200'])(
    'of %s is valid',
    async (scenario) => {
      expect(await junitFaults(report(scenario))).toEqual([]);
    },
  );

  it('passes a clean capture by the name of every rule', () => {
    const text = report('normal-close-client');
    expect(text).toContain(`tests="${CATALOG.length + 1}" failures="0" errors="0"`);
    for (const { id } of CATALOG) expect(text).toContain(`name="${id}" time="0"/>`);
  });

  it('fails the rules that found an error or a warning, and no other', () => {
    const text = report('close-wait-stuck');
    const failed = [...text.matchAll(/name="([^"]+)" time="0"><failure type="(\w+)"/g)].map((match) =>
      match.slice(1),
    );
    expect(failed).toEqual([['close-wait-stuck', 'warning']]);
    expect(text).toMatch(
      /message="[^"]*:8080 has stayed in CLOSE-WAIT for 62\.4 s">connection 0, frames #8, #9: /,
    );
    expect(text).toMatch(/\nnext: On the host of \S+, run ss -tanpo state close-wait /);
  });

  it('tells the first of many, and counts the rest', () => {
    const text = report('mixed-200');
    expect(text).toMatch(/message="[^"]*, and 2\d more findings">/);
    expect(text).toMatch(/\nand \d more\nnext: /);
  });
});
