import { describe, expect, it } from 'vitest';
import { connectionOf } from '../support/conversation.js';

const OPEN = `
  0.00 C S  0
  0.01 S SA 0 1
  0.02 C A  1 1
  1.00 C PA 1 1 +5
  1.01 S A  1 6`;

describe('the longest silence that a connection survived', () => {
  it.each([
    ['none', '5.0 C PA 6 1 +5\n5.1 S A 1 11', 0],
    ['one that ended with data', '61.5 C PA 6 1 +5\n61.6 S A 1 11', 60],
    ['one that ended with a keep-alive', '61.5 C A 5 1\n61.6 S A 1 6', 60],
    ['one that ended with a FIN', '61.5 C FA 6 1\n61.6 S FA 1 7', 60],
    ['the longest of several', '61.5 C PA 6 1 +5\n61.6 S A 1 11\n91 C PA 11 1 +5\n91.1 S A 1 16', 60],
    ['one whose end was answered only once repeated', '61.5 C PA 6 1 +5\n62 C PA 6 1 +5\n62.1 S A 1 11', 60],
  ])('is %s', (_name, script, seconds) => {
    expect(connectionOf(`${OPEN}\n${script}`).survivedSilenceSeconds).toBe(seconds);
  });

  it.each([
    ['with a reset', '61.5 C PA 6 1 +5\n61.6 S R 1'],
    ['by nobody', '61.5 C PA 6 1 +5\n62 C PA 6 1 +5'],
    ['by its own side', '61.5 S PA 1 6 +5\n61.6 S PA 6 6 +5'],
  ])('counts no silence whose end was answered %s', (_name, script) => {
    expect(connectionOf(`${OPEN}\n${script}`).survivedSilenceSeconds).toBe(0);
  });

  it('counts a silence answered, though a later one was not', () => {
    const script = '31.5 C PA 6 1 +5\n31.6 S A 1 11\n131 C PA 11 1 +5\n131.1 S R 1';
    expect(connectionOf(`${OPEN}\n${script}`).survivedSilenceSeconds).toBe(30);
  });

  it('does not count the waits of a handshake', () => {
    const script = '0 C S 0\n16 C S 0\n16.1 S SA 0 1\n16.2 C A 1 1';
    expect(connectionOf(script).survivedSilenceSeconds).toBe(0);
  });
});
