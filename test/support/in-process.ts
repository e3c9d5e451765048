/** The command line within this process: quicker than a process of its own for each call. */
import { afterEach, vi } from "vitest";
import { main } from "../../src/cli/main.js";

const printed = vi.hoisted(() => ({ stdout: "", stderr: "" }));
vi.mock("../../src/cli/terminal.js", async (original) => ({
  ...await original<typeof import("../../src/cli/terminal.js")>(),
  writeOut: (text: string | Uint8Array) => { printed.stdout += Buffer.from(text).toString(); },
  writeErr: (text: string) => { printed.stderr += text; },
  hasColour: () => false,
}));

/** The folder that the tests are run in. */
export const CHECKOUT = process.cwd();
afterEach(() => { process.chdir(CHECKOUT); });

/** Runs it in the folder `cwd`, without colour. */
export async function policycIn(cwd: string, ...args: readonly string[]) {
  process.chdir(cwd);
  return printedBy(() => main(args));
}

/** What a command prints, and its status. */
export async function printedBy(command: () => Promise<number>) {
  Object.assign(printed, { stdout: "", stderr: "" });
  const status = await command();
  return { status, ...printed };
}
