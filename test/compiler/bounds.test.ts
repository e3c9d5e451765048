/** What exceeds a bound: one error of the catalogue, at the statements that are the cause, and no image. */
import { describe, expect, it } from "vitest";
import { DEFAULT_BOUNDS } from "../../src/compiler/automaton/bounds.js";
import type { BoundName, Bounds } from "../../src/compiler/automaton/bounds.js";
import { backEnd, compile } from "../../src/compiler/compile.js";
import type { Diagnostic, Span } from "../../src/compiler/diagnostic.js";
import { accepted, check, HOME, readFrom } from "./front-end.js";

const numbered = (count: number, statement: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => `${statement(i)}\n`).join("");

const textAt = ({ source, start, end }: Span): string => source.text.slice(start, end);

/** The error that `files` make under smaller bounds. */
function exceeding(files: string | Readonly<Record<string, string>>, bounds: Partial<Bounds>): Diagnostic {
  // What privileges say by default is in no rule's place.
  const own = typeof files === "string" ? `${files}\ndefault allow privilege` : files;
  const front = check(own);
  const built = front.ok ? backEnd(front.value, { ...DEFAULT_BOUNDS, ...bounds }) : front;
  expect(built.ok).toBe(false);
  expect(built.diagnostics).toHaveLength(1);
  const [diagnostic] = built.diagnostics;
  if (diagnostic === undefined) throw new Error("no diagnostic");
  return diagnostic;
}

/** [bound, limit, policy, code, where, labels, what its help names] */
const EXCEEDED: readonly (readonly [BoundName, number, string, string, string, readonly string[], string])[] = [
  ["rules", 3, numbered(5, (i) => `r${i}: deny read "/${i}"`), "too-many-rules", `r3: deny read "/3"`, [], "join"],
  // A rule of the policy that is two of the IR, before the one that is too many.
  ["rules", 2, `allow connect, bind loopback\ndeny read "/x"`, "too-many-rules", `deny read "/x"`, [], "join"],
  ["meta", 300, `deny read "/a"\ndeny read "/b" because "${"long".repeat(60)}"`,
    "too-much-text", `deny read "/b" because "${"long".repeat(60)}"`, [], "reasons"],
  ["meta", 300, `policy "${"long".repeat(100)}"`, "too-much-text", "", [], "names"],
  ["states", 1000, `deny read "/x"\n${numbered(12, (i) => `deny read "**/a${i}/**/b${i}"`)}`,
    "too-many-states", `"**/a2/**/b2"`, [`"**/a3/**/b3"`, `"**/a4/**/b4"`, `"**/a5/**/b5"`],
    "`**/a2/**/b2`, `**/a3/**/b3`, `**/a4/**/b4`, `**/a5/**/b5`"],
  ["states", 1000, `deny read "/**" except ${Array.from({ length: 12 }, (_, i) => `"**/a${i}/**/b${i}"`).join(", ")}`,
    "too-many-states", `"**/a2/**/b2"`, [`"**/a3/**/b3"`, `"**/a4/**/b4"`, `"**/a5/**/b5"`], "`**/a2/**/b2`"],
  ["edges", 1000, numbered(40, (i) => `deny read "/d/p${i}-*"\ndeny write "/d/*.s${i}"`),
    "too-many-edges", `"/d/p0-*"`, [`"/d/*.s0"`, `"/d/p9-*"`, `"/d/*.s27"`], "`/d/p0-*`, `/d/*.s0`, `/d/p9-*`, `/d/*.s27`"],
  // What a `let` names is shown once, where it is written.
  ["edges", 3, `let names = ["/a", "/b", "/c", "/d"]\ndeny read names\ndeny write names`,
    "too-many-edges", `"/a"`, [], "`/a`"],
  ["addresses", 3, `deny connect "10.0.0.1", "10.0.0.3", "10.0.0.5"\ndeny connect "10.0.0.7"`,
    "too-many-addresses", `deny connect "10.0.0.1", "10.0.0.3", "10.0.0.5"`, [], "join"],
  ["addresses", 5, `deny read "/x"\nallow connect any port 1, 3\nallow bind any port 5, 7`,
    "too-many-addresses", "allow connect any port 1, 3", ["allow bind any port 5, 7"], "join"],
  ["records", 1, `deny read "/a"\ndeny write "/a"`, "too-many-verdicts", `deny read "/a"`, [`deny write "/a"`], "join"],
  // Of what a mark remembers, and of what a limit counts.
  ["states", 1000, `mark m on ${Array.from({ length: 12 }, (_, i) => `read "**/a${i}/**/b${i}"`).join(", ")}`,
    "too-many-states", `"**/a2/**/b2"`, [`"**/a3/**/b3"`, `"**/a4/**/b4"`, `"**/a5/**/b5"`], "`**/a2/**/b2`"],
  ["edges", 3, `limit read "/a", "/b", "/c", "/d" to 2 per 1s then deny`, "too-many-edges", `"/a"`, [], "`/a`"],
  ["addresses", 3, `deny read "/x"\nmark m on connect "10.0.0.1", connect "10.0.0.3", connect "10.0.0.5"`,
    "too-many-addresses", `mark m on connect "10.0.0.1", connect "10.0.0.3", connect "10.0.0.5"`, [], "join"],
  ["cases", 1, `limit read "/a" to 2 per 1s then deny\nmark m on read "/b"`, "too-many-verdicts",
    `limit read "/a" to 2 per 1s then deny`, [`mark m on read "/b"`], "conditions"],
  ["marks", 1, `mark one on read "/1"\nmark two on read "/2"\ndeny read "/a" when one`,
    "too-many-marks", `mark two on read "/2"`, [], "join"],
  ["limits", 1, `deny read "/x"\nlimit read "/a" to 2 per 1s then deny\nlimit read "/b" to 2 per 1s then kill`,
    "too-many-limits", `limit read "/b" to 2 per 1s then kill`, [], "join"],
  ["moments", 20, `limit read "/a" to 2 per 1s then deny\nlimit read "/b" to 18 per 1s then deny`,
    "too-many-moments", `limit read "/b" to 18 per 1s then deny`, [], "fewer operations"],
  ["arguments", 1, `deny exec "/a" args "x"\nmark m on success "/a" args "y"`,
    "too-many-arguments", `mark m on success "/a" args "y"`, [], "the same `args`"],
  ["argumentBits", 4, `deny exec "/a" args "x"\ndeny exec "/a" args "y", "z"`,
    "too-many-arguments", `deny exec "/a" args "y", "z"`, [], "fewer words"],
  // More words than there are bits side by side.
  ["argumentBits", 256, `deny exec "/a" args "x"\ndeny exec "/b" args ${Array.from({ length: 64 }, (_, i) => `"${i}"`).join(", ")}`,
    "too-many-arguments", `deny exec "/b" args ${Array.from({ length: 64 }, (_, i) => `"${i}"`).join(", ")}`, [], "fewer words"],
  ["argumentClasses", 2, `deny exec "/a" args "x"\ndeny exec "/b" args "a*", "*b"`,
    "too-many-arguments", `deny exec "/b" args "a*", "*b"`, [], "fewer globs"],
  ["globRows", 20, `deny exec "/a" args "x"\ndeny exec "/b" args "*a??????????"`,
    "too-many-glob-rows", `deny exec "/b" args "*a??????????"`, [], "fewer `?`"],
  ["programs", 1, `deny read "/a" when exe "x"\ndeny read "/b" when exe "y"`,
    "too-many-program-lists", `deny read "/b" when exe "y"`, [], "list of programs"],
  ["conditions", 1, `mark one on read "/1"\ndeny read "/a" when one\ndeny read "/b" unless one`,
    "too-many-conditions", `deny read "/b" unless one`, [], "condition"],
  ["terms", 3, `deny read "/a" when (exe "a" or exe "b") and (exe "c" or exe "d")`,
    "too-many-terms", `deny read "/a" when (exe "a" or exe "b") and (exe "c" or exe "d")`, [], "several rules"],
  ["cases", 1, `deny read "/a" when exe "x"\ndeny read "/b" when exe "y"`, "too-many-verdicts", `deny read "/a" when exe "x"`,
    [`deny read "/b" when exe "y"`], "conditions"],
  ["globRows", 100, `deny read "/y"\ndeny read "/d/*a??????????"`,
    "too-many-glob-rows", `"/d/*a??????????"`, [], "`/d/*a??????????`"],
  ["work", 2000, numbered(12, (i) => `deny read "**/a${i}/**/b${i}"`),
    "too-much-work", `"**/a6/**/b6"`, [`"**/a7/**/b7"`, `"**/a8/**/b8"`, `"**/a9/**/b9"`], "`**/a6/**/b6`"],
];

describe("a bound that is exceeded is an error of the policy", () => {
  it.each(EXCEEDED)("%s: %i", (bound, limit, text, code, where, labels, named) => {
    const diagnostic = exceeding(text, { [bound]: limit });
    expect(diagnostic).toMatchObject({ code, severity: "error" });
    expect(diagnostic.message).toContain(`more than ${limit} `);
    expect(textAt(diagnostic.span)).toBe(where);
    expect(diagnostic.labels.map(({ span }) => textAt(span))).toEqual(labels);
    expect(diagnostic.help).toContain(named);
  });

  it("every bound is tried here", () => {
    expect([...new Set(EXCEEDED.map(([bound]) => bound))].sort()).toEqual(Object.keys(DEFAULT_BOUNDS).sort());
  });

  it("points into the file that the rule stands in", () => {
    const { span } = exceeding({ "a.pol": `include "b.pol"`, "b.pol": `deny read "/x"\ndeny read "/y"` }, { rules: 1 });
    expect([span.source.path, textAt(span)]).toEqual(["b.pol", `deny read "/y"`]);
  });
});

it("compile is the front end and then the back end", () => {
  const text = `deny read "/x"\n`;
  const direct = backEnd(accepted(text));
  expect(compile("a.pol", readFrom({ "a.pol": text }), { home: HOME, params: {}, programs: [] })).toEqual(direct);
  expect(direct.ok).toBe(true);
});
