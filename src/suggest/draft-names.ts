/** Names for what is proposed: such as the language takes, and each used once. */
import { isName } from "../compiler/strings.js";
import type { Item, ProposedMark, ProposedRule, ProposedStatement } from "./proposal.js";

const LONGEST = 40;

/** Two things may be proposed under one name, or one that the policy has already. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  take(wish: string, otherwise: string): string {
    const slug = wish.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "").slice(0, LONGEST).replace(/-+$/, "");
    const stem = isName(slug) ? slug : isName(`${otherwise}-${slug}`) ? `${otherwise}-${slug}` : otherwise;
    for (let i = 1; ; i++) {
      const name = i === 1 ? stem : `${stem}-${i}`;
      if (this.#taken.has(name)) continue;
      this.#taken.add(name);
      return name;
    }
  }
}

export interface Taken {
  readonly rules: readonly string[];
  readonly marks: readonly string[];
}

/** The items with names that are free. A mark that two of them define alike is defined once. */
export function withFreeNames(items: readonly Item[], taken: Taken): readonly Item[] {
  const [rules, marks] = [new Names(taken.rules), new Names(taken.marks)];
  const known = new Map<string, string>();
  return items.map((item) => {
    const renamed = new Map<string, string>();
    const named = item.statements.map((statement): ProposedStatement | null => {
      switch (statement.kind) {
        case "rule": return statement.name === null ? statement : { ...statement, name: rules.take(statement.name, "rule") };
        case "mark": return nameMark(statement, renamed, known, marks);
        default: return statement;
      }
    });
    const statements = named.flatMap((statement) => (statement === null ? [] : [statement]));
    return { ...item, statements: statements.map((statement) => (statement.kind === "rule" ? asking(statement, renamed) : statement)) };
  });
}

/** Null where it is defined already. */
function nameMark(mark: ProposedMark, renamed: Map<string, string>, known: Map<string, string>, marks: Names): ProposedMark | null {
  const key = JSON.stringify(mark);
  const before = known.get(key);
  const name = before ?? marks.take(mark.name, "mark");
  renamed.set(mark.name, name);
  known.set(key, name);
  return before === undefined ? { ...mark, name } : null;
}

function asking(rule: ProposedRule, renamed: ReadonlyMap<string, string>): ProposedRule {
  const rename = (conditions: ProposedRule["when"]): ProposedRule["when"] => conditions.map((condition) =>
    (condition.kind === "mark" ? { ...condition, mark: renamed.get(condition.mark) ?? condition.mark } : condition));
  return { ...rule, when: rename(rule.when), unless: rename(rule.unless) };
}
