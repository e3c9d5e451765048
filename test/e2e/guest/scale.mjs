// 20,000 anchored and 20,000 floating rules.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { brief, check, image, session, suite } from "./harness.mjs";

const TOP = "/srv/scale";
const DENIED = [
  `${TOP}/d0/e0/f0/inner`, `${TOP}/d98/e998/f19998/a/b/c`, `${TOP}/d3/e3/name.k3`, `${TOP}/d99/e999/.k19999`,
  `${TOP}/secret-0`, `${TOP}/d5/other/secret-19997`, "/srv/secret-10001", `${TOP}/x/a-name-of-more-than-28-bytes-19998`,
  `${TOP}/any.s3`, `${TOP}/d1/e1/any.s19999`, `${TOP}/d1/e1/f1/secret-7`,
];
const PERMITTED = [
  `${TOP}/d0/e0/f20000/inner`, `${TOP}/d1/e0/f0/inner`, `${TOP}/d3/e3/name.k4`, `${TOP}/d3/name.k3`, `${TOP}/secret-20000`,
  `${TOP}/secret-00`, `${TOP}/secret-`, `${TOP}/xsecret-1`, `${TOP}/x/a-name-of-more-than-28-bytes-19999`, `${TOP}/any.s4`,
];

export function runScale() {
  suite("scale");
  for (const path of [...DENIED, ...PERMITTED]) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "content\n");
  }
  const start = Date.now();
  const result = session(image("scale"), ["/bin/bash", "-c",
    'for path; do if { : <"$path"; } 2>/dev/null; then echo "permitted $path"; else echo "denied $path"; fi; done',
    "sh", ...DENIED, ...PERMITTED]);
  check("a session under 40,000 rules", result.status === 0, result.err);
  for (const path of DENIED) check(`denied: ${path}`, result.out.includes(`denied ${path}\n`));
  for (const path of PERMITTED) check(`permitted: ${path}`, result.out.includes(`permitted ${path}\n`));
  check("events name the rules", result.events.length > 0
    && result.events.reduce((sum, { count = 1 }) => sum + count, 0) === DENIED.length
    && result.events.every(({ rule }) => rule !== null), brief(result.events));
  process.stdout.write(`# start, 21 files and end: ${Date.now() - start} ms\n`);
}
