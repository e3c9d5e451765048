/** What arguments answer to, by the image's own tables: bits that move on, as `bpf/policy_abi.h` says. */
import { POLICY_ARGUMENT_WORDS, STRUCTS } from "../compiler/image/abi.gen.js";
import type { Section, Sections } from "../compiler/image/layout.js";

const { start, only, ends, count, row } = STRUCTS.policy_arguments.fields;
const AT = STRUCTS.policy_root.fields.arguments.offset;
const CLASS = STRUCTS.policy_argument_class.fields;
const ROW = STRUCTS.policy_glob_row.fields;

const longs = (section: Section, index: number, offset: number): readonly bigint[] =>
  Array.from({ length: POLICY_ARGUMENT_WORDS }, (_, i) => section.u64(index, offset + 8 * i));

/** Arguments behind the program's own, as latin-1. Bits by number of what is asked. */
export function argumentsAnswer({ root, glob_rows, argument_classes }: Sections, argv: readonly string[]): bigint {
  const first = root.u32(0, AT + row.offset);
  const without = longs(root, 0, AT + only.offset);
  let read = longs(root, 0, AT + start.offset);
  let excluded = 0n;
  for (const argument of argv) {
    const end = Array.from(Buffer.from(argument, "latin1")).reduce((at, byte) => glob_rows.u16(at, ROW.next.offset + 2 * byte), first);
    const kind = glob_rows.u32(end, ROW.accept.offset);
    const moves = longs(argument_classes, kind, CLASS.moves.offset);
    read = read.map((bits, i) => (bits & ~(without[i] ?? 0n)) | ((bits & (moves[i] ?? 0n)) << 1n));
    excluded |= argument_classes.u64(kind, CLASS.excludes.offset);
  }
  const isRead = (end: number): boolean => ((read[Math.floor(end / 64)] ?? 0n) >> BigInt(end % 64) & 1n) === 1n;
  return Array.from(root.slice(0, AT + ends.offset, root.u32(0, AT + count.offset)))
    .reduce((bits, end, number) => (isRead(end) ? bits | (1n << BigInt(number)) : bits), 0n) & ~excluded;
}
