/** Answers of models, for tests. */
import type { Answer, AnswerAccess, AnswerStatement, AnswerTarget } from "../../../src/suggest/schema.js";

export const path = (value: string): AnswerTarget => ({ kind: "path", value, ports: [], protocol: null });
export const list = (kind: "any" | "loopback" | "private" | "metadata"): AnswerTarget => ({ kind, value: "", ports: [], protocol: null });
export const address = (value: string, ...ports: readonly string[]): AnswerTarget => ({ kind: "address", value, ports: [...ports], protocol: ports.length > 0 ? "tcp" : null });

type Rule = Extract<AnswerStatement, { kind: "rule" }>;
export const rule = (effect: Rule["effect"], operations: Rule["operations"], targets: Rule["targets"], more: Partial<Rule> = {}): Rule =>
  ({ kind: "rule", name: null, effect, operations, targets, except: [], args: null, when: [], unless: [], because: null, ...more });
export const access = (operation: AnswerAccess["operation"], target: AnswerTarget, more: Partial<AnswerAccess> = {}): AnswerAccess =>
  ({ operation, target, args: [], exe: null, under: null, after: [], ...more });

export const SSH_KEYS: Answer = {
  items: [{
    words: "block ssh keys",
    statements: [rule("deny", ["access"], [path("~/.ssh/**")], { name: "ssh-keys", except: [path("~/.ssh/known_hosts")], because: "private keys stay here" })],
    denied: [access("read", path("~/.ssh/id_ed25519"))], allowed: [access("read", path("~/.ssh/known_hosts"))],
  }],
  untranslated: [],
};

export const withItem = (item: Partial<Answer["items"][number]>): Answer => ({ ...SSH_KEYS, items: SSH_KEYS.items.map((one) => ({ ...one, ...item })) });
