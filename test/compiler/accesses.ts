/** Accesses that meet the generated policies. */
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import type { Access } from "../../src/compiler/access.js";
import { addressText, canonicalPath } from "./generators.js";

export function access(): fc.Arbitrary<Access> {
  const fileOp = fc.constantFrom("read", "write", "create", "delete", "setattr", "exec", "load");
  const networkOp = fc.constantFrom("connect", "bind");
  const path = canonicalPath().map((text) => Buffer.from(text).toString("latin1"));
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("path"), op: fileOp, path }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("anonymous"), op: fileOp }) },
    { weight: 4, arbitrary: networkAccess() },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("unix-path"), op: networkOp, path }) },
    { weight: 1, arbitrary: fc.record({
      kind: fc.constant("unix-abstract"), op: networkOp, name: fc.constantFrom("", "a", "b", "ab", "a/b", "/", "\xff"),
    }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("unix-unnamed"), op: networkOp }) },
  );
}

export function networkAccess(): fc.Arbitrary<Extract<Access, { kind: "network" }>> {
  return fc.tuple(
    addressText(), fc.constantFrom("connect", "bind"), fc.constantFrom(0, 53, 80, 81, 442, 443, 444, 65_535),
    fc.constantFrom("tcp", "udp", "other"),
  ).map(([text, op, port, protocol]) => {
    const address = ipaddr.parse(text).toByteArray();
    return { kind: "network", op, family: address.length === 4 ? 4 : 6, address, port, protocol };
  });
}
