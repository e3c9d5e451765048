/** `policyc approve`: a person's yes makes a policy of a draft, and a record of the approval beside it. */
import { closeSync, existsSync, openSync, readSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { createPublicKey, type KeyObject } from "node:crypto";
import { approvedFrom, sourcesOf } from "../approval/approved.js";
import { meaningOf } from "../approval/meaning.js";
import { readPrivateKey } from "../approval/keys.js";
import { readRecord, recordPathOf, recordText, signedRecord } from "../approval/record.js";
import type { Statement } from "../compiler/ast.js";
import { wholeLines } from "../compiler/checks/remove-statement.js";
import { invariant, type Source } from "../compiler/diagnostic.js";
import { format } from "../compiler/format.js";
import { loadPolicy } from "../compiler/include.js";
import type { Review } from "../review/review.js";
import { invokingUser } from "../runtime/users.js";
import { bindingsOf } from "./bindings.js";
import { type Attempt, fail, reasonOf, STATUS, succeed } from "./exit.js";
import { loadReview, NOTHING, type Present, presentFrom } from "./load-review.js";
import type { BindingOptions } from "./options.js";
import { printFailure, printTrouble } from "./print-failure.js";
import { readSource, STDIN } from "./read-sources.js";
import { reviewText } from "./review-text.js";
import { isSameFile } from "./same-file.js";
import { shellWord } from "./shell-word.js";
import { hasColour, painter, printable, writeErr, writeOut } from "./terminal.js";
import { writeWhole } from "./write-whole.js";

export interface ApproveOptions extends BindingOptions {
  readonly onto?: string;
  readonly output?: string;
  readonly key?: string;
  readonly yes?: boolean;
  readonly allowWider?: readonly string[];
}

const TERMINAL = "/dev/tty";

export function approveCommand(file: string, options: ApproveOptions, askPerson: (question: string) => Attempt<string> = askAtTerminal): number {
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  const output = options.output ?? options.onto ?? file;
  if (file === STDIN && output === STDIN) return printFailure(fail(STATUS.usage, "an approved policy is a file", "-o agent.pol").failure);
  const key = keyOf(options);
  if (!key.ok) return printFailure(key.failure);
  const source = readSource(file);
  if ("error" in source) return printFailure(fail(STATUS.usage, `cannot read \`${file}\`: ${source.error}`).failure);
  const present = presentFor(file, output, options, key.value);
  if (!present.ok) return printFailure(present.failure);
  const loaded = loadReview(source, present.value, bindings.value);
  if (!loaded.ok) return printTrouble(loaded.trouble);
  const { review, draft: { loaded: { root } } } = loaded.value;
  writeOut(reviewText(review, { draft: source.path, onto: present.value.name }, painter(hasColour("out"))));
  const refusal = refusalOf(review, options.allowWider ?? []);
  if (refusal !== null) return printFailure(refusal);
  const yes = options.yes === true ? succeed("yes") : askPerson(`\nApprove this as ${printable(output)}? Type yes: `);
  if (!yes.ok) return printFailure(yes.failure);
  if (yes.value.trim().toLowerCase() !== "yes") return printFailure(fail(STATUS.policy, "not approved: nothing is written").failure);
  return write(withoutDraft(source, root.statements), output, key.value, review, options.allowWider ?? []);
}

/**
 * What is there, and would be gone: the policy that is written over, or what was approved of the one that has changed. Nothing
 * where neither is.
 */
function presentFor(file: string, output: string, { onto, yes }: ApproveOptions, key: KeyObject | null): Attempt<Present> {
  if (onto !== undefined && isSameFile(onto, file)) return fail(STATUS.usage, `\`${file}\` would be compared with itself`, `without --onto, it is compared with what was approved of it: policyc approve ${shellWord(file)}`);
  if (onto !== undefined && existsSync(output) && !isSameFile(onto, output)) return fail(STATUS.usage, `\`${output}\` is there already, and would be lost`, `compare the draft with it: --onto ${shellWord(output)}`);
  if (onto !== undefined) return presentFrom(onto);
  if (!isSameFile(file, output)) return existsSync(output) ? presentFrom(output) : succeed(NOTHING);
  return existsSync(recordPathOf(file)) ? approvedBefore(file, yes === true, key) : succeed(NOTHING);
}

/** Nobody is there to read that a record does not count. */
function approvedBefore(file: string, isUnattended: boolean, key: KeyObject | null): Attempt<Present> {
  const path = recordPathOf(file);
  const source = readSource(path);
  const record = "error" in source ? null : readRecord(source.text);
  const approved = record === null ? { ok: false as const, error: "is not that of an approval" }
    : approvedFrom(record, file, readSource, key === null ? null : createPublicKey(key));
  if (approved.ok) return succeed({ name: `${file} as it was approved`, ...approved.value });
  const why = `\`${path}\` ${approved.error}`;
  if (isUnattended) return fail(STATUS.policy, `not approved: ${why}`, "compare it with a policy that you trust (--onto), or remove that record");
  writeErr(`warning: ${printable(why)}: what has changed since is not known\n`);
  return succeed(NOTHING);
}

function keyOf({ key, yes }: ApproveOptions): Attempt<KeyObject | null> {
  if (key === undefined) return yes === true ? fail(STATUS.usage, "`--yes` says that nobody is asked, so somebody has to sign: give `--key`") : succeed(null);
  try {
    const read = readPrivateKey(key);
    return read.ok ? succeed(read.key) : fail(STATUS.usage, `cannot use \`${key}\`: ${read.error}`, read.help ?? undefined);
  } catch (thrown) {
    return fail(STATUS.usage, `cannot read \`${key}\`: ${reasonOf(thrown)}`);
  }
}

/** What no yes makes up for. */
function refusalOf({ probes, wider }: Review, allowed: readonly string[]) {
  const failing = probes.filter(({ ok }) => !ok).length;
  if (failing > 0) return fail(STATUS.policy, `not approved: ${failing} of its probes come out otherwise`, "mend the draft, or its tests").failure;
  const names = [...new Set(wider.map(({ name }) => name))];
  const unknown = allowed.find((name) => !names.includes(name));
  if (unknown !== undefined) return fail(STATUS.usage, `\`--allow-wider ${unknown}\` names nothing that permits more`, names.length === 0 ? "it permits nothing new" : `there are ${names.join(", ")}`).failure;
  const unnamed = names.filter((name) => !allowed.includes(name));
  return unnamed.length === 0 ? null
    : fail(STATUS.policy, `not approved: it permits more by ${unnamed.map((name) => `\`${name}\``).join(", ")}`, `where you mean that: ${unnamed.map((name) => `--allow-wider ${shellWord(name)}`).join(" ")}`).failure;
}

/** Not from standard input: that may be whoever started this. */
function askAtTerminal(question: string): Attempt<string> {
  let fd: number | null = null;
  try {
    fd = openSync(TERMINAL, "r+");
    writeSync(fd, question);
    const bytes = Buffer.alloc(256);
    return succeed(bytes.toString("utf8", 0, readSync(fd, bytes)));
  } catch {
    return fail(STATUS.usage, "a person has to say yes, and there is no terminal to ask at", "run it in a terminal; or sign it: --yes --key approval.key");
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

// --- the policy ------------------------------------------------------------------------------------------------------

/** The comments of the draft stay: they say where its rules come from. */
function withoutDraft(source: Source, statements: readonly Statement[]): string {
  const draft = statements.find(({ kind }) => kind === "draft");
  const { start, end } = draft === undefined ? { start: 0, end: 0 } : wholeLines(draft.span);
  const formatted = format({ path: source.path, text: source.text.slice(0, start) + source.text.slice(end) });
  invariant(formatted.ok, "a policy stays one without its draft line");
  return formatted.value;
}

function write(text: string, output: string, key: KeyObject | null, { wider, narrower }: Review, allowed: readonly string[]): number {
  const source = { path: output, text };
  const loaded = loadPolicy(output, (path) => (path === output ? source : readSource(path)));
  const meaning = loaded.ok ? meaningOf(loaded.value) : loaded;
  if (!meaning.ok) return printTrouble({ kind: "diagnostics", status: STATUS.policy, diagnostics: meaning.diagnostics });
  const sources = loaded.ok ? sourcesOf(loaded.value) : {};
  const record = signedRecord({
    version: 1, policy: basename(output), meaning: meaning.digest, sources, reviewer: invokingUser().name, time: new Date().toISOString(),
    shown: { narrower: narrower.length, wider: wider.length, allowed: [...allowed] },
  }, key);
  // The policy first: until the record is there, it is not approved.
  for (const [path, content] of [[output, text], [recordPathOf(output), recordText(record)]] as const) {
    const written = writeWhole(path, Buffer.from(content));
    if (!written.ok) return printFailure(written.failure);
  }
  writeErr(`approved: ${printable(output)}, recorded in ${printable(recordPathOf(output))}${key === null ? "" : ", signed"}\n`);
  return STATUS.done;
}
