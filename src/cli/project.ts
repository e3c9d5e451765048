/** What a folder tells about the work that is done in it. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Attempt, fail, reasonOf, STATUS, succeed } from "./exit.js";

/** A standard policy that fits, and the files that say so. */
export interface Fitting {
  /** Without `std:`. */
  readonly policy: string;
  /** Paths below the project. */
  readonly why: readonly string[];
}

export interface Project {
  readonly name: string;
  /** In the order of `SIGNS`. */
  readonly fitting: readonly Fitting[];
  /** Paths of files of environment variables, below the project. */
  readonly environments: readonly string[];
  readonly isRepository: boolean;
  /** Host of the remote `origin`, and whether it is reached by ssh; null where there is none. */
  readonly origin: { readonly host: string; readonly bySsh: boolean } | null;
}

/** File names, by the standard policy of the tool that they belong to. */
const SIGNS: readonly (readonly [string, RegExp])[] = [
  ["node", /^(package\.json|package-lock\.json|pnpm-lock\.yaml|yarn\.lock)$/],
  ["python", /^(pyproject\.toml|requirements.*\.txt|setup\.(py|cfg)|Pipfile|uv\.lock|poetry\.lock)$/],
  ["rust", /^Cargo\.(toml|lock)$/],
  ["go", /^go\.(mod|work)$/],
  ["java", /^(pom\.xml|(build|settings)\.gradle(\.kts)?)$/],
  ["docker-build", /^((Dockerfile|Containerfile)(\..+)?|(docker-)?compose\.ya?ml)$/],
];
const ENVIRONMENT = /^\.env(\..+)?$/;
/** Values without secrets, there to be copied. */
const EXAMPLE = /\.(example|sample|template|dist|defaults)$/;

export function inspectProject(folder: string): Attempt<Project> {
  try {
    if (!statSync(folder).isDirectory()) return fail(STATUS.usage, `\`${folder}\` is not a folder`);
    const files = filesIn(folder);
    const called = (sign: RegExp): readonly string[] => files.filter((file) => sign.test(basename(file)));
    const fitting = SIGNS.map(([policy, sign]) => ({ policy, why: called(sign) }));
    return succeed({
      name: basename(resolve(folder)), fitting: fitting.filter(({ why }) => why.length > 0),
      environments: called(ENVIRONMENT).filter((file) => !EXAMPLE.test(file)),
      isRepository: existsSync(join(folder, ".git")), origin: originOf(join(folder, ".git", "config")),
    });
  } catch (thrown) {
    return fail(STATUS.usage, `cannot read \`${folder}\`: ${reasonOf(thrown)}`);
  }
}

/** Where the parts of a project lie: `frontend/package.json`, `packages/web/package.json`. */
const LEVELS_BELOW = 2;
/** What tools made or fetched. */
const NOT_OF_THE_PROJECT = /^(\..*|node_modules|vendor|target|build|dist|venv)$/;

/** Paths below `folder`; those at the top first, and each folder's sorted. */
function filesIn(folder: string): readonly string[] {
  const files: string[] = [];
  let folders = [""];
  for (let level = 0; level <= LEVELS_BELOW; level++) {
    const entries = folders.flatMap((path) => entriesOf(folder, path));
    files.push(...entries.flatMap(({ path, isFolder }) => isFolder ? [] : [path]));
    folders = entries.flatMap(({ path, isFolder }) => isFolder && !NOT_OF_THE_PROJECT.test(basename(path)) ? [path] : []);
  }
  return files;
}

function entriesOf(top: string, path: string): readonly { readonly path: string; readonly isFolder: boolean }[] {
  try {
    return readdirSync(join(top, path), { withFileTypes: true }).map((entry) => ({ path: join(path, entry.name), isFolder: entry.isDirectory() }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  } catch (thrown) {
    // A part that is not ours to see tells nothing; of the whole the user is told.
    if (path === "") throw thrown;
    return [];
  }
}

/** From git's own file: git itself would run what is configured there. */
function originOf(config: string): Project["origin"] {
  // A work tree has a file for `.git`.
  if (!existsSync(config)) return null;
  const section = /^\[remote "origin"\]$([^[]*)/m.exec(readFileSync(config, "utf8"))?.[1] ?? "";
  const url = /^\s*url\s*=\s*(\S+)\s*$/m.exec(section)?.[1] ?? "";
  const [, scheme, host] = /^(?:(ssh|git|https?):\/\/)?(?:[^@/:]+(?::[^@/]*)?@)?([\w.-]+)[:/]/.exec(url) ?? [];
  if (host === undefined) return null;
  return { host, bySsh: scheme === "ssh" || (scheme === undefined && url.includes(":")) };
}
