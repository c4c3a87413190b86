import { classicBytes, classicOf } from '../formats/classic.js';
import { blocksOf, INTERFACE_DESCRIPTION, SECTION_HEADER, SIMPLE_PACKET } from '../formats/pcapng.js';
import { broken } from '../invariants/broken.js';
import { checkFormats } from '../invariants/formats.js';
import { checkReport } from '../invariants/report.js';
import { joined as joinedBytes } from '../octets.js';
import { behaviourOf, isRefused, outcomeOf } from '../outcome.js';
import type { Random } from '../random.js';
import type { Target } from './target.js';

/** Parts of one capture, like rotated files: together they must show the connections of the whole. */
export const joined: Target = {
  name: 'joined',
  run(input, random) {
    const parts = partsOf(input, random);
    const together = outcomeOf(parts, { joined: true, formats: ['json', 'table'] });
    if (isRefused(together)) return behaviourOf(together);
    checkReport(together);
    checkFormats(together.texts);
    const whole = outcomeOf(parts.length === 1 ? parts : [wholeOf(parts)], { formats: [] });
    if (isRefused(whole)) broken(`the whole is refused: ${whole}`);
    // Damage in one part is no damage in the next.
    if (together.end.captures.some(({ damage }) => damage !== null)) return behaviourOf(together);
    const [one, other] = [whole, together].map(({ connections, findings }) =>
      JSON.stringify({ connections: connections.map((each) => ({ ...each, capture: 0 })), findings }),
    );
    if (one !== other) {
      const at = [...one].findIndex((character, place) => character !== other[place]);
      const [here, there] = [one, other].map((text) => text.slice(Math.max(0, at - 200), at + 60));
      broken(`the whole tells ${here}, its parts joined ${there}`);
    }
    return behaviourOf(together);
  },
};

/** Up to four captures, each with the head of the whole: interfaces come before all frames, even if they did not. */
function partsOf(input: Uint8Array, random: Random): Uint8Array[] {
  const parts = 1 + random.below(4);
  const classic = classicOf(input);
  if (classic !== null) {
    const { records } = classic;
    return split(records, parts, random).map((some) => classicBytes({ ...classic, records: some }));
  }
  const blocks = blocksOf(input);
  const isSimple = blocks.filter(({ type }) => type === SECTION_HEADER).length === 1;
  if (!isSimple) return [input];
  const isHead = ({ type }: { readonly type: number }): boolean =>
    type === SECTION_HEADER || type === INTERFACE_DESCRIPTION;
  const head = blocks.filter(isHead);
  const rest = blocks.filter((block) => !isHead(block));
  // A frame without a time takes that of the frame before, if there is one in its file.
  if (rest.some(({ type }) => type === SIMPLE_PACKET)) return [input];
  return split(rest, parts, random).map((some) => joinedBytes([...head, ...some].map(({ bytes }) => bytes)));
}

function split<T>(items: readonly T[], parts: number, random: Random): T[][] {
  const cuts = Array.from({ length: parts - 1 }, () => random.below(items.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((from, place) => items.slice(from, cuts[place] ?? items.length));
}

/** The records or blocks of all parts after one head. */
function wholeOf(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  const classic = classicOf(first);
  if (classic !== null)
    return classicBytes({ ...classic, records: parts.flatMap((part) => classicOf(part)?.records ?? []) });
  const all = parts.map(blocksOf);
  const head = all[0].filter(({ type }) => type === SECTION_HEADER || type === INTERFACE_DESCRIPTION);
  return joinedBytes(
    [...head, ...all.flatMap((blocks) => blocks.slice(head.length))].map(({ bytes }) => bytes),
  );
}
