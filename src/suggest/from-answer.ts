/** A model's answer, which fits the schema, as a proposal. Values that no target can have become problems. */
import { isIP } from "node:net";
import { PRIVILEGES } from "../compiler/ast.js";
import type { Problem } from "./check-draft.js";
import type { Item, Probe, Proposal, ProposedEvent, ProposedStatement, ProposedTarget } from "./proposal.js";
import type { Answer, AnswerAccess, AnswerEvent, AnswerStatement, AnswerTarget } from "./schema.js";

/** Where words of the request are asked for, and are not in it, that is a problem: nothing is put into the user's mouth. */
export function proposalOf({ items, untranslated }: Answer, request: string): { readonly proposal: Proposal; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const reader = new AnswerReader(problems);
  const proposal = {
    items: items.map(({ words, statements, denied, allowed }): Item => ({
      words, line: null, statements: statements.map((statement) => reader.statement(statement)),
      probes: [...denied.map((access) => reader.probe(access, "denied")), ...allowed.map((access) => reader.probe(access, "allowed"))],
    })),
    untranslated: untranslated.map(({ words, reason }) => ({ words, line: null, reason })),
  };
  const said = squeezed(request);
  for (const { words } of [...items, ...untranslated]) {
    if (squeezed(words) === "" || !said.includes(squeezed(words))) problems.push({ stage: "request", message: `\`${words}\` are no words of the request: copy them exactly` });
  }
  for (const { words, statements, denied } of items) {
    if (statements.length === 0) problems.push({ stage: "answer", message: `\`${words}\` has no statements: it belongs to untranslated` });
    const refuses = statements.some((one) => (one.kind === "rule" || one.kind === "default" || one.kind === "limit") && (one.effect === "deny" || one.effect === "kill"));
    if (refuses && denied.length === 0 && statements.every(({ kind }) => kind !== "limit")) problems.push({ stage: "answer", message: `\`${words}\` needs an access that must be denied` });
  }
  return { proposal, problems };
}

const squeezed = (text: string): string => text.replace(/\s+/gu, " ").trim().toLowerCase();

const PORT = /^\d{1,5}(-\d{1,5})?$/;

class AnswerReader {
  constructor(private readonly problems: Problem[]) {}

  private wrong(message: string): void {
    this.problems.push({ stage: "answer", message });
  }

  statement(statement: AnswerStatement): ProposedStatement {
    switch (statement.kind) {
      case "default": return statement;
      case "rule": return {
        ...statement, targets: this.targets(statement.targets), except: this.targets(statement.except),
        when: statement.when.map(conditionOf), unless: statement.unless.map(conditionOf),
      };
      case "mark": return { ...statement, on: statement.on.map((event) => this.event(event)), until: statement.until.map((event) => this.event(event)) };
      case "limit":
        if (statement.count < 1 || statement.perMilliseconds < 1) this.wrong("a limit needs a count and a time of 1 at least");
        return { ...statement, count: Math.max(1, statement.count), perMilliseconds: Math.max(1, statement.perMilliseconds), targets: this.targets(statement.targets) };
    }
  }

  probe({ operation, target, args, exe, under, after }: AnswerAccess, expected: Probe["expected"]): Probe {
    return { expected, operation, target: this.target(target), args, exe, under, after: after.map((event) => this.event(event)) };
  }

  event({ operation, targets, except, args }: AnswerEvent): ProposedEvent {
    return { operation, targets: this.targets(targets), except: this.targets(except), args };
  }

  private targets(targets: readonly AnswerTarget[]): readonly ProposedTarget[] {
    return targets.map((target) => this.target(target));
  }

  private target({ kind, value, ports, protocol }: AnswerTarget): ProposedTarget {
    for (const port of ports) if (!PORT.test(port)) this.wrong(`\`${port}\` is no port: write 443 or 8000-8999`);
    const transport = { ports: ports.filter((port) => PORT.test(port)), protocol };
    switch (kind) {
      case "path": case "unix": return { kind, pattern: value };
      case "anonymous": return { kind };
      case "privilege": {
        const privilege = PRIVILEGES.find((name) => name === value);
        if (privilege === undefined) this.wrong(`\`${value}\` is no privilege: there are ${PRIVILEGES.join(", ")}`);
        return { kind, privilege: privilege ?? "ptrace" };
      }
      case "address":
        if (isIP(value.split("/")[0] ?? "") === 0) this.wrong(`\`${value}\` is no address: host names are not enforced, write the request's words to untranslated`);
        return { kind: "network", address: value, ...transport };
      default: return { kind: "network", address: { list: kind }, ...transport };
    }
  }
}

function conditionOf({ kind, value, not }: { readonly kind: "mark" | "exe" | "under"; readonly value: string; readonly not: boolean }) {
  return kind === "mark" ? { kind, mark: value, not } : { kind, program: value, not };
}
