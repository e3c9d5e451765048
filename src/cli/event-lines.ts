/** Events for people: time, program, what, why, and the line of the policy. */
import type { EventRecord, LostRecord } from "../runtime/event-record.js";
import { REASON_WORDS } from "../runtime/event-record.js";
import { type Paint, printable, shortened } from "./terminal.js";

const DONE: Readonly<Record<EventRecord["decision"], string>> =
  { allow: "allowed", audit: "audited", deny: "denied", kill: "killed" };
const PROGRAM = 10;
const GAP = "  ";

export interface LineStyle {
  readonly paint: Paint;
  /** Columns; infinite where nothing is to be cut. */
  readonly width: number;
  /** What is written `~`. */
  readonly home: string | null;
}

/** One line, with its end. Of 80 columns the time has 8, the program 10, and the rest is shared. */
export function eventLine(event: EventRecord | LostRecord, style: LineStyle): string {
  const time = event.time.slice("2026-01-01T".length, "2026-01-01T00:00:00".length);
  if ("lost" in event) {
    const what = `${event.lost} event${event.lost === 1 ? "" : "s"} of session ${event.session} lost`;
    return `${time}${GAP}${style.paint("yellow", what)}\n`;
  }
  const rest = style.width - time.length - PROGRAM - 4 * GAP.length;
  const place = column(placeOf(event), share(rest, 0.25));
  const why = column(whyOf(event), share(rest, 0.3));
  const what = column(whatOf(event, style.home), Math.max(1, rest - share(rest, 0.25) - share(rest, 0.3)));
  const colour = event.decision === "audit" ? "yellow" : "red";
  const program = column(programOf(event.exe), PROGRAM);
  return `${[style.paint("dim", time), program, what, style.paint(colour, why), place].join(GAP).trimEnd()}\n`;
}

const share = (rest: number, part: number): number => (Number.isFinite(rest) ? Math.max(1, Math.floor(rest * part)) : rest);

/** Cut or filled up. */
function column(text: string, width: number): string {
  const clean = printable(text);
  if (!Number.isFinite(width)) return clean;
  const cut = shortened(clean, width);
  return cut + " ".repeat(Math.max(0, width - [...cut].length));
}

const programOf = (exe: string): string => (exe === "" ? "?" : exe.split("/").at(-1) ?? exe);

function whatOf({ op, target }: EventRecord, home: string | null): string {
  const named = target === null ? "more of the same"
    : home !== null && home !== "/" && target.startsWith(`${home}/`) ? `~${target.slice(home.length)}` : target;
  return `${op} ${named}`;
}

function whyOf({ decision, count, because, reason, rule }: EventRecord): string {
  const times = count === undefined ? "" : ` ×${count}`;
  const why = reason !== undefined ? REASON_WORDS.get(reason) ?? "it could not be decided"
    : because ?? (rule === null ? "by default" : null);
  return `${DONE[decision]}${times}${why === null ? "" : `: ${why}`}`;
}

function placeOf({ rule, file, line }: EventRecord): string {
  return file === null || line === null ? rule ?? "" : `${file.split("/").at(-1) ?? file}:${line}`;
}
