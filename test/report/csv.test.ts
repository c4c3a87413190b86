import { describe, expect, it } from 'vitest';
import { CsvReporter, csvText } from '../../src/report/csv.js';
import { captureOf } from '../support/fixtures.js';
import { reportOn } from '../support/report.js';

describe('csvText', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "so"', '"say ""so"""'],
    ['a;b', '"a;b"'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@sum', "'@sum"],
    ['=a,"b"', '"\'=a,""b"""'],
    ['\t=1', '\\x09=1'],
    ['a\r\nb', 'a\\x0d\\x0ab'],
  ])('%j is %s', (text, cell) => {
    expect(csvText(text)).toBe(cell);
  });
});

describe('a CSV report', () => {
  it('has one line a connection, under names of the JSON report', () => {
    const text = reportOn(captureOf('rst-on-write-after-close', 'server'), (write) => new CsvReporter(write));
    const [head, line, end] = text.split('\r\n');
    expect(end).toBe('');
    const row = Object.fromEntries(head.split(',').map((name, place) => [name, line.split(',')[place]]));
    expect(row).toMatchObject({
      id: '0',
      clientPort: '40000',
      serverPort: '8080',
      frames: '11',
      completeness: '63',
      clientFinalState: 'CLOSED',
      findings: 'error:rst-on-write-after-close',
    });
  });

  it('has as many cells in each line as in the first', () => {
    const text = reportOn(captureOf('mixed-200', 'client'), (write) => new CsvReporter(write));
    const widths = new Set(
      text
        .trimEnd()
        .split('\r\n')
        .map((line) => line.split(',').length),
    );
    expect(text.trimEnd().split('\r\n')).toHaveLength(201);
    expect(widths.size).toBe(1);
  });
});
