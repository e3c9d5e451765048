/** Gives every comment to a statement or case, or to the file or block that it ends. */
import type { IToken } from "chevrotain";
import type { Comment } from "./ast.js";
import type { Source } from "./diagnostic.js";

/** Hands out a file's comments in order. */
export class Comments {
  private index = 0;

  constructor(private readonly source: Source, private readonly tokens: readonly IToken[]) {}

  /** Those that are left and begin before `offset`. */
  before(offset: number): readonly Comment[] {
    const taken: Comment[] = [];
    for (let token = this.tokens[this.index]; token !== undefined && token.startOffset < offset;) {
      taken.push(toComment(this.source, token));
      token = this.tokens[++this.index];
    }
    return taken;
  }

  /** The one that follows `offset` on the same line. A doc comment belongs to the next statement instead. */
  onLineOf(offset: number): Comment | null {
    const token = this.tokens[this.index];
    if (token === undefined || token.image.startsWith("##")) return null;
    if (!/^[ \t]*$/.test(this.source.text.slice(offset, token.startOffset))) return null;
    this.index++;
    return toComment(this.source, token);
  }
}

function toComment(source: Source, token: IToken): Comment {
  const doc = token.image.startsWith("##");
  // One space after the marker is layout, not text.
  const text = token.image.slice(doc ? 2 : 1).replace(/^ /, "").trimEnd();
  return {
    kind: "comment", doc, text,
    span: { source, start: token.startOffset, end: token.startOffset + token.image.length },
  };
}
