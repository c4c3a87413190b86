import { afterEach, describe, expect, it, vi } from 'vitest';
import { Progress } from '../../src/commands/progress.js';
import { displayWidth } from '../../src/report/text/display-width.js';

const ERASE = '\r\u001b[K';
afterEach(() => vi.useRealTimers());

/** What stands on the terminal after `milliseconds` of reading, and after it has ended. */
function shown(path: string, columns: number, { isTerminal = true, milliseconds = 2000 } = {}): string[] {
  vi.useFakeTimers();
  const parts: string[] = [];
  const write = (part: string | Uint8Array): void => {
    parts.push(String(part));
  };
  const progress = new Progress({ write, isTerminal, columns }, path);
  vi.advanceTimersByTime(milliseconds);
  progress.show(50e6, 200e6);
  progress.clear();
  return parts;
}

describe('progress', () => {
  it('tells how far the reading is, and leaves nothing behind', () => {
    expect(shown('a.pcap', 80)).toEqual([`${ERASE}a.pcap: 50 MB, 25 MB/s 25 %, 6 s left`, ERASE]);
  });

  it('is silent in short runs, and where there is no terminal', () => {
    expect(shown('a.pcap', 80, { milliseconds: 300 })).toEqual([]);
    expect(shown('a.pcap', 80, { isTerminal: false })).toEqual([]);
  });

  it.each([
    ['/a/long/way/to/some/folder/of/captures/incident-2026-03-01.pcap', 60],
    ['/a/long/way/to/some/folder/of/captures/incident-2026-03-01.pcap', 40],
    ['ジャ'.repeat(40), 60],
  ])('keeps to one line, with the figures whole: %s in %i columns', (path, columns) => {
    const line = shown(path, columns)[0].slice(ERASE.length);
    expect(displayWidth(line)).toBeLessThan(columns);
    expect(line).toMatch(/50 MB, 25 MB\/s 25 %, 6 s left$/);
  });
});
