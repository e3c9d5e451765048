/** Words with what they may be: of the grammar, of the catalogue, a slot, or not known. */
import type { Command, Entry } from "../catalogue/entry.js";
import type { FunctionTag } from "./lexicon.js";
import type { AddressSlot } from "./slots.js";

export type Tag =
  | FunctionTag
  | { readonly kind: "thing"; readonly entries: readonly Entry[]; /** The program of that name. */ readonly command: Command | null }
  | { readonly kind: "command"; readonly command: Command }
  | { readonly kind: "path"; readonly written: string }
  /** A name without `/`: of a file, a folder, a program. */
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "address"; readonly slot: AddressSlot }
  | { readonly kind: "host"; readonly name: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "comma" } | { readonly kind: "stop" }
  | { readonly kind: "unknown"; readonly reason: string | null };

/** Words in a row that are one thing; `from` and `to` count words. */
export interface Piece {
  readonly tag: Tag;
  readonly from: number;
  readonly to: number;
  /** As the request has it. */
  readonly text: string;
}

export const isFiller = (tag: Tag): boolean => tag.kind === "filler";
