import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/report/text/display-width.js';
import { wrap, wrapCommand } from '../../../src/report/text/wrap.js';

describe('the width of a text', () => {
  it.each([
    ['plain', 5],
    ['§ ─▶ ⋮', 6],
    ['語', 2],
    ['ｆｕｌｌ', 8],
    ['한글', 4],
    ['🎉', 2],
    ['e\u0301', 1],
    ['\u001b[31mred\u001b[39m', 3],
  ])('of %j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('a wrapped text', () => {
  it('counts wide characters as terminals show them', () => {
    expect(wrap('日本 日本 日本', 9)).toEqual(['日本 日本', '日本']);
    expect(wrap('日本語日本語', 5)).toEqual(['日本', '語日', '本語']);
  });

  it('leaves a figure with its unit', () => {
    expect(wrap('silent for 62.4 s and 10 h 7 min', 15)).toEqual(['silent for', '62.4 s and 10 h', '7 min']);
    expect(wrap('at 10 h-bridges', 5)).toEqual(['at 10', 'h-bri', 'dges']);
  });

  it('never halves a character, even where there is no room for it', () => {
    expect(wrap('🎉🎉', 1)).toEqual(['🎉', '🎉']);
  });
});

describe('a wrapped command', () => {
  const words = [
    'incident of monday.pcap',
    'a/rather/long/path/to/some/capture.pcapng.gz',
    '--connection',
    '12',
  ];
  const command = `printf '<%s>' 'incident of monday.pcap' ${words.slice(1).join(' ')}`;

  it.each([20, 26, 33, 40, 60, 200])('is the same to a shell in %i columns', (width) => {
    const lines = wrapCommand(command, width);
    expect(execFileSync('sh', ['-c', lines.join('\n')]).toString()).toBe(
      words.map((each) => `<${each}>`).join(''),
    );
    for (const line of lines.filter((each) => !each.includes("'")))
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });
});
