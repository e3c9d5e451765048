import { readFileSync, writeFileSync } from "node:fs";
import { generateCstDts } from "@chevrotain/cst-dts-gen";
import { expect, it } from "vitest";
import { policyParser } from "../../src/compiler/parser.js";

const FILE = new URL("../../src/compiler/cst.gen.ts", import.meta.url);

it("cst.gen.ts is what the parser's rules make of it (UPDATE=1 writes it)", () => {
  const types = generateCstDts(policyParser.getGAstProductions(), { includeVisitorInterface: false });
  const text = `// Generated from parser.ts by test/compiler/cst.test.ts with UPDATE=1. Do not edit.\n${types}\n`;
  if (process.env["UPDATE"] === "1") writeFileSync(FILE, text);
  expect(readFileSync(FILE, "utf8")).toBe(text);
});
