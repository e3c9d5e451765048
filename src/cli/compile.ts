/** `policyc compile`: a policy → its image, its rules as JSON, or its map entries in words. */
import type { FrontEnd } from "../compiler/compile.js";
import { invariant } from "../compiler/diagnostic.js";
import { describeEntries } from "../compiler/entries.js";
import { decodeImage } from "../compiler/image/decode.js";
import { bindingsOf } from "./bindings.js";
import { type Attempt, fail, STATUS, succeed } from "./exit.js";
import { imageOf, loadPolicyFile } from "./load-policy.js";
import type { Loaded } from "./loaded.js";
import type { BindingOptions } from "./options.js";
import { printDiagnostics, printFailure, printTrouble } from "./print-failure.js";
import { isTerminal, writeOut } from "./terminal.js";
import { writeWhole } from "./write-whole.js";

export interface CompileOptions extends BindingOptions {
  readonly output?: string;
  readonly emit: string;
}

const STDOUT = "-";

export function compileCommand(file: string, options: CompileOptions): number {
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  const output = outputOf(file, options);
  if (!output.ok) return printFailure(output.failure);
  const loaded = loadPolicyFile(file, bindings.value, process.env["PATH"] ?? "");
  if (!loaded.ok) return printTrouble(loaded.trouble);
  printDiagnostics(loaded.warnings);
  const emitted = emit(loaded.value, options.emit);
  if (!emitted.ok) return printTrouble(emitted.trouble);
  if (output.value === STDOUT) writeOut(emitted.value);
  else {
    const written = writeWhole(output.value, emitted.value);
    if (!written.ok) {
      const { failure } = written;
      return printFailure(options.output === undefined ? { ...failure, help: `-o OUT.polc` } : failure);
    }
  }
  return STATUS.done;
}

/** Text goes to standard output unless a file is named, an image into a file beside the policy. */
function outputOf(file: string, { output, emit: what }: CompileOptions): Attempt<string> {
  if (output === STDOUT && what === "image" && isTerminal()) {
    return fail(STATUS.usage, "an image is not for a terminal", "-o OUT.polc, or -o - into a pipe");
  }
  if (output !== undefined) return succeed(output);
  if (what !== "image") return succeed(STDOUT);
  if (file === "-" || file.startsWith("std:")) {
    return fail(STATUS.usage, `where should the image of \`${file}\` go?`, "-o OUT.polc, or -o - for standard output");
  }
  return succeed(`${file.replace(/\.pol$/, "")}.polc`);
}

function emit(policy: FrontEnd, what: string): Loaded<Uint8Array> {
  if (what === "ir") return done(Buffer.from(`${JSON.stringify(policy.ir, null, 2)}\n`));
  const image = imageOf(policy);
  if (!image.ok || what === "image") return image;
  // Read back from the bytes: these are the entries that the kernel will get, not those that were meant.
  const decoded = decodeImage(image.value);
  invariant(decoded.ok, "the compiler's own image is valid");
  return done(Buffer.from(describeEntries(decoded.value)));
}

const done = (value: Uint8Array): Loaded<Uint8Array> => ({ ok: true, value, warnings: [] });
