/** The one line that `policyc run` ends with. */
import { type EventRecord, REASON_WORDS } from "./event-record.js";

/** An agent that tries everything must not fill our memory: past this, only totals are kept. */
const MAX_GROUPS = 1000;
const WIDTH = 80;

interface Group {
  readonly first: EventRecord;
  readonly target: string;
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
    const group = record.target === null ? this.#repeated(record) : this.#groupOf(record, record.target);
    if (group === undefined) this.#unlisted = true;
    else group.count += count;
  }

  /** Undefined when there are too many. */
  #groupOf(record: EventRecord, target: string): Group | undefined {
    const key = JSON.stringify([record.op, target, record.rule, record.reason]);
    const known = this.#groups.get(key);
    if (known !== undefined || this.#groups.size === MAX_GROUPS) return known;
    const group = { first: record, target, count: 0 };
    this.#groups.set(key, group);
    return group;
  }

  /** Nearly always more of the last one of its kind. */
  #repeated({ op, rule, pid }: EventRecord): Group | undefined {
    const alike = [...this.#groups.values()].filter(({ first }) => first.op === op && first.rule === rule);
    return alike.findLast(({ first }) => first.pid === pid) ?? alike.at(-1);
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
    // Only repeats of what was lost.
    if (this.#groups.size === 0) return head;
    const tail = events === null ? "; --events FILE says more" : `; more in ${events}`;
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

function groupText({ first, target, count }: Group, home: string): string {
  const times = count > 1 ? ` ×${count}` : "";
  return `${first.op} ${underHome(target, home)}${times} ${causeOf(first)}`;
}

function causeOf(record: EventRecord): string {
  if (record.reason !== undefined) return `as ${REASON_WORDS.get(record.reason) ?? "it could not be decided"}`;
  if (record.rule === null) return "by default";
  if (record.file === null) return `by ${record.rule}`;
  const place = `${record.file}:${record.line ?? 0}`;
  return record.rule === place ? `at ${place}` : `by ${record.rule} at ${place}`;
}

/** With `~` for what lies in `home`. */
export function underHome(target: string, home: string): string {
  if (home === "/" || !target.startsWith(home)) return target;
  const rest = target.slice(home.length);
  return rest === "" || rest.startsWith("/") ? `~${rest}` : target;
}
