/** Time to lint many policies in one run; arguments: how many files, how many rules each. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measure } from "./measure.js";

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
  measure(`${files} policies of ${rules} rules`, ["lint", folder]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
