/** A proposal as the plainest policy there is, compiled, and its probes tried. */
import { readSource } from "../../../src/cli/read-sources.js";
import { testFile } from "../../../src/cli/run-tests.js";
import { resultsOf } from "../../../src/cli/test-results.js";
import type { ProposedArgs, ProposedCondition, ProposedEvent, ProposedStatement, ProposedTarget, Probe, Proposal } from "../../../src/suggest/proposal.js";

const quote = (text: string): string => JSON.stringify(text);

const list = (targets: readonly ProposedTarget[]): string => targets.map(target).join(", ");

function target(one: ProposedTarget): string {
  switch (one.kind) {
    case "path": return quote(one.pattern);
    case "unix": return `unix ${quote(one.pattern)}`;
    case "anonymous": return "anonymous";
    case "privilege": return one.privilege;
    case "network": {
      const address = typeof one.address === "string" ? quote(one.address) : one.address.list;
      return `${address}${one.ports.length === 0 ? "" : ` port ${one.ports.join(", ")}`}${one.protocol === null ? "" : ` ${one.protocol}`}`;
    }
  }
}

const args = (one: ProposedArgs | null): string => (one === null ? ""
  : ` args ${one.only ? "only " : ""}${one.words.map(quote).join(", ")}${one.without.length === 0 ? "" : ` without ${one.without.map(quote).join(", ")}`}`);

const except = (targets: readonly ProposedTarget[]): string => (targets.length === 0 ? "" : ` except ${list(targets)}`);

const condition = (one: ProposedCondition): string => `${one.not ? "not " : ""}${one.kind === "mark" ? one.mark : `${one.kind} ${quote(one.program)}`}`;

const conditions = (word: string, all: readonly ProposedCondition[]): string => (all.length === 0 ? "" : ` ${word} ${all.map(condition).join(" and ")}`);

const event = (one: ProposedEvent): string => `${one.operation} ${list(one.targets)}${except(one.except)}${args(one.args)}`;

function statement(one: ProposedStatement, name: string): string {
  switch (one.kind) {
    case "include": return `include "std:${one.std}"`;
    case "default": return `default ${one.effect} ${one.operations.join(", ")}`;
    case "mark": return `mark ${one.name} on ${one.on.map(event).join(", ")}${one.until.length === 0 ? "" : ` until ${one.until.map(event).join(", ")}`}${one.perProcess ? " per process" : ""}`;
    case "limit": return `limit ${one.operations.join(", ")} ${list(one.targets)} to ${String(one.count)} per ${String(one.perMilliseconds)}ms then ${one.effect}`;
    case "rule": return `${name}: ${one.effect} ${one.operations.join(", ")} ${list(one.targets)}${except(one.except)}${args(one.args)}${conditions("when", one.when)}${conditions("unless", one.unless)}`;
  }
}

const place = (text: string): string => text.replace(/^~\//, "/home/ada/").replace(/^\$\{workspace\}/, "/w");
const placed = (one: ProposedTarget): ProposedTarget => (one.kind === "path" || one.kind === "unix" ? { ...one, pattern: place(one.pattern) } : one);

export function probeLine(probe: Probe): string {
  const { expected, operation, exe, after } = probe;
  const words = probe.args.length === 0 ? "" : ` args ${probe.args.map(quote).join(", ")}`;
  const events = after.map((one) => event({ ...one, targets: one.targets.map(placed) })).join(", then ");
  return `${expected === "denied" ? "deny" : "allow"} ${operation} ${target(placed(probe.target))}${exe === null ? "" : ` exe ${quote(exe)}`}${words}${events === "" ? "" : ` after ${events}`}`;
}

/** `probes`: by themselves, or others than the proposal's. */
export function draftOf(proposal: Proposal, probes = proposal.items.flatMap((item) => item.probes)): string {
  const statements = proposal.items.flatMap((item) => item.statements);
  const used = JSON.stringify(proposal.items).includes("${workspace}");
  return [
    ...(used ? ["param workspace"] : []), ...statements.map((one, i) => statement(one, `rule-${String(i)}`)),
    `test "probes" with home = "/home/ada"${used ? ', workspace = "/w"' : ""} {`, ...probes.map((probe) => `  ${probeLine(probe)}`), "}", "",
  ].join("\n");
}

export interface Tried {
  readonly text: string;
  readonly errors: readonly string[];
  /** Probes that came out otherwise. */
  readonly failing: readonly string[];
}

const OUTCOMES: Readonly<Record<string, string>> = { kill: "deny", audit: "allow" };

/** What is ended is denied, what is put on record is allowed. */
export function tryDraft(text: string): Tried {
  const outcome = testFile("draft.pol", (path) => (path === "draft.pol" ? { path, text } : readSource(path)), { home: "/home/ada", params: text.includes("param workspace") ? { workspace: "/w" } : {}, task: null });
  if (!outcome.ok) return { text, errors: outcome.diagnostics.map(({ message }) => message), failing: [] };
  const failing = resultsOf(outcome.value).flatMap(({ span, expected, actual }) => {
    const came = OUTCOMES[actual ?? ""] ?? actual;
    return came === expected ? [] : [`${text.slice(span.start, span.end)} is ${actual ?? "?"}`];
  });
  return { text, errors: [], failing };
}
