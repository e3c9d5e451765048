/** A generated policy with what is made of it, and with a mistake that is planted somewhere on the way. */
import { buildPathTables } from "../../src/compiler/automaton/build.js";
import type { PathTables } from "../../src/compiler/automaton/tables.js";
import { decodeImage, type Image } from "../../src/compiler/image/decode.js";
import { encodeImage } from "../../src/compiler/image/encode.js";
import type { Event, Ir } from "../../src/compiler/ir.gen.js";
import type { ResolvedPolicy } from "../../src/compiler/resolved.js";
import { buildAddressTables } from "../../src/compiler/tries/build.js";
import { accepted } from "../compiler/front-end.js";
import { type PolicyModel, textOf } from "./policies.js";

export interface Sample {
  readonly text: string;
  readonly resolved: ResolvedPolicy;
  readonly ir: Ir;
  readonly bytes: Uint8Array;
  readonly image: Image;
  readonly seed: number;
}

/** A mistake; what is asked about stays what the policy says. */
export interface Change {
  readonly ir?: (ir: Ir) => Ir;
  readonly paths?: (tables: PathTables) => PathTables;
}

export function sampleOf(model: PolicyModel, seed: number, change: Change = {}): Sample {
  const text = textOf(model);
  const { resolved, ir } = accepted(text);
  const bytes = imageOf(ir, change);
  const image = decodeImage(bytes);
  if (!image.ok) throw new Error(`${image.reason}: ${text}`);
  return { text, resolved, ir, bytes, image: image.value, seed };
}

export function imageOf(ir: Ir, { ir: ofIr, paths: ofPaths }: Change = {}): Uint8Array {
  const changed = ofIr?.(ir) ?? ir;
  const [paths, addresses] = [buildPathTables(changed), buildAddressTables(changed)];
  if (!paths.ok || !addresses.ok) throw new Error("a bound is exceeded");
  return encodeImage(changed, ofPaths?.(paths.value) ?? paths.value, addresses.value);
}

export const onEvents = (ir: Ir, change: (event: Event) => Event): Ir =>
  ({ ...ir, marks: ir.marks.map((mark) => ({ ...mark, on: mark.on.map(change), until: mark.until.map(change) })) });
