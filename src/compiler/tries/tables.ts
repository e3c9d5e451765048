/** What becomes of network selectors: the rows of the image's address and port tables, as yet unsorted. */
import type { VerdictRecord } from "../verdict.js";
import type { PortPrefix } from "./steps.js";

export interface AddressRow {
  readonly prefixLength: number;
  /** Lower-case hexadecimal, network order. */
  readonly address: string;
  /** Class in the port table, or 0. */
  readonly ports: number;
  /** `[op - POLICY_OP_CONNECT][protocol]`. */
  readonly words: readonly (readonly number[])[];
}

export interface PortRow extends PortPrefix {
  readonly ports: number;
  /** `op - POLICY_OP_CONNECT`. */
  readonly op: number;
  readonly protocol: number;
}

export interface AddressTables {
  readonly addresses4: readonly AddressRow[];
  readonly addresses6: readonly AddressRow[];
  readonly ports: readonly PortRow[];
  /** What words stand for that are none themselves, by number. */
  readonly records: readonly VerdictRecord[];
}
