/** File names are bytes, and the agent chooses them. */

// Control characters, and those that reorder or hide what stands around them. The backslash too: else a file could be
// named as if one of its bytes had been escaped.
const ESCAPED = /[\p{Cc}\\\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/gu;

const hex = (byte: number): string => `\\x${byte.toString(16).padStart(2, "0")}`;
const escapeAll = (bytes: Uint8Array): string => Array.from(bytes, hex).join("");

/** The name as text: valid UTF-8 as it is, every byte of anything else as `\xNN`. */
export function escapeBytes(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length;) {
    const length = sequenceLength(bytes, start);
    if (length === 0) {
      text += hex(bytes[start] ?? 0);
      start++;
      continue;
    }
    let end = start + length;
    for (let next = sequenceLength(bytes, end); next !== 0; next = sequenceLength(bytes, end)) end += next;
    text += Buffer.from(bytes.subarray(start, end)).toString("utf8")
      .replace(ESCAPED, (character) => escapeAll(Buffer.from(character)));
    start = end;
  }
  return text;
}

/** Bytes of the well-formed UTF-8 sequence at `start`; 0 if there is none (Unicode, table 3-7). */
function sequenceLength(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  if (first === undefined) return 0;
  if (first < 0x80) return 1;
  const continues = (at: number, low = 0x80, high = 0xbf): boolean => {
    const byte = bytes[start + at];
    return byte !== undefined && byte >= low && byte <= high;
  };
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const second = first === 0xe0 ? continues(1, 0xa0) : first === 0xed ? continues(1, 0x80, 0x9f) : continues(1);
    return second && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const second = first === 0xf0 ? continues(1, 0x90) : first === 0xf4 ? continues(1, 0x80, 0x8f) : continues(1);
    return second && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}
