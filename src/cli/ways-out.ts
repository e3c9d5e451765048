/** What would have to change in a policy for one access to be decided the other way, as text that can be pasted. */
import ipaddr from "ipaddr.js";
import type { Access, Attempt } from "../compiler/access.js";
import { refuses } from "../compiler/ast.js";
import { escapePattern, quoteText } from "../compiler/print-parts.js";
import { OPERATIONS, type Operation, type ResolvedPolicy, type ResolvedRule } from "../compiler/resolved.js";
import { AT_FIRST, besidesOf, decide, type Decision, defaultOf, type Situation } from "../interpreter/interpret.js";
import { namedPlaceOf } from "./rule-places.js";
import { printable } from "./terminal.js";
import { findTurns } from "./turns.js";

export type Change =
  /** `text` goes to the end of the rule: an `except` of its own, or one target more of the one that it has. */
  | { readonly kind: "except"; readonly rule: ResolvedRule; readonly text: string }
  | { readonly kind: "rule"; readonly text: string }
  /** A privilege is not in the rule's list any more. */
  | { readonly kind: "unlist"; readonly rule: ResolvedRule; readonly text: string };

export interface WayOut {
  readonly to: "permit" | "deny";
  /** All of them together. */
  readonly changes: readonly Change[];
  /** Operations on the same target that the changes concern besides the one in question. */
  readonly also: readonly Operation[];
  /** What else the changes concern, in words: nothing narrower can be written. */
  readonly wide: string | null;
  /** A rule instead of the one change, for those circumstances alone that were asked about. */
  readonly asAsked: string | null;
}

/** Null where no target of the language stands for the access. */
export function findWayOut(
  policy: ResolvedPolicy, access: Attempt, decision: Decision, situation: Situation,
): WayOut | null {
  const target = targetOf(access, policy.bindings.home);
  if (target === null) return null;
  const clauses = clausesOf(access, situation, policy.bindings.home);
  const asAsked = (rule: string): string | null => (clauses === "" ? null : rule + clauses);
  if (!refuses(decision.effect)) {
    const text = `deny ${access.op} ${target}`;
    return {
      to: "deny", changes: [{ kind: "rule", text }], also: access.op === "exec" ? ["load"] : [],
      wide: widthOf(access, [], situation), asAsked: asAsked(text),
    };
  }
  const matched = decision.matched.flatMap((index) => policy.rules.slice(index, index + 1));
  const refusing = matched.filter(({ effect, privileges }) =>
    refuses(effect) && (access.kind === "privilege" || privileges.length === 0));
  const besides = besidesOf(policy)(access);
  const changes = [...changesFor(policy, access, target, matched), ...(besides?.kind !== "privilege" ? []
    : changesFor(policy, besides, besides.privilege, decide(policy, besides, situation).matched
      .flatMap((index) => policy.rules.slice(index, index + 1))))];
  const [only, ...more] = changes;
  // A refusal of `exec` holds for `load`.
  const covered = new Set(refusing.flatMap(({ operations }) => operations)
    .flatMap((op): readonly Operation[] => (op === "exec" ? ["exec", "load"] : [op])));
  return {
    to: "permit", changes,
    also: OPERATIONS.filter((op) => op !== access.op && covered.has(op)),
    wide: widthOf(access, refusing, situation),
    asAsked: only?.kind === "rule" && more.length === 0 ? asAsked(only.text) : null,
  };
}

/** What would permit an attempt, if it is refused; without what it takes besides. */
function changesFor(
  policy: ResolvedPolicy, attempt: Attempt, target: string, matched: readonly ResolvedRule[],
): readonly Change[] {
  const own = matched.filter(({ privileges }) => (attempt.kind === "privilege") === (privileges.length > 0));
  const refusing = own.filter(({ effect }) => refuses(effect));
  const permitted = own.length > refusing.length || !refuses(defaultOf(policy, attempt));
  const excepts = refusing.map((rule): Change => attempt.kind === "privilege" ? { kind: "unlist", rule, text: target }
    : ({ kind: "except", rule, text: rule.except.length === 0 ? `except ${target}` : `, ${target}` }));
  return permitted ? excepts : [...excepts, { kind: "rule", text: `allow ${attempt.op} ${target}` }];
}

function widthOf(access: Attempt, excepting: readonly ResolvedRule[], situation: Situation): string | null {
  if (access.kind === "unix-unnamed") return "nothing narrower than `any` stands for a socket without a name";
  if (access.kind === "privilege" || excepting.length === 0) return null;
  const args = excepting.some((rule) => rule.args !== null) || hasArguments(access, situation);
  const when = excepting.some((rule) => rule.when !== null) || isSomebody(situation);
  if (args && when) return "an `except` spares it whatever its arguments, whoever does it and after whatever";
  if (args) return "an `except` spares it whatever its arguments";
  if (when) return "an `except` spares it whoever does it and after whatever";
  return null;
}

// --- circumstances ---------------------------------------------------------------------------------------------------

const isSomebody = ({ exe, under, marks }: Situation): boolean => exe.length + under.length + marks.size > 0;
const hasArguments = ({ op }: Attempt, { args }: Situation): boolean => op === "exec" && args.length > 0;

/** Clauses with which a rule holds where these circumstances do; empty where nothing is known of them, or none can say it. */
function clausesOf(access: Attempt, situation: Situation, home: string): string {
  const { exe, under, marks } = situation;
  const programs = (kind: "exe" | "under", paths: readonly string[]): readonly (string | null)[] =>
    paths.map((path) => pathText(path, home)).map((text) => (text === null ? null : `${kind} ${text}`));
  const conditions = [...programs("exe", exe), ...programs("under", under), ...marks];
  const words = (hasArguments(access, situation) ? situation.args : []).map(textOf)
    .map((text) => (text === null || text === "" ? null : quoteText(escapePattern(text))));
  if ([...conditions, ...words].includes(null)) return "";
  return (words.length === 0 ? "" : ` args only ${words.join(", ")}`)
    + (conditions.length === 0 ? "" : ` when ${conditions.join(" and ")}`);
}

// --- targets ---------------------------------------------------------------------------------------------------------

/** The narrowest target that covers the access; null where there is none. */
function targetOf(access: Attempt, home: string): string | null {
  switch (access.kind) {
    case "privilege": return access.privilege;
    case "path": return pathText(access.path, home);
    case "anonymous": return access.op === "exec" || access.op === "load" ? "anonymous" : null;
    case "network": return networkText(access);
    case "unix-path": {
      const path = pathText(access.path, home);
      return path === null ? null : `unix ${path}`;
    }
    case "unix-abstract": {
      const name = textOf(access.name);
      return name === null || name === "" ? null : `unix ${quoteText(`@${escapePattern(name)}`)}`;
    }
    // Nothing narrower covers a socket without a name.
    case "unix-unnamed": return "any";
  }
}

function networkText({ address, port, protocol }: Extract<Access, { kind: "network" }>): string {
  // A v4-mapped address is the v4 one.
  const text = quoteText(ipaddr.process(ipaddr.fromByteArray(Array.from(address)).toString()).toString());
  return protocol === "other" ? text : `${text} port ${port} ${protocol}`;
}

function pathText(bytes: string, home: string): string | null {
  const path = textOf(bytes);
  if (path === null) return null;
  const below = home.replace(/\/+$/, "");
  return below !== "" && path.startsWith(`${below}/`)
    ? quoteText(`~${escapePattern(path.slice(below.length))}`) : quoteText(escapePattern(path));
}

/** From one character for each byte; null for what is not UTF-8, which no string of the language holds. */
function textOf(bytes: string): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, "latin1"));
  } catch {
    return null;
  }
}

// --- for people ------------------------------------------------------------------------------------------------------

const STD = "std:";

/** Lines; what is to be pasted has one to itself, indented by four. */
export function wayOutLines(
  policy: ResolvedPolicy, access: Attempt, decision: Decision, situation: Situation = AT_FIRST,
): readonly string[] {
  return [...turnLines(policy, access, decision, situation), ...changeLines(policy, access, decision, situation)];
}

/** Of other circumstances, as many as can be looked through. */
const MOST_TURNS = 6;

function turnLines(
  policy: ResolvedPolicy, access: Attempt, decision: Decision, situation: Situation,
): readonly string[] {
  const turns = findTurns(policy, access, situation);
  if (turns.length === 0) return [];
  const rest = turns.length - MOST_TURNS;
  return [
    `the policy ${refuses(decision.effect) ? "permits" : "denies"} it`,
    ...turns.slice(0, MOST_TURNS).map(({ text }) => `  ${printable(text)}`),
    ...(rest > 0 ? [`  and in ${rest} more circumstances`] : []),
  ];
}

function changeLines(
  policy: ResolvedPolicy, access: Attempt, decision: Decision, situation: Situation,
): readonly string[] {
  const way = findWayOut(policy, access, decision, situation);
  const to = refuses(decision.effect) ? "permit" : "deny";
  if (way === null) return [`to ${to} it: no rule can name it alone; it takes a wider rule or another default`];
  const [first, ...more] = way.changes;
  // A rule goes anywhere.
  const alone = more.length === 0 && first?.kind === "rule";
  const edits = way.changes.some(({ kind }) => kind === "unlist");
  const also = way.also.length === 0 ? []
    : [`  (which ${to === "permit" ? "spares it for" : "holds for"} ${listed(way.also)} too)`];
  const always = isSomebody(situation) || hasArguments(access, situation) ? " in any case" : "";
  return [
    `to ${to} it${always}${edits ? "" : `, add${more.length > 0 ? " all of this" : ""}`}:`,
    ...way.changes.flatMap((change) => change.kind === "unlist" ? [`  ${printable(headOf(change))}`]
      : [...(alone ? [] : [`  ${printable(headOf(change))}`]), `    ${change.text}`]),
    ...also,
    ...(way.wide === null ? [] : [`  (${way.wide})`]),
    ...(way.asAsked === null ? [] : [`to ${to} it as asked alone, add instead:`, `    ${way.asAsked}`]),
  ];
}

function headOf(change: Change): string {
  if (change.kind === "rule") return "as a rule, for the default would refuse it as well";
  const { rule } = change;
  const where = namedPlaceOf(rule);
  if (change.kind === "unlist") return `take \`${change.text}\` out of the privileges of ${where}`;
  const what = rule.except.length === 0 ? "at the end of" : "at the end of the `except` of";
  return rule.span.source.path.startsWith(STD) ? `${what} ${where}, in a copy of that policy` : `${what} ${where}`;
}

/** `a, b and c` */
const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
