import { chmodSync } from 'node:fs';

/** A user that owns nothing: `nobody` in most systems. */
const STRANGER = 65_534;

/** Does something while nobody may use `path`; as root, whom modes do not stop, as somebody else. */
export async function forbidden<Result>(path: string, act: () => Promise<Result>): Promise<Result> {
  const isRoot = process.getuid?.() === 0;
  chmodSync(path, 0);
  if (isRoot) process.seteuid?.(STRANGER);
  try {
    return await act();
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(path, 0o755);
  }
}
