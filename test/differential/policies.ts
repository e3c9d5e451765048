/**
 * Random policies over few names, so that their patterns meet, overlap and stand in each other's way. They are made as
 * text: what is compared is the way from what a person writes.
 */
import fc from "fast-check";
import { PRIVILEGES } from "../../src/compiler/ast.js";

const EFFECTS = ["allow", "audit", "deny", "kill"] as const;
const FILE_OPERATIONS = ["read", "write", "create", "delete", "setattr", "exec", "load", "modify", "access"] as const;

/** Names at the edges of the two key sizes share all but their last byte. */
export const LONG_NAMES = [27, 28, 29, 30, 254, 255].map((length) => "n".repeat(length));
const NAMES = ["a", "b", "ab", "ba", "aa", "abab", ".a", "ä", "a.b", ...LONG_NAMES] as const;

const AFFIXES = [
  "a*", "ab*", "aba*", "*a", "*ba", "*b", "*aba", "a*a", "ab*ba", "aba*aba", "a*b", ".*", "*.b", "ä*", "*ä",
  `${"n".repeat(28)}*`, `*${"n".repeat(29)}`, `${"n".repeat(27)}*${"n".repeat(2)}`,
] as const;

const GLOBS = ["?", "a?", "??", "[ab]", "[!a]*", "a*b*a", "*a*", "*[ab]?", "{a,b}", "{,a}b", "n*n?"] as const;

const name = fc.constantFrom(...NAMES);
const nameLike = fc.oneof(
  { weight: 6, arbitrary: name },
  { weight: 3, arbitrary: fc.constantFrom(...AFFIXES) },
  { weight: 1, arbitrary: fc.constantFrom(...GLOBS) },
  { weight: 1, arbitrary: fc.constant("*") },
);
const component = fc.oneof({ weight: 6, arbitrary: nameLike }, { weight: 1, arbitrary: fc.constant("**") });

export const pathPattern: fc.Arbitrary<string> = fc.tuple(
  fc.constantFrom("/", "/", "/", "~/", "**/", "**/", ""),
  fc.array(component, { minLength: 1, maxLength: 3 }),
  fc.constantFrom("", "", "/**"),
).map(([start, components, tail]) => {
  const body = components.join("/");
  // Without a slash a name floats; with one it would be relative, which is an error.
  if (start === "" && (components.length > 1 || tail !== "") && !body.startsWith("**")) return `**/${body}${tail}`;
  return `${start}${body}${tail}`;
});

const PREFIXES4 = [0, 1, 7, 8, 9, 15, 16, 17, 23, 24, 25, 30, 31, 32] as const;
const PREFIXES6 = [0, 1, 7, 8, 16, 47, 48, 63, 64, 65, 127, 128] as const;
const BASES4 = [0x0a000000, 0x0a010203, 0x0a0180ff, 0x7f000001, 0xa9fea9fe, 0xc0a80101] as const;
const BASES6 = [
  "fd00ec20000000000000000000000254", "fd00ec20000000018000000000000001", "00000000000000000000000000000001",
] as const;

function cidr4(base: number, length: number): string {
  const masked = length === 0 ? 0 : (base & (0xffffffff << (32 - length))) >>> 0;
  return `${[24, 16, 8, 0].map((shift) => (masked >>> shift) & 255).join(".")}/${length}`;
}

function cidr6(base: string, length: number): string {
  const mask = ((1n << 128n) - 1n) ^ ((1n << BigInt(128 - length)) - 1n);
  const digits = (BigInt(`0x${base}`) & mask).toString(16).padStart(32, "0");
  return `${(digits.match(/.{4}/g) ?? []).join(":")}/${length}`;
}

const PORTS = [0, 1, 21, 22, 23, 79, 80, 81, 443, 444, 1023, 1024, 8079, 8080, 65534, 65535] as const;
const port = fc.constantFrom(...PORTS);
const range = fc.tuple(port, port).map(([a, b]) => (a === b ? `${a}` : `${Math.min(a, b)}-${Math.max(a, b)}`));
const ports = fc.array(range, { minLength: 1, maxLength: 2 });

const network = fc.tuple(
  fc.oneof(
    fc.tuple(fc.constantFrom(...BASES4), fc.constantFrom(...PREFIXES4)).map((network) => `"${cidr4(...network)}"`),
    fc.tuple(fc.constantFrom(...BASES6), fc.constantFrom(...PREFIXES6)).map((network) => `"${cidr6(...network)}"`),
    fc.constantFrom("any", "loopback", "private", "metadata"),
  ),
  fc.option(ports, { nil: [], freq: 2 }),
  fc.constantFrom("", "", " tcp", " udp"),
).map(([where, of, protocol]) => `${where}${of.length === 0 ? "" : ` port ${of.join(", ")}`}${protocol}`);

const abstractName = nameLike.filter((text) => text.length <= 107);
/** At and about the control sockets that take a privilege. */
const SOCKETS = [
  "/run/docker.sock", "/run/user/*/bus", "/run/user/**", "/run/**", "/**", "docker.sock", "/run/*/private", "~/.docker/**",
  "/tmp/d*-?*", "@/tmp/d?us-*", "@*shim/*", "/run/systemd/io.*.[A-M]*", "**/private",
] as const;
const unix = fc.oneof(pathPattern, abstractName.map((text) => `@${text}`), fc.constantFrom(...SOCKETS)).map((text) => `unix "${text}"`);

const privilege = fc.oneof(fc.constantFrom(...PRIVILEGES), fc.constant("escape-socket"));

const quotedPath = pathPattern.map((text) => `"${text}"`);

interface Body {
  readonly operations: readonly string[];
  readonly targets: readonly string[];
  readonly except: readonly string[];
}

function body(operation: readonly string[], target: fc.Arbitrary<string>): fc.Arbitrary<Body> {
  return fc.record({
    operations: fc.uniqueArray(fc.constantFrom(...operation), { minLength: 1, maxLength: 2 }),
    targets: fc.array(target, { minLength: 1, maxLength: 3 }),
    except: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(target, { minLength: 1, maxLength: 2 }) },
    ),
  });
}

export const MARKS = ["mark-one", "mark-two", "mark-three"] as const;

const WORDS = ["x", "y", "xy", "-f", "--force", "", "a/b", "*", "-*", "*x", "a*", "a*b", "?", "[xy]", "[!-]*", "{x,y}", "x*y*", "ä"] as const;
const words = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength }).map((list) => list.map((word) => `"${word}"`).join(", "));
export const askedArguments: fc.Arbitrary<string> = fc.tuple(
  fc.constantFrom("", "", " only"), words(3), fc.option(words(2), { nil: "", freq: 2 }),
).map(([only, list, without]) => ` args${only} ${list}${without === "" ? "" : ` without ${without}`}`);
const maybe = (clause: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(""), clause);

const simple = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...MARKS) },
  { weight: 2, arbitrary: quotedPath.map((program) => `exe ${program}`) },
  { weight: 1, arbitrary: quotedPath.map((program) => `under ${program}`) },
);
const condition: fc.Arbitrary<string> = fc.letrec<{ any: string; joined: string }>((tie) => ({
  any: fc.oneof({ maxDepth: 3, depthSize: "small" }, simple, tie("joined")),
  joined: fc.oneof(
    tie("any").map((operand) => `not (${operand})`),
    fc.tuple(tie("any"), fc.constantFrom("and", "or"), tie("any")).map(([a, word, b]) => `(${a}) ${word} (${b})`),
  ),
})).any;

export interface RuleModel extends Body {
  readonly effect: (typeof EFFECTS)[number];
  /** `when …` or `unless …`; empty for a rule that always counts. */
  readonly when: string;
}

const rule: fc.Arbitrary<RuleModel> = fc.tuple(
  fc.constantFrom(...EFFECTS),
  fc.oneof(
    { weight: 6, arbitrary: body(FILE_OPERATIONS, quotedPath) },
    { weight: 1, arbitrary: body(["exec", "load"], fc.oneof(quotedPath, fc.constant("anonymous"))) },
    { weight: 3, arbitrary: body(["connect", "bind"], network) },
    { weight: 2, arbitrary: body(["connect", "bind"], fc.oneof(unix, network)) },
    { weight: 2, arbitrary: body(["privilege"], privilege) },
  ),
).map(([effect, rest]) => ({ effect, when: "", ...rest }));

const conditionalRule: fc.Arbitrary<RuleModel> = fc.tuple(rule, fc.constantFrom("when", "unless"), fc.option(condition, { nil: "", freq: 2 }))
  .map(([model, word, text]) => ({ ...model, when: text === "" ? "" : `${word} ${text}` }));

const startingRule: fc.Arbitrary<RuleModel> = fc.tuple(
  fc.constantFrom(...EFFECTS), body(["exec"], quotedPath), askedArguments, fc.constantFrom("when", "unless"), fc.option(condition, { nil: "", freq: 1 }),
).map(([effect, rest, args, word, text]) => ({ effect, ...rest, when: `${args.trimStart()}${text === "" ? "" : ` ${word} ${text}`}` }));

const list = (item: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> =>
  fc.array(item, { minLength: 1, maxLength }).map((items) => items.join(", "));
const excepting = (target: fc.Arbitrary<string>): fc.Arbitrary<string> => maybe(list(target, 2).map((targets) => ` except ${targets}`));
const event: fc.Arbitrary<string> = fc.tuple(
  fc.oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...FILE_OPERATIONS.filter((one) => one !== "exec")), list(quotedPath, 2), excepting(quotedPath)) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom("connect", "bind"), list(fc.oneof(network, unix), 2), excepting(network)) },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom("exec", "success"), list(quotedPath, 2), maybe(askedArguments)) },
    { weight: 1, arbitrary: fc.constant(["load", "anonymous", ""] as const) },
  ).map(([operation, targets, rest]) => `${operation} ${targets}${rest}`),
  fc.option(quotedPath, { nil: "", freq: 3 }),
).map(([what, program]) => `${what}${program === "" ? "" : ` unless exe ${program}`}`);

/** Of all kinds. */
const markOf = (name: string): fc.Arbitrary<string> =>
  fc.tuple(list(event, 2), maybe(list(event, 2).map((events) => ` until ${events}`)), maybe(fc.constant(" per process")), maybe(fc.constant(" tracks files")))
    .map(([on, ...rest]) => `mark ${name} on ${on}${rest.join("")}`);

const limit: fc.Arbitrary<string> = fc.tuple(
  fc.oneof(
    { weight: 3, arbitrary: body(FILE_OPERATIONS, quotedPath) }, { weight: 2, arbitrary: body(["connect", "bind"], fc.oneof(network, unix)) },
  ), fc.integer({ min: 1, max: 4 }), fc.constantFrom("500ms", "1s", "10s"), fc.constantFrom("deny", "kill", "audit"), fc.option(quotedPath, { nil: "", freq: 2 }),
).map(([{ operations, targets }, count, per, effect, program]) => {
  const text = `limit ${operations.join(", ")} ${targets.join(", ")} to ${count} per ${per} then ${effect}`;
  return program === "" ? text : `for exe ${program} { ${text} }`;
});

const defaults = fc.constantFrom(
  "", "default deny access, exec, load\n", "default deny connect\ndefault audit bind, read, privilege\n",
  "default kill connect\n", "default deny connect\n", "default allow privilege\n",
);

export interface PolicyModel {
  readonly defaults: string;
  readonly rules: readonly RuleModel[];
  /** Marks and limits; without these, marks that nothing sets. */
  readonly history?: readonly string[];
}

export const policy: fc.Arbitrary<PolicyModel> = fc.record({
  defaults,
  rules: fc.array(rule, { minLength: 1, maxLength: 6 }),
});

/** Policies of which most rules count in some circumstances only. */
export const conditionalPolicy: fc.Arbitrary<PolicyModel> = fc.record({
  defaults,
  rules: fc.array(conditionalRule, { minLength: 1, maxLength: 6 }),
});

/** Policies that look at arguments and have a memory. */
export const memoryPolicy: fc.Arbitrary<PolicyModel> = fc.record({
  defaults,
  rules: fc.array(fc.oneof({ weight: 2, arbitrary: conditionalRule }, startingRule), { minLength: 1, maxLength: 6 }),
  history: fc.tuple(fc.tuple(...MARKS.map(markOf)), fc.array(limit, { maxLength: 3 })).map(([marks, limits]) => [...marks, ...limits]),
});

/** One rule a line, so that each has its own id. */
export function textOf(model: PolicyModel): string {
  const rules = model.rules.map(({ effect, operations, targets, except, when }) => {
    const clause = except.length === 0 ? "" : ` except ${except.join(", ")}`;
    return `${effect} ${operations.join(", ")} ${targets.join(", ")}${clause} ${when}`.trimEnd() + "\n";
  });
  const marks = model.rules.some(({ when }) => when !== "") ? MARKS.map((mark) => `mark ${mark} on read "/never"\n`) : [];
  const history = model.history?.map((statement) => `${statement}\n`) ?? marks;
  return [model.defaults, ...history, ...rules].join("");
}
