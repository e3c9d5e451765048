/** `push to the release branch`, `only push to agent/*`: the branches of a push. */
import { pushTo } from "../catalogue/git.js";
import { slug } from "./objects.js";
import type { Piece, Tag } from "./pieces.js";
import type { Word } from "./words.js";

/** Branches that need not be called branches. */
const KNOWN = new Set(["release", "releases", "develop", "development", "dev", "staging", "production", "prod", "stable", "next", "gh-pages", "main", "master", "trunk"]);
const NAME = /^[\w./*-]+$/;

const isPush = ({ tag }: Piece): boolean => tag.kind === "thing" && tag.entries.length > 0 && tag.entries.every(({ id }) => id === "git-push");
const isBranchWord = ({ tag, text }: Piece): boolean => tag.kind === "thing" && tag.entries.some(({ id }) => id === "git-branches") || /^branch(?:es)?$/i.test(text);

export function withBranches(pieces: readonly Piece[], words: readonly Word[]): readonly Piece[] {
  const push = pieces.findIndex(isPush);
  if (push === -1) return pieces;
  const [first, ...after] = pieces.slice(push);
  const excepts = after.findIndex(({ tag }) => tag.kind === "except");
  // `push only to X`
  const begin = Math.max(0, after.findIndex(({ tag }) => tag.kind !== "filler"));
  const isAfter = excepts === -1 && after[begin]?.tag.kind === "only";
  const from = excepts === -1 ? begin + Number(isAfter) : excepts + 1;
  // Between the push and the exception nothing else may stand.
  if (first === undefined || excepts > 0 && after.slice(0, excepts).some((piece) => piece.tag.kind !== "filler" && piece.tag.kind !== "generic" && piece.tag.kind !== "preposition" && !isBranchWord(piece))) return pieces;
  const found = branchesIn(after.slice(from), words, /\bto$/i.test(after[excepts]?.text ?? ""));
  if (found === null) return pieces;
  const isOnly = isAfter || pieces.slice(0, push).some(({ tag }) => tag.kind === "only");
  const tag: Tag = excepts !== -1 || isOnly ? { kind: "command", command: { programs: ["git"], args: { only: false, words: ["push"], without: found.names } } }
    : { kind: "thing", entries: [pushTo(slug(found.names.join("-")), found.names, { title: `pushing to ${found.names.join(", ")}`, example: "", phrases: [] })], command: null };
  const before = pieces.slice(0, push).map((piece): Piece => (isOnly && piece.tag.kind === "only" ? { ...piece, tag: { kind: "not" } } : isOnly && piece.tag.kind === "allow" ? { ...piece, tag: { kind: "filler" } } : piece));
  const last = after[from + found.length - 1] ?? first;
  const not: readonly Piece[] = isAfter ? [{ ...first, tag: { kind: "not" } }] : [];
  return [...before, ...not, { ...first, tag, to: last.to }, ...after.slice(from + found.length)];
}

interface Found {
  readonly names: readonly string[];
  /** Pieces that say so. */
  readonly length: number;
}

/** `to the release branch`, `to branch x`, `to main or release`: null where it is not about branches. */
function branchesIn(pieces: readonly Piece[], words: readonly Word[], hasTo: boolean): Found | null {
  const [to] = pieces;
  if (!hasTo && (to?.tag.kind !== "preposition" || to.tag.word !== "to" && to.tag.word !== "on")) return null;
  const names: string[] = [];
  let isSaid = false;
  let length = 0;
  for (const [i, piece] of pieces.entries()) {
    if (i === 0 && !hasTo) continue;
    const { kind } = piece.tag;
    const name = words.slice(piece.from, piece.to).map(({ text }) => text).join(" ");
    if (isBranchWord(piece)) {
      isSaid = true;
      length = i + 1;
    } else if (kind !== "filler" && kind !== "conjunction" && kind !== "comma" && kind !== "generic" && kind !== "preposition") {
      if (!NAME.test(name) || !["unknown", "literal", "path", "thing", "doing", "command"].includes(kind)) break;
      names.push(name);
      length = i + 1;
    } else if (kind === "preposition" && !/^to$/i.test(piece.text)) break;
  }
  const isKnown = isSaid || names.every((name) => KNOWN.has(name) || name.includes("/"));
  return names.length > 0 && isKnown ? { names, length } : null;
}
