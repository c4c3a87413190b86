import { dirname, isAbsolute, relative, sep } from 'node:path';

/**
 * Names of captures for documents, by their paths as given. Documents go to others, whom their author's folders do not
 * concern, and should be the same on every machine. Paths within `folder` become relative to it, other absolute ones
 * relative to the folder that they share; relative ones stay.
 */
export function reportNames(paths: readonly string[], folder: string): ReadonlyMap<string, string> {
  const absolute = paths.filter((path) => isAbsolute(path));
  const outside = absolute.filter((path) => !isWithin(folder, path));
  let common = outside.length === 0 ? '' : dirname(outside[0]);
  while (!outside.every((path) => isWithin(common, path))) common = dirname(common);
  return new Map(absolute.map((path) => [path, relative(isWithin(folder, path) ? folder : common, path)]));
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
