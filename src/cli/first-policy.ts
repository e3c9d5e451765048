/** A project's first policy, as `policyc init` writes it. */
import { escapePattern, quoteText } from "../compiler/print-parts.js";
import type { Fitting, Project } from "./project.js";

/** In the one layout, and without anything that lint warns of. */
export function firstPolicy(project: Project): string {
  const { name, fitting, isRepository } = project;
  return [
    `# A first policy for ${inComment(name)}, written by \`policyc init\`: read it, change it, and try it with \`policyc test\`.`,
    "# The order of statements never matters, and adding a `deny` never permits more.",
    `policy ${quoteText(name)}`,
    "",
    "# What any program needs: terminals, `/dev/null`, its own descriptors.",
    'include "std:base"',
    "# Denies the places where secrets lie: keys, tokens, histories, `.env`.",
    'include "std:credentials"',
    ...(isRepository ? ["# Denies what git would run or obey outside of the session: hooks, your settings.", 'include "std:git"'] : []),
    ...fitting.flatMap(toolLines),
    "",
    "## The folder that the work is done in: `--set workspace=$PWD`.",
    "param workspace",
    "",
    "# Nothing is changed but what a rule here, or in what is included, allows.",
    "default deny write, create, delete, setattr",
    "# The network is open, save for what follows. To close it, say `default deny connect`, and allow addresses.",
    "default allow connect, bind",
    "",
    'allow modify "${workspace}/**", "/tmp/**", "/var/tmp/**"',
    "",
    "no-metadata: kill connect metadata",
    '  because "cloud metadata hands out credentials"',
    'no-policy: deny modify "${workspace}/agent.pol", "${workspace}/.pre-commit-config.yaml"',
    '  because "the rules are not the agent\'s to change"',
    ...originLines(project),
    "",
    ...testLines(project),
    "",
    'assert deny modify "/etc/**", "~/.bashrc", "~/.profile"',
    "",
  ].join("\n");
}

const TOOLS: Readonly<Record<string, string>> = {
  node: "Caches of npm, pnpm and Yarn", python: "Caches of pip, uv and Poetry", rust: "Cargo's caches and locks",
  go: "Go's module and build caches", java: "Repositories and caches of Maven and Gradle",
  "docker-build": "Layers and caches of image builders, not Docker's control socket",
};

/** Of a project with many parts. */
const MOST_NAMED = 3;

function toolLines({ policy, why }: Fitting): readonly string[] {
  const more = why.length > MOST_NAMED ? ` and ${why.length - MOST_NAMED} more` : "";
  return [`# ${TOOLS[policy] ?? policy}, for ${inComment(why.slice(0, MOST_NAMED).join(", "))}${more}.`, `include "std:${policy}"`];
}

function originLines({ origin }: Project): readonly string[] {
  if (origin === null) return [];
  return origin.bySsh ? ["", `# origin is reached by ssh at ${inComment(origin.host)}: private keys cannot be read, so keep them in an ssh-agent.`]
    : ["", `# origin is at ${inComment(origin.host)}: git's stored passwords cannot be read, so push from outside of the session.`];
}

function testLines({ environments, isRepository }: Project): readonly string[] {
  return [
    'test "the project is open, what is around it is not" with home = "/home/ada", workspace = "/w" {',
    '  allow create "/w/src/new"',
    '  allow write "/tmp/scratch"',
    '  deny write "/w/agent.pol"',
    '  deny write "/home/ada/.bashrc"',
    '  deny create "/usr/local/bin/tool"',
    ...(isRepository ? ['  deny create "/w/.git/hooks/pre-commit"', '  allow write "/w/.git/index"'] : []),
    "}",
    "",
    'test "secrets stay where they are" with home = "/home/ada", workspace = "/w" {',
    '  deny read "/home/ada/.ssh/id_ed25519"',
    '  allow read "/home/ada/.ssh/known_hosts"',
    ...environments.map((name) => `  deny read ${quoteText(escapePattern(`/w/${name}`))}`),
    '  kill connect "169.254.169.254" port 80',
    "}",
  ];
}

/** On one line, whatever the name of a file holds. */
const inComment = (text: string): string => quoteText(text).slice(1, -1);

/** For the `policyc` that is installed; one more of the list under `repos:`. */
export const PRE_COMMIT_ITEM = `  - repo: local
    hooks:
${(["fmt", "lint", "test"] as const).map((command) => `      - id: policyc-${command}
        name: policyc ${command}
        entry: policyc ${command}
        language: system
        files: \\.pol$
        require_serial: true
`).join("")}`;

export const PRE_COMMIT = `# What pre-commit (pre-commit.com) runs before each commit: \`pre-commit install\` once.
repos:
${PRE_COMMIT_ITEM}`;
