import { describe, expect, it } from 'vitest';
import { toAscii } from '../../../src/report/text/ascii.js';
import { displayWidth } from '../../../src/report/text/display-width.js';
import { captureOf, scenarios } from '../../support/fixtures.js';
import { finwait } from '../../support/io.js';

const NOT_ASCII = /[^\0-\x7f]/;
const CAPTURE = captureOf('close-wait-stuck', 'server');
const C = { environment: { LANG: 'C' } };

describe('a text in ASCII', () => {
  it('is as wide as it was', () => {
    for (const text of ['◀── SYN seq 0 ──▶', '┌─┬─┐│├┼┤└┴┘', 'RFC 9293 §3.6 · “it’s” …', 'ジャ 🎉.pcap'])
      expect(displayWidth(toAscii(text)), text).toBe(displayWidth(text));
  });

  it('keeps what tells rungs, states and frames apart', () => {
    expect(toAscii('#2 ESTABLISHED✓  ◀── SYN,ACK ── CLOSE-WAIT✗')).toBe(
      '#2 ESTABLISHED+  <-- SYN,ACK -- CLOSE-WAITx',
    );
  });

  it('shows where a character was that it has no likeness of', () => {
    expect(toAscii('é語')).toBe('???');
  });
});

describe('a locale without UTF-8', () => {
  it.each([
    [{ LANG: 'C' }, true],
    [{ LANG: 'POSIX' }, true],
    [{ LANG: 'de_DE.ISO-8859-1' }, true],
    [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, true],
    [{ LC_CTYPE: 'C', LANG: 'en_US.UTF-8' }, true],
    [{ LC_ALL: '', LANG: 'en_US.utf8' }, false],
    [{ LC_CTYPE: 'UTF-8' }, false],
    [{ LANG: 'C.UTF-8' }, false],
    [{}, false],
  ])('%j has text in ASCII: %j', async (environment, isAscii) => {
    expect(!NOT_ASCII.test((await finwait([CAPTURE], { environment })).stdout)).toBe(isAscii);
  });

  it.each([
    [['timeline', CAPTURE]],
    [['explain', 'close-wait-stuck']],
    [['rules']],
    [['watch', CAPTURE]],
    [['check', CAPTURE]],
  ])('%j keeps to it', async (argv) => {
    const { stdout } = await finwait(argv, C);
    expect(stdout).not.toBe('');
    expect(stdout).not.toMatch(NOT_ASCII);
  });

  it('leaves documents as they are', async () => {
    expect((await finwait([CAPTURE, '-f', 'markdown'], C)).stdout).toContain('§3.6');
  });

  it('is never answered with a question mark by what finwait itself writes', async () => {
    for (const scenario of scenarios) {
      for (const command of [[], ['timeline']]) {
        const argv = [...command, captureOf(scenario, 'client')];
        const count = (text: string): number => text.split('?').length;
        const [plain, ascii] = [await finwait(argv), await finwait(argv, C)];
        expect(count(ascii.stdout), scenario).toBe(count(plain.stdout));
      }
    }
  });
});
