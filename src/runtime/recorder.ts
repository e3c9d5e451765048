/** What became of a session: its events, counted for the last line and written to the user's file. */
import { closeSync, openSync, writeSync } from "node:fs";
import { EventReader, type SessionEvent } from "./events.js";
import {
  type EventRecord, lostRecordOf, type LostRecord, recordOf, repeatRecordOf, type RuleNote, wallClock,
} from "./event-record.js";
import { Summary } from "./summary.js";

// Names of files that the agent touched are nobody else's business.
const FILE_MODE = 0o600;
/** Processes of which the program is remembered, for repeats; the agent may start any number. */
const MAX_PROGRAMS = 1000;

export class Recorder {
  readonly summary = new Summary();
  readonly #reader = new EventReader();
  readonly #timeOf = wallClock();
  readonly #programs = new Map<number, string>();

  /** `onTrouble`: the file cannot be written any more. Said once; counting goes on. */
  constructor(
    private readonly rules: readonly RuleNote[],
    private file: EventFile | null,
    private readonly onTrouble: (thrown: unknown) => void,
  ) {}

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
    switch (event.kind) {
      case "decision": {
        const record = recordOf(event, this.rules, this.#timeOf);
        this.summary.add(record);
        if (this.#programs.size === MAX_PROGRAMS) this.#programs.clear();
        this.#programs.set(record.pid, record.exe);
        return [record];
      }
      case "repeat": {
        const record = repeatRecordOf(event, this.#programs.get(event.pid) ?? "", this.rules, this.#timeOf);
        this.summary.add(record);
        return [record];
      }
      case "lost":
        this.summary.lose(Number(event.count));
        return [lostRecordOf(event, this.#timeOf)];
      case "end":
        return [];
    }
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
