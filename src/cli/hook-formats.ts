/** What agents want: the settings by which they call us, and the form in which they take what we say. */
import { shellWord } from "./shell-word.js";

export const AGENTS = ["claude-code", "codex"] as const;
export type Agent = (typeof AGENTS)[number];

const TIMEOUT_SECONDS = 10;

/** `file`: of the messages; null: the one that the session's environment names. */
export function settingsFor(agent: Agent, file: string | null): string {
  const command = ["policyc", "feedback", ...(file === null ? [] : [shellWord(file)]), "--format", agent].join(" ");
  return agent === "codex" ? codexSettings(command) : claudeSettings(command);
}

/** Claude Code docs, "Hooks reference": a tool that fails is an event of its own. */
function claudeSettings(command: string): string {
  const hooks = [{ matcher: "*", hooks: [{ type: "command", command, timeout: TIMEOUT_SECONDS }] }];
  return `${JSON.stringify({ hooks: { PostToolUse: hooks, PostToolUseFailure: hooks } }, null, 2)}\n`;
}

/** Codex docs, "Hooks", tables in `config.toml`. Its strings have the escapes of JSON. */
const codexSettings = (command: string): string => `# Once, in Codex: /hooks shows it, to be trusted.
[[hooks.PostToolUse]]
matcher = "*"

[[hooks.PostToolUse.hooks]]
type = "command"
command = ${JSON.stringify(command)}
timeout = ${TIMEOUT_SECONDS}
`;

/** Claude Code takes 10,000 characters of what a hook says. */
const MOST_CHARACTERS = 8000;
const MOST_LINES = 20;

/** For a model to read; empty where there is nothing to say. */
export function messageOf(lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const shown = lastFitting(lines);
  const left = lines.length - shown.length;
  return [
    "The kernel refused some of what was tried, by the policy of this session. Trying the same again will not help: do what the"
      + " reason says instead, go on without it, or say that it is needed.",
    ...(left === 0 ? [] : [`(${left} earlier ones are left out)`]),
    ...shown.map((line) => `- ${line}`),
  ].join("\n");
}

function lastFitting(lines: readonly string[]): readonly string[] {
  let room = MOST_CHARACTERS;
  const fits = lines.slice(-MOST_LINES).reverse().map((line) => {
    room -= line.length;
    return room > 0;
  });
  const count = fits.includes(false) ? Math.max(1, fits.indexOf(false)) : fits.length;
  return lines.slice(-count).map((line) => line.slice(0, MOST_CHARACTERS));
}

/** The same for both: Codex takes no other fields. `input`: what the agent wrote to the hook. */
export function hookOutput(message: string, input: string): string {
  return `${JSON.stringify({ hookSpecificOutput: { hookEventName: eventIn(input), additionalContext: message } })}\n`;
}

const USUAL_EVENT = "PostToolUse";

/** What we say has to name the event that we were called for. */
function eventIn(input: string): string {
  try {
    const parsed: unknown = JSON.parse(input);
    if (typeof parsed !== "object" || parsed === null || !("hook_event_name" in parsed)) return USUAL_EVENT;
    return typeof parsed.hook_event_name === "string" ? parsed.hook_event_name : USUAL_EVENT;
  } catch {
    return USUAL_EVENT;
  }
}
