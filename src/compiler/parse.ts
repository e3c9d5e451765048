/** The first stage: one file's text → its syntax tree. */
import type { PolicyFile, RuleStatement } from "./ast.js";
import { cstToAst } from "./cst-to-ast.js";
import type { Diagnostic, Outcome, Source } from "./diagnostic.js";
import { checkNesting } from "./check-nesting.js";
import { lex } from "./lex.js";
import { markStatements } from "./mark-statements.js";
import { policyParser } from "./parser.js";
import { readPlainRules } from "./plain-rules.js";
import { syntaxErrors } from "./syntax-errors.js";

/** Never throws, whatever the text; errors of all kinds come back together, in the order of the text. */
export function parse(source: Source): Outcome<PolicyFile> {
  const { rules, rest } = readPlainRules(source);
  const parsed = rules.length === 0 ? null : parseText(source, rest);
  // What is wrong is told by who sees all of it.
  return parsed?.ok === true ? { ...parsed, value: withRules(parsed.value, rules) } : parseText(source, source.text);
}

function withRules(file: PolicyFile, rules: readonly RuleStatement[]): PolicyFile {
  return { ...file, statements: [...file.statements, ...rules].sort((a, b) => a.span.start - b.span.start) };
}

/** `text`: that of the source, or with blanks in the place of some statements. */
export function parseText(source: Source, text: string): Outcome<PolicyFile> {
  const lexed = lex(source, text);
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
