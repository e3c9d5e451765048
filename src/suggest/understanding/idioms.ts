/** Idioms → the words that they stand for. */
import type { Piece } from "./pieces.js";
import { piecesOf } from "./tag.js";
import { wordsOf } from "./words.js";

/** The pieces of what is said instead stand where the idiom stood. */
export function expandIdioms(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.flatMap((piece) => {
    const { tag } = piece;
    if (tag.kind !== "thing") return [piece];
    const requests = [...new Set(tag.entries.flatMap(({ means }) => (means.kind === "idiom" ? [means.request] : [])))];
    const [request] = requests;
    if (request === undefined || requests.length > 1 || tag.entries.some(({ means }) => means.kind !== "idiom")) return [piece];
    return piecesOf(wordsOf(request, 0).words, request).map((one) => ({ ...one, from: piece.from, to: piece.to }));
  });
}
