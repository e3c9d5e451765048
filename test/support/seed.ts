/**
 * What is generated is the same in every run, so that a failure is the change's own. `SEED=N` or `SEED=random` looks elsewhere;
 * what fails says its seed.
 */
import fc from "fast-check";

const USUAL = 20261122;

export const SEED = chosen(process.env["SEED"]);

function chosen(wanted: string | undefined): number {
  if (wanted === undefined) return USUAL;
  return wanted === "random" ? Date.now() % 2 ** 31 : Number(wanted);
}

fc.configureGlobal({ seed: SEED });
