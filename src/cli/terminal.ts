/**
 * Writing to the standard streams. By file descriptor, not through `process.stdout`: that would set O_NONBLOCK on a
 * pipe which the command of `policyc run` shares, and make its writes fail.
 */
import { writeSync } from "node:fs";
import { isatty, WriteStream } from "node:tty";
import { errorCode } from "./exit.js";

const STDOUT = 1;
const STDERR = 2;
const RETRY_MILLISECONDS = 5;

/** A result. When nobody reads it any more (`policyc … | head`), the work is done. */
export function writeOut(text: string | Uint8Array): void {
  if (!writeAll(STDOUT, text)) process.exit(0);
}

/** A diagnostic or a note; lost silently when nobody reads it. */
export function writeErr(text: string): void {
  writeAll(STDERR, text);
}

/** Colour only on a terminal that has it and whose user did not turn it off (no-color.org). */
export function hasColour(stream: "out" | "err", environment: NodeJS.ProcessEnv = process.env): boolean {
  if ((environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb") return false;
  return isatty(stream === "out" ? STDOUT : STDERR);
}

/** Whether results go to a terminal. */
export const isTerminal = (): boolean => isatty(STDOUT);

/** Columns of the terminal that results go to, 80 where it does not tell; infinite where they go elsewhere. */
export const terminalWidth = (): number => (isTerminal() ? new WriteStream(STDOUT).columns || USUAL_WIDTH : Infinity);

const USUAL_WIDTH = 80;

/** Of so many characters at the most; what is cut ends in `…`. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, Math.max(0, most - 1)).join("")}…`;
}

/** False when the other end is closed. */
function writeAll(fd: number, text: string | Uint8Array): boolean {
  let rest = typeof text === "string" ? Buffer.from(text) : text;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (thrown) {
      const code = errorCode(thrown);
      // Someone else made the pipe non-blocking and it is full.
      if (code === "EAGAIN") sleep(RETRY_MILLISECONDS);
      else if (code === "EPIPE" || code === "EBADF" || code === "EIO" || fd === STDERR) return false;
      else throw thrown;
    }
  }
  return true;
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

// --- text that others chose ------------------------------------------------------------------------------------------

// Control characters, and those that cannot be seen or reorder what stands around them; not the joiners of scripts.
const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Text with everything that a terminal would act on written out, as `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

// --- colour ----------------------------------------------------------------------------------------------------------

const CODES = { red: "31", yellow: "33", blue: "34", cyan: "36", green: "32", bold: "1", dim: "2" } as const;
export type Paint = (style: keyof typeof CODES, text: string) => string;

/** `paint("red", "x")`, or the text as it is where there is no colour. */
export const painter = (colour: boolean): Paint => (style, text) =>
  colour && text !== "" ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
