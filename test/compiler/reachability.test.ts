/** Which states of marks can be reached is tried out, act by act, with every process that could be there. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Attempt } from "../../src/compiler/access.js";
import type { Effect } from "../../src/compiler/ast.js";
import { lowerAsserts } from "../../src/compiler/lower.js";
import { prove } from "../../src/compiler/reason/find-counterexample.js";
import type { PastEvent } from "../../src/compiler/resolve-tests.js";
import type { ResolvedPolicy } from "../../src/compiler/resolved.js";
import { historian, type History, situationOf } from "../../src/interpreter/history.js";
import { interpreter } from "../../src/interpreter/interpret.js";
import { accepted } from "./front-end.js";
import { satisfies } from "./satisfies.js";

const NOBODY = { exe: [], under: [], args: [] };

/** All that the policies here speak of, and a file beside. */
const ACTS: ReadonlyMap<string, Attempt> = new Map<string, Attempt>([
  ['read "/a"', { kind: "path", op: "read", path: "/a" }],
  ['read "/b"', { kind: "path", op: "read", path: "/b" }],
  ['write "/b"', { kind: "path", op: "write", path: "/b" }],
  ['write "/c"', { kind: "path", op: "write", path: "/c" }],
  ['exec "/a"', { kind: "path", op: "exec", path: "/a" }],
  ['connect "192.0.2.1"', { kind: "network", op: "connect", family: 4, address: [192, 0, 2, 1], port: 80, protocol: "tcp" }],
]);
const NAMED = [...ACTS.keys()];
const SUCCESS: PastEvent = { act: { kind: "success", path: "/a" }, args: [] };
const EVENTS: readonly PastEvent[] = [
  ...[...ACTS.values()].map((attempt): PastEvent => ({ act: { kind: "attempt", attempt }, args: [] })), SUCCESS,
];

/** What all share, and what each of the processes holds itself. */
interface State {
  readonly shared: History;
  readonly processes: ReadonlyMap<string, ReadonlySet<string>>;
}

const keyOf = (marks: Iterable<string>): string => [...marks].sort().join();
const stateKey = ({ shared: { marks, files }, processes }: State): string =>
  JSON.stringify([keyOf(marks), [...files].map(([path, held]) => [path, keyOf(held)]).sort(), [...processes.keys()].sort()]);

const STATES = 4_000;

/** Every effect that the attempt comes to in some state that can be reached; null where there are too many states. */
function effectsOf(policy: ResolvedPolicy, attempt: Attempt): ReadonlySet<Effect> | null {
  const [decide, happen] = [interpreter(policy), historian(policy)];
  const isOwn = (name: string): boolean => policy.marks.some((mark) => mark.name === name && mark.perProcess);
  const start: State = { shared: { marks: new Set(), counts: [], files: new Map() }, processes: new Map([["", new Set()]]) };
  const states = new Map([[stateKey(start), start]]);
  const effects = new Set<Effect>();
  for (const { shared, processes } of states.values()) {
    if (states.size > STATES) return null;
    for (const own of processes.values()) {
      const history: History = { ...shared, marks: new Set([...shared.marks, ...own]) };
      effects.add(decide(attempt, situationOf(policy, history, NOBODY)).effect);
      for (const event of EVENTS) {
        const after = happen(history, event, NOBODY);
        const held = new Set([...after.marks].filter(isOwn));
        // A process that forks before it acts is there afterwards as it was.
        const next: State = {
          shared: { ...after, counts: [], marks: new Set([...after.marks].filter((name) => !isOwn(name))) },
          processes: new Map([...processes, [keyOf(held), held]]),
        };
        if (!states.has(stateKey(next))) states.set(stateKey(next), next);
      }
    }
  }
  return effects;
}

const oneOf = (...values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const MARKS = ["m", "n", "o"];
const literal = fc.tuple(oneOf("", "not "), oneOf(...MARKS)).map((parts) => parts.join(""));
const condition = fc.tuple(literal, oneOf("and", "or"), literal).map((parts) => parts.join(" "));
const when = fc.oneof(literal, condition).map((one) => ` when ${one}`);
const event = fc.oneof(oneOf(...NAMED), oneOf('success "/a"'));
const mark = (name: string, tracks: string): fc.Arbitrary<string> =>
  fc.tuple(event, fc.oneof(oneOf(""), event.map((one) => ` until ${one}`)), oneOf("", " per process"), oneOf("", tracks))
    .map((parts) => `mark ${name} on ${parts.join("")}`);
const rule = fc.tuple(oneOf("deny", "deny", "kill", "audit"), oneOf(...NAMED), when).map(([effect, what, asked]) => `${effect} ${what}${asked}`);
/** A policy, and what is asserted of it. */
type Asserted = readonly [text: string, effect: Effect, what: string];

const anything = (tracks: string): fc.Arbitrary<Asserted> => fc.tuple(
  fc.tuple(...MARKS.map((name) => mark(name, tracks)), fc.array(rule, { minLength: 2, maxLength: 6 })),
  fc.constantFrom<Effect>("allow", "audit", "deny"), oneOf(...NAMED),
).map(([lines, effect, what]) => [lines.flat().join("\n"), effect, what]);

/** Marks that stand in each other's way, each set by an act of its own: it takes the right order, or several processes. */
const gated = (tracks: string): fc.Arbitrary<Asserted> => fc.tuple(
  fc.shuffledSubarray(NAMED.filter((name) => name !== 'write "/c"'), { minLength: 3, maxLength: 3 }),
  fc.array(fc.tuple(oneOf("", " per process"), oneOf("", tracks)), { minLength: 3, maxLength: 3 }),
  fc.subarray(MARKS.flatMap((name, i) => MARKS.flatMap((other) => (other === name ? [] : [[i, other] as const]))), { maxLength: 4 }),
  fc.constantFrom(["m", "n"], ["m", "o"], ["m", "n", "o"]),
).map(([events, ways, gates, asked]) => [[
  ...MARKS.map((name, i) => `mark ${name} on ${events[i] ?? ""}${(ways[i] ?? []).join("")}`),
  ...gates.map(([i, other]) => `deny ${events[i] ?? ""} when ${other}`), `kill write "/c" when ${asked.join(" and ")}`,
].join("\n"), "allow", 'write "/c"']);

it.each([
  ["an assertion holds where no state that can be reached refutes it, and nowhere else", "", true],
  // Nobody follows which file is which, so that a few more states are taken to be reached.
  ["an assertion that some state refutes does not hold, whatever files carry", " tracks files", false],
])("%s", (_, tracks, isExact) => {
  let [held, failed] = [0, 0];
  fc.assert(fc.property(fc.oneof(anything(tracks), gated(tracks)), ([text, effect, what]) => {
    const { resolved, ir } = accepted(`${text}\nassert ${effect} ${what}`);
    const attempt = ACTS.get(what);
    const effects = attempt === undefined ? null : effectsOf(resolved, attempt);
    fc.pre(effects !== null);
    const proved = lowerAsserts(resolved).every(({ assertion, ...group }) => {
      const proof = prove(ir, { effect: assertion.effect, ...group });
      if (proof.kind === "too-complex") throw new Error("too complex");
      return proof.kind === "holds";
    });
    const isTrue = [...effects].every((actual) => satisfies(effect, actual));
    if (isTrue) held++;
    else failed++;
    if (isExact) expect(proved).toBe(isTrue);
    else if (proved) expect(isTrue).toBe(true);
  }), { numRuns: 200 });
  expect(held).toBeGreaterThan(10);
  expect(failed).toBeGreaterThan(10);
});
