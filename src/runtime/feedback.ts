/** What was refused, told to the agent: one line for people and models a refusal, so that it tries another way. */
import { closeSync, constants, fstatSync, lstatSync, openSync } from "node:fs";
import { escapeBytes } from "../compiler/escape-bytes.js";
import { type EventRecord, type LostRecord, REASON_WORDS } from "./event-record.js";
import { FILE_MODE, type Sink, type Told, writeText } from "./recorder.js";
import { underHome } from "./summary.js";

/** By which a session's processes find the file. */
export const FEEDBACK_VARIABLE = "POLICYC_FEEDBACK";

/** As long as the kernel folds repeats. */
const FOLD_MILLISECONDS = 1000;
/** An agent that tries everything must not fill our memory: past this, repeats are told one by one. */
const MOST_KINDS = 1000;
/** Characters of a name that are shown. */
const MOST_OF_A_NAME = 300;

interface Kind {
  readonly record: EventRecord;
  /** Milliseconds since the epoch. */
  told: number;
  /** Repeats that were not told yet. */
  pending: number;
}

/** Records in their order → lines. A refusal is told at once; its repeats within a second come with the next of them. */
export class FeedbackTeller {
  readonly #kinds = new Map<string, Kind>();
  #last: Kind | null = null;

  /** `home`: what is written `~`. */
  constructor(private readonly home: string) {}

  /** None for what was permitted. */
  tell(record: EventRecord | LostRecord): readonly string[] {
    if ("lost" in record) return [`${record.lost} refusals or more are not listed here: events were lost`];
    if (record.decision !== "deny" && record.decision !== "kill") return [];
    return record.target === null ? this.#repeat(record.count ?? 1) : this.#one(record);
  }

  /** Repeats that were not told yet. */
  rest(): readonly string[] {
    return [...this.#kinds.values()].flatMap((kind) => this.#tellRepeats(kind));
  }

  #one(record: EventRecord): readonly string[] {
    const key = JSON.stringify([record.op, record.target, record.exe, record.rule, record.reason]);
    const known = this.#kinds.get(key);
    const now = Date.parse(record.time);
    const count = record.count ?? 1;
    if (known !== undefined && now - known.told < FOLD_MILLISECONDS) return this.#count(known, count);
    const isFull = known === undefined && this.#kinds.size === MOST_KINDS;
    const lines = isFull ? this.rest() : known === undefined ? [] : this.#tellRepeats(known);
    if (isFull) this.#kinds.clear();
    const kind = { record, told: now, pending: 0 };
    this.#kinds.set(key, kind);
    this.#last = kind;
    return [...lines, lineOf(record, count, this.home)];
  }

  /** Nearly always more of the last one. */
  #repeat(count: number): readonly string[] {
    return this.#last === null ? [] : this.#count(this.#last, count);
  }

  #count(kind: Kind, count: number): readonly string[] {
    kind.pending += count;
    this.#last = kind;
    return [];
  }

  #tellRepeats(kind: Kind): readonly string[] {
    const { pending, record } = kind;
    kind.pending = 0;
    return pending === 0 ? [] : [lineOf(record, pending, this.home)];
  }
}

function lineOf(record: EventRecord, count: number, home: string): string {
  const { decision, exe, op, target, rule } = record;
  const times = count > 1 ? ` ${count} times` : "";
  const program = exe === "" ? "a program" : shortened(exe.split("/").at(-1) ?? exe);
  const named = rule === null ? "" : ` (rule ${onOneLine(rule)})`;
  return `${decision === "kill" ? "killed" : "denied"}${times}: ${program} may not ${op} ${shortened(underHome(target ?? "", home))}: ${whyOf(record)}${named}`;
}

function whyOf({ reason, because, rule }: EventRecord): string {
  if (reason !== undefined) return REASON_WORDS.get(reason) ?? "it could not be decided";
  if (because !== null) return onOneLine(because);
  return rule === null ? "no rule of the policy permits it" : "the policy forbids it";
}

/** Control characters written out, the policy's own too. */
const onOneLine = (text: string): string => escapeBytes(Buffer.from(text));

const shortened = (name: string): string => (name.length <= MOST_OF_A_NAME ? name : `${name.slice(0, MOST_OF_A_NAME)}…`);

/**
 * Appended to, and created where it is not there, as whoever this process is at that moment. Throws what `fs` throws, and
 * where it is no regular file: the command would wait for whoever reads a pipe.
 */
export class FeedbackFile implements Sink {
  readonly #fd: number;
  readonly #teller: FeedbackTeller;

  constructor(readonly path: string, home: string) {
    const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
    // A link that a session before left there must not lead to another of the user's files.
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) throw new Error("it is a symbolic link");
    this.#fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, FILE_MODE);
    this.#teller = new FeedbackTeller(home);
    if (fstatSync(this.#fd).isFile()) return;
    closeSync(this.#fd);
    throw new Error("it is not a regular file");
  }

  take(told: readonly Told[]): void {
    this.#write(told.flatMap(({ record }) => this.#teller.tell(record)));
  }

  close(): void {
    try {
      this.#write(this.#teller.rest());
    } finally {
      closeSync(this.#fd);
    }
  }

  #write(lines: readonly string[]): void {
    if (lines.length > 0) writeText(this.#fd, lines.map((line) => `${line}\n`).join(""));
  }
}
