/** Comments as Wireshark's programs write them, and ours as they read them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captureOf } from './support/fixtures.js';
import { readFrames } from './support/frames.js';
import { finwait } from './support/io.js';

const hasPrograms = ['tshark', 'editcap'].every((name) => spawnSync(name, ['--version']).status === 0);
if (!hasPrograms) console.warn('skipped: comments of Wireshark, because tshark or editcap is not installed');

describe.skipIf(!hasPrograms)('comments', () => {
  const folder = mkdtempSync(join(tmpdir(), 'finwait-comments-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string): string => join(folder, name);
  const comments = ['the FIN', 'Ungarn: Győr\nzwei Zeilen', '</b>\u202e'];
  const frames = [3, 5, 8];

  /** What Wireshark reads, frame by frame. */
  function wiresharks(path: string): string {
    const fields = ['-T', 'fields', '-e', 'frame.comment'];
    return execFileSync('tshark', ['-n', '-r', path, ...fields], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  it('of editcap are read, and those of extracts read by tshark', async () => {
    const noted = frames.flatMap((frame, place) => ['-a', `${frame}:${comments[place]}`]);
    execFileSync('editcap', [
      ...noted,
      ...[
        '--capture-comment',
        'from the customer',
        captureOf('close-wait-stuck', 'server'),
        file('noted.pcapng'),
      ],
    ]);
    const { facts } = readFrames(readFileSync(file('noted.pcapng')));
    expect(facts.comments).toEqual(['from the customer']);
    expect(facts.frameComments).toEqual(frames.map((frame, place) => ({ frame, text: comments[place] })));
    const { octets } = await finwait(['extract', file('noted.pcapng'), '-c', '0']);
    writeFileSync(file('extract.pcapng'), octets);
    const expected = wiresharks(file('noted.pcapng'));
    expect(expected).toContain('the FIN');
    expect(wiresharks(file('extract.pcapng')).trimEnd()).toBe(expected.trimEnd());
  });
});
