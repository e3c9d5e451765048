/** The simulator on policies small enough to check by hand. */
import { describe, expect, it } from "vitest";
import { buildImage } from "../../src/compiler/image/build.js";
import { decodeImage } from "../../src/compiler/image/decode.js";
import { OPERATION_ORDER } from "../../src/compiler/verdict.js";
import type { Query } from "../../src/simulator/query.js";
import { simulate } from "../../src/simulator/simulate.js";
import { accepted } from "../compiler/front-end.js";

const EFFECTS = ["none", "allow", "audit", "deny", "kill"] as const;

function ask(text: string, operation: (typeof OPERATION_ORDER)[number], query: Query): string {
  const built = buildImage(accepted(text).ir);
  const image = decodeImage(built.ok ? built.value : new Uint8Array());
  if (!image.ok) throw new Error(image.reason);
  return EFFECTS[(simulate(image.value, query)[OPERATION_ORDER.indexOf(operation)] ?? 0) >>> 29] ?? "?";
}

const path = (text: string): Query => ({ kind: "path", path: Buffer.from(text, "latin1") });

describe("paths", () => {
  it.each([
    [`deny read "/a/**"`, "a", "deny"],
    [`deny read "/a/**"`, "", "allow"],
    [`deny read "/a/**"`, "a/b/c", "deny"],
    [`deny read "/a/**"`, "ab", "allow"],
    [`deny read "/**"`, "", "deny"],
    [`deny read ".env"`, "x/y/.env", "deny"],
    [`deny read ".env"`, ".env/x", "allow"],
    [`deny read "/a/**" except "/a/b"`, "a/b", "allow"],
    [`deny read "/a/**" except "/a/b"`, "a/b/c", "deny"],
    [`deny read "/a/**" except "/a/b/**"`, "a/b/c", "allow"],
    [`deny read "/ab*ba"`, "aba", "allow"],
    [`deny read "/ab*ba"`, "abba", "deny"],
    [`deny read "/ab*ba", "/a*", "/*a" except "/aba"`, "aba", "allow"],
    [`deny read "/a*a"`, "a", "allow"],
    [`deny read "/a*a"`, "aa", "deny"],
    [`deny read "/[!a]?"`, "bc", "deny"],
    [`deny read "/[!a]?"`, "ac", "allow"],
    [`deny read "/${"n".repeat(28)}"`, "n".repeat(28), "deny"],
    [`deny read "/${"n".repeat(28)}"`, "n".repeat(29), "allow"],
    [`deny read "/${"n".repeat(29)}"`, "n".repeat(29), "deny"],
    [`deny read "/${"n".repeat(255)}"`, "n".repeat(255), "deny"],
    [`deny read "**/a/**/b"`, "a/x/b", "deny"],
    [`deny read "**/a/**/b"`, "x/a/b", "deny"],
    [`deny read "**/a/**/b"`, "b/a", "allow"],
    [`deny read "/ä*"`, "\xc3\xa4x", "deny"],
    [`deny read "/?"`, "\xc3\xa4", "allow"],
  ])("%s: reading /%s: %s", (text, at, effect) => {
    expect(ask(text, "read", path(at))).toBe(effect);
  });
});

describe("endpoints", () => {
  const at = (address: string, port: number, protocol: "tcp" | "udp" | "other" = "tcp"): Query =>
    ({ kind: "address", address: Buffer.from(address, "hex"), port, protocol });
  it.each([
    ["tcp 443", `deny connect "10.0.0.0/8" port 443`, at("0a000001", 443), "deny"],
    ["another port", `deny connect "10.0.0.0/8" port 443`, at("0a000001", 444), "allow"],
    ["swapped port", `deny connect "10.0.0.0/8" port 443`, at("0a000001", 0xbb01), "allow"],
    ["another protocol", `deny connect "10.0.0.0/8" port 443`, at("0a000001", 443, "other"), "allow"],
    ["next network", `deny connect "10.0.0.0/8"`, at("0b000000", 1), "allow"],
    ["v4-mapped", `deny connect "10.0.0.0/8"`, at("00000000000000000000ffff0a000001", 1), "deny"],
    ["v6 is not v4", `deny connect "::/0"`, at("0a000001", 1), "allow"],
    ["v6", `deny connect "fd00::/16" udp`, at("fd000000000000000000000000000001", 9, "udp"), "deny"],
  ])("%s", (_, text, query, effect) => {
    expect(ask(text, "connect", query)).toBe(effect);
  });

  it.each([
    ["exact", `deny connect unix "@a"`, "a", "deny"],
    ["NUL is not padding", `deny connect unix "@a"`, "a\0", "allow"],
    ["a slash is a byte", `deny connect unix "@a*"`, "a/b", "deny"],
    ["any covers all names", "deny connect any", "", "deny"],
  ])("abstract: %s", (_, text, name, effect) => {
    expect(ask(text, "connect", { kind: "abstract", name: Buffer.from(name, "latin1") })).toBe(effect);
  });

  it("what has no place", () => {
    expect(ask("deny exec anonymous", "exec", { kind: "anonymous" })).toBe("deny");
    expect(ask("deny exec anonymous", "load", { kind: "anonymous" })).toBe("deny");
    expect(ask("deny connect any", "connect", { kind: "unnamed" })).toBe("deny");
    expect(ask("deny connect any port 1", "connect", { kind: "unnamed" })).toBe("allow");
  });
});
