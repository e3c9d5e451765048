/** What the catalogue makes of the table's requests. */
import { loadPolicy } from "../../../src/compiler/include.js";
import { resolve } from "../../../src/compiler/resolve.js";
import { resolveTests } from "../../../src/compiler/resolve-tests.js";
import { readSource } from "../../../src/cli/read-sources.js";
import { runCases } from "../../../src/interpreter/run-cases.js";
import { composeFitted } from "../../../src/suggest/fit.js";
import { understand } from "../../../src/suggest/understand.js";
import type { AskedFor } from "./accesses.js";

const PATH = "asked.pol";

/** What is wrong; null where nothing is. */
export function missOf({ request, d = [], a = [], un = [] }: AskedFor): string | null {
  const proposal = understand(request, { from: null });
  const { text, problems, untranslated } = composeFitted(proposal, "a test", null, readSource);
  const left = untranslated.map(({ words }) => words);
  const unexpected = left.filter((words) => !un.some((one) => words.includes(one) || one.includes(words)));
  if (unexpected.length > 0) return `not understood: ${unexpected.join("; ")}`;
  const missing = un.find((words) => !left.some((one) => one.includes(words)));
  if (missing !== undefined) return `understood, and should not be: ${missing}`;
  if (problems.length > 0) return `does not stand up: ${problems[0]?.message ?? ""}`;
  const cases = [...d.map((one) => `deny ${one}`), ...a.map((one) => `allow ${one}`)];
  if (cases.length === 0 || text === null) return cases.length === 0 ? null : "nothing was drafted";
  return failing(text, cases);
}

/** To be denied is to be killed as well, to be allowed is to be recorded as well. */
function failing(draft: string, cases: readonly string[]): string | null {
  const workspace = /^param workspace$/m.test(draft) ? ', workspace = "/w"' : "";
  const text = `${draft.replace(/^test [^]*?^\}$/m, "")}\ntest "asked" with home = "/home/ada"${workspace} {\n${cases.join("\n")}\n}\n`;
  const loaded = loadPolicy(PATH, (path) => (path === PATH ? { path, text } : readSource(path)));
  if (!loaded.ok) throw new Error(`${loaded.diagnostics[0]?.message ?? ""}: ${text}`);
  const tests = resolveTests(loaded.value, { home: "/home/ada", params: {}, programs: [] });
  if (!tests.ok) throw new Error(`${tests.diagnostics[0]?.message ?? ""}: ${text}`);
  for (const test of tests.value) {
    const policy = resolve(loaded.value, test.bindings);
    if (!policy.ok) throw new Error(`${policy.diagnostics[0]?.message ?? ""}: ${text}`);
    for (const [i, one] of test.cases.entries()) {
      const effect = runCases(policy.value, [one])[0]?.decision.effect ?? "allow";
      if ((effect === "deny" || effect === "kill") !== (one.effect === "deny")) return `${cases[i] ?? ""}: decided ${effect}`;
    }
  }
  return null;
}
