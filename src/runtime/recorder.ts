/** What became of a session: its events, counted for the last line and written to the user's file. */
import { closeSync, openSync, writeSync } from "node:fs";
import { EventReader, type SessionEvent } from "./events.js";
import { type EventRecord, type LostRecord, type RuleNote, wallClock } from "./event-record.js";
import { PolicyBook } from "./policy-book.js";
import { EventTeller } from "./event-teller.js";
import { Summary } from "./summary.js";

// Names of files that the agent touched are nobody else's business.
const FILE_MODE = 0o600;

export class Recorder {
  readonly summary = new Summary();
  readonly #reader = new EventReader();
  readonly #book: PolicyBook;
  readonly #teller: EventTeller;

  /** `onTrouble`: the file cannot be written any more. Said once; counting goes on. */
  constructor(
    rules: readonly RuleNote[],
    private file: EventFile | null,
    private readonly onTrouble: (thrown: unknown) => void,
    private readonly onAttended: () => void = () => undefined,
  ) {
    this.#book = new PolicyBook(rules);
    this.#teller = new EventTeller(this.#book.rulesOf, wallClock());
  }

  /** Once the first process has ended: how many threads of the session go on. Until then null. */
  take(chunk: Uint8Array): bigint | null {
    const events = this.#reader.push(chunk);
    const records = events.flatMap((event) => this.#account(event));
    if (records.length > 0) this.#write(records);
    return events.find((event) => event.kind === "end")?.count ?? null;
  }

  #write(records: readonly (EventRecord | LostRecord)[]): void {
    try {
      this.file?.write(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    } catch (thrown) {
      this.close();
      this.onTrouble(thrown);
    }
  }

  close(): void {
    this.file?.close();
    this.file = null;
  }

  #account(event: SessionEvent): readonly (EventRecord | LostRecord)[] {
    if (event.kind === "policy") this.#book.take(event);
    if (event.kind === "attended") this.onAttended();
    const record = this.#teller.tell(event);
    if (record === null) return [];
    if ("lost" in record) this.summary.lose(record.lost);
    else this.summary.add(record);
    return [record];
  }
}

/** Created, or emptied, as whoever this process is at that moment. Throws what `fs` throws. */
export class EventFile {
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openSync(path, "w", FILE_MODE);
  }

  write(text: string): void {
    for (let rest = Buffer.from(text); rest.length > 0;) rest = rest.subarray(writeSync(this.#fd, rest));
  }

  close(): void {
    closeSync(this.#fd);
  }
}
