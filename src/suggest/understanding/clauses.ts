/** A sentence → its wishes. A wish that leaves out who or whether takes that from the one before. */
import type { Piece, Tag } from "./pieces.js";

interface Chunk {
  readonly pieces: readonly Piece[];
  readonly separator: "none" | "comma" | "and" | "or" | "nor" | "but";
}

export interface Clause {
  /** With conjunctions and commas between its parts. */
  readonly pieces: readonly Piece[];
  /** It says nothing of whether: as the clause before. */
  readonly inherits: boolean;
  /** Whether it is as the clause before, or what is to be done instead, nobody can tell. */
  readonly isUnclear: boolean;
}

const CONDITION = new Set(["condition", "unless"]);

const isPolarity = ({ kind }: Tag): boolean => ["not", "deny", "allow", "only", "confine", "audit", "kill", "at-most", "more-than"].includes(kind);
const isThing = (tag: Tag): boolean => ["thing", "command", "path", "literal", "address", "host", "number"].includes(tag.kind) || tag.kind === "generic";

export function clausesOf(sentence: readonly Piece[]): readonly Clause[] {
  const chunks = chunksOf(exceptingButNot(sentence));
  const clauses: (readonly Chunk[])[] = [];
  let current: readonly Chunk[] = [];
  chunks.forEach((chunk, i) => {
    if (current.length > 0 && beginsAnother(chunk, current, chunks.slice(i + 1))) {
      clauses.push(current);
      current = [];
    }
    current = [...current, chunk];
  });
  if (current.length > 0) clauses.push(current);
  const isInstead = /^instead$/i.test(sentence.findLast(({ tag }) => tag.kind !== "filler")?.text ?? "");
  return clauses.map((parts, i) => {
    const pieces = piecesOf(parts);
    const inherits = i > 0 && !mainOf(pieces).some(({ tag }) => isPolarity(tag)) && !hasRequirement(pieces);
    return { pieces, inherits, isUnclear: inherits && (isInstead || mayBeInstead(parts, piecesOf(clauses[i - 1] ?? []), clauses.slice(i + 1))) };
  });
}

const piecesOf = (parts: readonly Chunk[]): readonly Piece[] =>
  parts.flatMap(({ pieces: own, separator }, j) => (j === 0 ? negated(own, separator) : [separatorPiece(separator, own), ...own]));

const INSTEAD = /\b(?:instead|rather|always)\b/i;

/** `never use npm, use pnpm`; not `never read X, write Y or delete Z`, which is a list. */
function mayBeInstead(parts: readonly Chunk[], before: readonly Piece[], later: readonly (readonly Chunk[])[]): boolean {
  if (!before.some(({ tag }) => tag.kind === "not" || tag.kind === "deny")) return false;
  const isList = later.some(([first]) => first?.separator === "and" || first?.separator === "or");
  return parts.some(({ pieces }) => pieces.some(({ text }) => INSTEAD.test(text))) || (parts[0]?.separator === "comma" && !isList);
}

/** `block the network but not localhost`: what is not to be denied, and no other wish. */
function exceptingButNot(pieces: readonly Piece[]): readonly Piece[] {
  const isBut = ({ tag }: Piece, i: number): boolean => tag.kind === "but" && pieces.slice(i + 1).find(({ tag: next }) => next.kind !== "filler")?.tag.kind === "not";
  const but = pieces.findIndex(isBut);
  if (but === -1) return pieces;
  const not = pieces.findIndex(({ tag }, i) => i > but && tag.kind === "not");
  const isDenied = pieces.slice(0, but).some(({ tag }) => tag.kind === "not" || tag.kind === "deny");
  const after = pieces.slice(not + 1);
  const areThings = after.length > 0 && after.every(({ tag }) => isThing(tag) || ["preposition", "filler", "comma", "conjunction"].includes(tag.kind));
  const [first] = pieces.slice(but);
  return isDenied && areThings && first !== undefined ? [...pieces.slice(0, but), { ...first, tag: { kind: "except" } }, ...after] : pieces;
}

/** `…, nor may it read X` says no as well. */
const negated = (pieces: readonly Piece[], separator: Chunk["separator"]): readonly Piece[] => {
  const [first] = pieces;
  const isOpen = separator === "nor" && pieces.some(({ tag }) => tag.kind === "allow") && !pieces.some(({ tag }) => tag.kind === "not" || tag.kind === "deny");
  return first !== undefined && isOpen ? [{ ...first, tag: { kind: "not" }, to: first.from, text: "" }, ...pieces] : pieces;
};

/** `run the tests before you commit` needs no word for whether. */
const hasRequirement = (pieces: readonly Piece[]): boolean => pieces.some(({ tag }) => tag.kind === "condition" && tag.word === "before");

/** Up to the first exception or condition; past a condition that comes first. */
function mainOf(pieces: readonly Piece[]): readonly Piece[] {
  const end = pieces.findIndex(({ tag }, i) => i > 0 && (tag.kind === "except" || tag.kind === "unless"));
  return end === -1 ? pieces : pieces.slice(0, end);
}

function separatorPiece(separator: Chunk["separator"], [first]: readonly Piece[]): Piece {
  const at = first?.from ?? 0;
  const tag: Tag = separator === "but" ? { kind: "but" } : separator === "comma" ? { kind: "comma" } : { kind: "conjunction" };
  return { tag, from: at, to: at, text: separator === "or" || separator === "nor" ? "or" : "" };
}

function chunksOf(pieces: readonly Piece[]): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let own: Piece[] = [];
  let separator: Chunk["separator"] = "none";
  const end = (next: Chunk["separator"]): void => {
    if (own.some(({ tag }) => tag.kind !== "filler")) {
      chunks.push({ pieces: own, separator });
      own = [];
      separator = next;
    } else if (next !== "comma" || separator === "none") separator = chunks.length === 0 ? separator : next;
  };
  for (const piece of pieces) {
    if (piece.tag.kind === "comma") end("comma");
    else if (piece.tag.kind === "conjunction") end(/^nor$/i.test(piece.text) ? "nor" : /^or$/i.test(piece.text) ? "or" : "and");
    else if (piece.tag.kind === "but") end("but");
    else own = [...own, piece];
  }
  end("none");
  return chunks;
}

const tagsOf = (chunks: readonly Chunk[]): readonly Tag[] => chunks.flatMap(({ pieces }) => pieces.map(({ tag }) => tag)).filter(({ kind }) => kind !== "filler");

function beginsAnother(chunk: Chunk, current: readonly Chunk[], later: readonly Chunk[]): boolean {
  const tags = tagsOf([chunk]);
  const before = tagsOf(current);
  const [first] = tags;
  if (first === undefined) return false;
  // `neither X nor Y may be read`
  if (chunk.separator === "nor" && isThing(first)) return false;
  // `…, then kill`
  if (tags.every(({ kind }) => kind === "kill" || kind === "deny") && before.some(({ kind }) => kind === "unit" || kind === "number")) return false;
  const hasPolarity = tags.some(isPolarity);
  const startedWithCondition = before[0] !== undefined && CONDITION.has(before[0].kind);
  const isBare = startedWithCondition && !tagsOf(afterCondition(current)).some(isPolarity);
  if (CONDITION.has(first.kind) || first.kind === "except" || first.kind === "without") return beginsWithCondition(chunk, before, later, hasPolarity);
  // What a condition at the beginning is the condition of.
  if (isBare) return false;
  const inTail = before.some(({ kind }, i) => i > 0 && (kind === "except" || CONDITION.has(kind)));
  if (hasPolarity) {
    // `ssh keys, aws keys and .env are off limits`: said at the end, of all of them.
    const isPending = !before.some(isPolarity) && !before.some(({ kind }) => kind === "doing");
    // `only dns and https are allowed`
    const isListOfOnly = before[0]?.kind === "only" && before.slice(1).every(isThing) && isThing(first) && tags.every((tag) => !isPolarity(tag) || tag.kind === "allow");
    // `src and docs, but nothing else`
    const endsInOnly = isThing(first) && tags.slice(0, -1).every(isThing) && tags.at(-1)?.kind === "only" || tags.length === 1 && first.kind === "only";
    // `deletes are fine, but only in /tmp`
    const isNarrowed = first.kind === "only" && !tags.some(({ kind }) => kind === "doing") && tags.some(isThing) && before.every((tag) => !isPolarity(tag) || tag.kind === "allow");
    return !isNarrowed && !(isPending && (isThing(first) || first.kind === "only")) && !isListOfOnly && !endsInOnly;
  }
  return !inTail && tags.some(({ kind }) => kind === "doing") && before.some((tag) => isThing(tag) && tag.kind !== "number") && before.some(isPolarity) && !isPassive(tags);
}

/** `may be read or written`: one thing, more verbs; not `use trash`. */
const isPassive = ([first, ...rest]: readonly Tag[]): boolean =>
  ![first, ...rest].some((tag) => tag !== undefined && isThing(tag)) && !(first?.kind === "doing" && first.doing === "use" && rest.length > 0);

const afterCondition = (current: readonly Chunk[]): readonly Chunk[] => current;

/** `…, and after reading X, …`: another wish where one follows that says whether. */
function beginsWithCondition(chunk: Chunk, before: readonly Tag[], later: readonly Chunk[], hasPolarity: boolean): boolean {
  const first = tagsOf([chunk])[0];
  if (first?.kind !== "condition" || !before.some(isPolarity)) return false;
  const inside = tagsOf([chunk]).slice(1).some((tag) => isPolarity(tag) && tag.kind !== "not") || hasPolarity && chunk.separator === "and";
  const [next] = later;
  return inside || chunk.separator === "and" && next !== undefined && next.separator === "comma" && tagsOf([next]).some(isPolarity);
}
