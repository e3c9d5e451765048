/** What a process may try: one operation on one concrete target. */
import type { Protocol } from "./ast.js";
import type { Operation } from "./resolved.js";

export type FileOperation = Exclude<Operation, "connect" | "bind">;
export type NetworkOperation = "connect" | "bind";

/** One access of a process. Bytes of names as latin-1: one character is one byte. */
export type Access =
  /** `path`: absolute and canonical, `/` for the root. */
  | { readonly kind: "path"; readonly op: FileOperation; readonly path: string }
  | { readonly kind: "anonymous"; readonly op: FileOperation }
  | {
      readonly kind: "network"; readonly op: NetworkOperation; readonly family: 4 | 6;
      /** In network order: 4 bytes or 16. */
      readonly address: ArrayLike<number>;
      readonly port: number; readonly protocol: Protocol | "other";
    }
  | { readonly kind: "unix-path"; readonly op: NetworkOperation; readonly path: string }
  /** `name` without the NUL byte that it begins with. */
  | { readonly kind: "unix-abstract"; readonly op: NetworkOperation; readonly name: string }
  | { readonly kind: "unix-unnamed"; readonly op: NetworkOperation };
