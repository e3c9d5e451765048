/** The law of `tightest`, `loosest` and POLICY_STATE_TIGHTENS: no walk finds anything that they exclude. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { POLICY_OPS, POLICY_STATE_TIGHTENS, STRUCTS } from "../../src/compiler/image/abi.gen.js";
import { buildImage } from "../../src/compiler/image/build.js";
import { decodeImage } from "../../src/compiler/image/decode.js";
import type { Sections } from "../../src/compiler/image/layout.js";
import { tightnessOf } from "../../src/compiler/verdict.js";
import { nextState } from "../../src/simulator/automaton.js";
import { weigh } from "../../src/simulator/circumstances.js";
import { conditionalPolicy, policy, textOf } from "../differential/policies.js";
import { Dice, queriesNear } from "../differential/queries.js";
import { accepted } from "./front-end.js";

const STATE = STRUCTS.policy_state.fields;
const OPS = Array.from({ length: POLICY_OPS }, (_, op) => op);

/** What a state's record says where some conditions hold. */
function words(sections: Sections, state: number, field: number, holds: ReadonlySet<number>): readonly number[] {
  const { states, records } = sections;
  const record = states.u32(state, field);
  const head = records.u32(record, STRUCTS.policy_record.fields.cases.offset);
  return weigh(sections, { words: OPS.map((op) => records.u32(record, 4 * op)), cases: new Set(head === 0 ? [] : [head]) }, { surely: holds, perhaps: holds });
}

function max(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((word, i) => Math.max(word, b[i] ?? 0));
}

/** What one lane says of the path `names` beneath `state`. */
function verdict(
  sections: Sections, state: number, names: readonly Uint8Array[], holds: ReadonlySet<number>,
): readonly number[] {
  let [at, said] = [state, words(sections, state, STATE.sticky.offset, holds)];
  for (const name of names) {
    at = at === 0 ? 0 : nextState(sections, at, name);
    said = max(said, words(sections, at, STATE.sticky.offset, holds));
  }
  return max(said, words(sections, at, STATE.accept.offset, holds)).map(tightnessOf);
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

it.each([
  ["in any circumstances", policy], ["in some", conditionalPolicy],
])("no walk leaves the bounds of its state, nor permits what the fallback of a tightening state does not, %s", { timeout: 120_000 }, (_, policies) => {
  let [walks, tightening] = [0, 0];
  fc.assert(fc.property(policies, fc.nat(), (model, seed) => {
    const image = sections(textOf(model));
    const names = vocabulary(image.ir, seed);
    const dice = new Dice(seed);
    for (let walk = 0; walk < 150; walk++) {
      const state = dice.roll(image.states.count);
      const path = Array.from({ length: dice.roll(5) }, () => dice.pick(names));
      const holds = new Set(Array.from({ length: 64 }, (_, condition) => condition).filter(() => dice.chance(2)));
      const said = verdict(image, state, path, holds);
      const [tightest, loosest] = [image.states.u32(state, STATE.tightest.offset), image.states.u32(state, STATE.loosest.offset)];
      const fallback = image.states.u32(state, STATE.fallback.offset);
      const tightens = (image.states.u32(state, STATE.flags.offset) & POLICY_STATE_TIGHTENS) !== 0;
      const without = tightens ? verdict(image, fallback, path, holds) : said;
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
