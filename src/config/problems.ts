/** Where a value is in a configuration: keys and places in lists, from the outside in. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with a configuration. */
export interface Problem {
  readonly path: Path;
  /** Whether the key is wrong rather than its value. */
  readonly atKey: boolean;
  /** What is wrong and what would be right, without a final stop. */
  readonly message: string;
}

/** Gathers problems, so that all of them are reported at once. */
export class Problems {
  readonly list: Problem[] = [];

  value(path: Path, message: string): void {
    this.list.push({ path, atKey: false, message });
  }

  key(path: Path, message: string): void {
    this.list.push({ path, atKey: true, message });
  }
}

/** A value as it is shown in messages: short, and on one line. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  const text = String(value);
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return typeof value === 'string' ? JSON.stringify(short) : short;
}

/** A mapping's own entries; null, and a problem, if `value` is not a mapping. */
export function entriesOf(value: unknown, path: Path, what: string, problems: Problems) {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  problems.value(path, `${what} is a mapping, not ${shown(value)}`);
  return null;
}
