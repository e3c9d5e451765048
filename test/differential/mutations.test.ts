/** Planted mistakes, one at a time, somewhere between text and bytes: the comparison must catch each. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { buildPathTables } from "../../src/compiler/automaton/build.js";
import type { PathTables } from "../../src/compiler/automaton/tables.js";
import { decodeImage } from "../../src/compiler/image/decode.js";
import { encodeImage } from "../../src/compiler/image/encode.js";
import type { Ir, NetworkSelector, Rule, Selector } from "../../src/compiler/ir.gen.js";
import { buildAddressTables } from "../../src/compiler/tries/build.js";
import type { AddressTables } from "../../src/compiler/tries/tables.js";
import { accepted } from "../compiler/front-end.js";
import { firstDisagreement, simulator } from "./answers.js";
import { conditionalPolicy, policy, textOf } from "./policies.js";
import { askedNear, queriesNear } from "./queries.js";

/** Policies tried at most before a mutation counts as missed; most are caught within a few dozen. */
const POLICIES = 600;
const QUERIES = 60;

interface Mutation {
  /** Tried on policies of which most rules count in some circumstances only. */
  readonly conditional?: true;
  readonly ir?: (ir: Ir) => Ir;
  readonly paths?: (tables: PathTables) => PathTables;
  readonly addresses?: (tables: AddressTables) => AddressTables;
}

function imageOf(ir: Ir, { ir: ofIr, paths: ofPaths, addresses: ofAddresses }: Mutation): Uint8Array {
  const mutated = ofIr?.(ir) ?? ir;
  const [paths, addresses] = [buildPathTables(mutated), buildAddressTables(mutated)];
  if (!paths.ok || !addresses.ok) throw new Error("a bound is exceeded");
  return encodeImage(mutated, ofPaths?.(paths.value) ?? paths.value, ofAddresses?.(addresses.value) ?? addresses.value);
}

function selectors(ir: Ir, change: (selectors: readonly Selector[]) => Selector[]): Ir {
  return { ...ir, rules: ir.rules.map((rule) => ({ ...rule, match: change(rule.match) })) };
}

function isFloating(selector: Selector): boolean {
  return selector.kind === "path" && selector.components[0]?.kind === "globstar" && selector.components.length > 1;
}

function oneBitShort(selector: NetworkSelector): NetworkSelector {
  const length = selector.prefixLength - 1;
  const bits = BigInt(4 * selector.address.length - length);
  const network = BigInt(`0x${selector.address}`) >> bits << bits;
  return { ...selector, prefixLength: length, address: network.toString(16).padStart(selector.address.length, "0") };
}

function without<T>(list: readonly T[], index: number): T[] {
  return list.filter((_, i) => i !== index);
}

/** Where a condition says more than one thing, the last of them is not asked for. */
const halved = (when: Rule["when"]): Rule["when"] =>
  (when?.kind === "and" || when?.kind === "or" ? when.operands[0] ?? null : when?.kind === "not" ? when.operand : when);

function confused(when: Rule["when"]): Rule["when"] {
  switch (when?.kind) {
    case "mark":
      return { ...when, mark: when.mark === "mark-one" ? "mark-two" : when.mark };
    case "not":
      return { ...when, operand: confused(when.operand) ?? when.operand };
    case "and":
    case "or":
      return { ...when, operands: when.operands.map((operand) => confused(operand) ?? operand) };
    default:
      return when;
  }
}

const MUTATIONS: readonly (readonly [string, Mutation])[] = [
  ["a dropped deny", {
    ir: (ir) => {
      const first = ir.rules.findIndex((rule) => rule.effect === "deny");
      // The rule stays, so that no other changes its number, but applies to nothing.
      return { ...ir, rules: ir.rules.map((rule, i) => (i === first ? { ...rule, match: [] } : rule)) };
    },
  }],
  ["a prefix one bit short", {
    ir: (ir) => selectors(ir, (list) => list.map((selector) =>
      (selector.kind === "network" && selector.prefixLength > 0 ? oneBitShort(selector) : selector))),
  }],
  ["ports with their bytes swapped", {
    addresses: (tables) => ({
      ...tables,
      ports: tables.ports.map((row) => (row.bits === 16 ? { ...row, port: (row.port >> 8) | ((row.port & 255) << 8) } : row)),
    }),
  }],
  ["`except` ignored", { ir: (ir) => ({ ...ir, rules: ir.rules.map((rule) => ({ ...rule, except: [] })) }) }],
  ["a 28-byte name cut", {
    paths: (tables) => ({
      ...tables,
      edges: tables.edges.map((edge) => (edge.name.length === 28 ? { ...edge, name: edge.name.slice(0, 27) } : edge)),
    }),
  }],
  ["control sockets without the privilege that they take", {
    ir: (ir) => ({ ...ir, rules: ir.rules.map((rule) => (rule.source === null ? { ...rule, match: [] } : rule)) }),
  }],
  ["conditions ignored", {
    conditional: true, ir: (ir) => ({ ...ir, rules: ir.rules.map((rule) => ({ ...rule, when: null })) }),
  }],
  ["half of a condition ignored", {
    conditional: true, ir: (ir) => ({ ...ir, rules: ir.rules.map((rule) => ({ ...rule, when: halved(rule.when) })) }),
  }],
  ["one mark taken for another", {
    conditional: true, ir: (ir) => ({ ...ir, rules: ir.rules.map((rule) => ({ ...rule, when: confused(rule.when) })) }),
  }],
  ["what holds beneath lost where it is conditional", {
    conditional: true, paths: (tables) => ({ ...tables, path: { ...tables.path, sticky: tables.path.sticky.map((record) => ({ ...record, when: new Map() })) } }),
  }],
  ["a floating pattern lost", {
    ir: (ir) => {
      const first = ir.rules.findIndex((rule) => rule.match.some(isFloating));
      return { ...ir, rules: ir.rules.map((rule, i) => (i === first ? { ...rule, match: without(rule.match, rule.match.findIndex(isFloating)) } : rule)) };
    },
  }],
];

/** The number of policies until the mutation shows; null if it never does. */
function caughtAfter(mutation: Mutation): number | null {
  let tried = 0;
  const [policies, near] = mutation.conditional === true ? [conditionalPolicy, askedNear] : [policy, queriesNear];
  const property = fc.property(policies, fc.nat(), (model, seed) => {
    tried++;
    const { resolved, ir } = accepted(textOf(model));
    const queries = near(ir, seed, QUERIES);
    const image = imageOf(ir, mutation);
    // A mutation that makes the image invalid shows nothing here: it is an answer that must give it away.
    if (!decodeImage(image).ok) return true;
    return firstDisagreement(resolved, ir.rules.map((rule) => rule.id), queries, simulator(image, queries)) === null;
  });
  return fc.check(property, { numRuns: POLICIES, endOnFailure: true, seed: 20261 }).failed ? tried : null;
}

it("nothing is caught where nothing is planted", () => {
  const property = fc.property(policy, fc.nat(), (model, seed) => {
    const { resolved, ir } = accepted(textOf(model));
    const queries = queriesNear(ir, seed, QUERIES);
    return firstDisagreement(resolved, ir.rules.map((rule) => rule.id), queries, simulator(imageOf(ir, {}), queries)) === null;
  });
  expect(fc.check(property, { numRuns: 50, seed: 20261 }).failed).toBe(false);
});

it.each(MUTATIONS)("%s is caught", { timeout: 180_000 }, (_, mutation) => {
  const policies = caughtAfter(mutation);
  expect(policies).not.toBeNull();
  console.log(`caught by policy ${String(policies)}`);
});
