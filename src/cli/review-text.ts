/** A review for the terminal: what widens first, and loud. */
import type { Review, ShownChange, Wish } from "../review/review.js";
import { type Paint, printable } from "./terminal.js";

const WIDTH = 80;
const NOTHING_TO_COMPARE = "There is no policy to compare with: what this one leaves open is as open as ever.";

/** Of one kind. */
const MOST_SHOWN = 25;

export interface Compared {
  readonly draft: string;
  /** Null: with no policy at all. */
  readonly onto: string | null;
}

export function reviewText(review: Review, { draft, onto }: Compared, paint: Paint): string {
  const sections = [
    widerLines(review, onto, paint),
    changeLines(review.narrower, `Newly denied: ${count(review.narrower.length, "change")}.`, "green", paint),
    wishLines(review.wishes, paint),
    listLines("Nobody asked for these statements:", "yellow", review.unasked.map(oneLine), paint),
    listLines("Not translated:", "yellow", review.untranslated.map(({ words, line, reason }) => `${quoted(words)}${line === null ? "" : ` (line ${line})`}: ${printable(reason)}`), paint),
    probeLines(review, paint),
    listLines("Broader than their probes show:", "yellow", review.broad.map(({ rule, access }) =>
      (access === null ? `${printable(rule)}: no probe shows what it does` : `${printable(rule)} decides as well: ${printable(access)}`)), paint),
    listLines("What `policyc lint` warns of:", "yellow", review.warnings.map(printable), paint),
    everydayLines(review, paint),
  ];
  const title = `${paint("bold", printable(draft))}, compared with ${onto === null ? "no policy" : printable(onto)}`;
  return [title, ...sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"))].join("\n\n") + "\n";
}

const count = (number: number, word: string): string => `${number === 0 ? "no" : number} ${word}${number === 1 ? "" : "s"}`;
const quoted = (words: string): string => `“${printable(words)}”`;
const oneLine = (text: string): string => printable(text.replace(/\s+/g, " "));

function widerLines({ wider }: Review, onto: string | null, paint: Paint): readonly string[] {
  if (wider.length === 0 && onto === null) return [paint("yellow", NOTHING_TO_COMPARE)];
  if (wider.length === 0) return [paint("green", `Permits nothing that ${printable(onto ?? "")} refuses.`)];
  return [paint("red", `PERMITS MORE: ${count(wider.length, "change")} that let${wider.length === 1 ? "s" : ""} through what is refused or recorded now.`),
    ...changeLines(wider, null, "red", paint)];
}

function changeLines(changes: readonly ShownChange[], title: string | null, style: "red" | "green", paint: Paint): readonly string[] {
  if (changes.length === 0) return [];
  return [
    ...(title === null ? [] : [paint(style, title)]),
    ...changes.slice(0, MOST_SHOWN).flatMap(({ access, was, now, statement }) => [
      ...wrapped(printable(access), `  ${paint(style, style === "red" ? "+" : "-")} `, "      "),
      ...wrapped(`was ${printable(was)}; now ${printable(now)}`, "      ", "      "),
      ...(statement === null || style === "green" ? [] : wrapped(oneLine(statement), "      by ", "         ")),
    ]),
    ...(changes.length > MOST_SHOWN ? [`  … and ${changes.length - MOST_SHOWN} more: --json and --html show all`] : []),
  ];
}

function wishLines(wishes: readonly Wish[], paint: Paint): readonly string[] {
  if (wishes.length === 0) return [];
  return ["What was asked for, and the rules made of it:", ...wishes.flatMap(({ words, line, statements }) => [
    `  ${paint("cyan", quoted(words))}${line === null ? "" : ` (line ${line})`}`, ...statements.flatMap((text) => wrapped(oneLine(text), "    → ", "      ")),
  ])];
}

/** Broken between words, and after commas within long ones. `margin` takes as much room as `indent` on the screen. */
function wrapped(text: string, margin: string, indent: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").flatMap(pieces)) {
    const last = lines.at(-1);
    const joined = last === undefined ? word.text : last + (word.isJoined ? "" : " ") + word.text;
    if (last !== undefined && indent.length + joined.length <= WIDTH) lines[lines.length - 1] = joined;
    else lines.push(word.text);
  }
  return lines.map((line, i) => (i === 0 ? margin : indent) + line);
}

/** A word, in parts where it is too long for a line. */
const pieces = (word: string): readonly { readonly text: string; readonly isJoined: boolean }[] =>
  (word.length < WIDTH / 2 ? [word] : word.split(/(?<=,)/)).map((text, i) => ({ text, isJoined: i > 0 }));

const listLines = (title: string, style: "yellow", items: readonly string[], paint: Paint): readonly string[] =>
  (items.length === 0 ? [] : [paint(style, title), ...items.flatMap((item) => wrapped(item, "  - ", "    "))]);

function probeLines({ probes }: Review, paint: Paint): readonly string[] {
  const failed = probes.filter(({ ok }) => !ok);
  if (probes.length === 0) return [paint("yellow", "Nothing shows what the rules do: the draft has no tests.")];
  if (failed.length === 0) return [`Probes: all ${probes.length} come out as they should.`];
  return [paint("red", `Probes: ${failed.length} of ${probes.length} come out otherwise.`),
    ...failed.map(({ access, expected, actual, rule }) => `  ${paint("red", "x")} ${printable(access)}: ${expected} expected, ${actual} by ${printable(rule ?? "default")}`)];
}

function everydayLines({ everyday: { tried, broken } }: Review, paint: Paint): readonly string[] {
  if (broken.length === 0) return [`An agent's day: none of ${tried} everyday accesses is refused that was not.`];
  const activities = [...new Set(broken.map(({ activity }) => activity))];
  return [paint("yellow", `An agent's day: ${broken.length} of ${tried} everyday accesses would be refused.`),
    ...activities.flatMap((activity) => {
      const own = broken.filter((one) => one.activity === activity);
      return [`  to ${activity}:`, ...own.flatMap(({ access, rule }) => wrapped(`${printable(access)} (${printable(rule ?? "default")})`, "    ", "      "))];
    })];
}
