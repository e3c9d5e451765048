/** Warnings of marks that nothing can set and limits that nothing counts for: sure ones, whatever is done. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { done, policy } from "./contextual-policies.js";
import { accepted, found } from "./front-end.js";
import { linted } from "./linted.js";
import { World } from "./worlds.js";

const IDLE = new Set(["mark-never-set", "limit-never-counts"]);
const idle = (text: string) => linted(text).filter(({ code }) => IDLE.has(code));

const DEFAULTS = "default deny write, create, connect, exec\ndefault allow read, delete, bind\n";
const limit = (what: string): string => `limit ${what} to 5 per 1s then kill`;
const marked = (events: string): string => `mark m on ${events}\ndeny bind any when m`;

describe("limits that nothing counts for", () => {
  it.each<[string, string, readonly string[]]>([
    ["refused by default", limit('write "/a/**"'), ["default deny write, create, connect, exec"]],
    ["not where some of it is permitted", `${limit('write "/a/**"')}\nallow write "/a/b/*.c"`, []],
    ["not where some of it is recorded", `${limit('write "/a/**"')}\naudit write ".c"`, []],
    ["where another place is permitted", `${limit('write "/a/**"')}\nallow write "/b/**"`, ["default deny write, create, connect, exec"]],
    ["refused by rules together", `${limit('delete "/a/**"')}\ndeny delete "/a"\nkill delete "/a/*/**"`, ['deny delete "/a"', 'kill delete "/a/*/**"']],
    ["not by rules that leave something", `${limit('delete "/a/**"')}\ndeny delete "/a/**" except "/a/b"`, []],
    ["not by rules that count at times", `mark m on read "/x"\n${limit('delete "/a/**"')}\ndeny delete "/a/**" when m`, []],
    ["by those of the same programs", `for exe "/p" { ${limit('delete "/a/**"')} deny delete "/a/**" }`, ['deny delete "/a/**"']],
    ["not by those of others", `for exe "/p" { ${limit('delete "/a/**"')} }\nfor exe "/q" { deny delete "/a/**" }`, []],
    ["each operation by something else", `${limit('write, delete "/a/**"')}\ndeny delete "/a/**"`,
      ['deny delete "/a/**"', "default deny write, create, connect, exec"]],
    ["not where one operation is left", limit('write, delete "/a/**"'), []],
    ["addresses", `${limit('connect "10.0.0.0/8" port 443')}\nallow connect "10.0.0.0/8" port 80`, ["default deny write, create, connect, exec"]],
    ["not where a port is permitted", `${limit("connect private")}\nallow connect "10.0.0.0/8" port 80`, []],
    ["beneath what is bound later", `param w\n${limit('write "${w}/a/**"')}\nallow write "\${w}/b/**"`, ["default deny write, create, connect, exec"]],
    ["not where what is bound later may be there", `param w\n${limit('write "/a/**"')}\nallow write "\${w}/**"`, []],
    ["not where a task permits some", `${limit('write "/a/**"')}\ntask "t" { allow write "/a/b" }`, []],
    ["of a task alone", `task "t" { ${limit('write "/a/**"')} }\ntask "u" { allow write "/a/b" }`, ["default deny write, create, connect, exec"]],
    ["not of programs that a link may lead to", `${limit('exec "sh"')}\nallow exec "/usr/bin/dash"`, []],
    ["of programs that no link leads around", `${limit('exec "/usr/bin/sh"')}\nallow exec "/usr/bin/dash"\ndeny exec "sh"`, ['deny exec "sh"']],
    ["not of programs that are left under another name", `${limit('exec "/usr/bin/sh"')}\nallow exec "/usr/bin/dash"\ndeny exec "sh" except "/usr/bin/dash"`, []],
  ])("%s", (_, text, expected) => {
    const warnings = idle(DEFAULTS + text);
    expect(found(warnings).map(([code]) => code)).toEqual(expected.length === 0 ? [] : ["limit-never-counts"]);
    expect(warnings.flatMap(({ labels }) => found(labels.map((label) => ({ ...label, code: "", severity: "warning", labels: [] })))
      .map(([, where]) => where))).toEqual(expected);
  });
});

describe("marks that nothing can set", () => {
  it.each<[string, string, readonly string[]]>([
    ["by what is refused", marked('write "/a/**"'), ["mark-never-set m"]],
    ["not where one event is permitted", marked('write "/a/**", read "/b"'), []],
    ["not where one operation is", marked('access "/a/**"'), []],
    ["by what is excepted", marked('read "/a/b" except "/a/*"'), ["mark-never-set m"]],
    ["by what is excepted or refused", `${marked('read "/a/**" except "/a/b/**"')}\ndeny read "/a" \ndeny read "/a/[!b]*/**", "/a/b?*/**"`, ["mark-never-set m"]],
    ["by programs that are never run", marked('exec "/usr/bin/npm", success "npm"'), ["mark-never-set m"]],
    ["not by programs of which some are", `${marked('success "npm" args "test"')}\nallow exec "/usr/bin/**"`, []],
    ["what nobody asks for is said alone", 'mark m on write "/a"', []],
  ])("%s", (_, text, expected) => {
    expect(found(idle(DEFAULTS + text)).map((one) => one.join(" "))).toEqual(expected);
  });
});

it("of a part nothing is said: what takes it in may permit it", () => {
  const files = { "a.pol": 'include "b.pol"\ndefault deny connect\nallow write "/a"', "b.pol": `default deny write\n${limit('write "/a"')}` };
  expect(linted(files).filter(({ code }) => IDLE.has(code))).toEqual([]);
  expect(linted({ "b.pol": files["b.pol"] }).some(({ code }) => IDLE.has(code))).toBe(true);
});

it("whatever processes do, marks and limits that are warned of stay as they were", () => {
  let told = 0;
  fc.assert(fc.property(policy, fc.array(done, { maxLength: 12 }), (rules, past) => {
    const text = `${rules}\ndeny bind any when m and n`;
    const { resolved } = accepted(text);
    const warned = new Set(idle(text).map(({ span }) => span.start));
    const world = new World(resolved);
    told += warned.size;
    for (const { process, event, who, wait } of past) {
      if (wait === null) world.act(process, event, who);
      else world.wait(wait);
      const { marks, counts } = world.historyOf(process);
      for (const { name, span } of resolved.marks) if (warned.has(text.indexOf(name, span.start + "mark ".length))) expect(marks).not.toContain(name);
      resolved.limits.forEach(({ span }, i) => { if (warned.has(span.start)) expect(counts[i] ?? 0).toBe(0); });
    }
  }), { numRuns: 400 });
  expect(told).toBeGreaterThan(0);
});
