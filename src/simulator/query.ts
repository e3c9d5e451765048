import type { Privilege } from "../compiler/ast.js";

/** One thing to ask of a policy: what it says of each operation on this object. */
export type Query =
  /** Names joined by `/`, without a leading one; empty for the root. */
  | { readonly kind: "path"; readonly path: Uint8Array }
  /** Without the NUL byte that it begins with. */
  | { readonly kind: "abstract"; readonly name: Uint8Array }
  | { readonly kind: "anonymous" }
  | { readonly kind: "unnamed" }
  /** There is one answer, in the place of the first operation's. */
  | { readonly kind: "privilege"; readonly privilege: Privilege }
  | {
      readonly kind: "address";
      /** 4 bytes or 16, in network order. */
      readonly address: Uint8Array;
      readonly protocol: "tcp" | "udp" | "other";
      readonly port: number;
    };
