/** A bound that a policy exceeds → a diagnostic at the statements that are the cause. */
import type { Bounded, BoundName, Culprit, Exceeded } from "../automaton/bounds.js";
import type { Diagnostic, Label, Outcome, Span } from "../diagnostic.js";
import { originsOf } from "../lower.js";
import { report } from "../messages.js";
import type { Code } from "../messages.js";
import { patternToText } from "../pattern/context.js";
import type { ResolvedPolicy, ResolvedTarget } from "../resolved.js";

interface Words {
  readonly code: Extract<Code, `too-${string}`>;
  /** What to do about `patterns`. */
  readonly help: (patterns: string) => string;
}

const combined = (patterns: string): string =>
  `what \`**\` and \`*\` let match at one place combines: begin at a folder, or leave out the inner \`**\`, in ${patterns}`;

const WORDS: Readonly<Record<BoundName, Words>> = {
  rules: { code: "too-many-rules", help: () => "one rule takes any number of targets: join those that say the same" },
  meta: { code: "too-much-text", help: () => "shorten the longest reasons, names and paths of files" },
  states: { code: "too-many-states", help: combined },
  edges: {
    code: "too-many-edges",
    help: (patterns) => `globs that may match at one place combine: write fewer patterns such as ${patterns}`,
  },
  addresses: {
    code: "too-many-addresses", help: () => "join neighbours: networks into a larger one, ports into a range",
  },
  records: {
    code: "too-many-verdicts", help: () => "join rules of one effect, or let fewer of them cover the same places",
  },
  globRows: {
    code: "too-many-glob-rows",
    help: (patterns) => `write fewer \`?\` and \`[…]\` after a \`*\`${patterns === "" ? "" : `, as in ${patterns}`}`,
  },
  limits: { code: "too-many-limits", help: () => "join limits that count the same" },
  moments: { code: "too-many-moments", help: () => "count fewer operations in a shorter time: every one that counts has its moment kept" },
  arguments: { code: "too-many-arguments", help: () => "write the same `args` where the same is meant" },
  argumentBits: { code: "too-many-arguments", help: () => "ask for fewer words in one `args`" },
  argumentClasses: { code: "too-many-arguments", help: () => "write fewer globs in `args`" },
  marks: { code: "too-many-marks", help: () => "join marks that are set and cleared by the same" },
  programs: { code: "too-many-program-lists", help: () => "name the same list of programs in conditions that mean the same" },
  conditions: { code: "too-many-conditions", help: () => "write the same condition where the same is meant, or in one `for` block" },
  terms: { code: "too-many-terms", help: () => "make several rules of a condition with many `or` and `and`" },
  cases: { code: "too-many-verdicts", help: () => "let fewer rules with conditions cover the same places" },
  work: { code: "too-much-work", help: combined },
};

/** Culprits that are shown: the first as the place of the mistake, the others as labels. */
const SHOWN = 5;

/** What was built, or the bound that it exceeds as an error of `policy`. */
export function withinBounds<T>(built: Bounded<T>, policy: ResolvedPolicy): Outcome<T> {
  return built.ok
    ? { ok: true, value: built.value, diagnostics: [] }
    : { ok: false, diagnostics: [reportBound(built.exceeded, policy)] };
}

function reportBound({ bound, limit, culprits }: Exceeded, policy: ResolvedPolicy): Diagnostic {
  const { code, help } = WORDS[bound];
  const statements = statementsOf(policy);
  const own = culprits.filter(({ statement }) => statements[statement] !== null);
  const [first, ...others] = placesOf(own, statements).slice(0, SHOWN);
  const span = first?.span ?? { source: policy.source, start: 0, end: 0 };
  return report(code, span, { limit }, { labels: others, help: help(listOf(own)) });
}

/** A statement, and the targets that stand in it. */
interface Stated {
  readonly span: Span;
  readonly targets: readonly ResolvedTarget[];
}

/** By the numbers that culprits have; null for what a privilege's default says. */
function statementsOf(policy: ResolvedPolicy): readonly (Stated | null)[] {
  return [
    ...originsOf(policy).map((rule) => (rule === null ? null : { span: rule.span, targets: [...rule.targets, ...rule.except] })),
    ...policy.limits,
    ...policy.marks.map(({ span, on, until }) =>
      ({ span, targets: [...on, ...until].flatMap(({ targets, except, unlessExe }) => [...targets, ...except, ...unlessExe]) })),
  ];
}

/** Each place once: what a `let` names may stand in many statements. */
function placesOf(culprits: readonly Culprit[], statements: readonly (Stated | null)[]): readonly Label[] {
  const places = culprits.flatMap((culprit): readonly Label[] => {
    const stated = statements[culprit.statement];
    return stated === undefined || stated === null ? [] : [{ message: "together with this", span: spanOf(stated, culprit.text) }];
  });
  return [...new Map(places.map((place) => [keyOf(place.span), place])).values()];
}

/** Where the pattern is written; of what stands for several patterns, such as `any`, and of no pattern, the statement. */
function spanOf({ span, targets }: Stated, text: string | null): Span {
  const target = targets.find((candidate) => "pattern" in candidate && patternToText(candidate.pattern) === text);
  return target?.span ?? span;
}

function keyOf({ source, start, end }: Span): string {
  return JSON.stringify([source.path, start, end]);
}

function listOf(culprits: readonly Culprit[]): string {
  const texts = [...new Set(culprits.flatMap(({ text }) => text ?? []))].map((text) => `\`${text}\``);
  return [...texts.slice(0, SHOWN), ...(texts.length > SHOWN ? ["…"] : [])].join(", ");
}
