/** Files for what reads and writes files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string | null = null;

/** The path of a file with this name, which lasts until the next with this name. */
export function scratchPath(name: string): string {
  if (folder === null) {
    folder = mkdtempSync(join(tmpdir(), 'finwait-fuzz-'));
    process.on('exit', removeScratch);
  }
  return join(folder, name);
}

/** Removes all such files, in case the process does not live to its own end. */
export function removeScratch(): void {
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  folder = null;
}

export function scratchFile(name: string, bytes: Uint8Array): string {
  const path = scratchPath(name);
  writeFileSync(path, bytes);
  return path;
}

/** Returns what was written there, and removes it. */
export function takeFile(path: string): Uint8Array {
  const bytes = Uint8Array.from(readFileSync(path));
  rmSync(path);
  return bytes;
}
