/** The command line: what there is, and which file does it. A command is imported when it is called. */
import { Argument, Command, CommanderError, Option } from "commander";
import type { CompileOptions } from "./compile.js";
import type { DiffOptions } from "./diff.js";
import type { DoctorOptions } from "./doctor.js";
import { STATUS } from "./exit.js";
import type { EventsOptions } from "./events.js";
import type { ExplainOptions } from "./explain.js";
import type { FeedbackOptions } from "./feedback.js";
import type { FmtOptions } from "./fmt.js";
import type { HookOptions } from "./hook.js";
import { type Agent, AGENTS } from "./hook-formats.js";
import type { InspectOptions } from "./inspect.js";
import type { LearnOptions } from "./learn.js";
import type { LintOptions } from "./lint.js";
import type { LoadOptions } from "./load.js";
import { addBindingOptions, repeatable } from "./options.js";
import type { ReloadOptions } from "./reload.js";
import type { ApproveOptions } from "./approve.js";
import type { ReviewOptions } from "./review.js";
import type { RunOptions } from "./run.js";
import type { StatusOptions } from "./status.js";
import type { SuggestOptions } from "./suggest.js";
import { writeErr, writeOut } from "./terminal.js";
import type { TestOptions } from "./test.js";
import { packageVersion } from "./version.js";

const POLICY_ARGUMENT = "a policy; - is standard input";

/** `finish` takes the exit status of the command that ran. */
export function createProgram(finish: (status: number) => void): Command {
  const program = new Command("policyc")
    .description("Compiles policies, and runs commands under them: the kernel itself refuses what a policy denies.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .enablePositionalOptions()
    .showHelpAfterError("(policyc --help shows what there is)")
    .configureOutput({ writeOut, writeErr, outputError: (text, write) => { write(text); } })
    .exitOverride()
    .addHelpText("after", example("policyc run agent.pol -- my-agent", "policyc explain agent.pol read ~/.ssh/id_rsa")
      + "\nExit status: 0 done, 1 the policy is at fault, 2 the command line is,\n3 the machine is.\n");
  addCompile(program, finish);
  addLint(program, finish);
  addFmt(program, finish);
  addTest(program, finish);
  addDiff(program, finish);
  addExplain(program, finish);
  addInspect(program, finish);
  addSuggest(program, finish);
  addReview(program, finish);
  addApprove(program, finish);
  addRun(program, finish);
  addLearn(program, finish);
  addLoad(program, finish);
  addStatus(program, finish);
  addEvents(program, finish);
  addReload(program, finish);
  addUnload(program, finish);
  addHook(program, finish);
  addFeedback(program, finish);
  addDoctor(program, finish);
  addInit(program, finish);
  addCompletions(program, finish);
  for (const command of program.commands) command.showHelpAfterError(hintFor(command.name()));
  addHelpByName(program, finish);
  return program;
}

function hintFor(command: string): string {
  const hint = `(policyc ${command} --help shows what there is)`;
  return command === "run" ? `help: policyc run FILE -- CMD…\n${hint}` : hint;
}

/** `policyc help` and `policyc version`, as many others have them; `--help` shows the flags alone. */
function addHelpByName(program: Command, finish: Finish): void {
  program.command("help [command]", { hidden: true }).action((name: string | undefined) => {
    const found = program.commands.find((command) => command.name() === name);
    if (name === undefined) program.outputHelp();
    else if (found !== undefined) found.outputHelp();
    else program.error(`error: unknown command '${name}'`);
    finish(STATUS.done);
  });
  program.command("version", { hidden: true }).action(() => {
    writeOut(`${packageVersion()}\n`);
    finish(STATUS.done);
  });
}

type Finish = (status: number) => void;

const example = (...lines: readonly string[]): string =>
  `\nExample${lines.length === 1 ? "" : "s"}:\n${lines.map((line) => `  $ ${line}\n`).join("")}`;

function addCompile(program: Command, finish: Finish): void {
  addBindingOptions(program.command("compile"))
    .description("compile a policy to an image that run loads")
    .argument("<file>", POLICY_ARGUMENT)
    .option("-o, --output <out.polc>", "where to (default: FILE with .polc; - is standard output)")
    .addOption(new Option("--emit <what>", "the image, the rules as JSON, or every map entry in words")
      .choices(["image", "ir", "entries"]).default("image"))
    .addHelpText("after", example(
      "policyc compile agent.pol --set workspace=/srv/app", "policyc compile agent.pol --emit ir"))
    .action(async (file: string, options: CompileOptions) => {
      finish((await import("./compile.js")).compileCommand(file, options));
    });
}

function addLint(program: Command, finish: Finish): void {
  addBindingOptions(program.command("lint"))
    .description("say what is wrong with policies, and what may be")
    .argument("<path...>", "policies, and folders to search for *.pol; - is standard input")
    .addOption(new Option("--format <name>", "how to say it")
      .choices(["pretty", "json", "sarif", "github"]).default("pretty"))
    .option("--json", "the same as --format json")
    .option("--fix",
      "change what can be changed without changing what the policy means; standard input is printed with the changes")
    .option("--here", "look for symbolic links of this machine in the patterns")
    .addHelpText("after", example("policyc lint agent.pol policies/", "policyc lint --format sarif . > policyc.sarif")
      + "\nA parameter needs no value here. `# lint-ignore CODE reason` before a statement,\nor at its end, silences one warning about it.\n"
      + "Exit status: 1 for errors, 0 for warnings alone.\n")
    .action(async (paths: readonly string[], options: LintOptions) => {
      finish((await import("./lint.js")).lintCommand(paths, options));
    });
}

function addFmt(program: Command, finish: Finish): void {
  program.command("fmt")
    .description("bring policies into the one layout; comments stay")
    .argument("<path...>", "policies, and folders to search for *.pol; - is standard input, formatted to standard output")
    .option("--check", "change nothing; list what would change (status 1)")
    .addHelpText("after", example("policyc fmt agent.pol policies/", "policyc fmt --check ."))
    .action(async (paths: readonly string[], options: FmtOptions) => {
      finish((await import("./fmt.js")).fmtCommand(paths, options));
    });
}

function addTest(program: Command, finish: Finish): void {
  addBindingOptions(program.command("test"))
    .description("try the tests of policies, and prove their assertions")
    .argument("<path...>", "policies, and folders to search for *.pol; - is standard input")
    .addOption(new Option("--format <name>", "how to say it").choices(["pretty", "json", "tap"]).default("pretty"))
    .option("--json", "the same as --format json")
    .option("--coverage", "say which rules and excepts no case decided")
    .addHelpText("after", example("policyc test agent.pol policies/", "policyc test --coverage agent.pol")
      + "\nWhat a test does not bind itself is bound by --set and --home. Where nobody\nbinds a parameter, an assertion that depends on it is proved for a value that\nJSON and TAP call \"assumed\".\n")
    .action(async (paths: readonly string[], options: TestOptions) => {
      finish((await import("./test.js")).testCommand(paths, options));
    });
}

function addExplain(program: Command, finish: Finish): void {
  addBindingOptions(program.command("explain"))
    .description("say what a policy decides about one access, and by which rule")
    .argument("<file>", `${POLICY_ARGUMENT}; alone: std:NAME prints that policy, the code of a diagnostic what it means`)
    .argument("[op]", "read, write, create, delete, setattr, exec, load, connect, bind or privilege")
    .argument("[target]", "a path (absolute or ~/…), an address, unix:/path, unix:@name, anonymous, a privilege; for exec also a name along PATH")
    .option("--all <target>", "every operation on this target, as a table; instead of OP TARGET; a name is a program along PATH")
    .option("--port <n>", "the port, for an address")
    .option("--udp", "UDP instead of TCP")
    .addOption(repeatable("--exe <program>", "the program that acts; of a script, its interpreter too (repeatable)"))
    .addOption(repeatable("--under <program>", "one that an ancestor was running (repeatable)"))
    .addOption(repeatable("--mark <mark>", "a mark that is set (repeatable)"))
    .addOption(repeatable("--arg <word>",
      "an argument after argv[0], of what is executed; for load, of the process that loads (repeatable)"))
    .option("--json",
      "print JSON; of a diagnostic {\"code\", \"severity\", \"text\"}, of a shipped policy {\"file\", \"text\"}")
    .addHelpText("after", example(
      "policyc explain agent.pol read ~/.ssh/id_ed25519", "policyc explain agent.pol connect 140.82.121.3 --port 443",
      "policyc explain agent.pol --all ~/.ssh/id_ed25519", "policyc explain std:base", "policyc explain host-bits"))
    .action(async (file: string, op: string | undefined, target: string | undefined, options: ExplainOptions) => {
      finish((await import("./explain.js")).explainCommand(file, op, target, options));
    });
}

function addDiff(program: Command, finish: Finish): void {
  addBindingOptions(program.command("diff"))
    .description("in what two policies differ: exactly, each with an access that shows it")
    .argument("<old>", POLICY_ARGUMENT)
    .argument("<new>", "the policy that is to take its place")
    .addOption(new Option("--fail-on <relation>", "status 1 if the new policy permits anything that the old one does not")
      .choices(["wider"]))
    .addOption(repeatable("--set-old <name=value>", "bind a parameter of the old policy otherwise (repeatable)"))
    .option("--json", "print JSON")
    .addHelpText("after", example("policyc diff --fail-on wider agent.pol agent.new.pol",
      "policyc diff agent.pol agent.pol --set-old workspace=/a --set workspace=/b"))
    .action(async (old: string, new_: string, options: DiffOptions) => {
      finish((await import("./diff.js")).diffCommand(old, new_, options));
    });
}

function addInspect(program: Command, finish: Finish): void {
  program.command("inspect")
    .description("show what is in an image: bindings, programs, rules, sizes")
    .argument("<image>", "an image; - is standard input")
    .option("--json", "print JSON")
    .addHelpText("after", example("policyc inspect agent.polc"))
    .action(async (image: string, options: InspectOptions) => {
      finish((await import("./inspect.js")).inspectCommand(image, options));
    });
}

function addRun(program: Command, finish: Finish): void {
  addBindingOptions(program.command("run"))
    .description("run a command as a session under a policy (as root, or with sudo)")
    .usage("[options] <file|image> -- <command...>")
    .argument("<file>", "a policy or an image; - is standard input")
    .argument("<command...>", "what to run; it runs as the user who called sudo")
    .option("--backend <backend>", "auto, lsm, fmod_ret or tracepoint", "auto")
    .option("--allow-degraded", "run even where the backend cannot hold every statement; it says which")
    .option("--user <user>", "run the command as this user (~ in the policy stays yours, or --home)")
    .option("--events <file>", "write what was denied, killed and audited: one JSON object a line; repeats are folded into counts")
    .option("--feedback <file>", "append what was denied and killed, for the agent to read: one line each, with the rule's because")
    .option("--quiet", "no last line about what was denied")
    .addOption(requireApproval()).addOption(trust())
    .addHelpText("after", example("sudo policyc run agent.pol --set workspace=$PWD -- my-agent --fast")
      + "\nExit status: the command's own; 128+N after signal N, 127 where it is\nnot found, 126 where it cannot be executed.\n")
    .action(async (file: string, command: readonly string[], options: RunOptions) => {
      finish(await (await import("./run.js")).runCommand(file, command, options));
    });
}

function addLearn(program: Command, finish: Finish): void {
  addBindingOptions(program.command("learn"))
    .description("run a command with nothing denied, and draft the policy that would have let it through (as root, or with sudo)")
    .usage("[options] -- <command...>")
    .argument("<command...>", "what to run; it runs as the user who called sudo")
    .option("-o, --output <out.pol>", "where to (default: standard output)")
    .option("--onto <policy>", "add to this policy only what it is missing")
    .option("--backend <backend>", "auto, lsm, fmod_ret or tracepoint", "auto")
    .option("--allow-degraded", "run even where the backend cannot see everything; it says what")
    .option("--user <user>", "run the command as this user (~ in the policy stays yours, or --home)")
    .addHelpText("after", example("sudo policyc learn -o npm-test.pol -- npm test", "sudo policyc learn --onto agent.pol -o agent.pol -- npm test")
      + `
The folder that it runs in becomes the parameter workspace (--set workspace=DIR
for another). The draft holds what was seen, folded by place and kind, and a
test of it. Nothing is denied while it runs: learn from what you trust.
Exit status: the command's own; 3 where that is 0 and events are missing.
`)
    .action(async (command: readonly string[], options: LearnOptions) => {
      finish(await (await import("./learn.js")).learnCommand(command, options));
    });
}

function addSuggest(program: Command, finish: Finish): void {
  program.command("suggest")
    .description("draft a policy from plain words: by a catalogue, or by a model where a key or a server is given")
    .argument("[text]", "what is wished for; - is standard input")
    .option("--from <file.md>", "draft from an agent's instruction file: AGENTS.md, CLAUDE.md")
    .option("--onto <policy>", "add to this policy")
    .option("--offline", "ask no model, even where a key is set")
    .option("--model <name>", "the model to ask (default: OPENAI_MODEL, else gpt-5-mini)")
    .option("--base-url <url>", "a server that speaks the OpenAI API (default: OPENAI_BASE_URL, else OpenAI's)")
    .option("--timeout <seconds>", "how long an answer may take (default: 120)")
    .option("--print-prompt", "print all that would be sent, and send nothing")
    .option("-o, --output <draft.pol>", "where to (default: standard output)")
    .option("--json", "print the draft and what was not translated as JSON")
    .addHelpText("after", example('policyc suggest "block ssh keys, and no network after reading .env"', "policyc suggest --from AGENTS.md -o draft.pol",
      'policyc suggest "no sudo" --base-url http://localhost:11434/v1 --model qwen3') + `
A draft cannot be run: review and approve it first. The key is read from
OPENAI_API_KEY. Nothing is sent but the request and, with --onto, that policy.
Exit status: 1 where there is no draft, 3 where the model cannot be asked.
`)
    .action(async (text: string | undefined, options: SuggestOptions) => {
      finish(await (await import("./suggest.js")).suggestCommand(text, options));
    });
}

function addReview(program: Command, finish: Finish): void {
  addBindingOptions(program.command("review"))
    .description("show what a draft would change: what it permits first, then what it denies")
    .argument("<draft>", "a draft, or any policy; - is standard input")
    .option("--onto <policy>", "compare with this policy (default: with none)")
    .option("--html <out.html>", "write one self-contained page instead")
    .option("--json", "print JSON")
    .addHelpText("after", example("policyc review draft.pol --onto agent.pol", "policyc review draft.pol --html review.html")
      + "\nExit status: 1 where a probe of the draft comes out otherwise.\n")
    .action(async (file: string, options: ReviewOptions) => {
      finish((await import("./review.js")).reviewCommand(file, options));
    });
}

function addApprove(program: Command, finish: Finish): void {
  addBindingOptions(program.command("approve"))
    .description("make a policy of a draft, with a person's yes and a record of it")
    .argument("<draft>", "a draft, or a policy that was changed")
    .option("--onto <policy>", "the policy whose place it takes")
    .option("-o, --output <policy>", "where to (default: --onto, else the draft itself)")
    .addOption(repeatable("--allow-wider <rule>", "permit what this rule permits and was refused (repeatable)"))
    .option("--key <key.pem>", "sign the record with this Ed25519 key")
    .option("--yes", "ask nobody: only with --key")
    .addHelpText("after", example("policyc approve draft.pol --onto agent.pol", "policyc approve agent.pol --key approval.key") + `
The record is FILE.approval, beside the policy. It holds a digest of what the
policy means: another layout is approved as well, another meaning is not.
run --require-approval takes nothing else.
`)
    .action(async (file: string, options: ApproveOptions) => {
      finish((await import("./approve.js")).approveCommand(file, options));
    });
}

const requireApproval = (): Option => new Option("--require-approval", "only a policy that was approved, as it was approved");
const trust = (): Option => repeatable("--trust <key.pub>", "approved with this key, and no other (repeatable)");

function addLoad(program: Command, finish: Finish): void {
  addBindingOptions(program.command("load"))
    .description("put processes that run already under a policy, with everything they started (as root)")
    .argument("<file>", "a policy or an image; - is standard input")
    .addOption(repeatable("--pid <pid>", "a process (repeatable)").makeOptionMandatory())
    .option("--backend <backend>", "auto, lsm or fmod_ret", "auto")
    .addOption(requireApproval()).addOption(trust())
    .option("--json", "print JSON")
    .addHelpText("after", example("sudo policyc load agent.pol --pid $(pgrep -o my-agent)")
      + "\nSays what is open already that the policy would have refused: it stays open.\n")
    .action(async (file: string, options: LoadOptions) => {
      finish(await (await import("./load.js")).loadCommand(file, options));
    });
}

function addStatus(program: Command, finish: Finish): void {
  program.command("status")
    .description("show the sessions of this machine (as root)")
    .option("--json", "print JSON")
    .addHelpText("after", example("sudo policyc status"))
    .action(async (options: StatusOptions) => {
      finish(await (await import("./status.js")).statusCommand(options));
    });
}

function addEvents(program: Command, finish: Finish): void {
  program.command("events")
    .description("show what was denied, killed and audited in the sessions of this machine (as root)")
    .option("--follow", "go on as more happens")
    .option("--session <session>", "of this session alone; ends when that has ended")
    .option("--json", "print one JSON object a line")
    .addHelpText("after", example("sudo policyc events --follow", "sudo policyc events --session 2 --json"))
    .action(async (options: EventsOptions) => {
      finish(await (await import("./events.js")).eventsCommand(options));
    });
}

function addReload(program: Command, finish: Finish): void {
  addBindingOptions(program.command("reload"))
    .description("put a session under another policy, in one step (as root)")
    .argument("<session>", "its number, as status shows it")
    .argument("<file>", "a policy or an image; - is standard input")
    .addOption(requireApproval()).addOption(trust())
    .addHelpText("after", example("sudo policyc reload 2 agent.pol")
      + "\nWhat is not bound anew stays as the session has it.\n")
    .action(async (session: string, file: string, options: ReloadOptions) => {
      finish(await (await import("./reload.js")).reloadCommand(session, file, options));
    });
}

function addUnload(program: Command, finish: Finish): void {
  program.command("unload")
    .description("let the processes of a session go on without a policy (as root)")
    .argument("<session>", "its number, as status shows it")
    .addHelpText("after", example("sudo policyc unload 2"))
    .action(async (session: string) => {
      finish(await (await import("./unload.js")).unloadCommand(session));
    });
}

function addHook(program: Command, finish: Finish): void {
  program.command("hook")
    .description("print the settings by which an agent learns what was refused, and why")
    .addArgument(new Argument("<agent>", "whose settings").choices(AGENTS))
    .option("--feedback <file>", "the file of run --feedback (default: the one of the session that the agent is in)")
    .addHelpText("after", example("policyc hook claude-code", "policyc hook codex") + `
Where they belong:
  claude-code  ~/.claude/settings.json or .claude/settings.json of the project
  codex        ~/.codex/config.toml or .codex/config.toml of the project
Then start the agent with \`policyc run --feedback FILE\`. policyc has to be on
its PATH, and the policy has to let it run.
`)
    .action(async (agent: Agent, options: HookOptions) => {
      finish((await import("./hook.js")).hookCommand(agent, options));
    });
}

function addFeedback(program: Command, finish: Finish): void {
  program.command("feedback")
    .description("print what was refused since the last call: what an agent's hook runs")
    .argument("[log]", "the file of run --feedback (default: the one of the session)")
    .addOption(new Option("--format <name>", "lines, or the output of a hook; that reads the hook's input")
      .choices(["text", ...AGENTS]).default("text"))
    .option("--state <file>", "where to remember what was read (default: in /dev/shm, TMPDIR or /var/tmp)")
    .addHelpText("after", example("policyc feedback refused.txt", "policyc feedback --format claude-code")
      + "\nPrints nothing where nothing is new, and where there is no such file.\n")
    .action(async (log: string | undefined, options: FeedbackOptions) => {
      finish((await import("./feedback.js")).feedbackCommand(log, options));
    });
}

function addDoctor(program: Command, finish: Finish): void {
  program.command("doctor")
    .description("say what this machine can enforce, and what is missing")
    .option("--json", "print JSON")
    .addHelpText("after", example("policyc doctor"))
    .action(async (options: DoctorOptions) => {
      finish((await import("./doctor.js")).doctorCommand(options));
    });
}

function addInit(program: Command, finish: Finish): void {
  program.command("init")
    .description("write a first policy for a folder, with tests, and the checks before each commit")
    .argument("[dir]", "the folder of the project", ".")
    .addHelpText("after", example("policyc init", "policyc init ~/src/app")
      + "\nLooks at the files of package managers, .env files and git's remote. What is\nthere is never overwritten.\n")
    .action(async (folder: string) => {
      finish((await import("./init.js")).initCommand(folder));
    });
}

function addCompletions(program: Command, finish: Finish): void {
  program.command("completions")
    .description("print a script that completes commands and flags in a shell")
    .addArgument(new Argument("<shell>", "for which shell").choices(["bash", "zsh", "fish"]))
    .addHelpText("after", example("policyc completions bash") + `
To install it:
  bash  echo 'source <(policyc completions bash)' >> ~/.bashrc
  zsh   policyc completions zsh > ~/.zfunc/_policyc, and before compinit in
        ~/.zshrc: fpath=(~/.zfunc $fpath)
  fish  policyc completions fish > ~/.config/fish/completions/policyc.fish
`)
    .action(async (shell: string) => {
      finish((await import("./completions.js")).completionsCommand(shell, program));
    });
}

/** Runs the command line; the status to exit with. */
export async function main(argv: readonly string[]): Promise<number> {
  let status: number = STATUS.done;
  try {
    await createProgram((result) => { status = result; }).parseAsync(argv, { from: "user" });
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? STATUS.done : STATUS.usage;
    throw thrown;
  }
  return status;
}
