/** What `explain` says would turn a decision: pasted as it is printed, it does that and nothing more. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wayOutLines } from "../../src/cli/ways-out.js";
import type { Access } from "../../src/compiler/access.js";
import { parsePathPattern } from "../../src/compiler/pattern/parse-pattern.js";
import { decide, type Decision, interpreter } from "../../src/interpreter/interpret.js";
import { access } from "../compiler/accesses.js";
import { accepted } from "../compiler/front-end.js";
import { policyText } from "../compiler/generators.js";
import { runs } from "../support/runs.js";

const SPAN = { source: { path: "a.pol", text: "" }, start: 0, end: 0 };
/** Many generated paths lie below it. */
const HOME = "/a";
/** Much is refused, often by several rules. */
const REFUSALS = [
  'deny access, exec "/**" except "/a/b"', 'kill read, load "/a/**"', "deny connect, bind any",
  'kill connect, bind any port 0-500 except "10.0.0.0/8"', 'deny connect unix "/**", unix "@*"',
];

function policy(): fc.Arbitrary<string> {
  const text = policyText((pattern) => parsePathPattern(pattern, SPAN).ok);
  return fc.tuple(text, fc.subarray(REFUSALS), fc.boolean()).map(([base, refusals, closed]) => [
    ...(closed ? ["default deny access, exec, load, connect, bind"] : []),
    ...base.split("\n").filter((line) => !closed || !line.startsWith("default")), ...refusals,
  ].join("\n"));
}

const policyOf = (text: string) => accepted(text, { home: HOME }).resolved;

const linesFor = (text: string, asked: Access): readonly string[] => {
  const resolved = policyOf(text);
  return wayOutLines(resolved, asked, decide(resolved, asked));
};

/** Does what the lines say to a policy with one rule a line. */
function paste(text: string, lines: readonly string[]): string {
  const policyLines = text.split("\n");
  const added: string[] = [];
  lines.forEach((line, i) => {
    if (!line.startsWith("    ")) return;
    const at = /^ {2}at the end of .*a\.pol:(\d+)$/.exec(lines[i - 1] ?? "")?.[1];
    if (at === undefined) added.push(line.trim());
    else policyLines[Number(at) - 1] = `${policyLines[Number(at) - 1] ?? ""} ${line.trim()}`;
  });
  return [...policyLines, ...added].join("\n");
}

const refuses = ({ effect }: Decision): boolean => effect === "deny" || effect === "kill";

/** No rule of the language is about these. */
const isNameless = (asked: Access): boolean => (asked.kind === "anonymous" && asked.op !== "exec" && asked.op !== "load")
  || (asked.kind === "unix-abstract" && (asked.name === "" || asked.name === "\xff"));

/** Which accesses a single target tells apart: a v4-mapped address is the v4 one. */
function targetOf(asked: Access): string {
  if (asked.kind !== "network") return JSON.stringify({ ...asked, op: null });
  const bytes = Array.from(asked.address);
  const mapped = bytes.length === 16 && bytes.slice(0, 12).join() === "0,0,0,0,0,0,0,0,0,0,255,255";
  return JSON.stringify([mapped ? bytes.slice(12) : bytes, asked.port, asked.protocol]);
}

/** Its printed target covers nothing else. */
const isSingle = (asked: Access): boolean =>
  asked.kind !== "unix-unnamed" && !(asked.kind === "network" && asked.protocol === "other");

const OPERATIONS = /\b(read|write|create|delete|setattr|exec|load|connect|bind)\b/g;
/** Other operations that the change is said to concern. */
const alsoSaid = (lines: readonly string[]): readonly string[] =>
  [...(lines.find((line) => /which (spares it|holds) for/.test(line)) ?? "").matchAll(OPERATIONS)].map(([op]) => op);

describe("what would turn a decision", () => {
  it("turns it, for every policy and access, and no decision about anything else", () => {
    const seen = { except: 0, more: 0, rule: 0, both: 0, nameless: 0 };
    fc.assert(fc.property(policy(), fc.array(access(), { minLength: 12, maxLength: 12 }), (text, accesses) => {
      const before = policyOf(text);
      const decideBefore = interpreter(before);
      for (const asked of accesses) {
        const decision = decideBefore(asked);
        const lines = wayOutLines(before, asked, decision);
        if (isNameless(asked)) {
          seen.nameless++;
          expect(lines).toEqual([expect.stringContaining("no rule can name it alone")]);
          continue;
        }
        const pasted = lines.filter((line) => line.startsWith("    "));
        if (pasted.some((line) => line.startsWith("    except"))) seen.except++;
        if (pasted.some((line) => line.startsWith("    ,"))) seen.more++;
        if (pasted.some((line) => /^ {4}(allow|deny)/.test(line))) seen.rule++;
        if (pasted.length > 1) seen.both++;
        const decideAfter = interpreter(policyOf(paste(text, lines)));
        expect(refuses(decideAfter(asked)), `${text}\n${JSON.stringify(asked)}\n${lines.join("\n")}`).toBe(!refuses(decision));
        if (!isSingle(asked)) continue;
        for (const other of accesses) {
          const isAsked = targetOf(other) === targetOf(asked) && (other.op === asked.op || alsoSaid(lines).includes(other.op));
          if (!isAsked) expect(decideAfter(other).effect).toBe(decideBefore(other).effect);
        }
      }
    }), runs(80));
    // Every kind of change has been tried.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  }, 120_000);

  it("concerns those other operations on the target that it says", () => {
    fc.assert(fc.property(policy(), access(), (text, asked) => {
      const before = policyOf(text);
      const lines = linesFor(text, asked);
      const after = policyOf(paste(text, lines));
      if (asked.kind !== "path") return;
      for (const op of ["read", "write", "create", "delete", "setattr", "exec", "load"] as const) {
        if (op === asked.op || alsoSaid(lines).includes(op)) continue;
        expect(decide(after, { ...asked, op }).effect).toBe(decide(before, { ...asked, op }).effect);
      }
    }), runs(200));
  }, 60_000);

  const bytes = (text: string): string => Buffer.from(text).toString("latin1");
  const read = (path: string): Access => ({ kind: "path", op: "read", path: bytes(path) });

  it.each([
    ["/a/x", "~/x"],
    ["/a", "/a"],
    ["/", "/"],
    ["/ab", "/ab"],
    ["/a/*[b]{c,d}?\\", "~/\\\\*\\\\[b\\\\]\\\\{c,d\\\\}\\\\?\\\\\\\\"],
    ["/x/**/y", "/x/\\\\*\\\\*/y"],
    ['/x/"q"', '/x/\\"q\\"'],
    ["/x/${home}", "/x/$\\\\{home\\\\}"],
    ["/x/$${$", "/x/$$\\\\{$"],
    ["/x/a\nb\tc\u001b", "/x/a\\nb\\tc\\u{1b}"],
    ["/x/\u202ecod\ufeff", "/x/\\u{202e}cod\\u{feff}"],
    ["/x/ä 🚀", "/x/ä 🚀"],
    ["/~", "/~"],
  ])("%j is written as %j", (path, written) => {
    const lines = linesFor("", read(path));
    expect(lines).toEqual(["to deny it, add:", `    deny read "${written}"`]);
    expect(decide(policyOf(paste("", lines)), read(path)).effect).toBe("deny");
  });

  it("names every refusing rule, and the default if that refuses too", () => {
    const text = ['default deny read', 'keys: deny access "/k/**" except "/k/public"', 'kill read "/k/?"', 'audit read "/z"'].join("\n");
    expect(linesFor(text, read("/k/a"))).toEqual([
      "to permit it, add all of this:",
      "  at the end of the `except` of keys at a.pol:2",
      '    , "/k/a"',
      "  at the end of a.pol:3",
      '    except "/k/a"',
      "  as a rule, for the default would refuse it as well",
      '    allow read "/k/a"',
      "  (which spares it for write, create, delete and setattr too)",
    ]);
  });

  it("needs no rule where one that permits is left", () => {
    expect(linesFor('default deny read\nallow read "/k/**"\ndeny read "/k/a"', read("/k/a")))
      .toEqual(["to permit it, add:", "  at the end of a.pol:3", '    except "/k/a"']);
  });

  it("says that the exception of an `exec` holds for `load`", () => {
    expect(linesFor('deny exec "/x"', { kind: "path", op: "exec", path: "/x" })).toContain("  (which spares it for load too)");
  });

  it("says what stands for a socket without a name", () => {
    expect(linesFor("default deny connect", { kind: "unix-unnamed", op: "connect" })).toEqual([
      "to permit it, add:", "    allow connect any", "  (nothing narrower than `any` stands for a socket without a name)",
    ]);
  });

  it("says that a shipped policy has to be copied first", () => {
    const shipped = { "a.pol": 'include "std:x"', "std:x": 'deny read "/x"' };
    const { resolved } = accepted(shipped);
    expect(wayOutLines(resolved, read("/x"), decide(resolved, read("/x")))).toEqual([
      "to permit it, add:", "  at the end of std:x:1, in a copy of that policy", '    except "/x"',
    ]);
  });
});
