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
  const reasonFor = (item: Item): string | null =>
    (suspected.has(item) && !standsAlone(item) ? FALLS : onto === null ? null : brokenTest(compose({ items: [item], untranslated: [] }, note, onto, read)));
  const judged = proposal.items.map((item) => ({ item, reason: reasonFor(item) }));
  const standing = judged.flatMap(({ item, reason }) => (reason === null ? [item] : []));
  const fallen = judged.flatMap(({ item: { words, line }, reason }) => (reason === null ? [] : [{ words, line, reason }]));
  const left: Proposal = { items: standing, untranslated: [...proposal.untranslated, ...fallen] };
  const refused = failingIn(left).filter(({ probe }) => probe.expected === "allowed" || probe.after.length > 0);
  const gone = new Set(refused.map(({ probe }) => probe));
  const fitted = { ...left, items: standing.map((item) => ({ ...item, probes: item.probes.filter((probe) => !gone.has(probe)) })) };
  return {
    ...compose(fitted, note, onto, read), untranslated: left.untranslated,
    refused: refused.filter(({ probe }) => probe.expected === "allowed").map(({ item, probe }) => ({ words: item.words, access: accessOf(probe) })),
  };
}

/** Why what is added breaks a test of the policy that it is added to; null: it breaks none. */
function brokenTest({ problems, failing }: Composed): string | null {
  // Its own probes come last.
  const broken = problems.filter(({ stage }) => stage === "probe").slice(0, problems.length - failing.size)[0];
  return broken === undefined ? null : `the policy that it is added to says otherwise: ${broken.message}: ${broken.text ?? ""}`;
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
