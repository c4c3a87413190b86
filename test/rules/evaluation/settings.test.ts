import { describe, expect, it } from 'vitest';
import { CATALOG } from '../../../src/rules/catalog.js';
import { closeWaitStuck } from '../../../src/rules/close-wait-stuck.js';
import {
  checkOrder,
  checkSettings,
  optionValues,
  SettingsError,
} from '../../../src/rules/evaluation/settings.js';
import { rstOnWriteAfterClose } from '../../../src/rules/rst-on-write-after-close.js';

const rules = [closeWaitStuck, rstOnWriteAfterClose];

describe('settings', () => {
  it('fill in the defaults of what is not set', () => {
    const settings = { options: { 'close-wait-stuck': { stuckSeconds: 5 } } };
    expect(optionValues(closeWaitStuck, settings)).toEqual({ stuckSeconds: 5, errorSeconds: 600 });
  });

  it.each([
    [{ severities: { 'close-wait-stuk': 'off' as const } }, 'did you mean close-wait-stuck?'],
    [{ severities: { 'close-wait-stuck': 'warn' as 'info' } }, 'it is one of off, info, warning, error'],
    [
      { options: { 'close-wait-stuck': { stuckSecond: 5 } } },
      'rule close-wait-stuck has no option stuckSecond; did you mean close-wait-stuck.stuckSeconds?',
    ],
    [
      { options: { 'close-wait-stuck': { stuckSeconds: 0 } } },
      'close-wait-stuck.stuckSeconds is from 1 to 604800 seconds, not 0',
    ],
    [
      { options: { 'rst-on-write-after-close': { farewellBytes: 1.5 } } },
      'rst-on-write-after-close.farewellBytes is a whole number from 0 to 65535 bytes, not 1.5',
    ],
    [
      { options: { 'close-wait-stuck': { stuckMinutes: 3 } } },
      'has no option stuckMinutes; did you mean close-wait-stuck.stuckSeconds, in seconds?',
    ],
    [
      { options: { 'rst-on-write-after-close': { farewellKiB: 1 } } },
      'did you mean rst-on-write-after-close.farewellBytes, in bytes?',
    ],
    [{ options: { 'close-wait-stuck': { waitMinutes: 3 } } }, /has no option waitMinutes$/],
    [{ options: { 'close-wait-stuck': { stuckSeconds: Number.NaN } } }, 'not NaN'],
    [{ options: { 'close-wait-stuck': { constructor: 1 } } }, 'has no option constructor'],
  ])('refuse %j', (settings, message) => {
    expect(() => checkSettings(settings, rules)).toThrow(SettingsError);
    expect(() => checkSettings(settings, rules)).toThrow(message);
  });

  it.each([
    [
      { errorSeconds: 30 },
      'close-wait-stuck.errorSeconds is 30, but must be at least close-wait-stuck.stuckSeconds, which is 60 by default',
    ],
    [
      { stuckSeconds: 700, errorSeconds: 600 },
      'close-wait-stuck.errorSeconds is 600, but must be at least close-wait-stuck.stuckSeconds, which is 700',
    ],
  ])('refuse the contradiction in %j', (options, message) => {
    const settings = { options: { 'close-wait-stuck': options } };
    expect(() => checkSettings(settings, rules)).not.toThrow();
    expect(() => checkOrder(settings, rules)).toThrow(message);
  });

  it('may set limits that are equal, or move both', () => {
    for (const options of [{ errorSeconds: 60 }, { stuckSeconds: 5, errorSeconds: 30 }, {}]) {
      expect(() => checkOrder({ options: { 'close-wait-stuck': options } }, rules)).not.toThrow();
    }
  });

  it('raise a limit that is not set to the one that must not exceed it', () => {
    const settings = { options: { 'close-wait-stuck': { stuckSeconds: 700 } } };
    expect(() => checkOrder(settings, rules)).not.toThrow();
    expect(optionValues(closeWaitStuck, settings)).toEqual({ stuckSeconds: 700, errorSeconds: 700 });
  });

  it('are ordered only by options that there are, and in order by default', () => {
    for (const { options, ordered = [] } of CATALOG) {
      const defaults = ordered.map((name) => options[name].default);
      expect(defaults).toEqual([...defaults].sort((a, b) => a - b));
    }
  });
});
