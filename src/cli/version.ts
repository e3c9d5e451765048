import { readFileSync } from "node:fs";
import { PACKAGE_JSON } from "../runtime/package-paths.js";

/** As package.json has it. */
export function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(PACKAGE_JSON, "utf8"));
  return typeof parsed === "object" && parsed !== null && "version" in parsed ? String(parsed.version) : "unknown";
}
