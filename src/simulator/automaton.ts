/** How a lane reads a name, step by step as `bpf/policy_abi.h` says, in the image's own tables. */
import { invariant } from "../compiler/diagnostic.js";
import {
  POLICY_AFFIX_MAX, POLICY_SHORT_NAME, POLICY_STATE_LONG, POLICY_STATE_PREFIX, POLICY_STATE_SHORT, POLICY_STATE_SUFFIX,
  STRUCTS,
} from "../compiler/image/abi.gen.js";
import type { Section, Sections } from "../compiler/image/layout.js";

const STATE = STRUCTS.policy_state.fields;
const SHORT_KEY = STRUCTS.policy_short_key.size;
const LONG_KEY = STRUCTS.policy_long_key.size;
const AFFIX_KEY = STRUCTS.policy_affix_key;
const CLASS_KEY = STRUCTS.policy_class_key;

function keyOf(size: number, state: number, name: Uint8Array): Buffer {
  const key = Buffer.alloc(size);
  key.writeUInt32LE(state, 0);
  key.set(name, 4);
  return key;
}

function literalEdge({ states, short_edges, long_edges }: Sections, state: number, name: Uint8Array): number | null {
  if (name.length === 0 || name.includes(0)) return null;
  const flags = states.u32(state, STATE.flags.offset);
  const short = name.length <= POLICY_SHORT_NAME;
  if ((flags & (short ? POLICY_STATE_SHORT : POLICY_STATE_LONG)) === 0) return null;
  const section = short ? short_edges : long_edges;
  const found = section.find(keyOf(short ? SHORT_KEY : LONG_KEY, state, name));
  const { fields } = short ? STRUCTS.policy_short_edge : STRUCTS.policy_long_edge;
  return found === -1 ? null : section.u32(found, fields.state.offset);
}

/** The class of the longest affix of `state` that `bytes` begin with; 0 for none. */
function affixClass(section: Section, state: number, bytes: Uint8Array): number {
  const longest = Math.min(bytes.length, POLICY_AFFIX_MAX);
  const key = Buffer.alloc(AFFIX_KEY.size);
  key.writeUInt32LE(state, AFFIX_KEY.fields.state.offset);
  key.set(bytes.subarray(0, longest), AFFIX_KEY.fields.bytes.offset);
  for (let length = longest; length > 0; length--) {
    key.writeUInt32LE(32 + 8 * length, AFFIX_KEY.fields.prefixlen.offset);
    key[AFFIX_KEY.fields.bytes.offset + length] = 0;
    const found = section.find(key);
    if (found !== -1) return section.u32(found, STRUCTS.policy_affix.fields.class_id.offset);
  }
  return 0;
}

function globClass(rows: Section, start: number, name: Uint8Array): number {
  const { next, accept } = STRUCTS.policy_glob_row.fields;
  const row = name.reduce((at, byte) => rows.u16(at, next.offset + 2 * byte), start);
  return rows.u32(row, accept.offset);
}

function classEdge(sections: Sections, state: number, name: Uint8Array): number {
  const { states, classes } = sections;
  const flags = states.u32(state, STATE.flags.offset);
  const reversed = (): Uint8Array => Uint8Array.from(name).reverse();
  const prefix = (flags & POLICY_STATE_PREFIX) === 0 ? 0 : affixClass(sections.prefixes, state, name);
  const suffix = (flags & POLICY_STATE_SUFFIX) === 0 ? 0 : affixClass(sections.suffixes, state, reversed());
  const glob = globClass(sections.glob_rows, states.u32(state, STATE.glob.offset), name);
  if (prefix === 0 && suffix === 0 && glob === 0) return states.u32(state, STATE.other.offset);
  const key = Buffer.alloc(CLASS_KEY.size);
  key.writeUInt32LE(state, CLASS_KEY.fields.state.offset);
  key.writeUInt32LE(prefix, CLASS_KEY.fields.prefix.offset);
  key.writeUInt32LE(suffix, CLASS_KEY.fields.suffix.offset);
  key.writeUInt32LE(glob, CLASS_KEY.fields.glob.offset);
  const found = classes.find(key);
  invariant(found !== -1, `no edge of state ${state} for classes ${prefix}, ${suffix}, ${glob}`);
  return classes.u32(found, STRUCTS.policy_class_edge.fields.state.offset);
}

/** The state after reading `name`. */
export function nextState(sections: Sections, state: number, name: Uint8Array): number {
  const own = literalEdge(sections, state, name);
  if (own !== null) return own;
  const fallback = sections.states.u32(state, STATE.fallback.offset);
  if (fallback === 0) return classEdge(sections, state, name);
  return literalEdge(sections, fallback, name) ?? classEdge(sections, fallback, name);
}
