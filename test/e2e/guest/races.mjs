// Races that must be lost: with a mark that another process sets, and with arguments that another process changes.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILT, check, image, session, suite } from "./harness.mjs";

const PLACE = "/srv/e2e-races";
const ROUNDS = "100000";
const STARTS = "200";
const PATIENCE = 1_200_000;

export function runRaces() {
  suite("races");
  mkdirSync(PLACE, { recursive: true });
  for (const name of ["secret", "reset"]) writeFileSync(join(PLACE, name), "");
  const mark = race("race", join(PLACE, "secret"), join(PLACE, "reset"), ROUNDS);
  check(`a read and a connect, ${ROUNDS} times: none gets through`, mark.status === 0 && / 0 through\n/.test(mark.out) && !/ 0 (?:before|refused)/.test(mark.out), mark);
  const args = race("race-arguments", STARTS);
  check("arguments are changed while a program starts: none runs with the word", args.status === 0 && / 0 through\n/.test(args.out) && !/ 0 (?:ended|ran)/.test(args.out), args);
}

function race(program, ...words) {
  const { status, out, err } = session(image("races"), [join(BUILT, program), ...words], { timeout: PATIENCE });
  process.stdout.write(out.replace(/^(?=.)/gm, "# "));
  return { status, out, err };
}
