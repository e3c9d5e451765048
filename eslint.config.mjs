import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import js from "@eslint/js";
import importX, { createNodeResolver } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

const ROOT = fileURLToPath(new URL(".", import.meta.url));

/**
 * The order in which a policy travels. A file of `src/compiler` may import from its own row and from the rows above it.
 * Generated files hold types and numbers, import nothing, and belong to every row.
 */
const STAGES = [
  ["diagnostic", "messages", "suggest-name", "other-words", "line-index", "layout", "escape-bytes", "lazily"],
  ["ast"],
  // text → syntax tree, and back
  ["tokens", "numbers", "strings", "comments", "expected", "statement-starts", "mark-statements", "close-strings",
    "foreign-comments", "lex",
    "check-nesting", "check-placement", "parser-parts", "parser", "syntax-help", "syntax-errors", "cst-to-ast", "plain-rules", "parse", "include",
    "print-lines", "print-parts", "print", "format"],
  // syntax tree → resolved tree, and what may be wrong with it
  ["resolved", "access", "operations", "endpoints", "networks", "pattern/", "program-links", "substitute",
    "unfold-blocks", "resolve-defaults", "resolve-names", "resolve-targets", "resolve-conditions", "resolve-history", "escape-sockets", "resolve", "resolve-tests", "require-review"],
  // what may be a mistake in either
  ["checks/"],
  // resolved tree → IR
  ["lower-targets", "lower-conditions", "lower-escape-sockets", "lower"],
  // IR → automata and tries
  ["conditions", "verdict", "sayings", "automaton/", "tries/"],
  // questions about policies, answered exactly
  ["reason/", "context-text", "prove-asserts"],
  // automata and tries → image, and back
  ["image/", "entry-words", "entries-of-memory", "entries"],
  ["compile"],
  ["lint-needs", "lint-exact", "lint-memory", "lint", "prove-for-any"],
];

const filesBelow = (folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".gen.ts"))
  .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)));

const holds = (stage, file) => stage.some((name) => (name.endsWith("/")
  ? file.startsWith(`src/compiler/${name}`) : file === `src/compiler/${name}.ts`));

const compilerFiles = filesBelow("src/compiler");
const unplaced = compilerFiles.filter((file) => !STAGES.some((stage) => holds(stage, file)));
if (unplaced.length > 0) throw new Error(`give these files a stage in eslint.config.mjs: ${unplaced.join(", ")}`);

const OUTSIDE = ["src/cli", "src/runtime", "src/suggest", "src/interpreter", "src/simulator", "src/learn"];
const message = "imports go one way: see the stages in eslint.config.mjs";

const stageZones = STAGES.map((stage, row) => ({
  target: compilerFiles.filter((file) => holds(stage, file)).map((file) => `./${file}`),
  from: [...compilerFiles.filter((file) => STAGES.slice(row + 1).some((later) => holds(later, file))), ...OUTSIDE]
    .map((path) => `./${path}`),
  message,
}));

const LATE_STAGES = compilerFiles.filter((file) => STAGES.slice(5).some((stage) => holds(stage, file)));

const ZONES = [
  ...stageZones,
  { target: "./src/runtime", from: ["./src/cli", "./src/suggest", "./src/learn"].map(String), message },
  // A second opinion on the language: it may share the tree with the compiler, and no more.
  { target: "./src/interpreter", from: [...OUTSIDE.filter((path) => path !== "src/interpreter"), ...LATE_STAGES]
    .map((path) => `./${path}`), message: "the interpreter shares nothing with the compiler but the tree" },
  { target: "./src/learn", from: ["src/cli", "src/runtime", "src/suggest", "src/simulator"].map((path) => `./${path}`), message },
  { target: "./src/simulator", from: OUTSIDE.filter((path) => path !== "src/simulator").map((path) => `./${path}`),
    message: "the simulator knows the image's bytes, nothing else" },
];

/** Modules that reach outside of the process; node:path/posix and node:zlib compute, and so do hashes. */
const EFFECTFUL = ["fs", "fs/promises", "child_process", "cluster", "console", "dgram", "dns", "http", "http2", "https",
  "inspector", "net", "os", "path", "process", "readline", "repl", "timers", "tls", "tty", "url", "vm",
  "worker_threads", "crypto", "module"];
const PURE_NAMES = { crypto: { allowImportNames: ["createHash"] } };

const NODE_GLOBALS = Object.fromEntries(
  ["Buffer", "URL", "console", "fetch", "process", "setTimeout", "setInterval", "clearTimeout", "clearInterval",
    "performance", "structuredClone", "TextDecoder", "TextEncoder"].map((name) => [name, "readonly"]));

export default tseslint.config(
  { ignores: ["dist", "build", "node_modules", "**/*.gen.ts", "test/e2e/fixtures"] },
  js.configs.recommended,
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: NODE_GLOBALS },
  },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: ROOT } },
    plugins: { "import-x": importX },
    settings: {
      "import-x/extensions": [".ts"],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
      "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".js"],
        extensionAlias: { ".js": [".ts", ".js"] } })],
    },
    rules: {
      "import-x/no-cycle": "error",
      "import-x/no-default-export": "error",
      "import-x/no-restricted-paths": ["error", { basePath: ROOT, zones: ZONES }],
      // `as const` is not an assertion to this rule.
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Columns are counted in code points.
      "@typescript-eslint/no-misused-spread": ["error", { allow: ["string"] }],
    },
  },
  {
    files: ["src/compiler/**", "src/interpreter/**", "src/simulator/**", "src/learn/**"],
    rules: {
      "no-restricted-imports": ["error", { paths: EFFECTFUL.flatMap((name) => [name, `node:${name}`]
        .map((path) => ({ name: path, ...PURE_NAMES[name], message: "this code is pure: files, clocks and network are src/cli's and src/runtime's" }))) }],
      "no-restricted-globals": ["error", "process", "console", "fetch", "performance", "setTimeout", "setInterval"],
      "no-restricted-properties": ["error", { object: "Date", property: "now" }, { object: "Math", property: "random" }],
    },
  },
  {
    // vitest and eslint want theirs.
    files: ["*.config.ts", "*.config.mjs"],
    rules: { "import-x/no-default-export": "off" },
  },
);
