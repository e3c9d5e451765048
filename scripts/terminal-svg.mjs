// Draws captured terminal output as an SVG picture: reads text with SGR escape sequences from stdin, writes SVG.
// docs/demo.svg is made with it:
//   FORCE_COLOR=1 test/demo/run | node scripts/terminal-svg.mjs 'make demo' > docs/demo.svg
import { readFileSync } from "node:fs";
import process from "node:process";

const COLUMN = 8.4;
const LINE = 19;
const MARGIN = 16;
const FONT = 14;
const COLOURS = new Map([[31, "#ff7b72"], [32, "#7ee787"]]);
const ESCAPE = "\u001b";
const SGR = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`, "g");
const PLAIN = { colour: "#e6edf3", bold: false, dim: false };

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function applied(style, codes) {
  return codes.reduce((now, code) => {
    if (code === 0) return PLAIN;
    if (code === 1) return { ...now, bold: true };
    if (code === 2) return { ...now, dim: true };
    if (COLOURS.has(code)) return { ...now, colour: COLOURS.get(code) };
    throw new Error(`unknown escape sequence: SGR ${code}`);
  }, style);
}

/** Pieces of one line, each of one style; a style does not reach over a line's end. */
function pieces(line) {
  let style = PLAIN;
  return line.split(SGR).flatMap((part) => {
    if (part.startsWith(ESCAPE)) {
      style = applied(style, part.slice(2, -1).split(";").map(Number));
      return [];
    }
    return part === "" ? [] : [{ text: part, style }];
  });
}

/** Every piece has its own place, so that columns stay columns whatever font is there. */
function drawn(line, row) {
  let column = 0;
  return pieces(line).map(({ text, style }) => {
    const words = text.split(/( {2,})/).map((word) => {
      const at = column;
      column += [...word].length;
      if (word.trim() === "") return "";
      const looks = `fill="${style.colour}"${style.bold ? ' font-weight="bold"' : ""}${style.dim ? ' opacity="0.6"' : ""}`;
      const width = ` textLength="${([...word.trimEnd()].length * COLUMN).toFixed(1)}"`;
      return `<text x="${(MARGIN + at * COLUMN).toFixed(1)}" y="${MARGIN + (row + 1) * LINE - 5}"${width} ${looks}>${
        escape(word.trimEnd())}</text>`;
    });
    return words.join("");
  }).join("");
}

const title = process.argv[2];
const lines = readFileSync(0, "utf8").trimEnd().split("\n");
const shown = title === undefined ? lines : [`${ESCAPE}[2m$${ESCAPE}[0m ${ESCAPE}[1m${title}${ESCAPE}[0m`, ...lines];
const columns = Math.max(...shown.map((line) => [...line.replace(SGR, "")].length));
const [width, height] = [Math.ceil(2 * MARGIN + columns * COLUMN), 2 * MARGIN + shown.length * LINE];
process.stdout.write([
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" `
  + `font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${FONT}" xml:space="preserve">`,
  `<title>${escape(title ?? "terminal output")}</title>`,
  `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
  ...shown.map(drawn).filter(Boolean),
  "</svg>",
  "",
].join("\n"));
