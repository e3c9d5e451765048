/** Wishes about files → statements and probes. */
import type { Effect, OperationName } from "../../compiler/ast.js";
import type { ProposedStatement, Probe } from "../proposal.js";
import type { Doing } from "./lexicon.js";
import { type Acting, type Circumstance, done, failed, NOBODY, type Outcome, probe, rule, shown } from "./make.js";
import { ANYTHING, type Files } from "./objects.js";
import { fileOperations, fileTargets, pathTarget } from "./targets.js";

const isAll = (files: Files): boolean => files.patterns.includes("/**");

/** What programs write whatever they do. */
const DEVICES = ["/dev/**", "/proc/**"];
/** What programs read to start. */
const TO_START = ["/usr/**", "/bin/**", "/sbin/**", "/lib/**", "/lib64/**", "/opt/**", "/dev/**", "/proc/**", "/etc/ld.so.*", "/etc/ld.so.conf.d/**", "/etc/ssl/certs/**", "/etc/{passwd,group,hosts,resolv.conf,nsswitch.conf,localtime}"];
const TEMPORARY = ["/tmp/**", "/var/tmp/**"];

export interface FileWish {
  readonly effect: Effect;
  readonly doings: readonly Doing[];
  readonly files: readonly Files[];
  readonly except: readonly Files[];
  /** Operations that stay. */
  readonly keep: readonly OperationName[];
  readonly circumstance: Circumstance;
  /** Who acts in probes, and who is not meant. */
  readonly acting: Acting;
  readonly others: Acting | null;
}

export function fileRules(wish: FileWish): Outcome {
  const rules: ProposedStatement[] = [];
  const probes: Probe[] = [];
  for (const files of wish.files) {
    const said = fileOperations(wish.doings, files, wish.effect === "allow");
    if (said === null) return failed("a file cannot be connected to");
    const operations = without(said, wish.keep);
    if (operations.length === 0) return failed("nothing is left of it");
    const made = isAll(files) && wish.effect === "deny" ? sweeping(wish, operations) : null;
    if (made?.ok === false) return made;
    rules.push(...(made === null ? ruleOf(wish, files, operations) : made.value.statements));
    // What is left out of what is allowed is not allowed.
    if (wish.effect === "allow" && wish.except.length > 0) rules.push(rule(`no-${wish.except[0]?.id ?? "others"}`, "deny", operations, fileTargets(wish.except.flatMap(({ patterns }) => patterns)), wish.circumstance));
    probes.push(...probesOf(wish, files, operations));
  }
  return done([...wish.circumstance.marks, ...rules], probes);
}

const MODIFIES: readonly OperationName[] = ["write", "create", "delete", "setattr"];

/** Groups are taken apart where a part of them stays. */
function without(operations: readonly OperationName[], keep: readonly OperationName[]): readonly OperationName[] {
  if (keep.length === 0) return operations;
  const parts = (all: readonly OperationName[]): readonly OperationName[] => all.flatMap((one) => (one === "access" ? ["read" as const, ...MODIFIES] : one === "modify" ? MODIFIES : [one]));
  const kept = new Set(parts(keep));
  const left = parts(operations).filter((one) => !kept.has(one));
  return MODIFIES.every((one) => left.includes(one)) ? [...left.filter((one) => !MODIFIES.includes(one)), "modify"] : left;
}

function ruleOf({ effect, except, circumstance }: FileWish, files: Files, operations: readonly OperationName[]): readonly ProposedStatement[] {
  const excepted = effect === "allow" ? except.flatMap(({ patterns }) => patterns) : [...files.except, ...except.flatMap(({ patterns }) => patterns)];
  const name = effect === "allow" ? null : `${effect === "audit" ? "log" : "no"}-${files.id}`;
  const sockets = files.unix.length > 0 && operations.includes("access") ? [rule(`${name ?? ""}-socket`, effect, ["connect"], files.unix.map((pattern) => ({ kind: "unix", pattern })), circumstance)] : [];
  return [rule(name, effect, operations, fileTargets(files.patterns), circumstance, fileTargets([...new Set(excepted)])), ...(effect === "allow" ? [] : sockets)];
}

/** Of all files. Writing is denied by default, so that what else is allowed can be said beside it. */
function sweeping({ effect, except, circumstance }: FileWish, operations: readonly OperationName[]): Outcome {
  const excepted = except.flatMap(({ patterns }) => patterns);
  const isPlain = circumstance.when.length === 0 && circumstance.unless.length === 0;
  if (operations.some((one) => one === "read" || one === "access")) {
    return isPlain ? failed("nothing could run if nothing may be read: say which files, or where reading is allowed")
      : done([rule("no-files", effect, operations, fileTargets(["/**"]), circumstance, fileTargets([...DEVICES, ...excepted]))], []);
  }
  if (!isPlain || operations.every((one) => one === "delete" || one === "setattr" || one === "exec" || one === "load")) {
    const always = operations.includes("delete") && operations.length === 1 ? [] : DEVICES;
    return done([rule(`no-${operations[0] ?? "files"}`, effect, operations, fileTargets(["/**"]), circumstance, fileTargets([...always, ...excepted]))], []);
  }
  return done([
    { kind: "default", effect: "deny", operations }, { kind: "include", std: "base" },
    ...(excepted.length === 0 ? [] : [rule(null, "allow", operations, fileTargets(excepted))]),
  ], []);
}

const MOST = 3;

function probesOf({ effect, except, acting, others, keep }: FileWish, files: Files, operations: readonly OperationName[]): readonly Probe[] {
  const expected = effect === "deny" || effect === "kill" ? "denied" : "allowed";
  const inside = files.inside.slice(0, MOST);
  const tried = shown(operations).slice(0, 3);
  return [
    ...(effect === "allow" ? except.flatMap((one) => one.inside.slice(0, 1)).flatMap((path) => tried.slice(0, 1).map((operation) => probe("denied", operation, pathTarget(path), acting))) : []),
    ...inside.flatMap((path) => tried.map((operation) => probe(expected, operation, pathTarget(path), acting))),
    ...(expected === "denied" ? [
      ...[...files.outside, ...except.flatMap((one) => one.inside)].slice(0, MOST).map((path) => probe("allowed", tried[0] ?? "read", pathTarget(path), acting)),
      ...(tried.includes("read") || keep.length > 0 ? [] : inside.slice(0, 1).map((path) => probe("allowed", "read", pathTarget(path)))),
      ...shown(keep).flatMap((operation) => inside.slice(0, 1).map((path) => probe("allowed", operation, pathTarget(path)))),
      ...(others === null ? [] : inside.slice(0, 1).map((path) => probe("allowed", tried[0] ?? "read", pathTarget(path), others))),
    ] : []),
  ];
}

/** Nothing but these: the default denies, a rule allows. */
export function onlyFiles(doings: readonly Doing[], files: readonly Files[], except: readonly Files[], isInside: boolean): Outcome {
  const operations = onlyOperations(doings, isInside);
  if (operations === null) return failed("what may be done only there is not said: reading, writing, running");
  const patterns = files.flatMap((one) => one.patterns);
  const exceptions = except.flatMap((one) => one.patterns);
  const isWorkspace = patterns.some((pattern) => pattern === "${workspace}/**");
  const changes = operations.filter((one) => one !== "read" && one !== "access");
  const writes: readonly OperationName[] = operations.includes("access") ? ["modify"] : changes;
  const reads = operations.some((one) => one === "read" || one === "access");
  const statements: readonly ProposedStatement[] = [
    { kind: "default", effect: "deny", operations: [...(reads ? ["read" as const] : []), ...writes] },
    ...(writes.length > 0 ? [{ kind: "include" as const, std: "base" }] : []),
    rule(null, "allow", operations, fileTargets(patterns), undefined, fileTargets(exceptions)),
    // Programs keep there what they need while they run.
    ...(writes.length > 0 && isWorkspace ? [rule(null, "allow", reads ? ["access"] : writes, fileTargets(TEMPORARY))] : []),
    ...(reads ? [rule(null, "allow", ["read"], fileTargets(TO_START))] : []),
  ];
  const shownOnes = shown(operations);
  const inside = files.flatMap((one) => one.inside).slice(0, MOST);
  const outside = ["~/notes.txt", "/srv/other/a"].filter((path) => !patterns.some((pattern) => pattern.endsWith("/**") && path.startsWith(pattern.slice(0, -2))));
  return done(statements, [
    ...outside.flatMap((path) => shownOnes.map((operation) => probe("denied", operation, pathTarget(path)))),
    ...inside.flatMap((path) => shownOnes.map((operation) => probe("allowed", operation, pathTarget(path)))),
    ...except.flatMap((one) => one.inside.slice(0, 1)).flatMap((path) => shownOnes.slice(0, 1).map((operation) => probe("denied", operation, pathTarget(path)))),
  ]);
}

function onlyOperations(doings: readonly Doing[], isInside: boolean): readonly OperationName[] | null {
  const said = doings.filter((doing) => doing !== "use");
  if (said.length === 0) return isInside ? ["modify"] : null;
  const operations = fileOperations(said, ANYTHING, true);
  return operations !== null && operations.every((one) => one !== "exec" && one !== "load") ? operations : null;
}


/** `only read X`: it may be looked at, and is not changed. */
export const readOnly = (files: readonly Files[], except: readonly Files[], circumstance: Circumstance): Outcome =>
  fileRules({ effect: "deny", doings: ["modify"], files: files.length === 0 ? [ANYTHING] : files, except, keep: [], circumstance, acting: NOBODY, others: null });

