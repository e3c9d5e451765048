/** `policyc suggest`: a request in plain words → a draft. Who drafts it, a model or the catalogue, writes a text and is gone. */
import { loadPolicy } from "../compiler/include.js";
import type { Problem } from "../suggest/check-draft.js";
import { composeFitted } from "../suggest/fit.js";
import { compose, type Composed, type Onto } from "../suggest/compose.js";
import { hidesSomething } from "../suggest/hidden.js";
import type { Proposal, Untranslated } from "../suggest/proposal.js";
import { checkDraftOutput } from "./draft-output.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";
import { namesOf } from "./load-policy.js";
import { printDiagnostics, printFailure, printHelp } from "./print-failure.js";
import { readSource, STDIN } from "./read-sources.js";
import { note } from "./supervise.js";
import { shellWord } from "./shell-word.js";
import { printable, writeErr, writeOut } from "./terminal.js";
import { writeWhole } from "./write-whole.js";

export interface SuggestOptions {
  readonly from?: string;
  readonly onto?: string;
  readonly offline?: boolean;
  readonly model?: string;
  readonly baseUrl?: string;
  readonly timeout?: string;
  readonly printPrompt?: boolean;
  readonly output?: string;
  readonly json?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What is asked for, and what it is added to. */
interface Wish {
  readonly text: string;
  /** The instruction file that it is. */
  readonly from: string | null;
  readonly onto: Onto | null;
}

interface Drafted extends Omit<Composed, "failing"> {
  readonly by: string;
  readonly untranslated: readonly Untranslated[];
}

const DEFAULT_MODEL = "gpt-5-mini";
const DEFAULT_TIMEOUT = 120;
/** A request is a few sentences, an instruction file a few pages. */
const MOST_CHARACTERS = 100_000;

export async function suggestCommand(text: string | undefined, options: SuggestOptions, environment: Environment = process.env): Promise<number> {
  const wish = readWish(text, options);
  if (!wish.ok) return printFailure(wish.failure);
  const service = serviceFrom(options, environment);
  if (!service.ok) return printFailure(service.failure);
  const writable = checkDraftOutput(options.output, options.onto);
  if (!writable.ok) return printFailure(writable.failure);
  const drafted = service.value === null ? succeed(await fromCatalogue(wish.value)) : await fromModel(wish.value, service.value, options);
  if (!drafted.ok) return printFailure(drafted.failure);
  return drafted.value === null ? STATUS.done : tell(drafted.value, options);
}

// --- what is asked for -----------------------------------------------------------------------------------------------

function readWish(text: string | undefined, { from, onto }: SuggestOptions): Attempt<Wish> {
  if (text === undefined && from === undefined) return fail(STATUS.usage, "nothing is asked for", 'policyc suggest "block ssh keys"');
  if (text !== undefined && from !== undefined) return fail(STATUS.usage, "a request and `--from` are given: ask for one after the other", "--onto adds the second to the first");
  const read = from !== undefined ? readSource(from) : text === STDIN ? readSource(STDIN) : { path: "", text: text ?? "" };
  if ("error" in read) return fail(STATUS.usage, `cannot read \`${from ?? STDIN}\`: ${read.error}`);
  if (read.text.trim() === "") return fail(STATUS.usage, "the request is empty", 'policyc suggest "block ssh keys"');
  if (read.text.length > MOST_CHARACTERS) return fail(STATUS.usage, `the request has ${read.text.length} characters, more than ${MOST_CHARACTERS}: ask for less at once`);
  // In a file the lines that hide something are told one by one.
  if (from === undefined && hidesSomething(read.text)) {
    return fail(STATUS.usage, `the request holds characters that cannot be seen: \`${printable(read.text)}\``, "type it again; what is copied from elsewhere may say something that you do not see");
  }
  const present = ontoOf(onto);
  return present.ok ? succeed({ text: read.text, from: from ?? null, onto: present.value }) : present;
}

function ontoOf(path: string | undefined): Attempt<Onto | null> {
  if (path === undefined) return succeed(null);
  const source = readSource(path);
  if ("error" in source) return fail(STATUS.usage, `cannot read \`${path}\`: ${source.error}`);
  const loaded = loadPolicy(path, (name) => (name === path ? source : readSource(name)));
  if (!loaded.ok) {
    printDiagnostics(loaded.diagnostics);
    return fail(STATUS.policy, `\`${path}\` has errors: nothing is added to it`);
  }
  const { statements } = loaded.value;
  return succeed({
    text: source.text, params: [...namesOf(statements).params], isDraft: statements.some(({ kind }) => kind === "draft"),
    taken: {
      rules: statements.flatMap((one) => (one.kind === "rule" && one.name !== null ? [one.name.text] : [])),
      marks: statements.flatMap((one) => (one.kind === "mark" ? [one.name.text] : [])),
    },
  });
}

// --- who drafts it ---------------------------------------------------------------------------------------------------

interface ServiceChoice {
  readonly baseUrl: string | null;
  readonly key: string | null;
  readonly model: string;
  readonly timeout: number;
}

/** Null: nobody outside is asked. */
function serviceFrom({ offline, baseUrl, model, timeout, printPrompt }: SuggestOptions, environment: Environment): Attempt<ServiceChoice | null> {
  const key = filled(environment["OPENAI_API_KEY"]);
  const address = filled(baseUrl) ?? filled(environment["OPENAI_BASE_URL"]);
  if (offline === true) {
    const flag = baseUrl !== undefined ? "--base-url" : model !== undefined ? "--model" : printPrompt === true ? "--print-prompt" : null;
    return flag === null ? succeed(null) : fail(STATUS.usage, `\`--offline\` asks no model: \`${flag}\` does nothing there`);
  }
  if (key === null && address === null && printPrompt !== true) {
    return model === undefined ? succeed(null) : fail(STATUS.usage, "no model can be asked: there is neither a key nor a server", "set OPENAI_API_KEY, or give --base-url");
  }
  const seconds = Number(timeout ?? DEFAULT_TIMEOUT);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 3600) return fail(STATUS.usage, `\`--timeout ${timeout ?? ""}\` is not a number of seconds from 1 to 3600`);
  if (address !== null && !isAddress(address)) return fail(STATUS.usage, `\`${address}\` is not the address of a server`, "--base-url http://localhost:11434/v1");
  const chosen = filled(model) ?? filled(environment["OPENAI_MODEL"]) ?? (address === null ? DEFAULT_MODEL : null);
  if (chosen === null) return fail(STATUS.usage, `which model of \`${address ?? ""}\` is to be asked?`, "--model NAME, or OPENAI_MODEL");
  return succeed({ baseUrl: address, key, model: chosen, timeout: seconds * 1000 });
}

const filled = (value: string | undefined): string | null => (value === undefined || value === "" ? null : value);

const isAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

const today = (): string => new Date().toISOString().slice(0, "2026-01-01".length);

async function fromCatalogue({ text, from, onto }: Wish): Promise<Drafted> {
  const { understand } = await import("../suggest/understand.js");
  const draft = (sentence: string): Proposal => understand(sentence, { from });
  const proposal = from === null ? draft(text) : (await import("../suggest/instructions.js")).fromInstructions(text, draft);
  const by = `policyc suggest --offline, ${today()}`;
  const { refused, ...drafted } = composeFitted(proposal, by, onto, readSource);
  for (const { words, access } of refused) note(`\`${words}\` leaves open what stays denied by other rules: ${access}`);
  return { ...drafted, by: "the catalogue" };
}

/** Null: the prompt was printed. */
async function fromModel(wish: Wish, service: ServiceChoice, options: SuggestOptions): Promise<Attempt<Drafted | null>> {
  const [{ firstMessages }, { answerSchema }] = await Promise.all([import("../suggest/prompt.js"), import("../suggest/schema.js")]);
  const request = wish.from === null ? wish.text : (await import("../suggest/instructions.js")).visibleText(wish.text);
  if (options.printPrompt === true) {
    writeOut(`${JSON.stringify({ model: service.model, messages: firstMessages(request, wish.onto?.text ?? null), schema: answerSchema() }, null, 2)}\n`);
    return succeed(null);
  }
  const [{ Asker }, { draftByModel }] = await Promise.all([import("../suggest/client.js"), import("../suggest/rounds.js")]);
  const by = `${service.model}, ${today()}`;
  const drafted = await draftByModel(new Asker({ ...service, note }, answerSchema()), {
    request, onto: wish.onto?.text ?? null, check: (proposal) => compose(placedIn(proposal, wish), `policyc suggest with ${by}`, wish.onto, readSource),
  });
  switch (drafted.kind) {
    case "unavailable": return fail(STATUS.machine, drafted.message, drafted.help ?? undefined);
    case "failed": return succeed({ text: null, problems: drafted.problems, by: service.model, untranslated: [] });
    case "drafted": return succeed({ text: drafted.text, problems: [], by: service.model, untranslated: placedIn(drafted.proposal, wish).untranslated });
  }
}

/** The lines of a file that words are in. */
function placedIn(proposal: Proposal, { from, text }: Wish): Proposal {
  if (from === null) return proposal;
  const line = (words: string): number | null => {
    const at = text.indexOf(words.split("\n")[0] ?? words);
    return at === -1 ? null : text.slice(0, at).split("\n").length;
  };
  return {
    items: proposal.items.map((item) => ({ ...item, line: line(item.words) })),
    untranslated: proposal.untranslated.map((one) => ({ ...one, line: line(one.words) })),
  };
}

// --- what came of it -------------------------------------------------------------------------------------------------

function tell({ text, problems, untranslated, by }: Drafted, { output, onto, json }: SuggestOptions): number {
  if (json === true) {
    writeOut(`${JSON.stringify({ draft: problems.length === 0 ? text : null, by, untranslated, problems }, null, 2)}\n`);
  } else {
    for (const one of untranslated) writeErr(`${untranslatedLine(one)}\n`);
    for (const problem of problems) writeErr(`${problemLines(problem)}\n`);
  }
  if (problems.length > 0) return printFailure(fail(STATUS.policy, `there is no draft: what ${by} proposed does not stand up`, "say it in other words, or write the rules: docs/memory.md and `policyc explain std:base` show how").failure);
  if (text === null) return printFailure(fail(STATUS.policy, "there is no draft: nothing of it can be said in a policy").failure);
  return write(text, output, onto, json === true);
}

function write(text: string, output: string | undefined, onto: string | undefined, json: boolean): number {
  if (output === undefined || output === STDIN) {
    if (!json) writeOut(text);
    return STATUS.done;
  }
  const written = writeWhole(output, Buffer.from(text));
  if (!written.ok) return printFailure(written.failure);
  if (!json) printHelp(`policyc review ${shellWord(output)}${onto === undefined ? "" : ` --onto ${shellWord(onto)}`}`);
  return STATUS.done;
}

const untranslatedLine = ({ words, line, reason }: Untranslated): string =>
  `not translated${line === null ? "" : ` (line ${line})`}: \`${printable(words)}\`: ${printable(reason)}`;

const problemLines = ({ stage, message, text, help }: Problem): string =>
  [`wrong (${stage}): ${printable(message)}`, ...(text === undefined ? [] : [`  ${printable(text.split("\n").join(" "))}`]), ...(help === undefined ? [] : [`  ${printable(help)}`])].join("\n");
