/** The difference of two texts as `diff -u` shows it. */

interface Edit {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

const CONTEXT = 3;
/** Pairs of lines that are compared; of texts that differ in more, all that lies between equal ends is replaced. */
const COMPARED = 4_000_000;

/** Empty where the texts are the same. */
export function unifiedDiff(path: string, before: string, after: string): string {
  const edits = editsOf(linesOf(before), linesOf(after));
  const hunks = hunksOf(edits);
  return hunks.length === 0 ? "" : [`--- ${path}`, `+++ ${path}`, ...hunks, ""].join("\n");
}

/** The last one says so where it has no line break. */
function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  return last === "" ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

function editsOf(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const shortest = Math.min(before.length, after.length);
  let head = 0;
  while (head < shortest && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shortest - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return [
    ...signed(" ", before.slice(0, head)),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...signed(" ", before.slice(before.length - tail)),
  ];
}

const signed = (sign: Edit["sign"], lines: readonly string[]): readonly Edit[] =>
  lines.map((text) => ({ sign, text }));

/** By a longest common subsequence. */
function middle(before: readonly string[], after: readonly string[]): readonly Edit[] {
  if (before.length * after.length > COMPARED) return [...signed("-", before), ...signed("+", after)];
  const width = after.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, fresh] = [before[i], after[j]];
    if (old !== undefined && old === fresh) {
      edits.push({ sign: " ", text: old });
      i++;
      j++;
    } else if (old !== undefined && (fresh === undefined || at(i + 1, j) >= at(i, j + 1))) {
      edits.push({ sign: "-", text: old });
      i++;
    } else if (fresh !== undefined) {
      edits.push({ sign: "+", text: fresh });
      j++;
    }
  }
  return edits;
}

/** Changes with the lines around them; those whose surroundings touch are one hunk. */
function hunksOf(edits: readonly Edit[]): readonly string[] {
  const hunks: { from: number; to: number }[] = [];
  edits.forEach(({ sign }, at) => {
    if (sign === " ") return;
    const last = hunks.at(-1);
    const [from, to] = [Math.max(0, at - CONTEXT), Math.min(edits.length, at + CONTEXT + 1)];
    if (last !== undefined && from <= last.to) last.to = to;
    else hunks.push({ from, to });
  });
  return hunks.map(({ from, to }) => {
    const range = (other: Edit["sign"], mark: string): string => {
      const count = (some: readonly Edit[]): number => some.filter(({ sign }) => sign !== other).length;
      const [start, length] = [count(edits.slice(0, from)), count(edits.slice(from, to))];
      return `${mark}${length === 0 ? start : start + 1}${length === 1 ? "" : `,${length}`}`;
    };
    const lines = edits.slice(from, to).map(({ sign, text }) => `${sign}${text}`);
    return [`@@ ${range("+", "-")} ${range("-", "+")} @@`, ...lines].join("\n");
  });
}
