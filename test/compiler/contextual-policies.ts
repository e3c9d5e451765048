/** Random policies over few names that look at who acts, and at what came before, and what processes do under them. */
import fc from "fast-check";
import type { Attempt } from "../../src/compiler/access.js";
import type { PastEvent } from "../../src/compiler/resolve-tests.js";
import type { Who } from "./worlds.js";

export const oneOf = (...values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const PATHS = ['"/a"', '"/b"', '"/d/*"', '"/**"', '"/a", "/b"'];
const PROGRAMS = ['"/p"', '"/q"', '"/?"', '"/**"'];

export const condition: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof({ maxDepth: 2 },
    oneOf("m", "n"), oneOf(...PROGRAMS).map((program) => `exe ${program}`), oneOf(...PROGRAMS).map((program) => `under ${program}`),
    tie("any").map((one) => `not ${one}`),
    fc.tuple(tie("any"), oneOf("and", "or"), tie("any")).map(([a, word, b]) => `(${a} ${word} ${b})`)),
})).any;

const words = fc.tuple(oneOf("", " only"), oneOf('"x"', '"x", "y"', '"?"', '"-*", "x"'), oneOf("", ' without "y"', ' without "-*"'))
  .map(([only, list, without]) => ` args${only} ${list}${without}`);
export const maybe = (clause: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(""), clause);

export const deed: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(oneOf("read", "write", "load", "access"), oneOf(...PATHS)).map(([operation, target]) => `${operation} ${target}`),
  oneOf("connect any", "connect loopback", 'connect "192.0.2.1"'),
);
const started = (operation: string): fc.Arbitrary<string> =>
  fc.tuple(oneOf(...PROGRAMS), maybe(words)).map(([program, args]) => `${operation} ${program}${args}`);

const rule: fc.Arbitrary<string> = fc.tuple(
  oneOf("allow", "audit", "deny", "kill"),
  fc.oneof(deed, started("exec"), oneOf("privilege ptrace", "privilege userns, io-uring")), maybe(condition.map((one) => ` when ${one}`)),
).map((parts) => parts.join(" "));

const event = fc.tuple(fc.oneof(deed, started("exec"), started("success")), maybe(oneOf(' unless exe "/p"', ' unless exe "/q"')))
  .map((parts) => parts.join(""));
const events = fc.array(event, { minLength: 1, maxLength: 2 }).map((list) => list.join(", "));
const mark = (name: string, tracks = ""): fc.Arbitrary<string> =>
  fc.tuple(events, maybe(events.map((list) => ` until ${list}`)), maybe(fc.constant(" per process")), maybe(fc.constant(tracks)))
    .map((parts) => `mark ${name} on ${parts.join("")}`);

const limit: fc.Arbitrary<string> = fc.tuple(fc.oneof(deed, oneOf('exec "/p"')), fc.integer({ min: 1, max: 3 }), oneOf("1s", "10s"), oneOf("deny", "kill", "audit"))
  .map(([what, count, per, effect]) => `limit ${what} to ${count} per ${per} then ${effect}`);

export const statement: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: rule }, { weight: 1, arbitrary: limit }, { weight: 1, arbitrary: oneOf("default deny read", "default deny connect") });
/** One statement a line. `tracks`: what may stand at the end of a mark. */
export const policyWith = (tracks: string): fc.Arbitrary<string> =>
  fc.tuple(mark("m", tracks), mark("n", tracks), fc.array(statement, { maxLength: 5 })).map(([m, n, rest]) =>
    [m, n, ...new Set(rest)].join("\n"));
export const policy = policyWith("");

/** One policy and a change of it. */
export const twoPolicies = (tracks = ""): fc.Arbitrary<readonly [string, string]> => fc.tuple(
  policyWith(tracks), fc.array(statement, { maxLength: 1 }), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), maybe(mark("m", tracks)),
).map(([base, more, drop, changed]) => {
  const lines = base.split("\n").flatMap((line, i) => (i === 0 && changed !== "" ? [changed] : i > 1 && drop[i] === true ? [] : [line]));
  return [base, [...lines, ...more.filter((line) => !line.startsWith("default"))].join("\n")];
});

// --- what processes may do -------------------------------------------------------------------------------------------

const path = fc.constantFrom("/a", "/b", "/d/a", "/p", "/q", "/z");
export const attempt: fc.Arbitrary<Attempt> = fc.oneof(
  fc.tuple(fc.constantFrom("read", "write", "load", "exec", "create"), path).map(([op, at]): Attempt => ({ kind: "path", op, path: at })),
  fc.constantFrom([127, 0, 0, 1], [192, 0, 2, 1]).map((address): Attempt =>
    ({ kind: "network", op: "connect", family: 4, address, port: 80, protocol: "tcp" })),
  fc.constantFrom("ptrace", "io-uring").map((privilege): Attempt => ({ kind: "privilege", op: "privilege", privilege })),
);
export const who: fc.Arbitrary<Who> = fc.record({
  exe: fc.uniqueArray(fc.constantFrom("/p", "/q", "/z", "/y/y"), { minLength: 1, maxLength: 2 }),
  under: fc.uniqueArray(fc.constantFrom("/p", "/q", "/z"), { maxLength: 2 }),
  args: fc.array(fc.constantFrom("x", "y", "-f", ""), { maxLength: 3 }),
});

export interface Done {
  readonly process: string;
  readonly event: PastEvent;
  readonly who: Who;
  readonly wait: number | null;
}
export const done: fc.Arbitrary<Done> = fc.record({
  process: fc.constantFrom("one", "two"), who,
  event: fc.tuple(attempt, fc.boolean()).map(([one, succeeds]): PastEvent => ({
    act: one.op === "exec" && one.kind === "path" && succeeds ? { kind: "success", path: one.path } : { kind: "attempt", attempt: one }, args: [],
  })),
  wait: fc.option(fc.constantFrom(1_000, 10_000), { freq: 8 }),
}).map((one) => ({ ...one, event: { ...one.event, args: one.who.args } }));
