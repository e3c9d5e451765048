/** Time to compare two large policies; argument: how many rules. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measure } from "./measure.js";

const [count = 10_000] = process.argv.slice(2).map(Number);

/** Of twenty rules: nine beneath a folder, five of a name anywhere, three with globs, three of addresses. */
function ruleOf(i: number): string {
  const effect = i % 3 === 0 ? "allow" : "deny";
  const tenant = `/srv/tenant-${i % 97}`;
  switch (i % 20) {
    case 0: case 1: case 2: return `${effect} read "${tenant}/project-${i}/**"`;
    case 3: case 4: return `${effect} modify "${tenant}/project-${i}/data/**" except "${tenant}/project-${i}/data/public-${i}"`;
    case 5: case 6: return `${effect} access "~/work-${i % 50}/repository-${i}/secrets"`;
    case 7: return `${effect} exec "/opt/tools-${i % 31}/bin/tool-${i}"`;
    case 8: return `${effect} read, write "${tenant}/project-${i}/logs/**", "/var/log/service-${i}/**"`;
    case 9: case 10: return `${effect} read "secret-${i}", "secret-${i}.old"`;
    case 11: return `${effect} modify "**/build-${i}/cache-${i % 13}/**"`;
    case 12: return `deny exec "program-${i}"`;
    case 13: return `${effect} read "*.suffix-${i}"`;
    case 14: return `${effect} write "${tenant}/project-*/report-${i}"`;
    case 15: return `${effect} read "${tenant}/project-${i}/[a-m]*.{key,pem}"`;
    case 16: return `${effect} create "${tenant}/*/upload-${i}-??.bin"`;
    case 17: return `${effect} connect "10.${(i >> 4) % 256}.${(i * 7) % 256}.0/24" port ${1024 + i % 5000}`;
    case 18: return `${effect} connect "fd00:${(i % 65_536).toString(16)}::/32", "192.0.2.${i % 256}" tcp`;
    default: return `${effect} connect unix "/run/service-${i}/*.sock"`;
  }
}

const policyOf = (rules: readonly string[], defaults: string): string => [`policy "large"`, defaults, ...rules, ""].join("\n");
const OLD_DEFAULTS = "default deny write, create, delete, setattr, connect";
const NEW_DEFAULTS = "default deny write, create, delete, setattr, connect, bind, exec";

/** What a review usually looks at: one rule in a thousand has another effect. */
const reviewedRules = (): readonly string[] => Array.from({ length: count }, (_, i) =>
  i % 1000 === 14 ? ruleOf(i).replace(/^\w+/, (effect) => effect === "allow" ? "audit" : "allow") : ruleOf(i));

/** Two in a hundred rules changed, one taken out, one put in, and everything in another order. */
function rewrittenRules(): readonly string[] {
  const kept = Array.from({ length: count }, (_, i) => i).filter((i) => i % 100 !== 7);
  const changed = kept.map((i) => i % 50 === 14 ? ruleOf(i).replace(/^\w+/, (effect) => effect === "allow" ? "audit" : "allow")
    : ruleOf(i));
  const added = Array.from({ length: Math.floor(count / 100) }, (_, i) => ruleOf(count + i * 7));
  return [...changed, ...added].sort((a, b) => (scatter(a) - scatter(b)) || (a < b ? -1 : 1));
}

/** Some order that has nothing to do with the rules' numbers, the same at every run. */
const scatter = (text: string): number =>
  Array.from(text).reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);

const folder = mkdtempSync(join(tmpdir(), "policyc-bench-"));
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
try {
  const rules = Array.from({ length: count }, (_, i) => ruleOf(i));
  const old = write("old.pol", policyOf(rules, OLD_DEFAULTS));
  measure(`${count} rules, 4 in 100 changed`, ["diff", old, write("rewritten.pol", policyOf(rewrittenRules(), OLD_DEFAULTS))]);
  measure(`${count} rules, 1 in 1,000 changed`, ["diff", old, write("reviewed.pol", policyOf(reviewedRules(), OLD_DEFAULTS))]);
  measure(`${count} rules, other defaults`, ["diff", old, write("defaults.pol", policyOf(rules, NEW_DEFAULTS))]);
  measure(`${count} rules, only reordered`, ["diff", old, write("reordered.pol", policyOf([...rules].reverse(), OLD_DEFAULTS))]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
