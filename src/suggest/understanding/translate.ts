/** One wish → statements and probes, or why there are none. */
import type { Effect, OperationName } from "../../compiler/ast.js";
import { actorsOf } from "./actors.js";
import type { Part } from "./collect.js";
import { fileRules, onlyFiles, readOnly } from "./file-rules.js";
import type { Frame } from "./frame.js";
import { before } from "./history.js";
import type { Doing } from "./lexicon.js";
import { limits } from "./limits.js";
import { type Acting, ALWAYS, type Circumstance, failed, NOBODY, type Outcome, together } from "./make.js";
import { networkRules, onlyNetworks } from "./network-rules.js";
import { ANY_PROGRAM, ANYTHING, ANYWHERE, type Files, type Network, type Privileges, type Programs, type Thing } from "./objects.js";
import { asPrograms } from "./things.js";
import { onlyPrograms, privilegeRules, programRules } from "./program-rules.js";

interface Sorted {
  readonly files: readonly Files[];
  readonly networks: readonly Network[];
  readonly programs: readonly Programs[];
  readonly privileges: readonly Privileges[];
}

const sorted = (things: readonly Thing[]): Sorted => ({
  files: things.flatMap((thing) => (thing.kind === "files" ? [thing] : [])), networks: things.flatMap((thing) => (thing.kind === "network" ? [thing] : [])),
  programs: things.flatMap((thing) => (thing.kind === "programs" ? [thing] : [])), privileges: things.flatMap((thing) => (thing.kind === "privileges" ? [thing] : [])),
});

const FILE: ReadonlySet<Doing> = new Set(["read", "modify", "write", "create", "delete", "setattr", "load"]);
const NETWORK: ReadonlySet<Doing> = new Set(["connect", "bind"]);

export function translate(frame: Frame): Outcome {
  const { main, effect } = frame;
  const { hasSuccess, isOutside } = main;
  const loose = isOutside ? undefined : [main, frame.except, frame.condition?.part].flatMap((part) => part?.things.slice(1).find(({ listed }) => !listed) ?? [])[0];
  if (loose !== undefined) return failed("how the things that it names go together is not clear");
  if (hasSuccess) return failed("what is to have succeeded is not clear");
  const exceptThings = frame.except?.things.map(({ thing }) => thing) ?? [];
  const isRun = main.doings.length > 0 && main.doings.every((doing) => doing === "exec") && main.things.every(({ thing }) => thing.kind !== "programs");
  const things = main.things.length > 0 ? main.things.map(({ thing }) => (isRun && thing.kind === "files" ? asPrograms(thing) : thing)) : unnamed(main, exceptThings, frame);
  if (things === null) return failed(main.doings.length === 0 ? "what is to be done with it is not said" : "what it is about is not said");
  const circumstances = circumstanceOf(frame);
  if (!circumstances.ok) return failed(circumstances.reason);
  if (frame.limit !== null) return frame.condition !== null || frame.subject !== null || exceptThings.length > 0 ? failed("a limit counts what all do, always: it takes no condition and no exception") : limits(frame.limit, frame, things);
  if (isOutside) return outside(frame, things, exceptThings, circumstances);
  return effect === "only" ? only(frame, things, exceptThings, circumstances) : rules(frame, effect, things, exceptThings, circumstances);
}

/** Where no thing is named, everything that the verb is done to; or what the exceptions are exceptions of. */
function unnamed({ doings, generic }: Part, except: readonly Thing[], frame: Frame): readonly Thing[] | null {
  const found: readonly Thing[] = [
    ...(doings.some((doing) => FILE.has(doing)) ? [ANYTHING] : []),
    ...(doings.some((doing) => NETWORK.has(doing)) || doings.includes("access") && frame.subject !== null && generic.has("host") ? [ANYWHERE] : []),
    ...(doings.includes("exec") || doings.length === 0 && generic.has("program") || doings.includes("use") && generic.has("program") ? [ANY_PROGRAM] : []),
  ];
  if (found.length > 0) return found;
  if (frame.effect === "allow" || except.length === 0) return doings.includes("touch") && (generic.has("anything") || generic.has("file")) ? [ANYTHING] : null;
  const kinds = new Set(except.map(({ kind }) => kind));
  if (kinds.size !== 1) return null;
  return kinds.has("programs") ? [ANY_PROGRAM] : kinds.has("network") ? [ANYWHERE] : doings.length > 0 ? [ANYTHING] : null;
}

type Circumstances = { readonly ok: true; readonly circumstance: Circumstance; readonly acting: Acting; readonly others: Acting | null } | { readonly ok: false; readonly reason: string };

/** Who acts, and what came before. In probes `acting` is meant and `others` are not. */
function circumstanceOf({ subject, condition, except, effect, main }: Frame): Circumstances {
  const excepted = except?.things.flatMap(({ thing }) => (thing.kind === "programs" && main.things.every((one) => one.thing.kind !== "programs") && isAboutActs(main) ? [thing] : [])) ?? [];
  const who = subject === null ? null : actorsOf(subject.programs, subject.isOnly || effect === "allow");
  const but = excepted.length === 0 ? null : actorsOf(excepted, true);
  const past = condition === null ? null : before(condition.part, condition.kind);
  if (condition !== null && past === null) return { ok: false, reason: "what is to have come before is nothing that a policy can see" };
  const nots = [...(subject?.isOnly === true ? who?.conditions ?? [] : []), ...but?.conditions ?? []].map((one) => ({ ...one, not: true }));
  const mark = past?.marks.map(({ name }) => ({ not: false, kind: "mark" as const, mark: name })) ?? [];
  const isRequired = condition?.kind === "requires";
  const marks = [...who?.marks ?? [], ...but?.marks ?? [], ...past?.marks ?? []];
  const example = past?.examples ?? [];
  const exe = subject === null ? null : subject.programs[0]?.inside[0]?.[0] ?? null;
  const other = excepted[0]?.inside[0]?.[0] ?? null;
  const acting: Acting = { exe: subject?.isOnly === true ? null : exe, after: isRequired ? [] : example };
  const others: Acting | null = isRequired ? { exe: acting.exe, after: example } : subject?.isOnly === true ? { exe, after: acting.after } : other === null ? (subject === null ? null : NOBODY) : { exe: other, after: acting.after };
  return { ok: true, circumstance: { when: [...nots, ...(isRequired ? [] : mark)], unless: isRequired ? mark : [], marks }, acting, others };
}

const isAboutActs = (main: Part): boolean => main.doings.some((doing) => FILE.has(doing) || NETWORK.has(doing) || doing === "access" || doing === "touch") || main.things.length > 0;

/** Rules for each kind of thing; one for each program that is who acts. */
function rules(frame: Frame, effect: Effect, things: readonly Thing[], exceptThings: readonly Thing[], { circumstance, acting, others }: Extract<Circumstances, { ok: true }>): Outcome {
  const { main, subject } = frame;
  const all = sorted(things);
  const except = sorted(exceptThings);
  const problem = misfit(main, all) ?? exceptMisfit(all, except, frame);
  if (problem !== null) return failed(problem);
  const keep = frame.except !== null && frame.except.things.length === 0 ? keptOperations(frame.except.doings) : [];
  if (frame.except !== null && frame.except.things.length === 0 && keep.length === 0) return failed("what is excepted is not clear");
  const circles = subject === null || subject.isOnly || effect === "allow" && actorsOf(subject.programs, true).conditions.length === 0 ? [circumstance]
    : actorsOf(subject.programs, effect === "allow").conditions.map((one) => ({ ...circumstance, when: [...circumstance.when, one] }));
  const [first, ...more] = circles.map((one, i) => ({ ...one, marks: i === 0 ? circumstance.marks : [] }));
  if (first === undefined) return failed("who is meant is not clear");
  const made = [first, ...more].map((circle) => together([
    ...(all.files.length > 0 ? [fileRules({ effect, doings: main.doings.filter((doing) => !NETWORK.has(doing) && doing !== "exec"), files: merged(all.files), except: except.files, keep, circumstance: circle, acting, others })] : []),
    ...(all.networks.length > 0 ? [networkRules({ effect, doings: main.doings, networks: all.networks, except: except.networks, circumstance: circle, acting, others })] : []),
    ...(all.programs.length > 0 ? [programRules({ effect, programs: all.programs, except: except.programs, circumstance: circle, acting, others })] : []),
    ...(all.privileges.length > 0 ? [privilegeRules(effect, all.privileges, circle, acting)] : []),
  ]));
  const outcome = together(made);
  if (!outcome.ok) return outcome;
  return { ok: true, value: { statements: once(outcome.value.statements), probes: once(outcome.value.probes) } };
}

const once = <T>(values: readonly T[]): readonly T[] => [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];

/** Paths of a request that nothing distinguishes make one rule. */
function merged(files: readonly Files[]): readonly Files[] {
  const isPlain = (one: Files): boolean => !one.isSecret && one.except.length === 0 && one.unsaid === "access" && !one.patterns.includes("/**");
  const plain = files.filter(isPlain);
  const [first, ...rest] = plain;
  if (first === undefined || rest.length === 0) return files;
  const joined: Files = { ...first, patterns: plain.flatMap(({ patterns }) => patterns), inside: plain.flatMap(({ inside }) => inside.slice(0, 1)) };
  return [joined, ...files.filter((one) => !isPlain(one))];
}

/** Verbs that go with none of the things; null: all fit. */
function misfit({ doings, generic }: Part, { files, networks, programs, privileges }: Sorted): string | null {
  const hasFile = doings.some((doing) => FILE.has(doing));
  const hasNetwork = doings.some((doing) => NETWORK.has(doing));
  const hasExec = doings.includes("exec");
  if (files.length + programs.length === 0 && networks.length > 0 && generic.has("file")) return "the network has no files";
  if (networks.length === 0 && files.length > 0 && (generic.has("host") || generic.has("port")) && !doings.includes("connect")) return "what of the network is meant is not clear";
  if (hasFile && files.length === 0 && privileges.length === 0) return "it names nothing that can be read or written";
  if (hasNetwork && networks.length === 0) return "it names nothing that can be connected to";
  if (hasExec && programs.length === 0 && privileges.length === 0) return "it names nothing that can be run";
  if (files.length > 0 && !hasFile && (hasNetwork || hasExec) && !doings.some((doing) => doing === "access" || doing === "touch")) return "what is to be done with the files is not clear";
  if (hasFile && programs.length > 0) return "what is to be done with the programs is not clear";
  return hasFile && networks.length > 0 && !hasNetwork ? "what is to be done with the network is not clear" : null;
}

function exceptMisfit(all: Sorted, except: Sorted, { main }: Frame): string | null {
  const files = except.files.length > 0 && all.files.length === 0;
  const networks = except.networks.length > 0 && all.networks.length === 0;
  const programs = except.programs.length > 0 && all.programs.length === 0 && !isAboutActs(main);
  return files || networks || programs || except.privileges.length > 0 ? "what is excepted is nothing of that kind" : null;
}

const keptOperations = (doings: readonly Doing[]): readonly OperationName[] =>
  doings.flatMap((doing): readonly OperationName[] => (doing === "touch" || doing === "use" || doing === "connect" || doing === "bind" || doing === "exec" ? [] : [doing]));

/** `only …` */
function only(frame: Frame, things: readonly Thing[], exceptThings: readonly Thing[], made: Extract<Circumstances, { ok: true }>): Outcome {
  const { main, subject } = frame;
  if (subject?.isOnly === true) return rules(frame, "deny", things, exceptThings, made);
  const all = sorted(things);
  const except = sorted(exceptThings);
  const problem = misfit(main, all);
  if (problem !== null) return failed(problem);
  if ([all.files, all.networks, all.programs, all.privileges].filter((some) => some.length > 0).length > 1) return failed("what only that is meant of is not clear: say each by itself");
  const isRead = main.doings.length > 0 && main.doings.every((doing) => doing === "read");
  const isPlain = made.circumstance.when.length === 0 && subject === null;
  const doings = main.doings.filter((doing) => !NETWORK.has(doing) && doing !== "exec");
  if (!isPlain && all.networks.length === 0) return failed("who may do only that is not clear");
  if (frame.except !== null && exceptThings.length === 0) return failed("what is excepted is not clear");
  return together([
    ...(all.files.length > 0 ? [isRead && !main.isInside && !frame.isOnlyThat ? readOnly(all.files, except.files, made.circumstance) : onlyFiles(doings, all.files, except.files, main.isInside)] : []),
    ...(all.networks.length > 0 ? actorCircles(frame, made).map((circumstance) => onlyNetworks({ effect: "deny", doings: main.doings, networks: all.networks, except: except.networks, circumstance, acting: made.acting, others: null })) : []),
    ...(all.programs.length > 0 ? [onlyPrograms(all.programs)] : []),
    ...(all.privileges.length > 0 ? [privilegeRules("allow", all.privileges, ALWAYS, NOBODY)] : []),
  ]);
}

function actorCircles({ subject }: Frame, { circumstance }: Extract<Circumstances, { ok: true }>): readonly Circumstance[] {
  if (subject === null) return [circumstance];
  return actorsOf(subject.programs, false).conditions.map((one, i) => ({ ...circumstance, when: [...circumstance.when, one], marks: i === 0 ? circumstance.marks : [] }));
}

/** `nothing outside X`: what is inside is all there is; `X outside Y`: but for Y. */
function outside(frame: Frame, things: readonly Thing[], exceptThings: readonly Thing[], made: Extract<Circumstances, { ok: true }>): Outcome {
  const { main, effect } = frame;
  const scopes = main.things.filter(({ preposition }) => preposition === "outside");
  const from = main.things.indexOf(scopes[0] ?? { thing: ANYTHING, at: -1, preposition: null, listed: false });
  if (from === -1) return failed("outside of what is not said");
  const inner = main.things.slice(from).map(({ thing }) => thing);
  const others = main.things.slice(0, from).map(({ thing }) => thing);
  if (effect === "only") return failed("`only` and `outside` together may mean two things");
  if (others.length > 0 || effect !== "deny" || made.circumstance.when.length > 0 || made.circumstance.unless.length > 0 || frame.subject !== null) {
    const all = others.length > 0 ? others : sorted(inner).networks.length > 0 ? [ANYWHERE] : [ANYTHING];
    const doings: readonly Doing[] = main.doings.length === 0 ? ["modify"] : main.doings.map((doing) => (doing === "touch" ? "modify" : doing));
    return rules({ ...frame, main: { ...main, doings, isOutside: false, things: all.map((thing) => ({ thing, at: 0, preposition: null, listed: false })) }, except: null }, effect, all, [...inner, ...exceptThings], made);
  }
  const isExec = main.doings.length > 0 && main.doings.every((doing) => doing === "exec");
  if (isExec && sorted(inner).programs.length > 0) return onlyPrograms(sorted([...inner, ...exceptThings]).programs);
  const doings: readonly Doing[] = main.doings.length === 0 ? ["modify"] : main.doings;
  const within = [...inner, ...exceptThings];
  if (sorted(within).networks.length === within.length) return onlyNetworks({ effect: "deny", doings, networks: sorted(within).networks, except: [], circumstance: made.circumstance, acting: made.acting, others: null });
  if (sorted(within).files.length !== within.length) return failed("outside of what is not clear");
  return onlyFiles(doings.map((doing) => (doing === "touch" || doing === "use" ? "modify" : doing)), sorted(within).files, [], true);
}
