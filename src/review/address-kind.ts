/** Which of the kinds that people tell apart an address is of. */

const within = (address: ArrayLike<number>, ...prefix: readonly number[]): boolean => prefix.every((byte, i) => address[i] === byte);

/** `address`: 4 or 16 bytes, in network order. */
export function addressKind(address: ArrayLike<number>): string {
  if (address.length === 4) {
    if (within(address, 127)) return "loopback addresses";
    if (within(address, 169, 254)) return "link-local addresses";
    if (within(address, 10) || within(address, 192, 168) || (address[0] === 172 && ((address[1] ?? 0) & 0xf0) === 16)) return "private addresses";
    return "public addresses";
  }
  const isLoopback = Array.from(address).slice(0, 15).every((byte) => byte === 0) && address[15] === 1;
  if (isLoopback) return "loopback addresses";
  return ((address[0] ?? 0) & 0xfe) === 0xfc || (address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80) ? "private addresses" : "public addresses";
}
