/** Recorded accesses → the draft of a policy that permits them, or of what another policy is missing. */
import { type Attempt, accessText } from "../compiler/access.js";
import { refuses } from "../compiler/ast.js";
import { invariant, type Outcome, type Source } from "../compiler/diagnostic.js";
import { format } from "../compiler/format.js";
import { loadPolicy, type LoadedPolicy, type ReadSource } from "../compiler/include.js";
import { quoteText } from "../compiler/print-parts.js";
import { resolve } from "../compiler/resolve.js";
import { type Bindings, OPERATIONS, type ResolvedPolicy } from "../compiler/resolved.js";
import { besidesOf, interpreter } from "../interpreter/interpret.js";
import { chooseCases, testText } from "./cases.js";
import { inComment, type Section, sectionsOf } from "./draft.js";
import { endpointsOf, type SocketAttempt } from "./endpoints.js";
import { componentsOf, type FoldedPath, foldPaths } from "./fold.js";
import { exactly, type Folders, locate, type PathPattern } from "./paths.js";
import type { FileOp } from "./places.js";
import { reaches, type Secret, secretsOf } from "./secrets.js";
import { type Fitting, fittingTools, shipped } from "./shipped.js";

export interface LearnRequest {
  readonly attempts: readonly Attempt[];
  /** What ran, as the user wrote it. */
  readonly command: string;
  readonly date: string;
  /** Where it ran; absolute, symbolic links followed. */
  readonly workspace: string;
  readonly home: string;
  /** Events that are missing. */
  readonly lost: number;
  /** The policy to add to; null: to none. */
  readonly onto: Onto | null;
  /** Also for what is included. */
  readonly read: ReadSource;
}

export interface Onto {
  readonly source: Source;
  /** Of the command line; its parameters' defaults may be left out. */
  readonly bindings: Bindings;
  readonly task: string | null;
}

export interface Learned {
  /** In the one layout; null where nothing is missing. */
  readonly text: string | null;
  /** Accesses that no rule of the draft can permit, as `explain` takes them, and why. */
  readonly left: readonly { readonly access: string; readonly why: string }[];
}

const NEW = "learned.pol";

/** Fails with what is wrong with the policy to add to. */
export function learn(request: LearnRequest): Outcome<Learned> {
  const { onto, read } = request;
  const base = onto === null ? null : load(onto.source, read, onto.bindings, onto.task);
  if (base !== null && !base.ok) return base;
  const attempts = distinct(withPrivileges(request));
  const decide = base === null ? null : interpreter(base.value.resolved);
  const missing = attempts.filter((attempt) => decide === null || refuses(decide(attempt).effect));
  const blocked = missing.flatMap((attempt) => {
    const decision = decide?.(attempt);
    const rule = decision === undefined || decision.rule === null ? undefined : base?.value.resolved.rules[decision.rule];
    return rule === undefined ? [] : [{ attempt, why: `${rule.id} denies it` }];
  });
  const wanted = missing.filter((attempt) => !blocked.some((one) => one.attempt === attempt));
  const draft = wanted.length === 0 ? null : draftOf(wanted, request, base?.value ?? null);
  const left = [...blocked, ...draft?.left ?? []];
  return {
    ok: true, diagnostics: [],
    value: { text: draft?.text ?? null, left: left.map(({ attempt, why }) => ({ access: textFor(attempt), why })) },
  };
}

/** An event names the access alone, whatever privilege it takes besides. */
function withPrivileges({ attempts, onto, home, read }: LearnRequest): readonly Attempt[] {
  const besides = besidesOf(shipped("credentials", onto?.bindings.home ?? home, read).policy);
  return attempts.flatMap((attempt) => [attempt, ...[besides(attempt)].filter((privilege) => privilege !== null)]);
}

const textFor = (attempt: Attempt): string => accessText(attempt.op, attempt);

/** In an order of their own. */
function distinct(attempts: readonly Attempt[]): readonly Attempt[] {
  const keyed = new Map(attempts.map((attempt) => [textFor(attempt), attempt]));
  const order = [...OPERATIONS, "privilege"];
  return [...keyed].toSorted(([a, one], [b, other]) => order.indexOf(one.op) - order.indexOf(other.op) || (a < b ? -1 : 1))
    .map(([, attempt]) => attempt);
}

// --- the policy that there is ----------------------------------------------------------------------------------------

interface Base {
  readonly loaded: LoadedPolicy;
  readonly resolved: ResolvedPolicy;
}

function load(source: Source, read: ReadSource, bindings: Bindings, task: string | null): Outcome<Base> {
  const loaded = loadPolicy(source.path, (path) => (path === source.path ? source : read(path)));
  if (!loaded.ok) return loaded;
  const resolved = resolve(loaded.value, bindings, task);
  return resolved.ok ? { ok: true, diagnostics: [], value: { loaded: loaded.value, resolved: resolved.value } } : resolved;
}

// --- the draft -------------------------------------------------------------------------------------------------------

interface Draft {
  readonly text: string;
  readonly left: readonly { readonly attempt: Attempt; readonly why: string }[];
}

/** What is decided alike for a new draft and for an addition. */
interface Plan {
  readonly request: LearnRequest;
  readonly base: Base | null;
  readonly folders: Folders;
  readonly tools: readonly Fitting[];
  readonly secrets: readonly Secret[];
  readonly isSecret: (attempt: Attempt) => boolean;
  /** Whether `std:credentials` denies what no pattern is to reach; else `except` does. */
  readonly guards: "new" | "there" | "none";
}

function draftOf(wanted: readonly Attempt[], request: LearnRequest, base: Base | null): Draft {
  const plan = planFor(wanted, request, base);
  const first = assemble(wanted, [], plan);
  const refused = refusedBy(first, wanted, plan);
  const text = refused.length === 0 ? first : assemble(wanted, refused, plan);
  return { text, left: refusedBy(text, wanted, plan).map((attempt) => ({ attempt, why: "no rule can say it" })) };
}

function planFor(wanted: readonly Attempt[], request: LearnRequest, base: Base | null): Plan {
  const home = request.onto?.bindings.home ?? request.home;
  const credentials = shipped("credentials", home, request.read);
  const isThere = base?.loaded.statements.some(({ span }) => span.source.path === "std:credentials") === true;
  const denied = new Set(wanted.filter(credentials.denies));
  const isFree = base === null && denied.size === 0;
  return {
    request, base,
    folders: { home: home === "/" ? null : home, workspace: base === null ? request.workspace : base.resolved.bindings.params["workspace"] ?? null },
    tools: fittingTools(wanted, home, request.read),
    secrets: secretsOf(credentials.policy), isSecret: (attempt) => denied.has(attempt),
    guards: isThere ? "there" : isFree ? "new" : "none",
  };
}

/** `exact`: to be written as they are, besides. */
function assemble(wanted: readonly Attempt[], exact: readonly Attempt[], plan: Plan): string {
  const { request, tools, folders } = plan;
  const rest = wanted.filter((attempt) => !tools.some(({ allows }) => allows(attempt)));
  const paths = rest.filter((attempt) => attempt.kind === "path");
  const folded = foldPaths(paths, plan);
  const literal = exact.filter((attempt) => attempt.kind === "path").map((attempt): FoldedPath =>
    ({ pattern: exactly(locate(attempt.path, folders)), ops: [attempt.op] }));
  const sections = [
    ...sectionsOf(folded, (ops, patterns) => exceptText(ops, patterns, plan)), ...anonymousRules(rest), ...extraSection(literal),
    ...networkSections(rest, folders), ...privilegeRules(rest),
  ];
  const usesList = sections.some(({ rules }) => rules.some((rule) => rule.endsWith(` except ${LIST}`)));
  const includes = [
    ...(usesList ? [`# Secrets have such names. Those that were used are named below; of the others nothing is allowed.\nlet ${LIST} = [${textsOf(floating(plan)).join(", ")}]`] : []),
    ...(plan.guards === "new" ? ["# Denies the places where secrets lie: none of them was touched.\ninclude \"std:credentials\""] : []),
    ...(guardsGit(wanted, plan) ? ["# Denies what git would run or obey outside of the session.\ninclude \"std:git\""] : []),
    ...tools.map(({ name }) => `# What these tools keep outside of the project.\ninclude "std:${name}"`),
  ];
  const body = sections.map(({ title, rules }) => [`# ${title}`, ...rules.map((rule) => `allow ${rule}`)].join("\n"));
  const cases = chooseCases(wanted, plan.folders);
  const usesWorkspace = sections.some(({ rules }) => rules.some((rule) => rule.includes("${workspace}")));
  const text = request.onto === null ? newText(request, includes, body, usesWorkspace) : addedText(request.onto, request, includes, body, plan);
  const bound = request.onto === null ? (usesWorkspace ? { workspace: request.workspace } : {}) : request.onto.bindings.params;
  const formatted = format({ path: NEW, text: `${text}\n${testText(cases, wanted.length, request, bound, plan.folders.home ?? "/")}` });
  invariant(formatted.ok, `a draft that cannot be parsed: ${formatted.ok ? "" : formatted.diagnostics[0]?.message ?? ""}`);
  return formatted.value;
}

const extraSection = (literal: readonly FoldedPath[]): readonly Section[] =>
  (literal.length === 0 ? [] : [{ title: "What is excepted above, and was used.", rules: sectionsOf(literal, () => "").flatMap(({ rules }) => rules) }]);

function anonymousRules(attempts: readonly Attempt[]): readonly Section[] {
  const ops = [...new Set(attempts.filter(({ kind }) => kind === "anonymous").map(({ op }) => op))];
  return ops.length === 0 ? [] : [{ title: "Programs without a place: memfds, deleted files.", rules: [`${ops.join(", ")} anonymous`] }];
}

function networkSections(attempts: readonly Attempt[], folders: Folders): readonly Section[] {
  const sockets = attempts.filter((attempt): attempt is SocketAttempt => attempt.op === "connect" || attempt.op === "bind");
  const rules = (["connect", "bind"] as const).flatMap((op) => {
    const targets = endpointsOf(op, sockets, folders);
    return targets.length === 0 ? [] : [`${op} ${targets.join(", ")}`];
  });
  return rules.length === 0 ? [] : [{ title: "The network.", rules }];
}

function privilegeRules(attempts: readonly Attempt[]): readonly Section[] {
  const names = attempts.flatMap((attempt) => (attempt.kind === "privilege" ? [attempt.privilege] : [])).toSorted();
  return names.length === 0 ? [] : [{ title: "Privileges: each of them can lead out of the session.", rules: [`privilege ${names.join(", ")}`] }];
}

const LIST = "untouched";

/** Where nothing else denies it: no pattern reaches what nobody touched of the places that `std:credentials` knows. */
function exceptText(ops: readonly FileOp[], patterns: readonly PathPattern[], plan: Plan): string {
  const { folders, base } = plan;
  const wide = patterns.filter(({ isExact }) => !isExact).map((pattern) => componentsOf(pattern, folders));
  const met = floating(plan).filter((secret) => wide.some((pattern) => ops.some((op) => reaches(pattern, op, [secret]))));
  if (met.length === 0) return "";
  return ` except ${base === null ? LIST : textsOf(met).join(", ")}`;
}

/** The others are not reached by any pattern. */
const floating = ({ guards, secrets }: Plan): readonly Secret[] => (guards === "none" ? secrets.filter(({ floats }) => floats) : []);
const textsOf = (secrets: readonly Secret[]): readonly string[] => [...new Set(secrets.map(({ text }) => text))];

function guardsGit(wanted: readonly Attempt[], { base, request, folders }: Plan): boolean {
  const changes = wanted.some((attempt) => attempt.kind === "path" && attempt.op !== "read" && /\/\.git\//.test(attempt.path));
  return base === null && changes && !wanted.some(shipped("git", folders.home ?? "/", request.read).denies);
}

// --- text ------------------------------------------------------------------------------------------------------------

function draftLine({ command, date, lost }: LearnRequest): string {
  return `draft ${quoteText(`learned from \`${command}\`, ${date}${lost === 0 ? "" : `; incomplete: ${lost} events were lost`}`)}`;
}

function newText(request: LearnRequest, includes: readonly string[], body: readonly string[], usesWorkspace: boolean): string {
  return [
    `# What \`${inComment(request.command)}\` did, folded by \`policyc learn\`. Read it, change it, and try it with \`policyc test\`;`,
    "# when it is what you mean: `policyc approve`.",
    `policy ${quoteText(request.command)}`,
    draftLine(request),
    "",
    ...includes,
    ...(usesWorkspace ? ["", "## The folder that the command runs in: `--set workspace=$PWD`.", "param workspace"] : []),
    "",
    "# Nothing else.",
    `default deny ${[...OPERATIONS, "privilege"].join(", ")}`,
    ...body.flatMap((section) => ["", section]),
    "",
  ].join("\n");
}

function addedText({ source }: Onto, request: LearnRequest, includes: readonly string[], body: readonly string[], { base }: Plan): string {
  const isDraft = base?.resolved.draft !== null;
  return [
    source.text.trimEnd(),
    "",
    `# Added by \`policyc learn\`: what \`${inComment(request.command)}\` did besides.`,
    ...(isDraft ? [] : [draftLine(request)]),
    ...includes,
    ...body.flatMap((section) => ["", section]),
    "",
  ].join("\n");
}

// --- the proof -------------------------------------------------------------------------------------------------------

/** Asked of the text itself, as a user would. */
function refusedBy(text: string, wanted: readonly Attempt[], { request: { onto, read, workspace, home } }: Plan): readonly Attempt[] {
  const source = { path: onto?.source.path ?? NEW, text };
  const params = text.includes("\nparam workspace\n") ? { workspace } : {};
  const loaded = load(source, read, onto?.bindings ?? { home, params, programs: [] }, onto?.task ?? null);
  invariant(loaded.ok, `a draft that has errors: ${loaded.ok ? "" : loaded.diagnostics[0]?.message ?? ""}`);
  const decide = interpreter(loaded.value.resolved);
  return wanted.filter((attempt) => refuses(decide(attempt).effect));
}

