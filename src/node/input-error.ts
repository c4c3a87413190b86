/** An input that cannot be opened or read. The message says what to do; it does not repeat the path. */
export class InputError extends Error {
  override readonly name = 'InputError';

  constructor(
    message: string,
    readonly path: string,
    /** The system's error code, such as `ENOENT`, if it was the system that refused. */
    readonly code: string | null,
  ) {
    super(message);
  }
}

const SYSTEM_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file; check the spelling and the current directory'],
  ['ENOTDIR', 'no such file; an earlier part of the path is not a directory'],
  ['EISDIR', 'this is a directory; name the capture files in it'],
  ['EACCES', 'permission denied; captures are often owned by root: copy it, change its mode or use sudo'],
  ['EPERM', 'permission denied; captures are often owned by root: copy it, change its mode or use sudo'],
  ['ELOOP', 'this symbolic link leads back to itself; name the file it should lead to'],
  ['ENAMETOOLONG', 'this path is too long for the system; move the capture to a shorter one'],
  ['EMFILE', 'too many files are open; raise the limit with: ulimit -n'],
  ['ENFILE', 'too many files are open on this system; close some programs'],
  ['ENXIO', 'this is a socket or a device without a reader; give a file, a pipe or -'],
]);

/** The code of an error of the operating system, or null for any other error. */
function systemErrorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Turns an error of the operating system into an `InputError`; returns any other as it is. */
export function toInputError(error: unknown, path: string): unknown {
  const code = systemErrorCode(error);
  if (code === null) return error;
  return new InputError(SYSTEM_ERRORS.get(code) ?? `the system refuses to read it (${code})`, path, code);
}
