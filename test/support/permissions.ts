import { chmodSync } from 'node:fs';

/** A user that owns nothing: `nobody` in most systems. */
const STRANGER = 65_534;

/** Does something as somebody whom permissions stop: root, as somebody else; anybody else, as themselves. */
export async function asStranger<Result>(act: () => Promise<Result>): Promise<Result> {
  if (process.getuid?.() !== 0) return act();
  process.seteuid?.(STRANGER);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}

/** Does something while nobody may use `path`. */
export async function forbidden<Result>(path: string, act: () => Promise<Result>): Promise<Result> {
  chmodSync(path, 0);
  try {
    return await asStranger(act);
  } finally {
    chmodSync(path, 0o755);
  }
}
