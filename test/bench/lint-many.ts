/** Time to lint many policies in one run; arguments: how many files, how many rules each. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const [files = 1000, rules = 20] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), "policyc-bench-"));
try {
  for (let i = 0; i < files; i++) {
    const lines = Array.from({ length: rules }, (_, n) => [
      `deny read "~/.secret-${n}/**" except "~/.secret-${n}/public"`,
      `allow modify "\${workspace}/part-${n}/**", "/tmp/part-${n}-*"`,
      `allow connect "10.${n}.0.0/16" port 443`,
    ][n % 3]);
    writeFileSync(join(folder, `${i}.pol`), [
      `policy "number ${i}"`, 'include "std:base"', "param workspace",
      "default deny write, create, delete, setattr, connect, bind", ...lines, "",
    ].join("\n"));
  }
  const begun = performance.now();
  const policyc = fileURLToPath(new URL("../../bin/policyc", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [policyc, "lint", folder], { encoding: "utf8" });
  console.log(`${files} policies of ${rules} rules: ${(performance.now() - begun).toFixed(0)} ms, status ${status}`);
  if (status !== 0) console.log(stderr.slice(0, 1000));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
