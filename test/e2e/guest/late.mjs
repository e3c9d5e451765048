// What became of a technique under the tracepoint backend, which stops some before, some after and some not at all: which,
// says expected-late.json, and this is checked both ways.
import { readFileSync } from "node:fs";
import { brief, check, IS_NATIVE, skip } from "./harness.mjs";
import { eventsAbout, nameOn } from "./techniques.mjs";

const SIGKILL = 9;
const EXPECTED = new Map(Object.entries(JSON.parse(readFileSync(new URL("expected-late.json", import.meta.url), "utf8")))
  .flatMap(([outcome, names]) => names.map((name) => [name, outcome])));

export function judgeLate(technique, base, runs, events) {
  const name = nameOn(technique, base);
  if (runs.outside === undefined || runs.inside === undefined) {
    check(name, false, "did not run");
  } else if (runs.outside.skip || (IS_NATIVE && runs.outside.errno !== 0)) {
    skip(name, "this kernel or file system cannot do it");
  } else {
    const about = (run) => eventsAbout(technique, base, run, events);
    const outcome = outcomeOf(technique, runs, about);
    const expected = EXPECTED.get(technique.name) ?? "before";
    check(`${name} # ${outcome}`, outcome === expected,
      `expected: ${expected}; ${JSON.stringify(runs)}; ${JSON.stringify(brief(about(runs.inside)))}`);
  }
}

/**
 * `before`: refused. `after`: done, and the process was killed for it. `never`: done. `unsaid`: without an event. `honest too`:
 * what is permitted is refused as well.
 */
function outcomeOf(technique, { inside, free }, about) {
  const did = technique.expect === "permitted" ? permittedOf(inside, about) : deniedOf(technique, inside, about);
  const honest = free === undefined || (free.errno === 0 && free.signal === 0 && !free.skip);
  return honest ? did : `${did}, honest too`;
}

const permittedOf = (run, about) => (run.errno === 0 && about(run).length === 0 ? "before" : "refused");

/** The reason of an event may be another one than that of the backends that see more. */
function deniedOf({ op }, run, about) {
  const told = about(run).some((event) => event.op === op && ["deny", "kill"].includes(event.decision));
  if (run.signal === SIGKILL) return told ? "after" : "after, unsaid";
  // What it started may have been killed, and not it.
  if (run.errno === 0 && !run.skip) return told ? "after" : "never";
  return told || run.skip ? "before" : "before, unsaid";
}
