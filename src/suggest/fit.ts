/**
 * Wishes that stand up one by one, made to stand up together: what one leaves open, another or the policy that is added to may deny,
 * and then the denial holds. A wish that does not stand up by itself is left out, and named.
 */
import type { ReadSource } from "../compiler/include.js";
import { compose, type Composed, type Onto } from "./compose.js";
import type { Item, Probe, ProposedTarget, Proposal } from "./proposal.js";

const FALLS = "what was made of it does not do what it says: say it in other words, or write the rules";

export interface Fitted extends Composed {
  readonly untranslated: Proposal["untranslated"];
  /** What a wish leaves open, and is refused all the same. */
  readonly refused: readonly { readonly words: string; readonly access: string }[];
}

interface Owned {
  readonly item: Item;
  readonly probe: Probe;
}

export function composeFitted(proposal: Proposal, note: string, onto: Onto | null, read: ReadSource): Fitted {
  const failingIn = (one: Proposal): readonly Owned[] => {
    const { failing } = compose(one, note, onto, read);
    return one.items.flatMap((item) => item.probes.map((probe) => ({ item, probe }))).filter((_, i) => failing.has(i));
  };
  const standsAlone = (item: Item): boolean => compose({ items: [item], untranslated: [] }, note, null, read).problems.length === 0;
  // What one wish says already, another need not: such a one does not stand alone, and nothing of it fails.
  const suspected = new Set(failingIn(proposal).map(({ item }) => item));
  const fallen = proposal.items.filter((item) => suspected.has(item) && !standsAlone(item));
  const standing = proposal.items.filter((item) => !fallen.includes(item));
  const left: Proposal = {
    items: standing, untranslated: [...proposal.untranslated, ...fallen.map(({ words, line }) => ({ words, line, reason: FALLS }))],
  };
  const refused = failingIn(left).filter(({ probe }) => probe.expected === "allowed" || probe.after.length > 0);
  const gone = new Set(refused.map(({ probe }) => probe));
  const fitted = { ...left, items: standing.map((item) => ({ ...item, probes: item.probes.filter((probe) => !gone.has(probe)) })) };
  return {
    ...compose(fitted, note, onto, read), untranslated: left.untranslated,
    refused: refused.filter(({ probe }) => probe.expected === "allowed").map(({ item, probe }) => ({ words: item.words, access: accessOf(probe) })),
  };
}

const accessOf = ({ operation, target, args }: Probe): string => [operation, targetOf(target), ...args].join(" ");

function targetOf(target: ProposedTarget): string {
  switch (target.kind) {
    case "path": return target.pattern;
    case "unix": return `unix ${target.pattern}`;
    case "anonymous": return "anonymous";
    case "privilege": return target.privilege;
    case "network": return [typeof target.address === "string" ? target.address : target.address.list, ...target.ports.map((port) => `port ${port}`)].join(" ");
  }
}
