/** What loading a policy or an image comes to. */
import type { Diagnostic } from "../compiler/diagnostic.js";
import type { Meta } from "../compiler/image/meta.js";
import type { Failure } from "./exit.js";

/** Why there is no policy: one line about a file, or what the compiler has to say. */
export type Trouble =
  | { readonly kind: "failure"; readonly failure: Failure }
  /** `status`: to exit with. */
  | { readonly kind: "diagnostics"; readonly status: number; readonly diagnostics: readonly Diagnostic[] };

export type Loaded<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly trouble: Trouble };

export const failed = ({ failure }: { readonly failure: Failure }): { readonly ok: false; readonly trouble: Trouble } =>
  ({ ok: false, trouble: { kind: "failure", failure } });

/** An image, what it says about itself, and the files that it was made from. */
export interface Runnable {
  readonly image: Uint8Array;
  readonly meta: Meta;
  readonly files: readonly string[];
}
