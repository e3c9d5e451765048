/** What a draft says in comments of the request that it was made from: written here, and read again by `policyc review`. */
import { quoteText } from "../compiler/print-parts.js";

export type DraftComment =
  /** Words of the request that the next statement carries out. */
  | { readonly kind: "asked"; readonly words: string; readonly line: number | null }
  | { readonly kind: "not-translated"; readonly words: string; readonly line: number | null; readonly reason: string };

const STARTS = { asked: "asked", "not-translated": "not translated" } as const;
const COMMENT = /^ ?(asked|not translated)(?:, line (\d+))?: ("(?:[^"\\]|\\.)*")(?:: (.*))?$/u;

/** Without the `#`; on one line, whatever the words hold. */
export function writeComment(comment: DraftComment): string {
  const place = comment.line === null ? "" : `, line ${comment.line}`;
  const reason = comment.kind === "asked" || comment.reason === "" ? "" : `: ${inComment(comment.reason)}`;
  return `${STARTS[comment.kind]}${place}: ${quoteText(comment.words)}${reason}`;
}

/** Null for a comment of another kind. */
export function readComment(text: string): DraftComment | null {
  const [, start, line, quoted, reason] = COMMENT.exec(text) ?? [];
  if (quoted === undefined) return null;
  const said = { words: unquote(quoted), line: line === undefined ? null : Number(line) };
  return start === STARTS.asked ? { kind: "asked", ...said } : { kind: "not-translated", ...said, reason: reason ?? "" };
}

const inComment = (text: string): string => quoteText(text).slice(1, -1);

const ESCAPED: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

const unquote = (quoted: string): string => quoted.slice(1, -1).replaceAll("$${", () => "${")
  .replace(/\\(?:u\{([0-9a-f]+)\}|(.))/gu, (_, code: string | undefined, letter: string | undefined) =>
    (code === undefined ? ESCAPED[letter ?? ""] ?? letter ?? "" : String.fromCodePoint(parseInt(code, 16))));
