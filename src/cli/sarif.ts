/** Diagnostics as SARIF 2.1.0, which code scanning services take. */
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { Diagnostic, Fix, Span } from "../compiler/diagnostic.js";
import { placeOf } from "./lint-json.js";

/** A document valid against sarif-schema-2.1.0.json; `pageOf` a code is Markdown. */
export function toSarif(diagnostics: readonly Diagnostic[], version: string, pageOf: (code: string) => string): unknown {
  const codes = [...new Map(diagnostics.map(({ code, severity }) => [code, severity]))];
  const indexOf = new Map(codes.map(([code], index) => [code, index]));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: {
        driver: {
          name: "policyc",
          version,
          rules: codes.map(([id, level]) => ({
            id, defaultConfiguration: { level }, help: { text: `policyc explain ${id}`, markdown: pageOf(id) },
          })),
        },
      },
      columnKind: "unicodeCodePoints",
      results: diagnostics.map((diagnostic) => ({ ruleIndex: indexOf.get(diagnostic.code), ...toResult(diagnostic) })),
    }],
  };
}

function toResult({ code, severity, message, span, labels, help, fixes }: Diagnostic): Readonly<Record<string, unknown>> {
  return {
    ruleId: code,
    level: severity,
    message: { text: help === undefined ? message : `${message}\nhelp: ${help}` },
    locations: [{ physicalLocation: locationOf(span) }],
    ...(labels.length === 0 ? {} : {
      relatedLocations: labels.map((label, id) =>
        ({ id, message: { text: label.message }, physicalLocation: locationOf(label.span) })),
    }),
    ...(fixes === undefined ? {} : { fixes: [{ artifactChanges: fixes.map(changeOf) }] }),
  };
}

const changeOf = ({ span, replacement }: Fix): Readonly<Record<string, unknown>> => ({
  artifactLocation: { uri: uriOf(span.source.path) },
  replacements: [{ deletedRegion: regionOf(span), insertedContent: { text: replacement } }],
});

const locationOf = (span: Span): Readonly<Record<string, unknown>> =>
  ({ artifactLocation: { uri: uriOf(span.source.path) }, region: regionOf(span) });

function regionOf(span: Span): Readonly<Record<string, number>> {
  const { start, end } = placeOf(span);
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

/** A relative path stays relative; `std:base` is a URI as it is. */
function uriOf(path: string): string {
  if (isAbsolute(path)) return pathToFileURL(path).href;
  return path.startsWith("std:") ? path : path.split("/").map(encodeURIComponent).join("/");
}
