/** The policies that PATH… of `fmt` and `lint` stands for. */
import { readdirSync, statSync } from "node:fs";
import { join, normalize } from "node:path";
import { type Attempt, fail, reasonOf, STATUS, succeed } from "./exit.js";
import { STDIN } from "./read-sources.js";

const STD = "std:";
const EXTENSION = ".pol";
/** Folders that hold what others wrote. */
const SKIPPED = new Set([".git", "node_modules"]);

/** Each once, in the order given; those of a folder sorted. A path that is no folder is taken whatever its name is. */
export function policyFiles(paths: readonly string[]): Attempt<readonly string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    const files = filesOf(path);
    if (!files.ok) return files;
    for (const file of files.value) found.add(file);
  }
  return succeed([...found]);
}

function filesOf(path: string): Attempt<readonly string[]> {
  if (path === STDIN || path.startsWith(STD)) return succeed([path]);
  try {
    if (!statSync(path).isDirectory()) return succeed([normalize(path)]);
    const files = below(normalize(path));
    return files.length > 0 ? succeed(files) : fail(STATUS.usage, `there is no \`*${EXTENSION}\` below \`${path}\``);
  } catch (thrown) {
    return fail(STATUS.usage, `cannot read \`${path}\`: ${reasonOf(thrown)}`);
  }
}

/** Symbolic links to folders are not followed: they may lead anywhere, and in circles. */
function below(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : below(path);
    return entry.name.endsWith(EXTENSION) && (entry.isFile() || isFileBehindLink(path)) ? [path] : [];
  });
}

function isFileBehindLink(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
