/** From IR to image: automata, tries, bytes; or the bound that the policy exceeds. */
import { DEFAULT_BOUNDS } from "../automaton/bounds.js";
import type { Bounded, Bounds } from "../automaton/bounds.js";
import { buildPathTables } from "../automaton/build.js";
import type { Ir } from "../ir.gen.js";
import { buildAddressTables } from "../tries/build.js";
import { encodeImage } from "./encode.js";

export function buildImage(ir: Ir, bounds: Bounds = DEFAULT_BOUNDS): Bounded<Uint8Array> {
  const paths = buildPathTables(ir, bounds);
  if (!paths.ok) return paths;
  const addresses = buildAddressTables(ir, bounds);
  if (!addresses.ok) return addresses;
  return { ok: true, value: encodeImage(ir, paths.value, addresses.value) };
}
