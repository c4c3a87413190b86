import { describe, expect, it } from 'vitest';
import { GithubReporter } from '../../src/report/github.js';
import { escapeWorkflowData, escapeWorkflowProperty } from '../../src/report/text/escape.js';
import { captureOf } from '../support/fixtures.js';
import { reportOn } from '../support/report.js';

describe('workflow commands', () => {
  it.each([
    ['a%b', 'a%25b', 'a%25b'],
    ['a\nb', 'a%0Ab', 'a%0Ab'],
    ['a\r\u001bb', 'a\\x0d\\x1bb', 'a\\x0d\\x1bb'],
    ['a:b,c', 'a:b,c', 'a%3Ab%2Cc'],
  ])('%j', (text, data, property) => {
    expect(escapeWorkflowData(text)).toBe(data);
    expect(escapeWorkflowProperty(text)).toBe(property);
  });
});

describe('annotations', () => {
  it('name the capture, the rule, the frames and the next step', () => {
    const path = captureOf('close-wait-stuck', 'server');
    const text = reportOn(path, (write) => new GithubReporter(write));
    const [warning, notice, end] = text.trimEnd().split('\n');
    expect(warning).toContain(`::warning file=${path},title=close-wait-stuck::`);
    expect(warning).toContain('has stayed in CLOSE-WAIT for 62.4 s%0Aconnection 0, frames #8, #9%0A');
    expect(warning).toContain('ss -tanpo state close-wait');
    expect(notice).toContain('::notice file=');
    expect(end).toBe('1 warning, 1 info in 1 TCP connection');
  });

  it('are as many as GitHub shows, and the others counted', () => {
    const text = reportOn(captureOf('mixed-200', 'client'), (write) => new GithubReporter(write));
    expect(text.match(/^::warning /gm)).toHaveLength(10);
    expect(text).toMatch(/^and 49 more of severity warning$/m);
  });

  it('tell of each pattern and each rule before they repeat one', () => {
    const text = reportOn(captureOf('mixed-200', 'client'), (write) => new GithubReporter(write));
    const titles = [...text.matchAll(/^::(\w+) .*?title=([\w-]+)::/gm)].map(
      ([, level, rule]) => `${level} ${rule}`,
    );
    expect(titles.slice(0, 3)).toEqual([
      'warning recurring-finding',
      'warning recurring-finding',
      'warning rst-active-abort',
    ]);
    const notices = titles.filter((title) => title.startsWith('notice'));
    expect(notices.slice(0, 3)).toEqual([
      'notice half-close',
      'notice rst-active-abort',
      'notice half-close',
    ]);
  });
});
