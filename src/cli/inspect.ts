/** `policyc inspect`: what an image says about itself. */
import { POLICY_ABI_VERSION } from "../compiler/image/abi.gen.js";
import { checksumOf, decodeImage, type Image } from "../compiler/image/decode.js";
import { SECTION_NAMES } from "../compiler/image/layout.js";
import { fail, STATUS } from "./exit.js";
import { printFailure } from "./print-failure.js";
import { isImage, readFileOf } from "./read-sources.js";
import { printable, terminalWidth, writeOut } from "./terminal.js";

export interface InspectOptions {
  readonly json?: boolean;
}

export function inspectCommand(path: string, options: InspectOptions): number {
  const bytes = readFileOf(path);
  if (!bytes.ok) return printFailure(bytes.failure);
  if (path.endsWith(".pol") && !isImage(bytes.value)) {
    return printFailure(fail(STATUS.usage, `\`${path}\` is not an image`, `policyc compile ${path}`).failure);
  }
  const decoded = decodeImage(bytes.value);
  if (!decoded.ok) {
    return printFailure(fail(STATUS.policy, `\`${path}\` is not a valid image: ${decoded.reason}`).failure);
  }
  const description = describe(decoded.value, bytes.value);
  writeOut(options.json === true ? `${JSON.stringify(description, null, 2)}\n` : report(description));
  return STATUS.done;
}

type Description = ReturnType<typeof describe>;

function describe({ meta, sections }: Image, bytes: Uint8Array) {
  return {
    policy: meta.policy,
    abiVersion: POLICY_ABI_VERSION,
    bytes: bytes.length,
    checksum: checksumOf(bytes).toString(16).padStart(8, "0"),
    bindings: meta.bindings,
    marks: meta.markStatements ?? [],
    rules: meta.rules,
    sections: SECTION_NAMES.map((name) => {
      const { count, bytes: { length } } = sections[name];
      return { name, entries: count, bytes: length };
    }),
  };
}

function report(image: Description): string {
  const { home, params, programs } = image.bindings;
  return [
    `policy     ${image.policy === null ? "(without a name)" : printable(image.policy)}`,
    `image      ${image.bytes} bytes, ABI version ${image.abiVersion}, checksum ${image.checksum}`,
    "",
    "bindings",
    `  ~ = ${printable(home)}`,
    ...Object.entries(params).map(([name, value]) => `  ${name} = ${printable(value)}`),
    ...(programs.length === 0 ? [] : ["", "programs covered through links",
      ...programs.map(({ name, target }) => `  ${printable(name)} → ${printable(target)}`)]),
    "",
    ...(image.marks.length === 0 ? [] : [`marks      ${image.marks.length}`, ...image.marks.flatMap((mark) => markLines(mark, terminalWidth())), ""]),
    `rules      ${image.rules.length}`,
    ...image.rules.flatMap((rule) => ruleLines(rule, terminalWidth())),
    "",
    `${"sections".padEnd(NAME_WIDTH)}    entries      bytes`,
    ...image.sections.map(({ name, entries, bytes }) =>
      `  ${name.padEnd(NAME_WIDTH)} ${String(entries).padStart(8)} ${String(bytes).padStart(10)}`),
    "",
  ].join("\n");
}

const markLines = ({ name, clauses, file, line }: Description["marks"][number], width: number): readonly string[] =>
  [`  ${name} (${file}:${line})`, ...clauses.map((clause) => shorten(`    ${clause}`, width))].map(printable);

function ruleLines(
  { id, effect, operations, privileges = [], targets = [], except = [], clauses = [], file, line, because }: Description["rules"][number],
  width: number,
): readonly string[] {
  const place = file === null || line === null ? null : `${file}:${line}`;
  const exceptions = except.length === 0 ? "" : ` except ${except.join(", ")}`;
  return [
    `  ${place === null || id === place ? id : `${id} (${place})`}: ${effect} ${privileges.length === 0 ? operations.join(", ") : `privilege ${privileges.join(", ")}`}`,
    ...(targets.length === 0 ? [] : [shorten(`    ${targets.join(", ")}${exceptions}`, width)]),
    ...clauses.map((clause) => shorten(`    ${clause}`, width)),
    ...(because === null ? [] : [`    because ${JSON.stringify(because)}`]),
  ].map(printable);
}

const NAME_WIDTH = Math.max(...SECTION_NAMES.map(({ length }) => length));

/** In full with `--json`. */
const shorten = (text: string, width: number): string =>
  [...text].length <= width ? text : `${[...text].slice(0, width - 1).join("")}…`;
