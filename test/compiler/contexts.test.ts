/** What depends on who acts, and on what came before, is reasoned about exactly. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accessText, type Attempt, attemptOf } from "../../src/compiler/access.js";
import { type Effect, refuses } from "../../src/compiler/ast.js";
import { contextText } from "../../src/compiler/context-text.js";
import { lowerAsserts } from "../../src/compiler/lower.js";
import type { Context } from "../../src/compiler/reason/contexts.js";
import { type Counterexample, prove } from "../../src/compiler/reason/find-counterexample.js";
import { type Change, findDifferences, relationOf } from "../../src/compiler/reason/find-differences.js";
import type { PastEvent } from "../../src/compiler/resolve-tests.js";
import type { ResolvedPolicy } from "../../src/compiler/resolved.js";
import { condition, deed, type Done, done, maybe, oneOf, policy, policyWith, twoPolicies } from "./contextual-policies.js";
import { accepted } from "./front-end.js";
import { satisfies } from "./satisfies.js";
import { type Who, World } from "./worlds.js";

const attemptIn = ({ act }: PastEvent): Attempt => (act.kind === "attempt" ? act.attempt : { kind: "path", op: "exec", path: act.path });

/** Replays what a context says came before; the names of the processes that are there then. */
function replay(worlds: readonly World[], { after }: Context): readonly string[] {
  const processes = new Set([""]);
  for (const past of after) {
    if (past.kind === "wait") {
      for (const world of worlds) world.wait(past.milliseconds);
      continue;
    }
    const one = attemptOf(past.operation, past.target);
    if (one === null) throw new Error("no attempt");
    const act: PastEvent["act"] = past.isSuccess && one.kind === "path" ? { kind: "success", path: one.path } : { kind: "attempt", attempt: one };
    const [before, since] = [nameOf(past.before), nameOf(past.since)];
    expect(processes).toContain(before);
    processes.add(since);
    for (let i = 0; i < past.times; i++) {
      for (const world of worlds) world.act(i === 0 ? before : since, { act, args: past.who.args }, past.who, since);
    }
  }
  return [...processes];
}

const nameOf = (truths: ReadonlySet<number>): string => [...truths].sort((a, b) => a - b).join();

function differences(old: ReturnType<typeof accepted>, new_: ReturnType<typeof accepted>): readonly Change[] {
  const changes = findDifferences(old.ir, new_.ir);
  if (changes === null) throw new Error("too complex");
  return changes;
}

const effects = (worlds: readonly World[], process: string, one: Attempt, by: Who): readonly Effect[] =>
  worlds.map((world) => world.effectOf(process, one, by));

const worldsOf = (...policies: readonly ResolvedPolicy[]): readonly World[] => policies.map((resolved) => new World(resolved));

/** Acts that are decided otherwise, all of which have to be among the changes. */
function countDifferences(
  old: ReturnType<typeof accepted>, new_: ReturnType<typeof accepted>, changes: readonly Change[], histories: readonly (readonly Done[])[],
): number {
  const keys = new Set(changes.map(({ operation, from, to }) => [operation, from.effect, to.effect].join(" ")));
  let differing = 0;
  for (const history of histories) {
    const worlds = worldsOf(old.resolved, new_.resolved);
    for (const { process, event: tried, who: by, wait } of history) {
      const one = attemptIn(tried);
      const [before, after] = effects(worlds, process, one, by);
      if (before !== after) {
        differing++;
        expect(keys).toContain([one.op, before, after].join(" "));
      }
      // What comes after differs on that account alone.
      if (refuses(before ?? "deny") !== refuses(after ?? "deny")) break;
      for (const world of worlds) {
        world.act(process, tried, by);
        if (wait !== null) world.wait(wait);
      }
    }
  }
  return differing;
}

const manyHistories = fc.array(fc.array(done, { maxLength: 8 }), { minLength: 15, maxLength: 15 });

describe("differences of policies with a memory", () => {
  it("every act that random histories find decided otherwise is among them, and each of them is decided as it says", () => {
    let differing = 0;
    fc.assert(fc.property(twoPolicies(), manyHistories, ([a, b], histories) => {
      const [old, new_] = [accepted(a), accepted(b)];
      const changes = differences(old, new_);
      for (const { operation, witness, from, to, context } of changes) {
        const one = attemptOf(operation, witness);
        if (one === null) throw new Error(`${operation} of ${witness.kind}`);
        const worlds = worldsOf(old.resolved, new_.resolved);
        const outcomes = replay(worlds, context).map((process) => effects(worlds, process, one, context.who));
        expect(outcomes).toContainEqual([from.effect, to.effect]);
      }
      differing += countDifferences(old, new_, changes, histories);
    }), { numRuns: 150 });
    expect(differing).toBeGreaterThan(30);
  });

  it("so is every act where files carry marks", () => {
    let differing = 0;
    fc.assert(fc.property(twoPolicies(" tracks files"), manyHistories, ([a, b], histories) => {
      const [old, new_] = [accepted(a), accepted(b)];
      differing += countDifferences(old, new_, differences(old, new_), histories);
    }), { numRuns: 100 });
    expect(differing).toBeGreaterThan(30);
  });

  it("a policy is equivalent to itself, whatever it remembers", () => {
    fc.assert(fc.property(policy, (text) => {
      const reversed = text.split("\n").reverse().join("\n");
      expect(relationOf(differences(accepted(text), accepted(reversed)))).toBe("equivalent");
    }), { numRuns: 60 });
  });
});

describe("assertions about policies with a memory", () => {
  const asserted = fc.tuple(oneOf("allow", "audit", "deny"), fc.oneof(deed, oneOf('exec "/p"', "privilege ptrace")), maybe(condition.map((one) => ` when ${one}`)))
    .map(([effect, what, when]) => `assert ${effect} ${what}${when}`);

  it.each([
    ["one that fails has a witness", ""],
    // Which file carries a mark is not said, so that nobody can do it again.
    ["also where files carry marks", " tracks files"],
  ])("one that holds survives every random history, %s", (_, tracks) => {
    let [held, failed] = [0, 0];
    fc.assert(fc.property(policyWith(tracks), asserted, manyHistories, (text, claim, histories) => {
      const { resolved, ir } = accepted(`${text}\n${claim}`);
      const [assertion] = resolved.asserts;
      if (assertion === undefined) throw new Error("no assertion");
      const proofs = lowerAsserts(resolved).map(({ assertion: { effect }, ...group }) => prove(ir, { effect, ...group }));
      expect(proofs.filter(({ kind }) => kind === "too-complex")).toEqual([]);
      // What the assertion is about, a rule of the same words matches.
      const about = accepted(`${text}\n${claim.replace(/^assert \w+/, "audit")}`).resolved;
      const without = accepted(text).resolved;
      const failures = proofs.flatMap((proof): readonly Counterexample[] => (proof.kind === "fails" ? [proof] : []));
      for (const { operation, witness, verdict, context } of failures) {
        const one = attemptOf(operation, witness);
        if (one === null) throw new Error(`${operation} of ${witness.kind}`);
        const worlds = worldsOf(resolved);
        const outcomes = replay(worlds, context).map((process) => effects(worlds, process, one, context.who)[0]);
        if (tracks === "") expect(outcomes).toContain(verdict.effect);
        expect(satisfies(assertion.effect, verdict.effect)).toBe(false);
      }
      if (failures.length > 0) {
        failed++;
        return;
      }
      held++;
      for (const history of histories) {
        const world = new World(without);
        for (const { process, event: tried, who: by, wait } of history) {
          const one = attemptIn(tried);
          if (world.concerns(about, process, one, by)) expect(satisfies(assertion.effect, world.effectOf(process, one, by))).toBe(true);
          world.act(process, tried, by);
          if (wait !== null) world.wait(wait);
        }
      }
    }), { numRuns: 150 });
    expect(held).toBeGreaterThan(10);
    expect(failed).toBeGreaterThan(10);
  });
});

describe("what is said of contexts", () => {
  const said = (old: string, new_: string): readonly string[] => differences(accepted(old), accepted(new_)).map(
    ({ operation, witness, from, to, context }) => `${from.effect} → ${to.effect} ${accessText(operation, witness)}${contextText(context)}`);
  const SECRET = 'mark secret on read "/keys/**"\n';

  it.each<[string, string, string, readonly string[]]>([
    ["a rule that holds after something", SECRET, `${SECRET}deny connect any port 443 tcp when secret`,
      ["allow → deny connect 0.0.0.0 port 443 tcp after read /keys"]],
    ["a mark that nothing can set", `${SECRET}deny read "/keys/**"`, `${SECRET}deny read "/keys/**"\ndeny connect any when secret`, []],
    ["a mark that is set otherwise", `${SECRET}deny write "/x" when secret`, 'mark secret on read "/keys/*"\ndeny write "/x" when secret',
      ["deny → allow write /x after read /keys"]],
    ["programs", 'deny read "/x"', 'deny read "/x" unless exe "/bin/a" and under "/bin/b"',
      ["deny → allow read /x by /bin/a under /bin/b"]],
    ["a script and its interpreter", 'deny read "/x"\n', 'deny read "/x" unless exe "/a"\ndeny read "/x" unless exe "/b"',
      ["deny → allow read /x by /a and /b"]],
    ["arguments", 'deny exec "git"', 'deny exec "git" args "push", "--force"', [
      "deny → allow exec /git", "deny → allow load /git"]],
    ["all arguments", 'default deny exec\nallow exec "/g"', 'default deny exec\nallow exec "/g" args only "a", "b*"',
      ["allow → deny exec /g"]],
    ["nothing that follows from another change", `${SECRET}deny connect any when secret`, `${SECRET}deny connect any when secret\ndeny read "/keys/**"`,
      ["allow → deny read /keys"]],
    ["limits", "", 'limit write "/x" to 3 per 1s then kill', ["allow → kill write /x after write /x, 3 times"]],
    ["limits that differ in number", 'limit write "/x" to 2 per 1s then deny', 'limit write "/x" to 3 per 1s then deny',
      ["deny → allow write /x after write /x, 2 times"]],
    ["limits that do not differ", 'limit write "/x" to 2 per 1s then deny', 'limit write "/x" to 2 per 1s then deny because "x"', []],
    ["privileges", "", "allow privilege userns\ndeny privilege io-uring", [
      "deny → allow privilege userns", "allow → deny privilege io-uring"]],
    ["a mark that needs another", 'mark a on read "/a"\nmark b on read "/b"\ndeny read "/b" unless a',
      'mark a on read "/a"\nmark b on read "/b"\ndeny read "/b" unless a\ndeny write "/w" when b',
      ["allow → deny write /w after read /a, then read /b"]],
    ["until", 'mark a on read "/a" until read "/b"\ndeny read "/b"', 'mark a on read "/a" until read "/b"\ndeny read "/b"\ndeny write "/w" unless a',
      ["allow → deny write /w"]],
    ["marks of a process", 'mark a on read "/a" per process\nmark b on read "/b"\ndeny read "/b" unless a',
      'mark a on read "/a" per process\nmark b on read "/b"\ndeny read "/b" unless a\ndeny write "/w" when b and not a',
      ["allow → deny write /w after read /a, then read /b, not all by one process"]],
    ["marks that files carry", 'mark a on read "/a" until read "/b" per process tracks files\ndeny read "/b"\n',
      'mark a on read "/a" until read "/b" per process tracks files\ndeny read "/b"\ndeny write "/w" when a',
      ["allow → deny write /w after read /a"]],
  ])("%s", (_, old, new_, expected) => {
    expect(said(old, new_)).toEqual(expected);
  });

  it("what several processes leave in one file, whoever reads it takes", () => {
    const { resolved, ir } = accepted(`mark a on connect "192.0.2.1" per process tracks files
      mark b on connect "192.0.2.2" per process tracks files
      deny read, load, exec "/**" when a or b
      deny connect "192.0.2.1" when b\ndeny connect "192.0.2.2" when a
      kill write "/w" when a and b\nassert allow write "/w"`);
    const proofs = lowerAsserts(resolved).map(({ assertion: { effect }, ...group }) => prove(ir, { effect, ...group }));
    expect(proofs).toMatchObject([{ kind: "fails", verdict: { effect: "kill" }, witness: { path: "/w" }, context: { takesSeveral: true } }]);
  });

  it("a process that came to be before may wait while others act", () => {
    const { resolved, ir } = accepted(`mark a on read "/a"\nmark m on read "/m" per process
      deny read "/a" when m\ndeny read "/m" when a\nkill write "/w" when a and m\nassert allow write "/w"`);
    const proofs = lowerAsserts(resolved).map(({ assertion: { effect }, ...group }) => prove(ir, { effect, ...group }));
    expect(proofs).toMatchObject([{ kind: "fails", verdict: { effect: "kill" }, context: { takesSeveral: true } }]);
  });

  it("waiting is said so", () => {
    expect(said('limit read "/a" to 1 per 1s then deny', 'limit read "/a" to 1 per 1s then deny\nlimit read "/a" to 2 per 1m then kill'))
      .toContain("allow → kill read /a after read /a, then nothing for 1 s, then read /a, then nothing for 1 s");
  });

  const many = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join("\n");
  it.each<[string, string, string]>([
    ["programs at one target", many(25, (i) => `deny write "/t/**" unless exe "/tool${i}"`), 'allow write "/t/x"'],
    ["marks of processes", many(14, (i) => `mark m${i} on read "/k${i}" per process\ndeny connect any when m${i}`), "kill connect any when m1 and not m2"],
    ["clauses of arguments", many(20, (i) => `deny exec "git" args "a${i}" without "b${i}"`), 'allow exec "git" args "y"'],
  ])("of too many %s it says so, soon", (_, text, more) => {
    const base = `default deny write\n${text}`;
    expect(findDifferences(accepted(base).ir, accepted(`${base}\n${more}`).ir)).toBeNull();
  });

  const audited = 'audit write "/t" when exe "/c"\naudit write "/t" when exe "/a"\naudit write "/t" when exe "/b"';
  it.each<[string, string, string, readonly string[]]>([
    ["that run at once", 'kill write "/t" when exe "/a"', 'deny write "/t" when exe "/b"',
      ["audit → deny write /t by /b", "kill → audit write /t by /a", "kill → deny write /t by /a and /b"]],
    ["of which one is excepted", "", 'deny write "/t" when exe "/a" and not exe "/d"', ["audit → deny write /t by /a"]],
  ])("programs %s are told from those that other rules treat alike", (_, old, new_, expected) => {
    expect([...said(`${audited}\n${old}`, `${audited}\n${new_}`)].sort()).toEqual(expected);
  });

  it.each<[string, string, string, readonly string[]]>([
    ["of which each has a rule", many(40, (i) => `allow write "/t/**" when exe "/tool${i}"`), 'deny write "/t/x"',
      ["allow → deny write /t/x by /tool0"]],
    ["ancestors of which each has a rule", many(40, (i) => `allow write "/t/**" when under "/tool${i}"`), 'deny write "/t/x"',
      ["allow → deny write /t/x under /tool0"]],
    ["in one rule", `allow write "/t" when ${many(40, (i) => `exe "/tool${i}" or`)} exe "/last"`, 'deny write "/t" when exe "/last"',
      ["allow → deny write /t by /last"]],
    ["that get a rule", "", many(20, (i) => `allow write "/t" when exe "/tool${i}"`),
      Array.from({ length: 20 }, (_, i) => `deny → allow write /t by /tool${i}`)],
    ["with a condition", `mark m on read "/m"\n${many(30, (i) => `allow write "/t" when exe "/tool${i}" and not m`)}`,
      'deny write "/t" when exe "/tool3"', ["allow → deny write /t by /tool3"]],
  ])("many programs %s are not too many", (_, text, more, expected) => {
    const base = `default deny write\n${text}`;
    expect(said(base, `${base}\n${more}`)).toEqual(expected);
  });

  const executions = (old: string, new_: string): readonly string[] => said(old, new_).filter((line) => line.includes(" exec "))
    .map((line) => line.replace("with the arguments ", "").replaceAll('"', ""));
  it.each<[string, string, string, readonly string[]]>([
    ["of one word", many(30, (i) => `deny exec "/git" args "x${i}"`), 'kill exec "/git" args "x7*"',
      ["deny → kill exec /git x7", "allow → kill exec /git x7a"]],
    ["that end alike", many(30, (i) => `deny exec "/git" args "a${i}", "--force"`), 'deny exec "/git" args "b", "--force"',
      ["allow → deny exec /git b --force"]],
    ["that fail alike", many(30, (i) => `deny exec "/git" args "a${i}" without "-n"`), 'kill exec "/git" args "a2" without "-n"',
      ["deny → kill exec /git a2"]],
    ["that are whole lists", `default deny exec\n${many(30, (i) => `allow exec "/git" args only "a${i}", "b*"`)}`,
      'deny exec "/git" args only "a9", "be"', ["allow → deny exec /git a9 be"]],
    ["that get a rule", "", many(12, (i) => `deny exec "/git" args "a${i}", "b"`),
      Array.from({ length: 12 }, (_, i) => `allow → deny exec /git a${i} b`)],
  ])("many clauses of arguments %s are not too many", (_, text, more, expected) => {
    expect(executions(text, `${text}\n${more}`)).toEqual(expected);
  });

  it.each<[string, string, string, readonly string[]]>([
    ["one that another word ends", 'audit exec "/git" args "a" without "x"\naudit exec "/git" args "b"',
      'kill exec "/git" args "a", "b", "x"', ["audit → kill exec /git a b x"]],
    ["one that waits for something else", 'audit exec "/git" args "a", "c"\naudit exec "/git" args "b", "d"',
      'kill exec "/git" args "a", "b", "d"', ["audit → kill exec /git a b d"]],
  ])("clauses of which one matters more are told apart: %s", (_, text, more, expected) => {
    expect(executions(text, `${text}\n${more}`)).toEqual(expected);
  });

  it("a dozen marks are not too many", () => {
    const text = many(12, (i) => `mark m${i} on read "/k${i}"\ndeny connect any when m${i}`);
    expect(said(text, `${text}\nkill connect any when m1`).every((line) => line.endsWith(" after read /k1"))).toBe(true);
  });
});
