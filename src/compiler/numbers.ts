/** Ports, counts and durations, with their limits. */
import type { Diagnostic, Span } from "./diagnostic.js";
import { report } from "./messages.js";

export const LAST_PORT = 65_535;
const LARGEST_COUNT = 4_294_967_295;
/** A hundred years; in nanoseconds it still fits 64 bits. */
const LONGEST_HOURS = 876_000;
const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

export interface Read<T> {
  readonly value: T;
  readonly diagnostic?: Diagnostic;
}

/** `443` or `8000-8999`. What the lexer has complained about already is taken as port 0. */
export function readPorts(text: string, span: Span): Read<{ first: number; last: number }> {
  const match = /^([0-9]+)(?:-([0-9]+))?$/.exec(text);
  const first = Number(match?.[1] ?? 0);
  const last = match?.[2] === undefined ? first : Number(match[2]);
  const value = { first, last };
  if (Math.max(first, last) > LAST_PORT) return { value, diagnostic: report("port-out-of-range", span, { text }) };
  if (first <= last) return { value };
  return { value, diagnostic: report("range-backwards", span, { text }, { help: `write \`${last}-${first}\`` }) };
}

export function readCount(text: string, span: Span): Read<number> {
  const value = /^[0-9]+$/.test(text) ? Number(text) : 0;
  if (value <= LARGEST_COUNT) return { value };
  return { value: 0, diagnostic: report("number-too-large", span, { text, limit: `${LARGEST_COUNT}` }) };
}

/** In milliseconds. */
export function readDuration(text: string, span: Span): Read<number> {
  const match = /^([0-9]+)(ms|s|m|h)$/.exec(text);
  const unit = match?.[2];
  const factor = unit === "ms" || unit === "s" || unit === "m" || unit === "h" ? MILLISECONDS[unit] : 0;
  const value = Number(match?.[1] ?? 0) * factor;
  if (value <= LONGEST_HOURS * MILLISECONDS.h) return { value };
  return { value: 0, diagnostic: report("number-too-large", span, { text, limit: `${LONGEST_HOURS}h` }) };
}

const UNITS = [["h", 3_600_000], ["m", 60_000], ["s", 1000]] as const;

/** In the largest unit of which it is a whole number. */
export function durationText(milliseconds: number): string {
  const [unit, size] = UNITS.find(([, each]) => milliseconds % each === 0) ?? ["ms", 1];
  return `${milliseconds / size}${unit}`;
}
