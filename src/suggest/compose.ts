/** A proposal as a draft that has been tried: its text, alone or below a policy that it is added to, and what is wrong with it. */
import type { ReadSource } from "../compiler/include.js";
import { checkDraft, type Problem } from "./check-draft.js";
import { draftText, NOTHING_TAKEN } from "./draft-text.js";
import { type EffectOf, PLAIN_EFFECT } from "./draft-tree.js";
import type { Taken } from "./draft-names.js";
import type { Probe, Proposal } from "./proposal.js";

/** The policy that is added to. */
export interface Onto {
  readonly text: string;
  readonly params: readonly string[];
  readonly taken: Taken;
  readonly isDraft: boolean;
}

export interface Composed {
  /** Null where nothing was translated. */
  readonly text: string | null;
  readonly problems: readonly Problem[];
  /** Numbers of probes that come out otherwise. */
  readonly failing: ReadonlySet<number>;
}

export function compose(proposal: Proposal, note: string, onto: Onto | null, read: ReadSource): Composed {
  if (proposal.items.length === 0) return { text: null, problems: [], failing: new Set() };
  const write = (effectOf?: EffectOf): string => placed(draftText(proposal, {
    note: onto?.isDraft === true ? null : note, params: onto?.params ?? [], taken: onto?.taken ?? NOTHING_TAKEN,
  }, effectOf), note, onto);
  const text = write();
  const { problems, effects, failing } = checkDraft(text, read);
  if (effects.size === 0) return { text, problems, failing };
  // What is to be denied may be killed, and what is to be allowed recorded: the cases say which.
  const probes = proposal.items.flatMap((item) => item.probes);
  return { text: write((probe: Probe) => effects.get(probes.indexOf(probe)) ?? PLAIN_EFFECT(probe)), problems, failing };
}

const placed = (added: string, note: string, onto: Onto | null): string =>
  (onto === null ? added : `${onto.text.trimEnd()}\n\n# Added: ${JSON.stringify(note).slice(1, -1)}\n\n${added}`);
