/** A request in English → a proposal, by the catalogue alone: no model, no network, the same for the same words. */
import type { Item, Proposal, Untranslated } from "./proposal.js";
import { clausesOf } from "./understanding/clauses.js";
import { splitHyphens } from "./understanding/hyphens.js";
import { withBranches } from "./understanding/branches.js";
import { expandIdioms } from "./understanding/idioms.js";
import { frameOf, type Inherited } from "./understanding/frame.js";
import { completeLeave } from "./understanding/leave.js";
import { reconcile } from "./understanding/reconcile.js";
import type { Piece } from "./understanding/pieces.js";
import { sentencesOf } from "./understanding/sentences.js";
import { piecesOf } from "./understanding/tag.js";
import { translate } from "./understanding/translate.js";
import { hasHidden, wordsOf } from "./understanding/words.js";

export interface Surroundings {
  /** The file that the words are from; null: the command line. */
  readonly from: string | null;
}

/** Beyond which nobody means a word, or a sentence; what is looked for would take too long. */
const LONGEST_WORD = /\S{1000}/;
const MOST_WORDS = 300;
const TOO_LONG = "it is too long to be read as a wish: say it in shorter sentences";

const UNCLEAR = "whether that is not to be done either, or to be done instead, is not clear: say it in a sentence of its own";

const HIDDEN = "it holds characters that do not show, which may say something else than what is read";

export function understand(text: string, surroundings: Surroundings): Proposal {
  const outcomes = sentencesOf(text, surroundings.from !== null).flatMap(({ start, end }) => understandSentence(text, start, end));
  return reconcile({
    items: outcomes.flatMap((one) => (one.kind === "item" ? [one.item] : [])),
    untranslated: outcomes.flatMap((one) => (one.kind === "untranslated" ? [one.untranslated] : [])),
  });
}

type Understood =
  | { readonly kind: "item"; readonly item: Item }
  | { readonly kind: "untranslated"; readonly untranslated: Untranslated };

const untranslated = (words: string, reason: string): Understood => ({ kind: "untranslated", untranslated: { words, line: null, reason } });

function understandSentence(text: string, start: number, end: number): readonly Understood[] {
  const sentence = text.slice(start, end);
  if (hasHidden(sentence)) return [untranslated(sentence.trim(), HIDDEN)];
  if (LONGEST_WORD.test(sentence)) return [untranslated(sentence.trim(), TOO_LONG)];
  const { words: written, odd } = wordsOf(sentence, start);
  if (written.length > MOST_WORDS) return [untranslated(sentence.trim(), TOO_LONG)];
  const words = splitHyphens(written);
  if (words.length === 0 && odd.length === 0) return [];
  if (odd.length > 0) return [untranslated(sentence.trim(), `\`${odd.join(" ")}\` is not known here`)];
  const pieces = withBranches(completeLeave(expandIdioms(piecesOf(words, text))), words).filter(({ tag }) => tag.kind !== "stop");
  // Thanks and greetings ask for nothing.
  if (pieces.every(({ tag }) => tag.kind === "filler" || tag.kind === "comma" || tag.kind === "conjunction")) return [];
  let inherited: Inherited | null = null;
  let about: readonly Piece[] = [];
  const understood: Understood[] = [];
  for (const clause of clausesOf(pieces)) {
    const said = wordsIn(text, clause.pieces, words);
    const pieces = withReferences(clause.pieces, about);
    if (inherited?.effect === "only" && isTheRest(pieces)) continue;
    if (clause.isUnclear) {
      understood.push(untranslated(said, UNCLEAR));
      inherited = null;
      continue;
    }
    const framed = frameOf(pieces, clause.inherits ? inherited : null);
    const outcome = framed.ok ? translate(framed.frame) : framed;
    understood.push(outcome.ok ? { kind: "item", item: { words: said, line: null, ...outcome.value } } : untranslated(said, outcome.reason));
    about = things(pieces);
    // What follows a wish that is not understood cannot lean on it.
    inherited = framed.ok && outcome.ok ? { effect: framed.frame.effect, subject: framed.frame.subject } : null;
  }
  return understood;
}

/** `only X is allowed, everything else is blocked`: as has been said. */
const isTheRest = (pieces: readonly Piece[]): boolean =>
  pieces.some(({ tag }) => tag.kind === "deny") && pieces.some(({ text }) => /\belse$/i.test(text))
  && pieces.every(({ tag }) => tag.kind === "filler" || tag.kind === "generic" && tag.of === "anything" || tag.kind === "deny" && tag.doing === null);

const things = (pieces: readonly Piece[]): readonly Piece[] => pieces.filter(({ tag }) => tag.kind === "path" || tag.kind === "thing" || tag.kind === "literal");

/** `read the docs, but do not write there` */
const withReferences = (pieces: readonly Piece[], about: readonly Piece[]): readonly Piece[] =>
  pieces.flatMap((piece) => (piece.tag.kind === "reference" && about.length === 1 ? about.map(({ tag }) => ({ ...piece, tag })) : [piece]));

function wordsIn(text: string, pieces: readonly Piece[], words: readonly { readonly start: number; readonly end: number }[]): string {
  const from = Math.min(...pieces.map((piece) => piece.from));
  const to = Math.max(...pieces.map((piece) => piece.to));
  return text.slice(words[from]?.start ?? 0, words[to - 1]?.end ?? 0);
}

