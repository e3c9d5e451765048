/** What became of a session: its events, counted for the last line and handed to whoever keeps them. */
import { closeSync, openSync, writeSync } from "node:fs";
import { EventReader, type SessionEvent } from "./events.js";
import { type EventRecord, type LostRecord, type RuleNote, wallClock } from "./event-record.js";
import { PolicyBook } from "./policy-book.js";
import { EventTeller } from "./event-teller.js";
import { Summary } from "./summary.js";

// Names of files that the agent touched are nobody else's business.
export const FILE_MODE = 0o600;

/** An event, and what is told of it. */
export interface Told {
  readonly event: SessionEvent;
  readonly record: EventRecord | LostRecord;
}

/** Keeps what is told, in a file of the user's or elsewhere. `take` may throw what `fs` throws. */
export interface Sink {
  /** Of the file, as the user names it; null where it is none. */
  readonly path: string | null;
  take(told: readonly Told[]): void;
  close(): void;
}

export class Recorder {
  readonly summary = new Summary();
  readonly #reader = new EventReader();
  readonly #book: PolicyBook;
  readonly #teller: EventTeller;

  #sinks: readonly Sink[];

  /** `onTrouble`: a file cannot be written any more. Said once for each; counting goes on. */
  constructor(
    rules: readonly RuleNote[],
    sinks: readonly Sink[],
    private readonly onTrouble: (path: string | null, thrown: unknown) => void,
    private readonly onAttended: () => void = () => undefined,
  ) {
    this.#sinks = sinks;
    this.#book = new PolicyBook(rules);
    this.#teller = new EventTeller(this.#book.rulesOf, wallClock());
  }

  /** Once the first process has ended: how many threads of the session go on. Until then null. */
  take(chunk: Uint8Array): bigint | null {
    const events = this.#reader.push(chunk);
    const told = events.flatMap((event) => this.#account(event));
    if (told.length > 0) this.#tellAll((sink) => { sink.take(told); });
    return events.find((event) => event.kind === "end")?.count ?? null;
  }

  close(): void {
    this.#tellAll((sink) => { sink.close(); });
    this.#sinks = [];
  }

  /** One that fails is told no more; the others go on. */
  #tellAll(tell: (sink: Sink) => void): void {
    this.#sinks = this.#sinks.filter((sink) => {
      try {
        tell(sink);
        return true;
      } catch (thrown) {
        this.onTrouble(sink.path, thrown);
        return false;
      }
    });
  }

  #account(event: SessionEvent): readonly Told[] {
    if (event.kind === "policy") this.#book.take(event);
    if (event.kind === "attended") this.onAttended();
    const record = this.#teller.tell(event);
    if (record === null) return [];
    if ("lost" in record) this.summary.lose(record.lost);
    else this.summary.add(record);
    return [{ event, record }];
  }
}

/** Created, or emptied, as whoever this process is at that moment. Throws what `fs` throws. */
export class EventFile implements Sink {
  readonly #fd: number;

  constructor(readonly path: string) {
    this.#fd = openSync(path, "w", FILE_MODE);
  }

  take(told: readonly Told[]): void {
    writeText(this.#fd, told.map(({ record }) => `${JSON.stringify(record)}\n`).join(""));
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** All of it. */
export function writeText(fd: number, text: string): void {
  for (let rest = Buffer.from(text); rest.length > 0;) rest = rest.subarray(writeSync(fd, rest));
}
