import { nearestName } from '../core/suggest.js';
import { closeWaitStuck } from './close-wait-stuck.js';
import { finWait2Stuck } from './fin-wait-2-stuck.js';
import { halfClose } from './half-close.js';
import { halfCloseStalled } from './half-close-stalled.js';
import { rstOnWriteAfterClose } from './rst-on-write-after-close.js';
import type { Rule } from './rule.js';

/** Every rule about a single connection. A new rule is a file beside this one and a line here. */
export const RULES: readonly Rule[] = [
  closeWaitStuck,
  finWait2Stuck,
  halfClose,
  halfCloseStalled,
  rstOnWriteAfterClose,
];

/** The rule of this id; null if there is none. */
export function findRule(id: string): Rule | null {
  return RULES.find((rule) => rule.id === id) ?? null;
}

/** The id that was probably meant; null if none is near. */
export function suggestRule(id: string): string | null {
  return nearestName(
    id,
    RULES.map((rule) => rule.id),
  );
}
