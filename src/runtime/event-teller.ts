/** Events in their order → the records that people and programs read. */
import type { DecisionEvent, SessionEvent } from "./events.js";
import { type EventRecord, lostRecordOf, type LostRecord, recordOf, repeatRecordOf, type TimeOf } from "./event-record.js";
import type { RulesOf } from "./policy-book.js";

/** Processes of which the program is remembered, for repeats; the agent may start any number. */
const MAX_PROGRAMS = 1000;

export class EventTeller {
  readonly #programs = new Map<number, string>();
  #last: DecisionEvent | null = null;
  #resumed = false;

  constructor(private readonly rulesOf: RulesOf, private readonly timeOf: TimeOf) {}

  /** Null for what is no decision, and for what was told already. */
  tell(event: SessionEvent): EventRecord | LostRecord | null {
    switch (event.kind) {
      case "decision": return this.#isTold(event) ? null : this.#decision(event);
      case "repeat":
        return repeatRecordOf(event, this.#programs.get(event.pid) ?? "", this.rulesOf(event.policy), this.timeOf);
      case "lost":
        return lostRecordOf(event, this.timeOf);
      case "attended":
        this.#resumed = true;
        return null;
      case "end":
      case "policy":
        return null;
    }
  }

  #decision(event: DecisionEvent): EventRecord {
    this.#last = event;
    const record = recordOf(event, this.rulesOf(event.policy), this.timeOf);
    if (this.#programs.size === MAX_PROGRAMS) this.#programs.clear();
    this.#programs.set(record.pid, record.exe);
    return record;
  }

  /** A policyd that is killed may have passed on what the kernel still holds for the next. */
  #isTold(event: DecisionEvent): boolean {
    const first = this.#resumed;
    this.#resumed = false;
    const last = this.#last;
    return first && last !== null && last.time === event.time && last.pid === event.pid && last.rule === event.rule
      && last.operation === event.operation && last.privilege === event.privilege && last.object === event.object;
  }
}
