/** What has come before → events of a mark, and one of them for probes. */
import type { OperationName } from "../../compiler/ast.js";
import type { ProposedEvent, ProposedMark, ProposedTarget } from "../proposal.js";
import { trusted } from "./actors.js";
import type { Part } from "./collect.js";
import type { Doing } from "./lexicon.js";
import { ANYTHING, ANYWHERE, type Files, type Programs, slug, type Thing } from "./objects.js";
import { sampleAddress, sampleArgument, samplePath } from "./samples.js";
import { fileTargets, networkExcept, networkTargets, pathTarget } from "./targets.js";

export interface Before {
  /** All of them. */
  readonly marks: readonly ProposedMark[];
  /** Events that set them. */
  readonly examples: readonly ProposedEvent[];
}

export type EventKind = "requires" | "after" | "during";

/** Null: nothing that a policy can see happen. */
export function before(part: Part, kind: EventKind): Before | null {
  const things = part.things.length > 0 ? part.things.map(({ thing }) => thing) : unnamed(part);
  // Of several that are required each has a mark; what follows one of several follows each.
  const groups = kind === "requires" && !part.isEither ? things.map((thing) => [thing]) : [things];
  const each = groups.map((group) => markOf(group, part, kind));
  const marks = each.flatMap((one) => (one === null ? [] : [one]));
  return things.length === 0 || marks.length < each.length ? null : { marks: marks.map(({ mark }) => mark), examples: marks.map(({ example }) => example) };
}

function markOf(things: readonly Thing[], part: Part, kind: EventKind): { readonly mark: ProposedMark; readonly example: ProposedEvent } | null {
  const events = things.map((thing) => eventsOf(thing, part, kind));
  if (events.length === 0 || events.some((one) => one.length === 0)) return null;
  const [example] = things.flatMap((thing) => exampleOf(thing, part, kind) ?? []);
  if (example === undefined) return null;
  const isSuccess = events.flat().every(({ operation }) => operation === "success");
  const name = `${isSuccess ? "passed" : "after"}-${slug(things.map(({ id }) => id).join("-"))}`;
  return {
    mark: { kind: "mark", name, on: events.flat(), until: isSuccess && kind === "requires" && things.some(isCheck) ? UNTIL_EDITED : [], perProcess: kind === "during", tracksFiles: false },
    example,
  };
}

/** What has passed on the files as they were says nothing of files as they are. */
const CHECKS = new Set(["tests", "lint", "type-check", "build"]);
const isCheck = (thing: Thing): boolean => thing.kind === "programs" && (CHECKS.has(thing.id) || /(?:^|-)(?:test|tests|lint|check|build|typecheck|clippy|pytest|vitest|jest|tox|eslint|mypy)(?:-|$)/.test(thing.id));
const LEAVINGS = [".git", "node_modules", "coverage", "dist", "build", "target", "__pycache__", ".pytest_cache"].map((name) => (name.startsWith("__") ? `\${workspace}/**/${name}/**` : `\${workspace}/${name}/**`));
const UNTIL_EDITED: readonly ProposedEvent[] = [{ operation: "modify", targets: [pathTarget("${workspace}/**")], except: fileTargets(LEAVINGS), args: null }];

function unnamed({ doings, generic }: Part): readonly Thing[] {
  if (doings.some((doing) => doing === "connect" || doing === "bind")) return [ANYWHERE];
  return doings.some((doing) => FILE_DOINGS.has(doing)) && (generic.has("anything") || generic.has("file")) ? [ANYTHING] : [];
}

const FILE_DOINGS: ReadonlySet<Doing> = new Set(["read", "modify", "write", "create", "delete", "access"]);

function eventsOf(thing: Thing, part: Part, kind: EventKind): readonly ProposedEvent[] {
  switch (thing.kind) {
    case "files": return fileEvents(thing, part.doings).map((operation) => ({ operation, targets: fileTargets(thing.patterns), except: fileTargets(thing.except), args: null }));
    case "network": return [{ operation: part.doings.includes("bind") ? "bind" : "connect", targets: networkTargets(thing), except: networkExcept(thing), args: null }];
    case "programs": return programEvents(thing, programOperation(part, kind));
    case "privileges": return [];
  }
}

/** What is required has to have come out well. */
const programOperation = (part: Part, kind: EventKind): "success" | "exec" => (kind === "requires" || kind === "after" && part.hasSuccess ? "success" : "exec");

const programEvents = ({ commands }: Programs, operation: "success" | "exec"): readonly ProposedEvent[] =>
  commands.map(({ programs, args }) => ({ operation, targets: fileTargets(operation === "success" ? programs.map(trusted) : programs), except: [], args }));

function fileEvents(files: Files, doings: readonly Doing[]): readonly OperationName[] {
  const operations = doings.flatMap((doing): readonly OperationName[] => {
    switch (doing) {
      case "touch": case "use": return ["access"];
      case "exec": case "connect": case "bind": return [];
      default: return [doing];
    }
  });
  const said: readonly OperationName[] = operations.length > 0 ? operations : files.isSecret || doings.length === 0 ? ["read"] : ["access"];
  return [...new Set(said)].filter((operation) => operation !== "load" && operation !== "setattr");
}

function exampleOf(thing: Thing, part: Part, kind: EventKind): ProposedEvent | null {
  switch (thing.kind) {
    case "files": {
      const [inside] = thing.inside;
      const [operation = "read"] = fileEvents(thing, part.doings);
      return inside === undefined ? null : one(operation === "modify" ? "write" : operation === "access" ? "read" : operation, pathTarget(inside));
    }
    case "network": {
      const [target] = networkTargets(thing);
      const concrete = target === undefined ? null : concreteNetwork(target);
      return concrete === null ? null : one(part.doings.includes("bind") ? "bind" : "connect", concrete);
    }
    case "programs": {
      const [[program, ...words] = []] = thing.inside;
      if (program === undefined) return null;
      return { operation: programOperation(part, kind), targets: [pathTarget(program)], except: [], args: words.length === 0 ? null : { only: false, words, without: [] } };
    }
    case "privileges": return null;
  }
}

const one = (operation: OperationName, target: ProposedTarget): ProposedEvent => ({ operation, targets: [target], except: [], args: null });

function concreteSocket(pattern: string): ProposedTarget | null {
  const sample = pattern.startsWith("@") ? sampleArgument(pattern) : samplePath(pattern);
  return sample === null ? null : { kind: "unix", pattern: sample };
}

const LISTS = { any: "93.184.216.34", loopback: "127.0.0.1", private: "10.0.0.1", metadata: "169.254.169.254" } as const;

/** One address and port that the target covers. */
export function concreteNetwork(target: ProposedTarget): ProposedTarget | null {
  if (target.kind !== "network") return target.kind === "unix" ? concreteSocket(target.pattern) : null;
  const address = typeof target.address === "string" ? sampleAddress(target.address) : LISTS[target.address.list];
  return { kind: "network", address, ports: [target.ports[0]?.split("-")[0] ?? "443"], protocol: target.protocol };
}
