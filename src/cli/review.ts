/** `policyc review`: what a draft would change, for a person who decides. */
import type { Review } from "../review/review.js";
import { reviewPage } from "../review/review-html.js";
import { bindingsOf } from "./bindings.js";
import { fail, STATUS, succeed } from "./exit.js";
import { loadReview, NOTHING, presentFrom } from "./load-review.js";
import type { BindingOptions } from "./options.js";
import { printFailure, printHelp, printTrouble } from "./print-failure.js";
import { readSource, STDIN } from "./read-sources.js";
import { reviewText } from "./review-text.js";
import { shellWord } from "./shell-word.js";
import { hasColour, painter, writeOut } from "./terminal.js";
import { writeWhole } from "./write-whole.js";

export interface ReviewOptions extends BindingOptions {
  readonly onto?: string;
  readonly html?: string;
  readonly json?: boolean;
}

export function reviewCommand(file: string, options: ReviewOptions): number {
  const bindings = bindingsOf(options);
  if (!bindings.ok) return printFailure(bindings.failure);
  const source = readSource(file);
  if ("error" in source) return printFailure(fail(STATUS.usage, `cannot read \`${file}\`: ${source.error}`).failure);
  const present = options.onto === undefined ? succeed(NOTHING) : presentFrom(options.onto);
  if (!present.ok) return printFailure(present.failure);
  const loaded = loadReview(source, present.value, bindings.value);
  if (!loaded.ok) return printTrouble(loaded.trouble);
  const { review } = loaded.value;
  const compared = { draft: source.path, onto: present.value.name };
  if (options.html !== undefined) {
    const page = reviewPage(review, { ...compared, date: new Date().toISOString().slice(0, "2026-01-01".length) });
    const written = writeWhole(options.html, Buffer.from(page));
    if (!written.ok) return printFailure(written.failure);
  }
  if (options.json === true) writeOut(`${JSON.stringify(reviewJson(review))}\n`);
  else if (options.html === undefined) {
    writeOut(reviewText(review, compared, painter(hasColour("out"))));
    if (file !== STDIN) printHelp(`when it says what you mean: policyc approve ${shellWord(file)} ${options.onto === undefined ? "-o agent.pol" : `--onto ${shellWord(options.onto)}`}`);
  }
  return review.probes.every(({ ok }) => ok) ? STATUS.done : STATUS.policy;
}

/** Without what is for programs of this one alone. */
export const reviewJson = ({ probes, everyday, ...review }: Review) => ({
  ...review,
  probes: probes.map(({ access, expected, actual, ok, rule }) => ({ access, expected, actual, ok, rule })),
  everyday: { tried: everyday.tried, broken: everyday.broken.map(({ activity, access, before, after, rule }) => ({ activity, access, before, after, rule })) },
});
