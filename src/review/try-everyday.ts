/** What a policy does to each access of an agent's day. */
import { accessText } from "../compiler/access.js";
import { invariant } from "../compiler/diagnostic.js";
import { parse } from "../compiler/parse.js";
import { quoteText } from "../compiler/print-parts.js";
import { resolveTests } from "../compiler/resolve-tests.js";
import { runCases } from "../interpreter/run-cases.js";
import { EVERYDAY } from "./everyday.js";
import type { Folders } from "./places.js";
import type { EverydayAccess, Reviewed } from "./review.js";

export function tryEveryday(draft: Reviewed, present: Reviewed, { home, workspace }: Folders): readonly EverydayAccess[] {
  return EVERYDAY.flatMap(({ name, cases }) => {
    const lines = cases.map((line) => `  allow ${line.replace(/"~(?=\/|")/g, () => quoteText(home).slice(0, -1)).replace(/"@(?=\/|")/g, () => quoteText(workspace).slice(0, -1))}`);
    const parsed = parse({ path: "everyday", text: `test "everyday" {\n${lines.join("\n")}\n}\n` });
    invariant(parsed.ok, `a case of \`${name}\` cannot be parsed`);
    const tried = [present, draft].map(({ loaded, resolved }) => {
      const tests = resolveTests({ ...loaded, root: parsed.value }, resolved.bindings);
      invariant(tests.ok, `a case of \`${name}\` is wrong: ${tests.ok ? "" : tests.diagnostics[0]?.message ?? ""}`);
      return tests.value.flatMap((test) => test.cases.flatMap((one) => runCases(resolved, [one])));
    });
    const [before, after] = tried;
    return (after ?? []).map(({ attempt, decision: { effect, rule } }, i): EverydayAccess => ({
      activity: name, access: accessText(attempt.op, attempt), attempt, before: before?.[i]?.decision.effect ?? "allow", after: effect,
      rule: rule === null ? null : draft.resolved.rules[rule]?.id ?? null,
    }));
  });
}
