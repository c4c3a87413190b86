/** Thrown for what must hold and does not. */
export function broken(what: string): never {
  throw new Error(what);
}
