/** CIDRs for the interpreter: text → is this address inside? */
interface Address {
  readonly family: 4 | 6;
  /** In network order: 4 bytes or 16. */
  readonly address: ArrayLike<number>;
}
type Contains = (address: Address) => boolean;

const MAPPED_PREFIX = 0xffffn;

/** `10.0.0.0/8` or `fc00::/7`. A v4-mapped address is the v4 one. */
export function parseCidr(text: string): Contains {
  const [written = "", prefixLength = ""] = text.split("/");
  const family = written.includes(":") ? 6 : 4;
  const network = family === 4 ? parseV4(written) : parseV6(written);
  const hostBits = BigInt((family === 4 ? 32 : 128) - Number(prefixLength));
  return (query) => {
    const value = toValue(query);
    return value.family === family && value.bits >> hostBits === network >> hostBits;
  };
}

export function anyOf(...cidrs: readonly string[]): Contains {
  const all = cidrs.map(parseCidr);
  return (address) => all.some((contains) => contains(address));
}

function toValue(query: Address): { readonly family: 4 | 6; readonly bits: bigint } {
  const bits = Array.from(query.address).reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  const isMapped = query.family === 6 && bits >> 32n === MAPPED_PREFIX;
  return isMapped ? { family: 4, bits: bits % 2n ** 32n } : { family: query.family, bits };
}

function parseV4(text: string): bigint {
  return text.split(".").reduce((value, byte) => value * 256n + BigInt(byte), 0n);
}

function parseV6(text: string): bigint {
  const [head = "", tail] = text.split("::");
  const before = groups(head);
  const after = groups(tail ?? "");
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(zeros).fill("0"), ...after]
    .reduce((value, group) => value * 65536n + BigInt(`0x${group}`), 0n);
}

function groups(text: string): readonly string[] {
  return text === "" ? [] : text.split(":");
}
