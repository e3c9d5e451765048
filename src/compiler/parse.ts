/** The first stage: one file's text → its syntax tree. */
import type { PolicyFile } from "./ast.js";
import { cstToAst } from "./cst-to-ast.js";
import type { Diagnostic, Outcome, Source } from "./diagnostic.js";
import { checkNesting } from "./check-nesting.js";
import { lex } from "./lex.js";
import { markStatements } from "./mark-statements.js";
import { policyParser } from "./parser.js";
import { syntaxErrors } from "./syntax-errors.js";

/** Never throws, whatever the text; errors of all kinds come back together, in the order of the text. */
export function parse(source: Source): Outcome<PolicyFile> {
  const lexed = lex(source);
  const tooDeep = checkNesting(source, lexed.tokens);
  if (tooDeep !== undefined) {
    return { ok: false, diagnostics: inOrder([...lexed.stray, ...lexed.diagnostics, tooDeep]) };
  }

  const marked = markStatements(source, lexed.tokens);
  policyParser.input = [...marked.tokens];
  const cst = policyParser.file();
  const syntax = syntaxErrors(source, marked, policyParser.errors, lexed.stray);
  const { file, diagnostics: conversion } = cstToAst(source, cst, lexed.comments);

  const diagnostics = inOrder(withoutEchoes([
    ...lexed.stray, ...lexed.diagnostics, ...marked.diagnostics, ...syntax, ...conversion,
  ]));
  return diagnostics.length === 0 ? { ok: true, value: file, diagnostics } : { ok: false, diagnostics };
}

/** What is wrong as a word is not wrong in its place as well, and behind a string that does not end nothing is. */
function withoutEchoes(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const [places, firstStrings] = [new Set<string>(), new Map<number, number>()];
  for (const { code, span: { source: { text }, start, end } } of diagnostics) {
    if (code !== "unexpected-token") places.add(`${start}-${end}`);
    const line = lineStart(text, start);
    if (code === "unterminated-string") firstStrings.set(line, Math.min(start, text.indexOf('"', line)));
  }
  return diagnostics.filter(({ code, span: { source: { text }, start, end } }) => code === "unterminated-string"
    || !((code === "unexpected-token" && places.has(`${start}-${end}`))
      || start > (firstStrings.get(lineStart(text, start)) ?? Infinity)));
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

const inOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
