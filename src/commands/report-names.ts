import { dirname, isAbsolute, relative, sep } from 'node:path';

/**
 * What captures are called in documents, by their paths as given: these go to others, whom the folders of whoever
 * wrote them do not concern, and they are the same on every machine. Paths within `folder` are told from there, other
 * absolute ones from the folder that they have in common; relative ones stay.
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
