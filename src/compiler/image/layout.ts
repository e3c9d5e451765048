/** An image cut into its sections, each an array of entries read in place. */
import {
  POLICY_ABI_VERSION, POLICY_BYTE_ORDER, POLICY_LIMITS, POLICY_MARKS, POLICY_MAX_ARGUMENT_CLASSES, POLICY_MAX_CASES, POLICY_MAX_EDGES, POLICY_MAX_GLOB_ROWS, POLICY_MAX_META,
  POLICY_MAX_RECORDS, POLICY_MAX_STATES, POLICY_MAX_TERMS, POLICY_PROGRAMS, POLICY_SECTIONS, STRUCTS,
} from "./abi.gen.js";

export const SECTION_NAMES = [
  "meta", "root", "terms", "cases", "limits", "argument_classes", "mark_identities", "program_identities", "records", "states", "short_edges", "long_edges", "prefixes", "suffixes", "classes", "glob_rows",
  "addresses4", "addresses6", "ports",
] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

/** Size of an entry, and how many of them there may be. */
interface Shape {
  readonly size: number;
  readonly least: number;
  readonly most: number;
}

const SHAPES: Readonly<Record<SectionName, Shape>> = {
  meta: { size: 1, least: 0, most: POLICY_MAX_META },
  root: { size: STRUCTS.policy_root.size, least: 1, most: 1 },
  terms: { size: STRUCTS.policy_term.size, least: 0, most: POLICY_MAX_TERMS },
  cases: { size: STRUCTS.policy_case.size, least: 1, most: POLICY_MAX_CASES },
  limits: { size: STRUCTS.policy_limit.size, least: 0, most: POLICY_LIMITS },
  argument_classes: { size: STRUCTS.policy_argument_class.size, least: 1, most: POLICY_MAX_ARGUMENT_CLASSES },
  mark_identities: { size: STRUCTS.policy_identity.size, least: 0, most: POLICY_MARKS },
  program_identities: { size: STRUCTS.policy_identity.size, least: 0, most: POLICY_PROGRAMS },
  records: { size: STRUCTS.policy_record.size, least: 1, most: POLICY_MAX_RECORDS },
  states: { size: STRUCTS.policy_state.size, least: 1, most: POLICY_MAX_STATES },
  short_edges: { size: STRUCTS.policy_short_edge.size, least: 0, most: POLICY_MAX_EDGES },
  long_edges: { size: STRUCTS.policy_long_edge.size, least: 0, most: POLICY_MAX_EDGES },
  prefixes: { size: STRUCTS.policy_affix.size, least: 0, most: POLICY_MAX_EDGES },
  suffixes: { size: STRUCTS.policy_affix.size, least: 0, most: POLICY_MAX_EDGES },
  classes: { size: STRUCTS.policy_class_edge.size, least: 0, most: POLICY_MAX_EDGES },
  glob_rows: { size: STRUCTS.policy_glob_row.size, least: 1, most: POLICY_MAX_GLOB_ROWS },
  addresses4: { size: STRUCTS.policy_address4.size, least: 1, most: POLICY_MAX_EDGES },
  addresses6: { size: STRUCTS.policy_address6.size, least: 1, most: POLICY_MAX_EDGES },
  ports: { size: STRUCTS.policy_port.size, least: 0, most: POLICY_MAX_EDGES },
};

/** Entries of one size, one after the other. */
export class Section {
  readonly count: number;
  private readonly view: DataView;

  constructor(readonly bytes: Buffer, readonly entrySize: number) {
    this.count = bytes.length / entrySize;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u32(index: number, offset: number): number {
    return this.view.getUint32(index * this.entrySize + offset, true);
  }

  u64(index: number, offset: number): bigint {
    return this.view.getBigUint64(index * this.entrySize + offset, true);
  }

  u16(index: number, offset: number): number {
    return this.view.getUint16(index * this.entrySize + offset, true);
  }

  u8(index: number, offset: number): number {
    return this.view.getUint8(index * this.entrySize + offset);
  }

  slice(index: number, offset: number, length: number): Buffer {
    const at = index * this.entrySize + offset;
    return this.bytes.subarray(at, at + length);
  }

  /** The entry whose key, its first bytes, is `key`; -1 for none. Entries are sorted by key. */
  find(key: Uint8Array): number {
    let [low, high] = [0, this.count - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const order = this.compare(key, middle * this.entrySize);
      if (order === 0) return middle;
      if (order > 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  private compare(key: Uint8Array, at: number): number {
    for (let i = 0; i < key.length; i++) {
      const difference = (key[i] ?? 0) - (this.bytes[at + i] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }
}

export type Sections = Readonly<Record<SectionName, Section>>;

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

export function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

const HEADER = STRUCTS.policy_image_header.fields;

function refuseHeader(image: Buffer, checksumOf: (image: Buffer) => number): string | null {
  if (image.length < STRUCTS.policy_image_header.size) return "shorter than its header";
  if (image.toString("latin1", 0, HEADER.magic.size) !== "POLC") return "not a policy image";
  const order = image.readUInt32LE(HEADER.byte_order.offset);
  if (order !== POLICY_BYTE_ORDER) return "made for another byte order";
  const version = image.readUInt32LE(HEADER.abi_version.offset);
  if (version !== POLICY_ABI_VERSION) return `ABI version ${version}, not ${POLICY_ABI_VERSION}`;
  const size = image.readBigUInt64LE(HEADER.image_size.offset);
  if (size !== BigInt(image.length)) return `says it has ${String(size)} bytes, has ${image.length}`;
  const headerSize = image.readUInt32LE(HEADER.header_size.offset);
  if (headerSize !== STRUCTS.policy_image_header.size) return "header of another size";
  if (image.readUInt32LE(HEADER.section_count.offset) !== POLICY_SECTIONS) return "another number of sections";
  return image.readUInt32LE(HEADER.checksum.offset) === checksumOf(image) ? null : "checksum does not match";
}

function aligned(offset: number): number {
  return Math.ceil(offset / 8) * 8;
}

/** Cuts `image` up, after checking that all of it is accounted for. */
export function cut(image: Buffer, checksumOf: (image: Buffer) => number): Read<Sections> {
  const reason = refuseHeader(image, checksumOf);
  if (reason !== null) return refuse(reason);
  const found = new Map<SectionName, Section>();
  const { size, fields } = STRUCTS.policy_section;
  let end: number = STRUCTS.policy_image_header.size;
  for (const [kind, name] of SECTION_NAMES.entries()) {
    const at = HEADER.sections.offset + kind * size;
    const shape = SHAPES[name];
    if (image.readUInt32LE(at + fields.kind.offset) !== kind) return refuse(`section ${name} is not in its place`);
    const entrySize = image.readUInt32LE(at + fields.entry_size.offset);
    if (entrySize !== shape.size) return refuse(`section ${name}: entries of another size`);
    const count = Number(image.readBigUInt64LE(at + fields.count.offset));
    if (count < shape.least || count > shape.most) return refuse(`section ${name}: ${count} entries`);
    const offset = Number(image.readBigUInt64LE(at + fields.offset.offset));
    if (offset !== aligned(end)) return refuse(`section ${name} does not follow the one before it`);
    if (offset + count * shape.size > image.length) return refuse(`section ${name} is cut short`);
    const padding = image.subarray(end, offset);
    if (padding.some((byte) => byte !== 0)) return refuse(`bytes before section ${name} are not zero`);
    end = offset + count * shape.size;
    found.set(name, new Section(image.subarray(offset, end), shape.size));
  }
  return end === image.length ? { ok: true, value: named(found) } : refuse("bytes after the last section");
}

function named(found: ReadonlyMap<SectionName, Section>): Sections {
  const get = (name: SectionName): Section => found.get(name) ?? new Section(Buffer.alloc(0), 1);
  return {
    meta: get("meta"), root: get("root"), terms: get("terms"), cases: get("cases"), limits: get("limits"),
    argument_classes: get("argument_classes"), mark_identities: get("mark_identities"),
    program_identities: get("program_identities"),
    records: get("records"), states: get("states"),
    short_edges: get("short_edges"), long_edges: get("long_edges"), prefixes: get("prefixes"),
    suffixes: get("suffixes"), classes: get("classes"), glob_rows: get("glob_rows"),
    addresses4: get("addresses4"), addresses6: get("addresses6"), ports: get("ports"),
  };
}
