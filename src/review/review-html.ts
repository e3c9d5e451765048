/** A review as one page: no script, nothing from elsewhere, for light and dark, keyboard and screen reader. */
import type { Review, ShownChange } from "./review.js";

export interface PageHeader {
  readonly draft: string;
  readonly onto: string | null;
  /** When the page was made. */
  readonly date: string;
}

// Whatever a draft, a request or a path holds: markup is escaped, what cannot be seen is written out.
const MARKUP: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const UNSEEN = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => MARKUP[character] ?? "")
  .replace(UNSEEN, (character) => `<span class="unseen">\\u{${(character.codePointAt(0) ?? 0).toString(16)}}</span>`);

const code = (text: string): string => `<code>${escapeHtml(text)}</code>`;

export function reviewPage(review: Review, { draft, onto, date }: PageHeader): string {
  const sections = [
    widerSection(review, onto), narrowerSection(review), wishSection(review),
    listSection("unasked", "Nobody asked for these", "Statements that no words of the request stand beside.", review.unasked.map(code)),
    listSection("untranslated", "Not translated", "What the language cannot say, or what was not understood.", review.untranslated.map(({ words, line, reason }) =>
      `<q>${escapeHtml(words)}</q>${line === null ? "" : ` (line ${line})`}: ${escapeHtml(reason)}`)),
    probeSection(review),
    listSection("broad", "Broader than their probes show", "Accesses that a rule decides far from every probe of it.", review.broad.map(({ rule, access }) =>
      (access === null ? `${code(rule)}: no probe shows what it does` : `${code(rule)} decides as well ${code(access)}`))),
    listSection("warnings", "What lint warns of", "What may be a mistake, as <code>policyc lint</code> says it.", review.warnings.map(escapeHtml)),
    everydaySection(review),
  ].filter((section) => section !== null);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>Review of ${escapeHtml(draft)}</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#review">Skip to the review</a>
<header>
<h1>Review of ${code(draft)}</h1>
<p>Compared with ${onto === null ? "no policy" : code(onto)}, ${escapeHtml(date)}. ${summary(review, onto)}</p>
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => `<li><a href="#${id}">${title}</a></li>`).join("")}</ul></nav>
</header>
<main id="review" tabindex="-1">
${sections.map(({ id, title, body, kind }) => `<section aria-labelledby="${id}"${kind === undefined ? "" : ` class="${kind}"`}>\n<h2 id="${id}">${title}</h2>\n${body}\n</section>`).join("\n")}
</main>
<footer><p>Nothing runs under a draft. When it says what you mean: <code>policyc approve</code>.</p></footer>
</body>
</html>
`;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly kind?: "alarm" | "calm" | "doubt";
}

const plural = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;

function summary({ wider, narrower, probes, everyday }: Review, onto: string | null): string {
  const failed = probes.filter(({ ok }) => !ok).length;
  return [
    wider.length === 0 ? (onto === null ? "" : "It permits nothing new.") : `<strong>It permits more: ${plural(wider.length, "change")}.</strong>`,
    `${plural(narrower.length, "change")} ${narrower.length === 1 ? "denies" : "deny"} more.`,
    failed === 0 ? `${plural(probes.length, "probe")} as expected.` : `<strong>${plural(failed, "probe")} of ${probes.length} fail.</strong>`,
    `${everyday.broken.length} of ${everyday.tried} everyday accesses would break.`,
  ].join(" ");
}

function widerSection({ wider }: Review, onto: string | null): Section {
  if (wider.length === 0 && onto === null) return { id: "wider", title: "Nothing to compare with", kind: "doubt", body: "<p>There is no policy yet: what this one leaves open is as open as ever.</p>" };
  if (wider.length === 0) return { id: "wider", title: "Permits nothing new", kind: "calm", body: `<p>Everything that ${code(onto ?? "")} refuses stays refused.</p>` };
  return { id: "wider", title: `Permits more: ${plural(wider.length, "change")}`, kind: "alarm", body: changeTable(wider, "What is refused or recorded now, and would be let through") };
}

const narrowerSection = ({ narrower }: Review): Section => ({
  id: "narrower", title: `Newly denied: ${plural(narrower.length, "change")}`,
  body: narrower.length === 0 ? "<p>Nothing.</p>" : changeTable(narrower, "What is let through now, and would be refused or recorded"),
});

const changeTable = (changes: readonly ShownChange[], caption: string): string => table(caption, ["One access that shows it", "Was", "Now"],
  changes.map(({ access, was, now, statement }) =>
  [code(access), escapeHtml(was), escapeHtml(now) + (statement === null ? "" : `<br>${code(statement)}`)]));

/** The first cell of a row is its heading. */
const table = (caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): string => `<div class="wide" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead>
<tbody>
${rows.map(([first, ...rest]) => `<tr><th scope="row">${first ?? ""}</th>${rest.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("\n")}
</tbody></table></div>`;

function wishSection({ wishes }: Review): Section | null {
  if (wishes.length === 0) return null;
  return {
    id: "wishes", title: "What was asked for",
    body: table("Words of the request, and the rules made of them", ["Words", "Rules"], wishes.map(({ words, line, statements }) =>
      [`<q>${escapeHtml(words)}</q>${line === null ? "" : `<br><small>line ${line}</small>`}`, statements.map((text) => `<pre>${escapeHtml(text)}</pre>`).join("")])),
  };
}

function listSection(id: string, title: string, about: string, items: readonly string[]): Section | null {
  return items.length === 0 ? null : { id, title, kind: "doubt", body: `<p>${about}</p>\n<ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul>` };
}

function probeSection({ probes }: Review): Section {
  if (probes.length === 0) return { id: "probes", title: "No probes", kind: "doubt", body: "<p>Nothing shows what the rules do: the draft has no tests.</p>" };
  const failed = probes.filter(({ ok }) => !ok).length;
  return {
    id: "probes", title: failed === 0 ? `Probes: all ${probes.length} as expected` : `Probes: ${failed} of ${probes.length} fail`, ...(failed === 0 ? {} : { kind: "alarm" as const }),
    body: table("Accesses, what they are to come to, and what they come to", ["Access", "Expected", "Comes to", "By"],
      probes.toSorted((a, b) => Number(a.ok) - Number(b.ok)).map(({ access, expected, actual, ok, rule }) => [code(access), expected, ok ? actual : `<strong>${actual}</strong>`, escapeHtml(rule ?? "default")])),
  };
}

function everydaySection({ everyday: { tried, broken } }: Review): Section {
  const title = broken.length === 0 ? "An agent's day goes on" : `An agent's day: ${broken.length} of ${tried} accesses would break`;
  if (broken.length === 0) return { id: "everyday", title, kind: "calm", body: `<p>None of ${tried} everyday accesses of a coding agent is refused that was not.</p>` };
  return { id: "everyday", title, kind: "doubt", body: table("Everyday accesses that would be refused", ["To do what", "Access", "By"], broken.map(({ activity, access, rule }) => [escapeHtml(activity), code(access), escapeHtml(rule ?? "default")])) };
}

const STYLE = `
:root { color-scheme: light dark; --text: #1b1b1f; --back: #ffffff; --line: #c9c9d1; --dim: #53535c; --alarm: #a3121f; --alarm-back: #fdecee; --calm: #1b5e2a; --calm-back: #eaf6ec; --doubt: #7a4b00; --doubt-back: #fdf4e1; --link: #0b4fb3; --code: #f2f2f5; }
@media (prefers-color-scheme: dark) { :root { --text: #e8e8ec; --back: #17171a; --line: #45454d; --dim: #b3b3bd; --alarm: #ff9aa3; --alarm-back: #3a1418; --calm: #8fd8a0; --calm-back: #12301a; --doubt: #f0c674; --doubt-back: #33270e; --link: #8ab8ff; --code: #26262b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 64rem; color: var(--text); background: var(--back); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 0 0 .75rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; }
a { color: var(--link); }
a:focus-visible, main:focus-visible, .wide:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .5rem; padding: .25rem .5rem; background: var(--back); }
section { margin: 1.25rem 0; padding: 1rem; border: 1px solid var(--line); border-left-width: .35rem; border-radius: .35rem; }
section.alarm { border-color: var(--alarm); background: var(--alarm-back); }
section.alarm h2 { color: var(--alarm); font-size: 1.4rem; }
section.calm { border-color: var(--calm); background: var(--calm-back); }
section.calm h2 { color: var(--calm); }
section.doubt { border-color: var(--doubt); background: var(--doubt-back); }
section.doubt h2 { color: var(--doubt); }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; color: var(--dim); padding-bottom: .4rem; }
section.alarm caption, section.calm caption, section.doubt caption { color: var(--text); }
th, td { padding: .35rem .6rem .35rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
th[scope="row"], td:first-child { overflow-wrap: anywhere; }
thead th { white-space: nowrap; }
th[scope="row"] { font-weight: 400; }
code, pre { font: .9em/1.45 ui-monospace, monospace; background: var(--code); border-radius: .2rem; }
code { padding: .05rem .25rem; overflow-wrap: anywhere; }
pre { margin: 0 0 .35rem; padding: .35rem .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.unseen { color: var(--alarm); font-weight: 700; }
footer { color: var(--dim); }
@media (max-width: 40rem) { section { padding: .75rem .6rem; } thead th { white-space: normal; } th, td { padding-right: .4rem; overflow-wrap: anywhere; hyphens: auto; } th[scope="row"] { min-width: 7rem; } td { min-width: 4rem; } }
@media print { section { break-inside: avoid; } nav, .skip { display: none; } }
`;
