/** What property tests are made of: short patterns and paths over few letters, so that they meet often. */
import fc from "fast-check";
import type { PatternText } from "../../src/compiler/resolved.js";

const LETTERS = ["a", "b", ".", "-"] as const;

/** Literal letters, `*` and `?`, or `**`. */
export function globComponent(): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...LETTERS), fc.constantFrom("*", "?"));
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant("**") },
    { weight: 4, arbitrary: fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("")) },
  );
}

/** Names that patterns speak of, and ones a byte beside them. */
export function canonicalPath(): fc.Arbitrary<string> {
  const name = fc.array(fc.constantFrom(...LETTERS, "c", "ä", "*", "^"), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join("")).filter((text) => text !== "." && text !== "..");
  return fc.array(name, { maxLength: 4 }).map((names) => `/${names.join("/")}`);
}

/** Everything that a pattern may hold, now and then in the wrong place. */
export function pathPattern(): fc.Arbitrary<PatternText> {
  const set = fc.constantFrom("[ab]", "[!a]", "[a-c]", "[!.-a]", "[a-]", "[^a]", "[\\]a]", "[.-b]", "[!-]", "[a-b-]", "[ac]");
  const plain = fc.oneof(fc.constantFrom(...LETTERS, "ä"), fc.constantFrom("*", "?", "\\*", "\\a", ",", "}", "]"), set);
  const brace = fc.letrec<{ piece: string; brace: string }>((tie) => ({
    piece: fc.oneof({ maxDepth: 2 }, { weight: 4, arbitrary: plain }, { weight: 1, arbitrary: tie("brace") }),
    brace: fc.array(fc.array(tie("piece"), { maxLength: 2 }).map((parts) => parts.join("")), { minLength: 1, maxLength: 3 })
      .map((alternatives) => `{${alternatives.join(",")}}`),
  }));
  const component = fc.oneof(
    { weight: 1, arbitrary: fc.constant("**") },
    { weight: 4, arbitrary: fc.array(brace.piece, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("")) },
  );
  const glob = fc.tuple(fc.constantFrom("/", "/", "**/", ""), fc.array(component, { minLength: 1, maxLength: 3 }))
    .map(([start, components]) => start + components.join("/"));
  return fc.tuple(fc.option(fc.constantFrom("/a", "/*", "/a/b", "/a{b"), { nil: "" }), glob).map(([bound, text]) =>
    bound !== "" && text.startsWith("/")
      ? [{ literal: true, text: bound }, { literal: false, text }]
      : [{ literal: false, text }]);
}

/** Addresses at, beside and far from the edges of the networks below. */
const ADDRESSES = [
  "0.0.0.0", "0.0.0.1", "127.0.0.1", "126.255.255.255", "128.0.0.0", "10.0.0.0", "9.255.255.255", "10.255.255.255",
  "11.0.0.0", "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0", "192.168.0.1", "100.63.255.255",
  "100.64.0.0", "100.100.100.199", "100.100.100.200", "100.100.100.201", "100.128.0.0", "169.254.0.0",
  "169.254.169.253", "169.254.169.254", "169.254.169.255", "169.254.170.2", "169.254.170.3", "168.63.129.16",
  "168.63.129.17", "255.255.255.255", "::", "::1", "::2", "fc00::", "fbff:ffff::", "fdff:ffff::1", "fe00::",
  "fd00:ec2::253", "fd00:ec2::254", "fd00:ec2::255", "fe80::1", "fec0::", "::ffff:127.0.0.1", "::ffff:0.0.0.0",
  "::ffff:10.0.0.1", "::fffe:10.0.0.1", "64:ff9b::a00:1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
] as const;

export const NETWORKS = [
  "0.0.0.0/0", "::/0", "::/95", "::ffff:0:0/96", "::fffe:0:0/95", "::ffff:10.0.0.0/104", "::ffff:127.0.0.1", "0.0.0.0", "0.0.0.0/31", "10.0.0.0/9",
  "10.0.0.0/32", "169.254.169.254/31", "128.0.0.0/1", "::/128", "::/127", "fc00::/7", "fd00:ec2::254", "8000::/1",
] as const;

export function addressText(): fc.Arbitrary<string> {
  return fc.constantFrom(...ADDRESSES);
}

function stringLiteral(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&").replace(/\$\{/g, "$$$${")}"`;
}

const EFFECT = fc.constantFrom("allow", "audit", "deny", "kill");
const PORTS = fc.constantFrom("", "", " port 443", " port 0-80, 79-443", " port 442, 444", " tcp", " udp", " port 53 udp");

function fileTarget(isValid: (pattern: PatternText) => boolean): fc.Arbitrary<string> {
  return pathPattern().map(([first, second]) => [{ literal: false, text: (first?.text ?? "") + (second?.text ?? "") }])
    .filter(isValid).map(([part]) => stringLiteral(part?.text ?? ""));
}

function endpointTarget(isValid: (pattern: PatternText) => boolean): fc.Arbitrary<string> {
  return fc.oneof(
    fc.tuple(fc.constantFrom("any", "loopback", "private", "metadata"), PORTS).map(([list, ports]) => list + ports),
    fc.tuple(fc.constantFrom(...NETWORKS), PORTS).map(([cidr, ports]) => `"${cidr}"${ports}`),
    fileTarget(isValid).map((path) => `unix ${path}`),
    fc.constantFrom("@a", "@a*", "@*", "@{a/b,b}", "@?", "@[!a]").map((name) => `unix "${name}"`),
  );
}

/** One rule a line, and sometimes defaults; every one without a mistake. */
export function policyText(isValid: (pattern: PatternText) => boolean): fc.Arbitrary<string> {
  const rule = (operations: readonly string[], target: fc.Arbitrary<string>) => fc.tuple(
    EFFECT,
    fc.uniqueArray(fc.constantFrom(...operations), { minLength: 1, maxLength: 3 }),
    fc.array(target, { minLength: 1, maxLength: 3 }),
    fc.array(target, { maxLength: 2 }),
  ).map(([effect, names, targets, except]) => `${effect} ${names.join(", ")} ${targets.join(", ")}${
    except.length > 0 ? ` except ${except.join(", ")}` : ""}`);
  const anonymous = fc.tuple(EFFECT, fc.constantFrom("exec", "load", "exec, load"))
    .map(([effect, names]) => `${effect} ${names} anonymous`);
  const fallback = fc.tuple(EFFECT, fc.constantFrom("read", "modify", "exec", "connect", "load", "bind"))
    .map(([effect, name]) => `default ${effect} ${name}`);
  const fileOperations = ["read", "write", "create", "delete", "setattr", "exec", "load", "modify", "access"];
  return fc.tuple(
    fc.array(fallback, { maxLength: 1 }),
    fc.array(fc.oneof(
      rule(fileOperations, fileTarget(isValid)), rule(["connect", "bind"], endpointTarget(isValid)), anonymous,
    ), { minLength: 1, maxLength: 4 }),
  ).map(([defaults, rules]) => [...defaults, ...rules].join("\n"));
}
