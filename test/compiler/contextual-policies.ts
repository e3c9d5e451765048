/** Random policies over few names that look at who acts, and at what came before. One statement a line. */
import fc from "fast-check";

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
/** `tracks`: what may stand at the end of a mark. */
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
