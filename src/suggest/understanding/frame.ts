/** One wish, taken apart: whether, who, what, to what, but for what, and after what. */
import type { Effect } from "../../compiler/ast.js";
import { collect, type Part } from "./collect.js";
import type { Placed, Programs } from "./objects.js";
import type { Piece, Tag } from "./pieces.js";
import { durationOf } from "./slots.js";

export interface Limit {
  readonly count: number;
  readonly milliseconds: number;
}

export interface Frame {
  /** `only`: nothing but what is named. */
  readonly effect: Effect | "only";
  /** `let it read only X`: nothing else is read; `it may only read X`: nothing else is done to it. */
  readonly isOnlyThat: boolean;
  readonly main: Part;
  readonly subject: { readonly programs: readonly Programs[]; readonly isOnly: boolean } | null;
  readonly except: Part | null;
  readonly condition: { readonly kind: "requires" | "after" | "during"; readonly part: Part } | null;
  readonly limit: Limit | null;
}

export type Framed = { readonly ok: true; readonly frame: Frame } | { readonly ok: false; readonly reason: string };

export interface Inherited {
  readonly effect: Frame["effect"];
  readonly subject: Frame["subject"];
}

const failed = (reason: string): Framed => ({ ok: false, reason });

type SegmentKind = "main" | "except" | "except-when" | "unless" | "without" | "after" | "before" | "until" | "when" | "needs";
interface Segment {
  readonly kind: SegmentKind;
  readonly pieces: readonly Piece[];
}

export function frameOf(clause: readonly Piece[], inherited: Inherited | null): Framed {
  const { left, limit, problem } = takeLimit(withReadingOnly(withAnyone(withoutExceptWhen(clause))));
  if (problem !== null) return failed(problem);
  const segments = segmentsOf(left);
  const mainPieces = segments.filter(({ kind }) => kind === "main").flatMap(({ pieces }) => pieces);
  const condition = segments.find(({ kind }) => !["main", "except"].includes(kind));
  if (segments.filter(({ kind }) => !["main", "except"].includes(kind)).length > 1) return failed("it names more than one condition: say each by itself");
  const said = effectOf(mainPieces, inherited, limit !== null, condition?.kind ?? null);
  if (!said.ok) return failed(said.reason);
  const main = collect(mainPieces, mainPieces.some(({ tag }) => tag.kind === "success") || condition?.kind === "needs" ? ["programs"] : []);
  const exceptPieces = segments.filter(({ kind }) => kind === "except").flatMap(({ pieces }) => pieces);
  const except = exceptPieces.length === 0 ? null : collect(exceptPieces, [], main);
  const conditionPart = condition === undefined ? null : collect(condition.pieces, ["programs"]);
  const [problemFound] = [...main.problems, ...except?.problems ?? [], ...conditionPart?.problems ?? []];
  if (problemFound !== undefined) return failed(problemFound);
  const subject = subjectOf(main, mainPieces, said.effect) ?? (mainPieces.some(({ tag }) => isStated(tag)) ? null : inherited?.subject ?? null);
  const isConfined = mainPieces.some(({ tag }) => tag.kind === "confine");
  const rest = subject === null ? { ...main, isInside: main.isInside || isConfined } : { ...main, things: main.things.filter(({ thing }) => !isOf(subject.programs, thing)) };
  const base = { effect: said.effect, isOnlyThat: isOnlyThat(mainPieces), main: rest, subject, except, limit };
  return condition === undefined || conditionPart === null ? { ok: true, frame: { ...base, condition: null } }
    : withCondition(base, condition, conditionPart, mainPieces);
}

const isOf = (programs: readonly Programs[], thing: Placed["thing"]): boolean => programs.some((one) => one === thing);

const isStated = ({ kind }: Tag): boolean => ["not", "deny", "allow", "only", "confine", "audit", "kill"].includes(kind);

/** `except when X`, `unless after X` are `unless X`; what holds `except until X` nobody can tell. */
function withoutExceptWhen(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.flatMap((piece, i): readonly Piece[] => {
    const before = pieces.slice(0, i).findLast(({ tag }) => tag.kind !== "filler")?.tag.kind;
    const isExcept = (kind: Tag["kind"] | undefined): boolean => kind === "except" || kind === "unless";
    if (piece.tag.kind === "condition" && isExcept(before)) return piece.tag.word === "when" || piece.tag.word === "after" ? [] : [{ ...piece, tag: { kind: "beyond", reason: "what is excepted is not clear" } }];
    const next = pieces.slice(i + 1).find(({ tag }) => tag.kind !== "filler")?.tag.kind;
    return isExcept(piece.tag.kind) && next === "condition" ? [{ ...piece, tag: { kind: "unless" } }] : [piece];
  });
}

/** `no program other than ssh` is `only ssh`; `nobody` by itself is `not`. */
function withAnyone(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.flatMap((piece, i): readonly Piece[] => {
    const before = pieces[i - 1]?.tag;
    const isAnyone = (tag: Tag | undefined): boolean => tag?.kind === "generic" && tag.of === "anyone";
    if (isAnyone(piece.tag)) return [{ ...piece, tag: pieces[i + 1]?.tag.kind === "except" ? { kind: "only" } : { kind: "not" } }];
    return isAnyone(before) && piece.tag.kind === "except" ? [] : [piece];
  });
}

/** `let it read only X` is no `X is read-only`. */
function withReadingOnly(pieces: readonly Piece[]): readonly Piece[] {
  const at = pieces.findIndex(({ tag, text }, i) => tag.kind === "deny" && /^reads? only$/i.test(text) && pieces.slice(0, i).some(({ tag: one }) => one.kind === "allow"));
  return pieces.flatMap((piece, i): readonly Piece[] =>
    (i === at ? [{ ...piece, tag: { kind: "doing", doing: "read" } }, { ...piece, tag: { kind: "only" } }] : [piece]));
}

const isOnlyThat = (pieces: readonly Piece[]): boolean => {
  const only = pieces.findLastIndex(({ tag }) => tag.kind === "only");
  return only > pieces.findIndex(({ tag }) => tag.kind === "doing") && pieces.some(({ tag }) => ["thing", "path", "literal"].includes(tag.kind));
};

/** `only read X`, `read only X`: bare, it may mean either. */
function isEitherOnly(pieces: readonly Piece[]): boolean {
  const [first, second] = pieces.filter(({ tag }) => tag.kind !== "filler");
  const isFiles = pieces.some(({ tag }) => tag.kind === "generic");
  return !isFiles && (first?.tag.kind === "only" && /^read(?: from)?$/i.test(second?.text ?? "") || first?.tag.kind === "deny" && /^read only$/i.test(first.text) && second !== undefined);
}

/** A new part begins at `except`, `unless`, `after`, …; one that comes first ends where the wish itself begins. */
function segmentsOf(pieces: readonly Piece[]): readonly Segment[] {
  const segments: { kind: SegmentKind; pieces: Piece[] }[] = [{ kind: "main", pieces: [] }];
  const isKillOrAudit = pieces.some(({ tag }) => tag.kind === "kill" || tag.kind === "audit");
  const add = (piece: Piece): void => { segments.at(-1)?.pieces.push(piece); };
  pieces.forEach((piece, i) => {
    const kind = segments.at(-1)?.kind ?? "main";
    const marker = markerOf(pieces, i, kind, isKillOrAudit);
    const isLeading = segments.length === 2 && segments[0]?.pieces.every(({ tag }) => tag.kind === "filler" || tag.kind === "only") === true && kind !== "main";
    // `everything except X may be edited`
    const isLate = kind === "except" && isStated(piece.tag) && !pieces.slice(0, i).some(({ tag }) => isStated(tag) || tag.kind === "doing");
    if (marker !== null) segments.push({ kind: marker, pieces: [] });
    else if (isLate) segments.push({ kind: "main", pieces: [piece] });
    else if (isLeading && beginsMain(pieces, i)) segments.push({ kind: "main", pieces: [piece] });
    else add(piece);
  });
  return segments.filter(({ pieces: own }) => own.some(({ tag }) => tag.kind !== "filler" && tag.kind !== "comma" && tag.kind !== "conjunction"));
}

function markerOf(pieces: readonly Piece[], at: number, current: SegmentKind, isKillOrAudit: boolean): SegmentKind | null {
  const tag = pieces[at]?.tag;
  const earlier = pieces.slice(0, at).filter(({ tag: one }) => one.kind !== "filler");
  switch (tag?.kind) {
    case "except": return "except";
    case "unless": return "unless";
    case "needs": return current === "main" && earlier.some(({ tag: one }) => ["thing", "command", "path", "literal", "doing"].includes(one.kind)) ? "needs" : null;
    case "without": return current === "main" && earlier.some(({ tag: one }) => one.kind === "not" || one.kind === "deny") ? "without" : null;
    // `kill it if it reads X`
    case "condition": return isKillOrAudit && tag.word === "when" ? null : tag.word;
    case "but": return earlier.length > 0 && !pieces.slice(at + 1).some(({ tag: one }) => isStated(one) || one.kind === "doing") ? "except" : null;
    default: return null;
  }
}

/** After a comma, or with a word for whether. */
function beginsMain(pieces: readonly Piece[], at: number): boolean {
  const tag = pieces[at]?.tag;
  if (tag === undefined) return false;
  if (["deny", "allow", "only", "confine", "not"].includes(tag.kind)) return true;
  return pieces[at - 1]?.tag.kind === "comma" && tag.kind !== "filler" && tag.kind !== "conjunction" && !pieces.slice(at + 1).some(({ tag: one }) => one.kind === "comma");
}

/** Why `use pnpm` is no rule. */
export const ADVICE = "no rule makes anybody do something: say what is not to be done";

type Said = { readonly ok: true; readonly effect: Frame["effect"] } | { readonly ok: false; readonly reason: string };

/** Whether it is denied, allowed, …: by the words for it, and how often it is negated. */
function effectOf(pieces: readonly Piece[], inherited: Inherited | null, isLimit: boolean, condition: SegmentKind | null): Said {
  const count = (kind: Tag["kind"]): number => pieces.filter(({ tag }) => tag.kind === kind).length;
  const nots = count("not") + count("without");
  const done = (effect: Frame["effect"]): Said => ({ ok: true, effect });
  if (isEitherOnly(pieces)) return { ok: false, reason: "whether nothing else is read, or that is not changed, is not clear: say `reading only in …`, or `… is read-only`" };
  if (pieces.some(({ tag, text }, i) => tag.kind === "only" && /\bnothing else$/i.test(text) && pieces.slice(i + 1).some((one) => one.tag.kind === "preposition"))) return { ok: false, reason: "what else is not allowed is not clear: say it in a sentence of its own" };
  if (isLimit) return done(count("kill") > 0 ? "kill" : count("audit") > 0 && count("deny") === 0 ? "audit" : "deny");
  if (nots > 1) return { ok: false, reason: "it negates more than once: say it once" };
  if (count("kill") > 0 && nots === 0) return done("kill");
  if (count("audit") > 0) return nots === 0 && count("deny") === 0 ? done("audit") : { ok: false, reason: "whether to put it on record is not clear" };
  if (count("kill") > 0) return { ok: false, reason: "what is to be ended is not clear" };
  if (count("only") > 0 && count("deny") === 0) return nots === 0 ? done("only") : { ok: false, reason: "`not` and `only` together may mean two things" };
  if (count("confine") > 0 && count("deny") === 0) return confined(pieces, nots);
  // `stop blocking X` is no `block X`.
  if (count("deny") > 1 && pieces.some(isLifted)) return { ok: false, reason: "whether it is to be denied is not clear: say it once" };
  if (count("deny") > 0) return done(nots === 1 ? "allow" : "deny");
  if (nots === 1) return done("deny");
  if (count("allow") > 0) return done("allow");
  if (condition === "before" || condition === "needs") return done("deny");
  if (inherited !== null) return done(inherited.effect);
  if (isKeptInside(pieces)) return done("only");
  const [first] = pieces.filter(({ tag }) => tag.kind !== "filler");
  const isAdvice = first?.tag.kind === "doing" && (first.tag.doing === "use" || first.tag.doing === "exec");
  return { ok: false, reason: isAdvice ? ADVICE : "whether it is to be denied or allowed is not said" };
}

/** `keep it inside the project folder` */
function isKeptInside(pieces: readonly Piece[]): boolean {
  const kept = pieces.findIndex(({ text }) => /^(?:keep|keeps|kept|stay|stays|remain|remains)\b/i.test(text));
  const inside = pieces.findIndex(({ tag, text }, i) => i > kept && tag.kind === "preposition" && /^(?:in|inside|within)\b/i.test(text));
  return kept !== -1 && inside !== -1 && pieces.slice(0, inside).every(({ tag }) => tag.kind === "filler") && pieces.some(({ tag }) => tag.kind === "thing" || tag.kind === "path");
}

/** A word for denying that is what another such word denies: `blocking`, `being blocked`. */
const isLifted = ({ tag, text }: Piece, at: number, pieces: readonly Piece[]): boolean => {
  const before = pieces.slice(0, at).findLast(({ tag: one }) => one.kind !== "filler")?.tag;
  return tag.kind === "deny" && /ing$/i.test(text) && before?.kind === "deny" || tag.kind === "deny" && /\b(?:being|getting)$/i.test(pieces[at - 1]?.text ?? "");
};

/** `restrict writes to X` leaves X; `restrict access to X` takes it. */
function confined(pieces: readonly Piece[], nots: number): Said {
  const named = (piece: Piece): boolean => ["thing", "path", "literal", "address", "command"].includes(piece.tag.kind);
  const to = pieces.findIndex(({ tag }) => tag.kind === "preposition" && tag.word !== "of");
  const isVerb = pieces.some(({ tag }) => tag.kind === "doing" && tag.doing !== "access" && tag.doing !== "touch" && tag.doing !== "use");
  if (nots > 0 || !pieces.some(named)) return { ok: false, reason: "to what it is to be restricted is not said" };
  const isAccess = pieces.some(({ tag }) => tag.kind === "doing" && tag.doing === "access");
  if (isVerb || to !== -1 && !(isAccess && !pieces.slice(0, to).some(named))) return { ok: true, effect: "only" };
  return isAccess ? { ok: true, effect: "deny" } : { ok: false, reason: "to what it is to be restricted is not said" };
}

const ACTS: ReadonlySet<string> = new Set(["use", "read", "modify", "write", "create", "delete", "setattr", "access", "touch", "connect", "bind", "load"]);

/** The programs that are to do it or not: before the verb, or after `by`. */
function subjectOf(main: Part, pieces: readonly Piece[], effect: Frame["effect"]): Frame["subject"] {
  const for_ = actorAfterFor(main);
  if (for_.length > 0) return { programs: for_, isOnly: effect === "only" };
  if (!main.doings.some((doing) => ACTS.has(doing))) return starter(main, pieces, effect);
  const others = main.things.filter(({ thing }) => thing.kind !== "programs");
  const verbs = pieces.flatMap(({ tag }, i) => (tag.kind === "doing" && ACTS.has(tag.doing) ? [i] : []));
  const last = verbs.at(-1) ?? -1;
  const needsOther = main.doings.every((doing) => doing === "access" || doing === "touch" || doing === "read" || doing === "use");
  if (others.length === 0 && needsOther && (main.generic.size === 0 || main.doings.includes("use"))) return null;
  const by = main.things.filter(({ thing, preposition }) => thing.kind === "programs" && preposition === "by");
  const before = main.things.filter(({ thing, at }) => thing.kind === "programs" && at < last);
  const chosen = by.length > 0 ? main.things.filter(({ thing, at }) => thing.kind === "programs" && at >= (by[0]?.at ?? 0)) : before;
  const programs = chosen.flatMap(({ thing }) => (thing.kind === "programs" ? [thing] : []));
  if (programs.length === 0) return null;
  const only = pieces.findIndex(({ tag }) => tag.kind === "only");
  const first = chosen[0]?.at ?? 0;
  const isLast = pieces.some(({ tag, text }) => tag.kind === "only" && /\b(?:nobody|no one|no other)\b/i.test(text));
  return { programs, isOnly: effect === "only" && (by.length > 0 || isLast || only < first && only !== -1) };
}

const programsOf = (placed: readonly Placed[]): readonly Programs[] => placed.flatMap(({ thing }) => (thing.kind === "programs" ? [thing] : []));

/** `no network for curl`, `keep python from the network` */
function actorAfterFor({ things, doings }: Part): readonly Programs[] {
  if (doings.some((doing) => doing !== "access" && doing !== "use")) return [];
  const first = things.findIndex(({ thing }) => thing.kind !== "programs");
  const isAfter = first === 0 && things.slice(1).every(({ thing, preposition, listed }) => thing.kind === "programs" && (preposition === "of" || preposition === "by" || listed)) && things.length > 1;
  const isBefore = first > 0 && things[first]?.preposition === "from" && things.slice(first).every(({ thing }) => thing.kind !== "programs");
  return isAfter || isBefore ? programsOf(things) : [];
}

/** `bash must not run curl`: who starts, not what is started. */
function starter(main: Part, pieces: readonly Piece[], effect: Frame["effect"]): Frame["subject"] {
  const verb = pieces.findIndex(({ tag }) => tag.kind === "doing" && tag.doing === "exec");
  if (verb === -1) return null;
  const before = programsOf(main.things.filter(({ at, preposition }) => at < verb || preposition === "by"));
  const after = programsOf(main.things).filter((one) => !before.includes(one));
  const names = new Set(before.flatMap(({ commands }) => commands.flatMap(({ programs }) => programs)));
  const isOwn = after.some(({ commands }) => commands.some(({ programs }) => programs.some((name) => names.has(name))));
  const only = pieces.findIndex(({ tag }) => tag.kind === "only");
  if (before.length === 0 || after.length === 0 && !main.generic.has("program") && !main.generic.has("anything") || isOwn) return null;
  return { programs: before, isOnly: effect === "only" && only !== -1 && only < verb };
}

type Base = Omit<Frame, "condition">;

const RUNNING = /^(?:running|executing)$/i;

/** What a condition asks for before, or after what it holds. */
function withCondition(base: Base, { kind, pieces }: Segment, asked: Part, mainPieces: readonly Piece[]): Framed {
  // `unless running npm`: who does it; `unless npm is running` may be another's doing
  const isWho = kind === "unless" && asked.doings.every((doing) => doing === "exec") && RUNNING.test(pieces.find(({ tag }) => tag.kind !== "filler")?.text ?? "");
  const part = isWho ? { ...asked, doings: [] } : asked;
  const { effect } = base;
  const done = (frame: Frame): Framed => ({ ok: true, frame });
  const requires = (frame: Base): Framed => done({ ...frame, effect: "deny", condition: { kind: "requires", part } });
  const isFailing = part.hasNot;
  switch (kind) {
    case "before":
      // `run the tests before you commit`
      if (!mainPieces.some(({ tag }) => isStated(tag))) return done({ ...base, effect: "deny", main: part, condition: { kind: "requires", part: base.main } });
      return effect === "deny" ? requires(base) : failed("what is to come before what is not clear");
    case "without": return effect === "deny" ? requires(base) : failed("what it is not to go without is not clear");
    case "needs": return requires({ ...base, effect: "deny" });
    case "unless":
      if (!isWho && pieces.some(({ tag, text }) => tag.kind === "doing" && tag.doing === "exec" && /\bis\b|ing$/i.test(text))) return failed("whether it has run or is running is not clear: say `after` or `while`");
      // `unless it is npm`, `unless npm does it`
      if (isActors(base, part)) return done({ ...base, except: { ...part, doings: [] }, condition: null });
      return part.doings.length === 0 && !part.hasSuccess && !isFailing && base.except === null && base.main.things.every(({ thing }) => thing.kind !== "programs") ? done({ ...base, except: part, condition: null }) : effect === "deny" && !isFailing ? requires(base) : failed("what holds unless that holds is not clear");
    case "until":
      if (effect === "deny" || effect === "kill") return requires(base);
      return effect === "allow" ? done({ ...base, effect: "deny", condition: { kind: "after", part } }) : failed("what holds until then is not clear");
    case "after": case "when": {
      if (effect === "only" || effect === "allow") return isFailing ? failed("what holds when that does not is not clear") : requires(base);
      if (isFailing) return kind === "when" ? requires(base) : failed("after what it holds is not clear");
      const isDuring = kind === "when" && part.things.some(({ thing }) => thing.kind === "programs") && !part.hasSuccess;
      return done({ ...base, condition: { kind: isDuring ? "during" : "after", part } });
    }
    default: return failed("its condition is not clear");
  }
}

const isActors = ({ main, except }: Base, { things, doings, hasSuccess, hasNot }: Part): boolean =>
  doings.length > 0 && doings.every((doing) => ACTS.has(doing)) && !hasSuccess && !hasNot && except === null
  && things.length > 0 && things.every(({ thing }) => thing.kind === "programs") && main.things.some(({ thing }) => thing.kind !== "programs");

/** `10 … per minute`, `to 5 every 10 seconds`, without which the rest is read as if it were not there. */
function takeLimit(pieces: readonly Piece[]): { readonly left: readonly Piece[]; readonly limit: Limit | null; readonly problem: string | null } {
  const none = { left: pieces, limit: null, problem: null };
  const isCounted = pieces.some(({ tag }) => tag.kind === "at-most" || tag.kind === "more-than" || tag.kind === "confine");
  const unitAt = pieces.findLastIndex(({ tag }) => tag.kind === "unit");
  const longAt = pieces.findLastIndex(({ tag }) => tag.kind === "number" && durationOf(tag.text) !== null);
  const ends = Math.max(unitAt, longAt);
  const isPer = pieces.some(isPerPiece);
  if (ends === -1) {
    if (!isCounted && !isPer || !pieces.some(({ tag }) => tag.kind === "number") || pieces.some(({ tag }) => tag.kind === "generic" && tag.of === "port" || tag.kind === "address")) return none;
    return { ...none, problem: "a limit counts in a time: say `per minute`, for instance" };
  }
  const per = perMilliseconds(pieces, ends);
  const counts = pieces.flatMap(({ tag }, i) => (tag.kind === "number" && /^\d+$/.test(tag.text) && i !== per.countAt && !isAfterPort(pieces, i) ? [{ count: Number(tag.text), i }] : []));
  const [count, ...more] = counts;
  if (count === undefined || more.length > 0 || count.count > 4_294_967_295) return { ...none, problem: "how many in how long a time is not clear" };
  if (per.milliseconds < 1 || per.milliseconds > 86_400_000) return { ...none, problem: "a limit counts in a time of a day at most" };
  const used = new Set([count.i, ends, per.countAt]);
  const left = pieces.filter((piece, i) => !used.has(i) && !isPerPiece(piece) && !["at-most", "more-than", "confine"].includes(piece.tag.kind) && !(piece.tag.kind === "preposition" && [count.i, ends, per.countAt].includes(i + 1)));
  const isNegated = pieces.some(({ tag }) => tag.kind === "more-than") || !left.some(({ tag }) => tag.kind === "not");
  return isNegated ? { left, limit: { count: count.count, milliseconds: per.milliseconds }, problem: null } : { ...none, problem: "how many in how long a time is not clear" };
}

const isAfterPort = (pieces: readonly Piece[], at: number): boolean => {
  const before = pieces[at - 1]?.tag;
  return before?.kind === "generic" && before.of === "port";
};

const isPerPiece = (piece: Piece | undefined): boolean => piece?.tag.kind === "per" || piece?.tag.kind === "generic" && /^(?:every|each)$/i.test(piece.text);

function perMilliseconds(pieces: readonly Piece[], ends: number): { readonly milliseconds: number; readonly countAt: number } {
  const tag = pieces[ends]?.tag;
  if (tag?.kind === "number") return { milliseconds: durationOf(tag.text) ?? 0, countAt: ends };
  const unit = tag?.kind === "unit" ? tag.milliseconds : 0;
  const before = pieces[ends - 1]?.tag;
  const isPer = [ends - 2, ends - 3].some((i) => isPerPiece(pieces[i]) || pieces[i]?.tag.kind === "preposition");
  return before?.kind === "number" && isPer ? { milliseconds: Number(before.text) * unit, countAt: ends - 1 } : { milliseconds: unit, countAt: -1 };
}
