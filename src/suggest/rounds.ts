/** Asks until the answer stands up to the schema, the compiler and its own probes: three times at most, and then there is no draft. */
import { z } from "zod";
import type { Asker } from "./client.js";
import type { Problem } from "./check-draft.js";
import { proposalOf } from "./from-answer.js";
import { againMessages, firstMessages, type Message } from "./prompt.js";
import type { Proposal } from "./proposal.js";
import { ANSWER } from "./schema.js";

export const MOST_ROUNDS = 3;

export type Drafted =
  | { readonly kind: "drafted"; readonly proposal: Proposal; readonly text: string | null; readonly rounds: number }
  /** No answer stood up. */
  | { readonly kind: "failed"; readonly problems: readonly Problem[] }
  | { readonly kind: "unavailable"; readonly message: string; readonly help: string | null };

export interface Asked {
  readonly request: string;
  /** Text of the policy that is added to. */
  readonly onto: string | null;
  /** The draft's text, and what is wrong with it; null where nothing was translated. */
  readonly check: (proposal: Proposal) => { readonly text: string | null; readonly problems: readonly Problem[] };
}

export async function draftByModel(asker: Pick<Asker, "ask">, { request, onto, check }: Asked): Promise<Drafted> {
  let messages: readonly Message[] = firstMessages(request, onto);
  let problems: readonly Problem[] = [];
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const answered = await asker.ask(messages);
    if (answered.kind === "unavailable") return answered;
    if (answered.kind === "no-answer") {
      problems = [{ stage: "answer", message: answered.message }];
      continue;
    }
    const read = readAnswer(answered.text, request);
    problems = read.problems;
    if (read.proposal !== null && problems.length === 0) {
      const { text, problems: found } = check(read.proposal);
      if (found.length === 0) return { kind: "drafted", proposal: read.proposal, text, rounds: round };
      problems = found;
    }
    messages = againMessages(messages, answered.text, problems);
  }
  return { kind: "failed", problems };
}

function readAnswer(text: string, request: string): { readonly proposal: Proposal | null; readonly problems: readonly Problem[] } {
  const json = parseJson(text);
  if (json === undefined) return { proposal: null, problems: [{ stage: "answer", message: "the answer is not JSON" }] };
  const answer = ANSWER.safeParse(json);
  if (answer.success) return proposalOf(answer.data, request);
  return { proposal: null, problems: [{ stage: "answer", message: `the answer does not fit the schema:\n${z.prettifyError(answer.error)}` }] };
}

/** Servers without structured output put a fence around it. */
function parseJson(text: string): unknown {
  const fenced = /^\s*```(?:json)?\n([^]*?)\n```\s*$/.exec(text)?.[1];
  try {
    const json: unknown = JSON.parse(fenced ?? text);
    return json;
  } catch {
    return undefined;
  }
}
