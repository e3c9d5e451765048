/** The one line that `policyc run` ends with. */
import { type EventRecord, REASON_WORDS } from "./event-record.js";

/** An agent that tries everything must not fill our memory: past this, only totals are kept. */
const MAX_GROUPS = 1000;
const WIDTH = 80;

interface Group {
  readonly first: EventRecord;
  count: number;
}

/** Counts what was denied, in order of first appearance. */
export class Summary {
  readonly #groups = new Map<string, Group>();
  #denied = 0;
  #killed = 0;
  #audited = 0;
  #lost = 0;
  #unlisted = false;

  add(record: EventRecord): void {
    const count = record.count ?? 1;
    if (record.decision === "audit") {
      this.#audited += count;
      return;
    }
    if (record.decision === "kill") this.#killed += count;
    else this.#denied += count;
    const key = JSON.stringify([record.op, record.target, record.rule, record.reason]);
    const group = this.#groups.get(key);
    if (group !== undefined) group.count += count;
    else if (this.#groups.size < MAX_GROUPS) this.#groups.set(key, { first: record, count });
    else this.#unlisted = true;
  }

  lose(count: number): void {
    this.#lost += count;
  }

  /** Without `policyc: ` and line end. `home` is written `~`; `events` is the user's file, if any. */
  line(home: string, events: string | null): string {
    const totals = [
      ...(this.#denied > 0 ? [`${this.#denied} denied`] : []),
      ...(this.#killed > 0 ? [`${this.#killed} killed`] : []),
    ];
    const audited = this.#audited > 0 ? [`${this.#audited} audited`] : [];
    const lost = this.#lost > 0 ? [`${this.#lost} events lost`] : [];
    if (totals.length === 0) return ["nothing denied", ...audited, ...lost].join(", ");
    const head = [...totals, ...audited, ...lost].join(", ");
    const tail = events === null ? "; --events FILE shows all" : `; all in ${events}`;
    return `${head} (${this.#examples(WIDTH - "policyc: ".length - head.length - tail.length - 3, home)})${tail}`;
  }

  /** As many groups as fit into `room` columns, at least one. */
  #examples(room: number, home: string): string {
    const groups = [...this.#groups.values()].map((group) => groupText(group, home));
    let shown = 1;
    const width = (count: number): number => groups.slice(0, count).join(", ").length;
    while (shown < groups.length && width(shown + 1) + (shown + 1 < groups.length ? 3 : 0) <= room) shown++;
    const more = shown < groups.length || this.#unlisted ? ", …" : "";
    return groups.slice(0, shown).join(", ") + more;
  }
}

function groupText({ first, count }: Group, home: string): string {
  const times = count > 1 ? ` ×${count}` : "";
  return `${first.op} ${underHome(first.target, home)}${times} ${causeOf(first)}`;
}

function causeOf(record: EventRecord): string {
  if (record.reason !== undefined) return `as ${REASON_WORDS.get(record.reason) ?? "it could not be decided"}`;
  if (record.rule === null) return "by default";
  const place = `${record.file ?? "?"}:${record.line ?? 0}`;
  return record.rule === place ? `at ${place}` : `by ${record.rule} at ${place}`;
}

function underHome(target: string, home: string): string {
  if (home === "/" || !target.startsWith(home)) return target;
  const rest = target.slice(home.length);
  return rest === "" || rest.startsWith("/") ? `~${rest}` : target;
}
