/** Time, memory and sizes of large policies; arguments: how many anchored, floating and network rules. */
import { buildPathTables } from "../../src/compiler/automaton/build.js";
import { DEFAULT_BOUNDS } from "../../src/compiler/automaton/bounds.js";
import { decodeImage } from "../../src/compiler/image/decode.js";
import { encodeImage } from "../../src/compiler/image/encode.js";
import type { Component, Ir, Rule, Selector } from "../../src/compiler/ir.gen.js";
import { buildAddressTables } from "../../src/compiler/tries/build.js";
import { accepted } from "../compiler/front-end.js";

function literal(name: string): Component {
  return { kind: "literal", name };
}

function rule(number: number, selector: Selector): Rule {
  const network = selector.kind === "network";
  return {
    id: `r:${number}`,
    effect: number % 3 === 0 ? "allow" : "deny",
    operations: network ? ["connect"] : number % 2 === 0 ? ["read"] : ["write", "create", "delete", "setattr"],
    match: [selector],
    except: [],
    privileges: [],
    args: null,
    when: null,
    because: null,
    source: { file: "r", line: number + 1, column: 1 },
  };
}

function path(...components: Component[]): Selector {
  return { kind: "path", text: "…", components };
}

function anchored(i: number): Selector {
  const tail: Component[] = i % 2 === 0 ? [{ kind: "globstar" }] : [];
  return path(literal("srv"), literal(`tenant-${i % 97}`), literal(`project-${i}`), literal("data"), ...tail);
}

function floating(i: number): Selector {
  const star: Component = { kind: "globstar" };
  if (i % 20 === 0) return path(star, { kind: "affix", prefix: "", suffix: `.ext${i}` });
  if (i % 20 === 1) return path(star, { kind: "affix", prefix: `pre${i}-`, suffix: "" });
  if (i % 20 === 2) return path(star, literal(`name-${i - 1}`), literal("inner"), star);
  return path(star, literal(`name-${i}`));
}

function network(i: number): Selector {
  const address = (0x0a000000 + i * 256).toString(16).padStart(8, "0");
  return {
    kind: "network", family: 4, address, prefixLength: 24, protocol: null,
    ports: i % 4 === 0 ? [{ first: 443, last: 443 }] : null,
  };
}

function policy(selectors: readonly Selector[]): Ir {
  return {
    ...accepted("").ir,
    rules: selectors.map((selector, number) => rule(number, selector)),
  };
}

function timed<T>(what: string, work: () => T): T {
  const start = performance.now();
  const before = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(before);
  const rss = Math.round(process.memoryUsage().rss / 2 ** 20);
  const wall = Math.round(performance.now() - start);
  console.log(`${what}: ${wall} ms (${Math.round((user + system) / 1000)} ms of CPU), ${rss} MiB resident`);
  return value;
}

const [anchors = 20000, floats = 20000, networks = 10000] = process.argv.slice(2).map(Number);
const ir = policy([
  ...Array.from({ length: anchors }, (_, i) => anchored(i)),
  ...Array.from({ length: floats }, (_, i) => floating(i)),
  ...Array.from({ length: networks }, (_, i) => network(i)),
]);
const paths = timed("automata", () => buildPathTables(ir, DEFAULT_BOUNDS));
const addresses = timed("tries", () => buildAddressTables(ir));
if (!paths.ok || !addresses.ok) {
  console.log(paths, addresses);
  process.exitCode = 1;
} else {
  const image = timed("encode", () => encodeImage(ir, paths.value, addresses.value));
  const decoded = timed("decode", () => decodeImage(image));
  const { lanes, states, edges, prefixes, suffixes, classes, globRows, records } = paths.value;
  console.log({
    rules: ir.rules.length, lanes, states: states.length, edges: edges.length, prefixes: prefixes.length,
    suffixes: suffixes.length, classes: classes.length, globRows: globRows.length, records: records.length,
    addresses4: addresses.value.addresses4.length, ports: addresses.value.ports.length,
    imageMiB: Math.round(image.length / 2 ** 20 * 10) / 10, decoded: decoded.ok ? "valid" : decoded.reason,
  });
}
