/** `leave X alone`: how something is to be left says what is meant; `leave port 22 open` and `don't leave X` are other wishes. */
import type { Piece, Tag } from "./pieces.js";

const OPEN: Tag = { kind: "beyond", reason: "how it is to be left is not said: say that it is to be left alone, or what is allowed" };

export function completeLeave(pieces: readonly Piece[]): readonly Piece[] {
  const leave = pieces.findIndex(({ tag }) => tag.kind === "leave");
  if (leave === -1) return pieces;
  const length = pieces.slice(leave).findIndex(({ tag }) => tag.kind === "stop" || tag.kind === "but");
  const end = length === -1 ? pieces.length : leave + length;
  const how = pieces.findIndex(({ tag, text }, i) => i > leave && i < end && (tag.kind === "deny" || /^(?:alone|be)$/i.test(text)));
  const said = pieces[how]?.tag;
  const isOpen = said === undefined || pieces[leave - 1]?.tag.kind === "not";
  const left: Tag = isOpen ? OPEN : said.kind === "deny" ? said : { kind: "deny", doing: "touch" };
  return pieces.map((piece, i) => (i === leave ? { ...piece, tag: left } : i === how ? { ...piece, tag: { kind: "filler" } } : piece));
}
