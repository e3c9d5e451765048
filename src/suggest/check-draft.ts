/** Whether a draft is a policy, and does what its own tests say: everything that is wrong with it, in a form for programs. */
import { type Effect, refuses } from "../compiler/ast.js";
import { choosePlaceholders } from "../compiler/checks/choose-placeholders.js";
import type { Diagnostic } from "../compiler/diagnostic.js";
import { type LoadedPolicy, loadPolicy, type ReadSource } from "../compiler/include.js";
import { lint } from "../compiler/lint.js";
import { parse } from "../compiler/parse.js";
import { resolve } from "../compiler/resolve.js";
import { resolveTests, type ResolvedTest } from "../compiler/resolve-tests.js";
import { runCases } from "../interpreter/run-cases.js";
import { TEST_HOME } from "./draft-tree.js";

export interface Problem {
  readonly stage: "answer" | "request" | "compiler" | "probe";
  readonly message: string;
  /** Of the catalogue of diagnostics. */
  readonly code?: string;
  /** The lines of the draft that it is about. */
  readonly text?: string;
  readonly help?: string;
}

export interface Probed {
  readonly problems: readonly Problem[];
  /** By number of a case of the last test: what happens, where that is stricter or milder than the case says, and of its kind. */
  readonly effects: ReadonlyMap<number, Effect>;
  /** Likewise: those that come out otherwise. */
  readonly failing: ReadonlySet<number>;
}

const failedWith = (problems: readonly Problem[]): Probed => ({ problems, effects: new Map(), failing: new Set() });

const PATH = "draft.pol";

/** `read` finds what the draft includes. */
export function checkDraft(text: string, read: ReadSource): Probed {
  const from: ReadSource = (path) => (path === PATH ? { path, text } : read(path));
  const errors = lint([PATH], { read: from, parseSource: parse, home: TEST_HOME, params: {}, linkOf: null })
    .filter(({ severity }) => severity === "error");
  if (errors.length > 0) return failedWith(errors.map(problemOf));
  const loaded = loadPolicy(PATH, from);
  if (!loaded.ok) return failedWith(loaded.diagnostics.map(problemOf));
  return probe(loaded.value);
}

function probe(loaded: LoadedPolicy): Probed {
  const params = choosePlaceholders(loaded.statements, {});
  const tests = resolveTests(loaded, { home: TEST_HOME, params, programs: [] });
  if (!tests.ok) return failedWith(tests.diagnostics.map(problemOf));
  const tried = tests.value.map((test) => tryTest(loaded, test));
  const last = tried.at(-1);
  return { problems: tried.flatMap(({ problems }) => problems), effects: last?.effects ?? new Map(), failing: last?.failing ?? new Set() };
}

function tryTest(loaded: LoadedPolicy, { bindings, cases, name }: ResolvedTest): Probed {
  const policy = resolve(loaded, bindings);
  if (!policy.ok) return failedWith(policy.diagnostics.map(problemOf));
  const failing = new Set<number>();
  const effects = new Map<number, Effect>();
  const problems = cases.flatMap((tested, number): readonly Problem[] => {
    const [result] = runCases(policy.value, [tested]);
    if (result === undefined || result.ok) return [];
    const { effect, rule } = result.decision;
    if (refuses(effect) === refuses(tested.effect)) effects.set(number, effect);
    else {
      failing.add(number);
      return [{ stage: "probe", message: failed(name, tested.effect, effect, rule === null ? null : policy.value.rules[rule]?.id ?? null), text: lineOf(tested.span) }];
    }
    return [];
  });
  return { problems, effects, failing };
}

const failed = (test: string, expected: Effect, effect: Effect, rule: string | null): string =>
  `test \`${test}\`: this was to be ${refuses(expected) ? "denied" : "allowed"}, and is decided \`${effect}\` by ${rule === null ? "the default" : `\`${rule}\``}`;

const lineOf = ({ source, start, end }: Diagnostic["span"]): string => source.text.slice(start, end);

function problemOf({ code, message, span, help }: Diagnostic): Problem {
  const problem = { stage: "compiler", code, message, text: lineOf(span) } as const;
  return help === undefined ? problem : { ...problem, help };
}
