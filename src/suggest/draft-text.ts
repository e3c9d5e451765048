/** A proposal as the text of a draft, in the one layout. */
import { print } from "../compiler/print.js";
import { withFreeNames, type Taken } from "./draft-names.js";
import { draftTree, type EffectOf, type Header } from "./draft-tree.js";
import type { Proposal } from "./proposal.js";

export interface About extends Header {
  /** Names that the policy to which this is added has already. */
  readonly taken: Taken;
}

export const NOTHING_TAKEN: Taken = { rules: [], marks: [] };

export function draftText(proposal: Proposal, { taken, ...header }: About, effectOf?: EffectOf): string {
  return print(draftTree({ ...proposal, items: withFreeNames(proposal.items, taken) }, header, effectOf));
}
