import { isMap, isScalar, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import type { Path } from './problems.js';

/** Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A configuration's text as a value, and where each part of it is. */
export interface ParsedText {
  readonly value: unknown;
  /** Place of the value, or of its key, at `path`; of the nearest part around it if there is none. */
  readonly locate: (path: Path, atKey: boolean) => Place;
}

/** A text that is not the JSON or YAML it should be. */
export class TextError extends Error {
  override readonly name = 'TextError';

  constructor(
    message: string,
    /** Null if the parser does not say. */
    readonly place: Place | null,
  ) {
    super(message);
  }
}

/** @throws TextError */
export function parseText(text: string, syntax: 'json' | 'yaml'): ParsedText {
  const lines = new LineCounter();
  // Every JSON text is YAML as well, which knows the place of everything.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (syntax === 'json') {
    try {
      JSON.parse(text);
    } catch (error) {
      throw jsonError((error as Error).message, placeAt);
    }
  }
  const [fault] = document.errors;
  if (fault !== undefined) {
    throw new TextError(fault.message, placeAt(fault.pos[0]));
  }
  const locate = (path: Path, atKey: boolean): Place =>
    placeAt(offsetOf(document.contents as ParsedNode | null, path, atKey));
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), locate };
  } catch (error) {
    // An alias that refers to nothing, or to too much.
    throw new TextError((error as Error).message, null);
  }
}

function offsetOf(root: ParsedNode | null, path: Path, atKey: boolean): number {
  let node: ParsedNode | null = root;
  let offset = root?.range[0] ?? 0;
  for (const [depth, part] of path.entries()) {
    let next: ParsedNode | null = null;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
      const key = pair?.key as ParsedNode | undefined;
      if (atKey && depth === path.length - 1) return key?.range[0] ?? offset;
      next = (pair?.value as ParsedNode | null | undefined) ?? null;
    } else if (node !== null && 'items' in node && typeof part === 'number') {
      next = (node.items[part] as ParsedNode | undefined) ?? null;
    }
    if (next === null) return offset;
    offset = next.range[0];
    node = next;
  }
  return offset;
}

function jsonError(message: string, placeAt: (offset: number) => Place): TextError {
  const position = /^(.*?)(?: in JSON)? at position (\d+)/s.exec(message);
  if (position === null) return new TextError('this is not valid JSON', null);
  return new TextError(`this is not valid JSON: ${position[1]}`, placeAt(Number(position[2])));
}
