/** One component without braces → the simplest of the forms that the IR has for it. */
import type { Outcome } from "../diagnostic.js";
import type { GlobItem, NameComponent } from "../ir.gen.js";
import { failure } from "./context.js";
import type { PatternContext, PatternPlace } from "./context.js";

/** NAME_MAX; sun_path less the NUL byte that an abstract name begins with; MAX_ARG_STRLEN less the NUL at its end. */
const NAME_LIMIT: Readonly<Record<PatternPlace, number>> = { path: 255, abstract: 107, argument: 131_071 };
/** The longest prefix or suffix that an edge of the image holds. */
const AFFIX_LIMIT = 248;

const encoder = new TextEncoder();

/** `items`: text never beside text, a run never beside a run. */
export function toComponent(items: readonly GlobItem[], context: PatternContext): Outcome<NameComponent> {
  const limit = NAME_LIMIT[context.place];
  if (items.length === 0 && context.place === "argument") {
    return { ok: true, value: { kind: "literal", name: "" }, diagnostics: [] };
  }
  if (items.length === 0) {
    return context.place === "path"
      ? failure("pattern-empty-component", context, { pattern: context.text },
        { help: "write a pattern with the component and one without it" })
      : failure("unix-name-empty", context, {});
  }
  if (shortestMatch(items) > limit) {
    return failure("pattern-name-too-long", context, { name: itemsToText(items), limit });
  }
  const component = simplest(items);
  if (context.place === "path" && component.kind === "literal" && /^\.\.?$/.test(component.name)) {
    return failure("pattern-dot-component", context, { pattern: context.text, component: component.name },
      { help: "leave it out: patterns match after `.` and `..` are resolved" });
  }
  return { ok: true, value: component, diagnostics: [] };
}

/** `items`: text never beside text, a run never beside a run. */
export function simplest(items: readonly GlobItem[]): NameComponent {
  const [first, second, third, ...more] = items;
  if (first?.kind === "text" && second === undefined) return { kind: "literal", name: first.text };
  if (first?.kind === "run" && second === undefined) return { kind: "any" };
  const affix = more.length > 0 ? null : toAffix(first, second, third);
  return affix ?? { kind: "glob", items: [...items] };
}

function toAffix(
  first: GlobItem | undefined, second: GlobItem | undefined, third: GlobItem | undefined,
): NameComponent | null {
  if (first?.kind === "text" && second?.kind === "run" && third === undefined) return affixOf(first.text, "");
  if (first?.kind === "run" && second?.kind === "text" && third === undefined) return affixOf("", second.text);
  if (first?.kind === "text" && second?.kind === "run" && third?.kind === "text") {
    return affixOf(first.text, third.text);
  }
  return null;
}

function affixOf(prefix: string, suffix: string): NameComponent | null {
  return Math.max(byteLength(prefix), byteLength(suffix)) <= AFFIX_LIMIT ? { kind: "affix", prefix, suffix } : null;
}

function shortestMatch(items: readonly GlobItem[]): number {
  const lengths = items.map((item) => (item.kind === "text" ? byteLength(item.text) : item.kind === "byte" ? 1 : 0));
  return lengths.reduce((sum, length) => sum + length, 0);
}

function itemsToText(items: readonly GlobItem[]): string {
  return items.map((item) => (item.kind === "text" ? item.text : item.kind === "run" ? "*" : "?")).join("");
}

function byteLength(text: string): number {
  return encoder.encode(text).length;
}
