/** Addresses as the IR has them: the built-in lists, and CIDR arithmetic on them. */
import ipaddr from "ipaddr.js";
import { invariant } from "./diagnostic.js";

/** A CIDR; `bits` has no host bits. */
export interface Network {
  readonly family: 4 | 6;
  readonly bits: bigint;
  readonly prefixLength: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;

/** `address` in any form that ipaddr.js reads. */
export function network(address: string, prefixLength: number): Network {
  const parsed = ipaddr.parse(address);
  const bits = parsed.toByteArray().reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const result: Network = { family: parsed.kind() === "ipv4" ? 4 : 6, bits, prefixLength };
  invariant(bits === firstAddress(result), `host bits in ${address}/${prefixLength}`);
  return result;
}

/** 4 bytes or 16, in network order, as RFC 5952 writes them. */
export const addressText = (bytes: ArrayLike<number>): string => {
  const address = ipaddr.fromByteArray(Array.from(bytes));
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
};

/** In network order: 4 bytes or 16. */
export function addressBytes({ family, bits }: Pick<Network, "family" | "bits">): Uint8Array {
  const width = WIDTH[family] / 8;
  return Uint8Array.from({ length: width }, (_, i) => Number((bits >> BigInt(8 * (width - 1 - i))) & 0xffn));
}

/** Lower-case hexadecimal, network order: 8 digits or 32. */
export function networkToHex(value: Network): string {
  return value.bits.toString(16).padStart(WIDTH[value.family] / 4, "0");
}

function cidr(text: string): Network {
  const [address = "", prefixLength] = text.split("/");
  return network(address, prefixLength === undefined ? WIDTH[address.includes(":") ? 6 : 4] : Number(prefixLength));
}

export const ANY_ADDRESS: readonly Network[] = ["0.0.0.0/0", "::/0"].map(cidr);
export const LOOPBACK: readonly Network[] = ["127.0.0.0/8", "::1"].map(cidr);
/** What the kernel takes as a connection to this machine; as a local address it means every interface instead. */
export const LOOPBACK_DESTINATIONS: readonly Network[] = ["0.0.0.0", "::"].map(cidr);
export const METADATA: readonly Network[] =
  ["169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fd00:ec2::254"].map(cidr);
export const PRIVATE: readonly Network[] =
  ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10"]
    .map(cidr)
    .flatMap((range) => METADATA.reduce<readonly Network[]>(
      (left, hole) => left.flatMap((part) => subtractNetwork(part, hole)), [range]));

/** `from` without `hole`, in the fewest CIDRs, lowest first. */
export function subtractNetwork(from: Network, hole: Network): readonly Network[] {
  if (containsNetwork(hole, from)) return [];
  if (!containsNetwork(from, hole)) return [from];
  const prefixLength = from.prefixLength + 1;
  const lower: Network = { ...from, prefixLength };
  const upper: Network = { ...lower, bits: from.bits | (1n << BigInt(WIDTH[from.family] - prefixLength)) };
  return [...subtractNetwork(lower, hole), ...subtractNetwork(upper, hole)];
}

function containsNetwork(outer: Network, inner: Network): boolean {
  return outer.family === inner.family && outer.prefixLength <= inner.prefixLength
    && firstAddress({ ...inner, prefixLength: outer.prefixLength }) === outer.bits;
}

function firstAddress(value: Network): bigint {
  const hostBits = BigInt(WIDTH[value.family] - value.prefixLength);
  return (value.bits >> hostBits) << hostBits;
}
