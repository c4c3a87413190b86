/** Throws for an invariant that does not hold. */
export function broken(what: string): never {
  throw new Error(what);
}
