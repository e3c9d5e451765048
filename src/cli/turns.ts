/** In which other circumstances an access would be decided the other way: what the conditions of rules look at. */
import type { Attempt } from "../compiler/access.js";
import { refuses } from "../compiler/ast.js";
import { personText } from "../compiler/context-text.js";
import { lowerArgs, lowerCondition } from "../compiler/lower-conditions.js";
import { ArgumentChoices } from "../compiler/reason/argument-lists.js";
import { ALL_APART } from "../compiler/reason/distinctions.js";
import { Atoms, pick, type Truths } from "../compiler/reason/guards.js";
import { ProgramChoices, type Programs } from "../compiler/reason/programs.js";
import type { ResolvedCondition, ResolvedPolicy, ResolvedRule } from "../compiler/resolved.js";
import { conditionMatcher, decide, interpreter, type Situation } from "../interpreter/interpret.js";

export interface Turn {
  /** ``with the mark `tested` set, run by "/usr/bin/git"`` */
  readonly text: string;
  readonly situation: Situation;
}

/** One change of who acts, or of one mark. */
interface Step {
  /** No two of an aspect go together. */
  readonly aspect: string;
  /** What holds afterwards and did not before, or the other way round. */
  readonly changed: ReadonlySet<string>;
  readonly text: string;
  readonly apply: (situation: Situation) => Situation;
}

/** Changes at once: more would be no advice. */
const MOST_STEPS = 3;
const COMBINATIONS_LIMIT = 5_000;

/** Of the fewest changes; none where that takes too many, or the policy has to be changed. */
export function findTurns(policy: ResolvedPolicy, access: Attempt, situation: Situation): readonly Turn[] {
  const rules = rulesOn(policy, access);
  const decideOn = interpreter({ ...policy, rules });
  const isRefused = (who: Situation): boolean => refuses(decideOn(access, who).effect);
  const refused = isRefused(situation);
  const steps = [...markSteps(rules, situation), ...programSteps("exe", rules, situation),
    ...programSteps("under", rules, situation), ...(access.op === "exec" ? argumentSteps(rules, situation) : [])];
  for (let size = 1; size <= MOST_STEPS && steps.length ** size <= COMBINATIONS_LIMIT; size++) {
    const turning = together(steps, size)
      .map((chosen) => ({ chosen, situation: chosen.reduce((who, step) => step.apply(who), situation) }))
      .filter((turn) => isRefused(turn.situation) !== refused);
    if (turning.length > 0) return leastOf(turning);
  }
  return [];
}

/** The rules that cover it for somebody. */
function rulesOn(policy: ResolvedPolicy, access: Attempt): readonly ResolvedRule[] {
  const unasked = { ...policy, rules: policy.rules.map((rule) => ({ ...rule, when: null, args: null })) };
  return decide(unasked, access).matched.flatMap((index) => policy.rules.slice(index, index + 1));
}

/** Every choice of so many steps, each of another aspect. */
function together(steps: readonly Step[], size: number): readonly (readonly Step[])[] {
  if (size === 0) return [[]];
  return steps.flatMap((step, i) =>
    together(steps.slice(i + 1).filter(({ aspect }) => aspect !== step.aspect), size - 1).map((rest) => [step, ...rest]));
}

interface Found {
  readonly chosen: readonly Step[];
  readonly situation: Situation;
}

/** Those that change nothing which another of them leaves as it was. */
function leastOf(found: readonly Found[]): readonly Turn[] {
  const turns = found.map((turn) => ({ ...turn, changed: new Set(turn.chosen.flatMap(({ changed }) => [...changed])) }))
    .sort((a, b) => a.changed.size - b.changed.size);
  const least: typeof turns = [];
  for (const turn of turns) {
    const isMore = least.some(({ changed }) => changed.size < turn.changed.size && [...changed].every((key) => turn.changed.has(key)));
    if (!isMore) least.push(turn);
  }
  return least.map(({ chosen, situation }) => ({ text: chosen.map(({ text }) => text).join(", "), situation }));
}

/** What is in one of them alone. */
const differing = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> =>
  new Set([...[...a].filter((one) => !b.has(one)), ...[...b].filter((one) => !a.has(one))]);

// --- steps -----------------------------------------------------------------------------------------------------------

type Leaf = Exclude<ResolvedCondition, { readonly kind: "and" | "or" | "not" }>;
type ProgramLeaf = Extract<Leaf, { readonly kind: "exe" | "under" }>;

function leavesOf(condition: ResolvedCondition | null): readonly Leaf[] {
  if (condition === null) return [];
  switch (condition.kind) {
    case "not": return leavesOf(condition.operand);
    case "and":
    case "or": return condition.operands.flatMap(leavesOf);
    default: return [condition];
  }
}

function markSteps(rules: readonly ResolvedRule[], { marks }: Situation): readonly Step[] {
  const names = new Set(rules.flatMap(({ when }) => leavesOf(when)).flatMap((leaf) => (leaf.kind === "mark" ? [leaf.mark] : [])));
  return [...names].map((name) => ({
    aspect: `mark ${name}`, changed: new Set([`mark ${name}`]),
    text: `with the mark \`${name}\` ${marks.has(name) ? "clear" : "set"}`,
    apply: (who) => ({ ...who, marks: differing(who.marks, new Set([name])) }),
  }));
}

/** Some programs, and what they are asked about. */
interface Combination extends Programs {
  readonly asked: Truths;
}

function programSteps(kind: "exe" | "under", rules: readonly ResolvedRule[], situation: Situation): readonly Step[] {
  const atoms = new Atoms();
  const leafOf = new Map<number, ProgramLeaf>();
  const groups = rules.map(({ when }) => new Set(leavesOf(when).flatMap((leaf) => {
    const lowered = leaf.kind === kind ? lowerCondition(leaf) : null;
    if (leaf.kind !== kind || lowered?.kind !== kind) return [];
    const atom = atoms.numberOf(lowered);
    leafOf.set(atom, leaf);
    return [atom];
  })));
  const now: Truths = new Set([...leafOf].filter(([, leaf]) => conditionMatcher(leaf)(situation)).map(([atom]) => atom));
  const words = kind === "exe" ? "run by" : "started under";
  return combinations(kind, atoms, groups).flatMap(({ asked, truths, paths }): readonly Step[] => {
    const changed = [...differing(truths, pick(now, (atom) => asked.has(atom)))];
    const text = changed.flatMap((atom) => {
      const leaf = leafOf.get(atom);
      return leaf === undefined ? [] : [`${truths.has(atom) ? "" : "not "}${words} ${programsText(leaf)}`];
    });
    return changed.length === 0 ? [] : [{
      aspect: kind, changed: new Set(changed.map((atom) => `${kind} ${atom}`)), text: text.join(", "),
      apply: (who) => ({ ...who, [kind]: paths }),
    }];
  });
}

/** Of the programs of all rules together, or of each rule where these are too many. */
function combinations(kind: "exe" | "under", atoms: Atoms, rules: readonly Truths[]): readonly Combination[] {
  const choices = new ProgramChoices(atoms);
  const of = (asked: Truths): readonly Combination[] =>
    (kind === "exe" ? choices.exe(asked, null, -1, ALL_APART) : choices.under(asked, ALL_APART)).map((found) => ({ ...found, asked }));
  const all = of(new Set(rules.flatMap((asked) => [...asked])));
  return choices.gaveUp ? rules.flatMap(of) : all;
}

/** As the policy has them. */
function programsText({ programs }: ProgramLeaf): string {
  const written = programs.filter((program) => program.kind !== "path" || program.viaLink !== true)
    .map(({ span }) => span.source.text.slice(span.start, span.end));
  return [...new Set(written)].join(" or ");
}

function argumentSteps(rules: readonly ResolvedRule[], situation: Situation): readonly Step[] {
  const atoms = new Atoms();
  const asked = rules.flatMap(({ args, span }) =>
    (args === null ? [] : [atoms.numberOf({ kind: "args", args: lowerArgs(args, span) })]));
  return new ArgumentChoices(atoms).of(new Set(asked), ALL_APART).filter(({ args }) => args.join("\0") !== situation.args.join("\0"))
    .map(({ truths, args }) => ({
      aspect: "args", changed: new Set(["args", ...[...truths].map((atom) => `args ${atom}`)]),
      text: args.length === 0 ? "without arguments" : personText({ exe: [], under: [], args }).trim(),
      apply: (who) => ({ ...who, args }),
    }));
}
