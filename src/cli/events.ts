/** `policyc events`: what was denied, killed and audited in the sessions of this machine. */
import { readdirSync } from "node:fs";
import { EventLog } from "../runtime/event-log.js";
import { type EventRecord, type LostRecord, type TimeOf, wallClock } from "../runtime/event-record.js";
import { EventTeller } from "../runtime/event-teller.js";
import { folderOf, type SessionState } from "../runtime/sessions.js";
import { eventLine } from "./event-lines.js";
import { STATUS } from "./exit.js";
import { printFailure } from "./print-failure.js";
import { findSession, findSessions, type SessionSurroundings, sessionSurroundings } from "./sessions-of-machine.js";
import { note } from "./supervise.js";
import { hasColour, painter, terminalWidth, writeOut } from "./terminal.js";

export interface EventsOptions {
  readonly follow?: boolean;
  readonly session?: string;
  readonly json?: boolean;
}

const LOOK_MILLISECONDS = 200;

export async function eventsCommand(options: EventsOptions, surroundings = sessionSurroundings()): Promise<number> {
  const command = "policyc events";
  const found = options.session === undefined ? await findSessions(surroundings, command)
    : await findSession(options.session, surroundings, `${command} --session ${options.session}`);
  if (!found.ok) return printFailure(found.failure);
  const desk = new Desk(surroundings, options);
  const states: readonly SessionState[] = "session" in found.value ? [found.value] : found.value;
  for (const { session, record } of states) desk.add(session, record?.home ?? null);
  desk.print();
  if (states.length === 0 && options.follow !== true) note("no session runs");
  while (options.follow === true && !(options.session !== undefined && desk.isEmpty)) {
    await new Promise((resolve) => { setTimeout(resolve, LOOK_MILLISECONDS); });
    if (options.session === undefined) desk.addNew();
    desk.print();
  }
  return STATUS.done;
}

interface Reading {
  readonly log: EventLog;
  readonly teller: EventTeller;
  readonly home: string | null;
}

/** The sessions that are read, and where what they tell goes. */
class Desk {
  readonly #readings = new Map<number, Reading>();
  readonly #timeOf: TimeOf = wallClock();

  constructor(private readonly surroundings: SessionSurroundings, private readonly options: EventsOptions) {}

  get isEmpty(): boolean {
    return this.#readings.size === 0;
  }

  add(session: number, home: string | null): void {
    const log = new EventLog(folderOf(session, this.surroundings.records));
    this.#readings.set(session, { log, teller: new EventTeller(log.rulesOf, this.#timeOf), home });
  }

  /** Sessions that began meanwhile. */
  addNew(): void {
    for (const name of namesIn(this.surroundings.records)) {
      if (/^[1-9][0-9]*$/.test(name) && !this.#readings.has(Number(name))) this.add(Number(name), null);
    }
  }

  /** Prints what is new, in order of time, and forgets sessions that have ended. */
  print(): void {
    const told = [...this.#readings].flatMap(([session, reading]) => {
      const isLast = reading.log.ended;
      const records = this.#readFrom(session, reading);
      if (isLast) {
        reading.log.close();
        this.#readings.delete(session);
      }
      return records.map((record) => ({ record, home: reading.home }));
    });
    told.sort((a, b) => (a.record.time < b.record.time ? -1 : a.record.time > b.record.time ? 1 : 0));
    const style = { paint: painter(hasColour("out")), width: terminalWidth() };
    writeOut(told.map(({ record, home }) => (this.options.json === true ? `${JSON.stringify(record)}\n`
      : eventLine(record, { ...style, home }))).join(""));
  }

  #readFrom(session: number, { log, teller }: Reading): readonly (EventRecord | LostRecord)[] {
    const { events, missed } = log.read();
    const records = events.map((event) => teller.tell(event)).filter((record) => record !== null);
    const time = this.#timeOf(process.hrtime.bigint());
    return missed === 0 ? records : [{ time: records[0]?.time ?? time, session, lost: missed }, ...records];
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
