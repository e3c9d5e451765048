/** Exit statuses, and how a command says that it cannot go on. */
export const STATUS = { done: 0, policy: 1, usage: 2, machine: 3, aborted: 125 } as const;

/** What the user did wrong or the machine lacks: one line, what to do, and the status to exit with. */
export interface Failure {
  readonly status: number;
  readonly message: string;
  readonly help?: string;
}

/** An answer, or the reason why there is none. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export const succeed = <T>(value: T): Attempt<T> => ({ ok: true, value });

export function fail(status: number, message: string, help?: string): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: help === undefined ? { status, message } : { status, message, help } };
}

/** The `errno` name of something thrown by Node's `fs` or `child_process`, such as `ENOENT`; else undefined. */
export function errorCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "no such file or directory"],
  ["ENOTDIR", "a part of the path is not a directory"],
  ["EISDIR", "it is a directory"],
  ["EACCES", "permission denied"],
  ["EPERM", "not permitted"],
  ["ELOOP", "too many symbolic links"],
  ["ENAMETOOLONG", "the name is too long"],
  ["ENXIO", "no such device or address"],
  ["ENOSPC", "no space left on the device"],
  ["EDQUOT", "the disk quota is used up"],
  ["EROFS", "the file system is read-only"],
  ["ETXTBSY", "the file is being executed"],
  ["EMFILE", "too many open files"],
  ["EIO", "input/output error"],
]);

/** Why a system call failed, in words. */
export function reasonOf(thrown: unknown): string {
  const code = errorCode(thrown);
  if (code !== undefined) return REASONS.get(code) ?? code;
  return thrown instanceof Error ? thrown.message : String(thrown);
}
