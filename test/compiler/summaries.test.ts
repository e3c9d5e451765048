/** The law of `tightest`, `loosest` and POLICY_STATE_TIGHTENS: no walk finds anything that they exclude. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { POLICY_OPS, POLICY_STATE_TIGHTENS, STRUCTS } from "../../src/compiler/image/abi.gen.js";
import { buildImage } from "../../src/compiler/image/build.js";
import { decodeImage } from "../../src/compiler/image/decode.js";
import type { Sections } from "../../src/compiler/image/layout.js";
import { tightnessOf } from "../../src/compiler/verdict.js";
import { nextState } from "../../src/simulator/automaton.js";
import { policy, textOf } from "../differential/policies.js";
import { Dice, queriesNear } from "../differential/queries.js";
import { accepted } from "./front-end.js";

const STATE = STRUCTS.policy_state.fields;
const OPS = Array.from({ length: POLICY_OPS }, (_, op) => op);

function words({ states, records }: Sections, state: number, field: number): readonly number[] {
  const record = states.u32(state, field);
  return OPS.map((op) => records.u32(record, 4 * op));
}

function max(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((word, i) => Math.max(word, b[i] ?? 0));
}

/** What one lane says of the path `names` beneath `state`. */
function verdict(sections: Sections, state: number, names: readonly Uint8Array[]): readonly number[] {
  let [at, said] = [state, words(sections, state, STATE.sticky.offset)];
  for (const name of names) {
    at = at === 0 ? 0 : nextState(sections, at, name);
    said = max(said, words(sections, at, STATE.sticky.offset));
  }
  return max(said, words(sections, at, STATE.accept.offset)).map(tightnessOf);
}

function sections(text: string): Sections & { readonly ir: ReturnType<typeof accepted>["ir"] } {
  const { ir } = accepted(text);
  const built = buildImage(ir);
  if (!built.ok) throw new Error("a bound is exceeded");
  const decoded = decodeImage(built.value);
  if (!decoded.ok) throw new Error(decoded.reason);
  return { ...decoded.value.sections, ir };
}

/** Names that the policy's patterns are about, and others. */
function vocabulary(ir: Parameters<typeof queriesNear>[0], seed: number): readonly [Uint8Array, ...Uint8Array[]] {
  const names = queriesNear(ir, seed, 40).flatMap((query) => (query.kind === "path" ? [Buffer.from(query.path)] : []))
    .flatMap((path) => path.toString("latin1").split("/")).filter((name) => name !== "");
  return [Buffer.from("zz"), ...[...new Set(names)].map((name) => Buffer.from(name, "latin1"))];
}

const bits = (packed: number, op: number): number => (packed >> (2 * op)) & 3;

it("no walk leaves the bounds of its state, nor permits what the fallback of a tightening state does not", { timeout: 120_000 }, () => {
  let [walks, tightening] = [0, 0];
  fc.assert(fc.property(policy, fc.nat(), (model, seed) => {
    const image = sections(textOf(model));
    const names = vocabulary(image.ir, seed);
    const dice = new Dice(seed);
    for (let walk = 0; walk < 150; walk++) {
      const state = dice.roll(image.states.count);
      const path = Array.from({ length: dice.roll(5) }, () => dice.pick(names));
      const said = verdict(image, state, path);
      const [tightest, loosest] = [image.states.u32(state, STATE.tightest.offset), image.states.u32(state, STATE.loosest.offset)];
      const fallback = image.states.u32(state, STATE.fallback.offset);
      const tightens = (image.states.u32(state, STATE.flags.offset) & POLICY_STATE_TIGHTENS) !== 0;
      const without = tightens ? verdict(image, fallback, path) : said;
      walks++;
      if (tightens) tightening++;
      for (const [op, tightness] of said.entries()) {
        if (tightness < bits(tightest, op) || tightness > bits(loosest, op) || tightness > (without[op] ?? 0)) {
          throw new Error(`${textOf(model)}state ${state}, op ${op}, ${path.map((name) => Buffer.from(name).toString("latin1")).join("/")}`);
        }
      }
    }
  }), { numRuns: Number(process.env["POLICIES"] ?? 150) });
  expect(tightening).toBeGreaterThan(walks / 100);
});
