/** What stands between the quotes: escapes undone, references found. `print` writes the same form back. */
import type { StringLiteral, StringPart } from "./ast.js";
import type { Diagnostic, Source, Span } from "./diagnostic.js";
import { report } from "./messages.js";
import { RESERVED_WORDS } from "./tokens.js";

export const NAME_PATTERN = /^[a-z][a-z0-9-]*$/;

interface Piece {
  readonly end: number;
  readonly text: string;
  readonly diagnostic?: Diagnostic;
}

/** Reads the string whose contents are `source.text.slice(start, end)`; `span` is the whole token. */
export function readString(
  source: Source, span: Span, start: number, end: number,
): { literal: StringLiteral; diagnostics: readonly Diagnostic[] } {
  const text = source.text.slice(start, end);
  // Most strings are this.
  if (text !== "" && ORDINARY.test(text)) {
    return { literal: { kind: "string", parts: [{ kind: "text", text, span: { source, start, end } }], span }, diagnostics: [] };
  }
  const parts: StringPart[] = [];
  const diagnostics: Diagnostic[] = [];
  let pending = "";
  let pendingStart = start;
  const flush = (at: number): void => {
    if (pending !== "") {
      parts.push({ kind: "text", text: pending, span: { source, start: pendingStart, end: at } });
    }
    pending = "";
  };
  for (let i = start; i < end;) {
    const reference = source.text.startsWith("${", i) ? readReference(source, i, end) : undefined;
    if (reference !== undefined) {
      flush(i);
      if (reference.diagnostic !== undefined) diagnostics.push(reference.diagnostic);
      else parts.push({ kind: "reference", name: reference.text, span: { source, start: i, end: reference.end } });
      i = reference.end;
      pendingStart = i;
      continue;
    }
    const piece = readPiece(source, i, end);
    if (piece.diagnostic !== undefined) diagnostics.push(piece.diagnostic);
    pending += piece.text;
    i = piece.end;
  }
  flush(end);
  return { literal: { kind: "string", parts, span }, diagnostics };
}

/** Whether something can be called so. */
export const isName = (text: string): boolean => NAME_PATTERN.test(text) && !RESERVED_WORDS.has(text);

function readReference(source: Source, start: number, end: number): Piece {
  const length = source.text.slice(start, end).indexOf("}");
  const close = start + length;
  if (length === -1) {
    return {
      end,
      text: "",
      diagnostic: report("unclosed-reference", { source, start, end }, {}, { help: closingHelp(source.text.slice(start, end)) }),
    };
  }
  const name = source.text.slice(start + 2, close);
  const span: Span = { source, start, end: close + 1 };
  if (isName(name)) return { end: close + 1, text: name };
  return {
    end: close + 1,
    text: "",
    diagnostic: report("bad-reference", span, { reference: source.text.slice(start, close + 1) }, {
      help: isName(name.trim()) ? `did you mean \`\${${name.trim()}}\`?`
        : "name a parameter or a `let` here; for a literal `${`, write `$${`",
    }),
  };
}

/** The name that begins there is most likely all that was meant. */
function closingHelp(text: string): string {
  const name = /^\$\{([a-z][a-z0-9-]*)/.exec(text)?.[1];
  const literal = "for a literal `${`, write `$${`";
  return name === undefined || !isName(name) ? literal : `did you mean \`\${${name}}\`? For a literal \`\${\`, write \`$\${\``;
}

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([['"', '"'], ["\\", "\\"], ["n", "\n"], ["t", "\t"]]);

function readPiece(source: Source, start: number, end: number): Piece {
  const { text } = source;
  if (text.startsWith("$${", start)) return { end: start + 3, text: "${" };
  if (text[start] === "\\") return readEscape(source, start, end);
  const ordinary = ordinaryFrom(text, start, end);
  if (ordinary !== "") return { end: start + ordinary.length, text: ordinary };
  const char = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const piece: Piece = { end: start + char.length, text: char };
  const problem = unusable(char.codePointAt(0) ?? 0);
  if (problem === undefined) return piece;
  const written = `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  return { ...piece, diagnostic: report("bad-character", { source, start, end: piece.end }, { written, problem }) };
}

const ORDINARY = /^[^$\\\0\ud800-\udfff]*$/;

/** The characters from `start` on that stand for themselves, as many as there are. */
function ordinaryFrom(text: string, start: number, end: number): string {
  return /^[^$\\\0\ud800-\udfff]*/.exec(text.slice(start, end))?.[0] ?? "";
}

function readEscape(source: Source, start: number, end: number): Piece {
  const { text } = source;
  const letter = start + 1 < end ? String.fromCodePoint(text.codePointAt(start + 1) ?? 0) : "";
  const simple = SIMPLE_ESCAPES.get(letter);
  if (simple !== undefined) return { end: start + 2, text: simple };
  if (letter === "u") return readCodePoint(source, start, end);
  const stop = start + 1 + letter.length;
  return {
    end: stop,
    text: "",
    diagnostic: report("bad-escape", { source, start, end: stop }, { escape: `\\${letter}` }, {
      help: `for a backslash, write \`\\\\${letter}\``,
    }),
  };
}

function readCodePoint(source: Source, start: number, end: number): Piece {
  const match = /^\\u(?:\{([0-9A-Fa-f]{1,6})\})?/.exec(source.text.slice(start, end));
  const written = match?.[0] ?? "\\u";
  const digits = match?.[1];
  const span: Span = { source, start, end: start + written.length };
  if (digits === undefined) {
    return {
      end: span.end,
      text: "",
      diagnostic: report("bad-escape", span, { escape: written }, {
        help: "write `\\u{…}` with one to six hexadecimal digits, as in `\\u{e9}`",
      }),
    };
  }
  const codePoint = parseInt(digits, 16);
  const problem = codePoint > 0x10ffff ? "beyond the last character, `\\u{10ffff}`" : unusable(codePoint);
  if (problem === undefined) return { end: span.end, text: String.fromCodePoint(codePoint) };
  return { end: span.end, text: "", diagnostic: report("bad-character", span, { written, problem }) };
}

/** What is wrong with a character that no string can hold. */
function unusable(codePoint: number): string | undefined {
  if (codePoint === 0) return "the NUL character, which no path, name or argument can hold";
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return "half of a surrogate pair, which is not a character";
  return undefined;
}
