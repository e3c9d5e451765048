/** Address and port tables: what is in them, and that it is no more than needed. */
import { describe, expect, it } from "vitest";
import { buildAddressTables } from "../../src/compiler/tries/build.js";
import { combine, constant, portPrefixes, within } from "../../src/compiler/tries/steps.js";
import type { AddressTables } from "../../src/compiler/tries/tables.js";
import { accepted } from "./front-end.js";

function tables(text: string): AddressTables {
  const built = buildAddressTables(accepted(text).ir);
  if (!built.ok) throw new Error("a bound is exceeded");
  return built.value;
}

function networks(text: string): readonly string[] {
  return tables(text).addresses4.map(({ address, prefixLength }) => `${address}/${prefixLength}`);
}

describe("ports", () => {
  it.each([
    [0, 65535, ["0/0"]],
    [443, 443, ["443/16"]],
    [1, 2, ["1/16", "2/16"]],
    [1024, 65535, ["1024/6", "2048/5", "4096/4", "8192/3", "16384/2", "32768/1"]],
    [0, 2, ["0/15", "2/16"]],
    [65535, 65535, ["65535/16"]],
    [8000, 8999, ["8000/10", "8064/9", "8192/7", "8704/8", "8960/11", "8992/13"]],
  ])("%i to %i are the fewest blocks", (first, last, blocks) => {
    expect(portPrefixes(within([{ first, last }], 1), 0).map(({ port, bits }) => `${port}/${bits}`).sort()).toEqual([...blocks].sort());
  });

  it("adjacent intervals become one", () => {
    expect(within([{ first: 1, last: 2 }, { first: 3, last: 4 }], 7)).toEqual([{ from: 0, word: 0 }, { from: 1, word: 7 }, { from: 5, word: 0 }]);
  });

  it("combines port by port", () => {
    const steps = combine(within([{ first: 10, last: 20 }], 5), within([{ first: 15, last: 65535 }], 9), Math.max);
    expect(steps).toEqual([{ from: 0, word: 0 }, { from: 10, word: 5 }, { from: 15, word: 9 }]);
    expect(combine(constant(3), constant(1), Math.max)).toEqual([{ from: 0, word: 3 }]);
  });
});

describe("addresses", () => {
  it("always hold the empty prefix", () => {
    expect(networks(`deny read "/a"`)).toEqual(["00000000/0"]);
    expect(tables(`deny connect "10.0.0.0/8"`).addresses6).toHaveLength(1);
  });

  it("a value holds what shorter prefixes say", () => {
    const { addresses4 } = tables(`deny connect "10.0.0.0/8"\nallow connect "10.1.0.0/16"\nkill connect "10.1.2.0/24"`);
    const effects = addresses4.map(({ words }) => (words[0]?.[1] ?? 0) >>> 29);
    // The /16 says deny, as its parent does: it is left out.
    expect(effects).toEqual([0, 3, 4]);
  });

  it("a prefix with its parent's value is left out", () => {
    expect(networks(`deny connect "10.0.0.0/8", "10.1.0.0/16"`)).toEqual(["00000000/0", "0a000000/8"]);
    expect(networks(`deny connect "10.0.0.0/8"\ndeny connect "10.1.0.0/16"`)).toEqual(["00000000/0", "0a000000/8"]);
  });

  it("an except takes back what a shorter prefix gave", () => {
    const { addresses4 } = tables(`deny connect "10.0.0.0/8" except "10.1.0.0/16"`);
    expect(addresses4.map(({ words }) => (words[0]?.[0] ?? 0) >>> 29)).toEqual([0, 3, 0]);
  });

  it("a protocol without ports matches no rule that asks for one", () => {
    const [all] = tables(`deny connect "0.0.0.0/0" tcp\nkill connect "0.0.0.0/0" port 0-65535`).addresses4;
    expect(all?.words[0]?.map((word) => word >>> 29)).toEqual([0, 4, 4]);
  });

  it("equal port lists share a class", () => {
    const { ports, addresses4 } = tables(`allow connect "10.0.0.0/8" port 443 tcp, "11.0.0.0/8" port 443 tcp`);
    expect(ports).toHaveLength(1);
    expect(addresses4.map((row) => row.ports)).toEqual([0, 1, 1]);
  });

  it("many networks take about linear time", () => {
    const list = (count: number): string =>
      Array.from({ length: count }, (_, i) => `deny connect "10.${i >> 8}.${i & 255}.0/24"\n`).join("");
    const { ir } = accepted(list(4000));
    const started = performance.now();
    const built = buildAddressTables(ir);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(built.ok && built.value.addresses4.length).toBe(4001);
  });
});
