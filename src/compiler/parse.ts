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

  const diagnostics = inOrder([
    ...lexed.stray, ...lexed.diagnostics, ...marked.diagnostics, ...syntax, ...conversion,
  ]);
  return diagnostics.length === 0 ? { ok: true, value: file, diagnostics } : { ok: false, diagnostics };
}

const inOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
