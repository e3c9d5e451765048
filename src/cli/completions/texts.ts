/** What the scripts of all shells have in common. */
import { PRIVILEGES } from "../../compiler/ast.js";

export const SCRIPT_HEAD = (shell: string): string =>
  `# Completion of policyc for ${shell}, printed by \`policyc completions ${shell}\`.`;

/** All in one line; none holds a character that a shell treats specially. */
export const PRIVILEGE_WORDS = PRIVILEGES.join(" ");
