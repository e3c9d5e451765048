import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { makeFuzzer, readCorpus } from "../fuzz/parser-laws.js";
import { mutated, randomFrom } from "../fuzz/mutate-text.js";

const corpus = readCorpus(fileURLToPath(new URL("../..", import.meta.url)));
const SEED = Number(process.env["SEED"] ?? 1);
const TEXTS = Number(process.env["RUNS"] ?? 400);

describe(`bytes of every kind (seed ${SEED})`, () => {
  const fuzzer = makeFuzzer(corpus, SEED);

  it("are parsed, printed, formatted, compiled and linted as the laws say", () => {
    for (let number = 0; number < TEXTS; number++) expect(fuzzer.step(number)).toBeNull();
    expect(fuzzer.parsed()).toBeGreaterThan(0);
  });

  it("a policy of the corpus obeys them as well", () => {
    for (const file of corpus.files) expect(fuzzer.replay(file)).toBeNull();
  });

  it("are the same from the same seed", () => {
    const [one, other] = [1, 2].map((seed) => mutated(corpus.files, randomFrom(seed)));
    expect(mutated(corpus.files, randomFrom(1))).toEqual(one);
    expect(other).not.toEqual(one);
  });
});
