/** From what the user names to a policy bound to this person and this machine, or to its image. */
import { normalize } from "node:path/posix";
import { frontEnd, type FrontEnd } from "../compiler/compile.js";
import type { Diagnostic, Outcome, Source } from "../compiler/diagnostic.js";
import { buildImage } from "../compiler/image/build.js";
import { decodeImage } from "../compiler/image/decode.js";
import { type Meta, metaOf } from "../compiler/image/meta.js";
import { findProgramLinks } from "../runtime/program-links.js";
import { type Attempt, fail, type Failure, STATUS, succeed } from "./exit.js";
import type { OutsideBindings } from "./options.js";
import { decodeSource, readFileOf, readSource } from "./read-sources.js";

const STD = "std:";
const MAGIC = "POLC";

/** Why there is no policy: one line about a file, or what the compiler has to say. */
export type Trouble =
  | { readonly kind: "failure"; readonly failure: Failure }
  | { readonly kind: "diagnostics"; readonly diagnostics: readonly Diagnostic[] };

export type Loaded<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly trouble: Trouble };

/** `searchPath`: the PATH of those who will run under the policy. */
export function loadPolicyFile(path: string, bindings: OutsideBindings, searchPath: string): Loaded<FrontEnd> {
  const root = readSource(path);
  return "error" in root
    ? failed(fail(STATUS.usage, `cannot read \`${path}\`: ${root.error}`).failure)
    : bind(path, root, bindings, searchPath);
}

function bind(path: string, root: Source, bindings: OutsideBindings, searchPath: string): Loaded<FrontEnd> {
  const normal = path.startsWith(STD) ? path : normalize(path);
  // What was read once is not read again: standard input cannot be, and a file may change in between.
  const cache = new Map([[normal, root]]);
  const read: typeof readSource = (name) => {
    const source = cache.get(name) ?? readSource(name);
    if (!("error" in source)) cache.set(name, source);
    return source;
  };
  const unbound = frontEnd(normal, read, { ...bindings, programs: [] });
  if (!unbound.ok) return diagnosed(unbound);
  const programs = findProgramLinks(unbound.value.ir, searchPath);
  return diagnosed(programs.length === 0 ? unbound : frontEnd(normal, read, { ...bindings, programs }));
}

/** What `run` and `load` take: an image, and what it says about itself. */
export interface Runnable {
  readonly image: Uint8Array;
  readonly meta: Meta;
}

/** A policy, which is compiled, or an image, which is checked. `bindings` are for policies. */
export function loadRunnable(path: string, bindings: OutsideBindings, searchPath: string): Loaded<Runnable> {
  if (path.startsWith(STD)) return compiled(loadPolicyFile(path, bindings, searchPath));
  const bytes = readFileOf(path);
  if (!bytes.ok) return failed(bytes.failure);
  if (isImage(bytes.value)) return checked(path, bytes.value, bindings);
  const root = decodeSource(path, bytes.value);
  return "error" in root
    ? failed(fail(STATUS.usage, `cannot read \`${path}\`: ${root.error}`).failure)
    : compiled(bind(path, root, bindings, searchPath));
}

const isImage = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, MAGIC.length)).toString("latin1") === MAGIC;

function checked(path: string, bytes: Uint8Array, bindings: OutsideBindings): Loaded<Runnable> {
  const [name] = Object.keys(bindings.params);
  if (name !== undefined) {
    return failed(fail(STATUS.usage, `\`--set ${name}=…\` comes too late: \`${path}\` is an image`,
      "bind parameters when the policy is compiled").failure);
  }
  const decoded = decodeImage(bytes);
  return decoded.ok
    ? { ok: true, value: { image: bytes, meta: decoded.value.meta }, warnings: [] }
    : failed(fail(STATUS.policy, `\`${path}\` is not a valid image: ${decoded.reason}`).failure);
}

function compiled(loaded: Loaded<FrontEnd>): Loaded<Runnable> {
  if (!loaded.ok) return loaded;
  const image = imageOf(loaded.value);
  if (!image.ok) return failed(image.failure);
  return { ok: true, value: { image: image.value, meta: metaOf(loaded.value.ir) }, warnings: loaded.warnings };
}

const failed = (failure: Failure): { readonly ok: false; readonly trouble: Trouble } =>
  ({ ok: false, trouble: { kind: "failure", failure } });

function diagnosed<T>(outcome: Outcome<T>): Loaded<T> {
  const { diagnostics } = outcome;
  return outcome.ok
    ? { ok: true, value: outcome.value, warnings: diagnostics }
    : { ok: false, trouble: { kind: "diagnostics", diagnostics } };
}

const BOUND_WORDS = {
  states: "states of the path automata",
  edges: "entries in one table",
  records: "different verdicts",
  globRows: "rows of glob automata",
  work: "steps to make the path automata deterministic",
} as const;
const SHOWN_PATTERNS = 5;

/** The bytes that the kernel side takes. */
export function imageOf(policy: FrontEnd): Attempt<Uint8Array> {
  const built = buildImage(policy.ir);
  if (built.ok) return succeed(built.value);
  const { bound, limit, patterns } = built.exceeded;
  const shown = patterns.slice(0, SHOWN_PATTERNS).map((pattern) => `\`${pattern}\``).join(", ");
  return fail(STATUS.policy, `the policy takes more than ${limit} ${BOUND_WORDS[bound]}`,
    `the cause: ${shown}${patterns.length > SHOWN_PATTERNS ? ", …" : ""}`);
}
