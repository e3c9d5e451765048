/** A concrete target that shows something about a policy. */
import { escapeBytes } from "../escape-bytes.js";
import { addressText } from "../networks.js";
import type { AddressPoint } from "./addresses.js";
import type { PathBytes } from "./explore.js";

/** Bytes of names as latin-1, as the interpreter has them. */
export type Witness =
  | { readonly kind: "path" | "unix-path"; readonly path: PathBytes }
  | { readonly kind: "unix-abstract"; readonly name: string }
  | { readonly kind: "anonymous" | "unix-unnamed" }
  | ({ readonly kind: "network" } & Omit<AddressPoint, "matched">);

/** As `explain` takes it. */
export function targetText(witness: Witness): string {
  switch (witness.kind) {
    case "path": return bytesText(witness.path);
    case "unix-path": return `unix:${bytesText(witness.path)}`;
    case "unix-abstract": return `unix:@${bytesText(witness.name)}`;
    case "unix-unnamed": return "unix:unnamed";
    case "anonymous": return "anonymous";
    case "network": return addressText(addressBytes(witness));
  }
}

/** ` port 443 tcp`; empty for what is no address. */
export function transportText(witness: Witness): string {
  if (witness.kind !== "network") return "";
  return witness.protocol === "other" ? " (neither TCP nor UDP)" : ` port ${witness.port} ${witness.protocol}`;
}

const bytesText = (latin1: string): string => escapeBytes(Buffer.from(latin1, "latin1"));

/** In network order. */
export function addressBytes({ family, bits }: Extract<Witness, { kind: "network" }>): Uint8Array {
  const width = family === 4 ? 4 : 16;
  return Uint8Array.from({ length: width }, (_, i) => Number((bits >> BigInt(8 * (width - 1 - i))) & 0xffn));
}
