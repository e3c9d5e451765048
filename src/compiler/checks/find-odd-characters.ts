/** Text that is not what it looks like. */
import type { Comment, PolicyFile, StringLiteral } from "../ast.js";
import type { Diagnostic, Span } from "../diagnostic.js";
import { report } from "../messages.js";
import { stringsOf, withNested } from "./walk-tree.js";

/** Control and format characters, among them those that change the direction; but not the joiners that scripts need. */
const HIDDEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\u2028\u2029]/gu;
/** Scripts with letters that look alike. Han, Kana, Hangul and Latin are written together. */
const SCRIPTS = [
  ["Latin", /\p{Script=Latin}/u], ["Cyrillic", /\p{Script=Cyrillic}/u], ["Greek", /\p{Script=Greek}/u],
  ["Armenian", /\p{Script=Armenian}/u], ["Cherokee", /\p{Script=Cherokee}/u], ["Coptic", /\p{Script=Coptic}/u],
] as const;
const PLAIN = /^[\t\r\n\x20-\x7e]*$/;

/** In the strings and comments of one file; an escape such as `\u{202e}` can be seen. */
export function findOddCharacters(file: PolicyFile): readonly Diagnostic[] {
  const { text } = file.span.source;
  if (PLAIN.test(text) && !text.includes("\t")) return [];
  const statements = withNested(file.statements);
  const comments = [
    ...statements.flatMap((statement) => [
      ...attached(statement),
      ...(statement.kind === "test" ? statement.cases.flatMap(attached) : []),
      ...("trailingComments" in statement ? statement.trailingComments : []),
    ]),
    ...file.trailingComments,
  ];
  return [
    ...statements.flatMap(stringsOf).flatMap(inString),
    ...comments.flatMap(({ span }) => hiddenIn(span, /\t/).map(({ character, at }) =>
      report("hidden-character", at, { character, place: "this comment" },
        { help: "take it out", fixes: [{ span: at, replacement: "" }] }))),
  ];
}

const attached = (node: { readonly leading: readonly Comment[]; readonly trailing: Comment | null }): readonly Comment[] =>
  node.trailing === null ? node.leading : [...node.leading, node.trailing];

function inString({ span }: StringLiteral): readonly Diagnostic[] {
  const hidden = hiddenIn(span, /$^/).map(({ character, at, escape }) =>
    report("hidden-character", at, { character, place: "this string" },
      { help: `write \`${escape}\` if it is meant`, fixes: [{ span: at, replacement: escape }] }));
  return [...hidden, ...mixedIn(span)];
}

interface Hidden {
  /** `U+202E` */
  readonly character: string;
  readonly escape: string;
  readonly at: Span;
}

function hiddenIn({ source, start, end }: Span, allowed: RegExp): readonly Hidden[] {
  return [...source.text.slice(start, end).matchAll(HIDDEN)].filter(([found]) => !allowed.test(found))
    .map(({ 0: found, index }) => {
      const digits = (found.codePointAt(0) ?? 0).toString(16);
      return {
        character: `U+${digits.toUpperCase().padStart(4, "0")}`,
        escape: found === "\t" ? "\\t" : `\\u{${digits}}`,
        at: { source, start: start + index, end: start + index + found.length },
      };
    });
}

function mixedIn({ source, start, end }: Span): readonly Diagnostic[] {
  return [...source.text.slice(start, end).matchAll(/[\p{L}\p{M}]+/gu)].flatMap(({ 0: word, index }) => {
    const scripts = SCRIPTS.filter(([, letters]) => letters.test(word)).map(([name]) => name);
    if (scripts.length < 2) return [];
    const span = { source, start: start + index, end: start + index + word.length };
    return [report("mixed-scripts", span, { word, scripts: scripts.join(" and ") },
      { help: "write it again in one script" })];
  });
}
