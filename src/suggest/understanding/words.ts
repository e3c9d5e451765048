/** A request as words, with where they stand in it: paths, addresses, numbers and quoted text in one piece each. */

export type WordKind = "word" | "quoted" | "path" | "name" | "address" | "host" | "number" | "flag" | "comma" | "stop";

export interface Word {
  readonly kind: WordKind;
  /** What is meant, without quotes; words in lower case. */
  readonly text: string;
  /** Where it is in the request. */
  readonly start: number;
  readonly end: number;
}

/** Control characters, and those that show nothing or turn the direction of what is shown. */
const HIDDEN = /\p{Cc}|\p{Cf}|\p{Co}|\p{Cs}|\p{Default_Ignorable_Code_Point}/u;
const HARMLESS = /[\n\r\t]|\p{Extended_Pictographic}\ufe0f/gu;

export const hasHidden = (text: string): boolean => HIDDEN.test(text.replace(HARMLESS, ""));

const FILE_ENDINGS = new Set(("c cc cpp h hpp rs go py pyi ts tsx js jsx mjs cjs mts cts json jsonc yaml yml toml ini cfg conf config md mdx txt rst lock log csv tsv sql db sqlite sqlite3 xml html css scss svg "
  + "png jpg jpeg gif pdf zip tar gz tgz xz bz2 sh bash zsh fish rb php java kt swift scala pl lua r ex exs erl hs ml proto tf tfvars tfstate pem key crt cer p12 pfx jks ppk kdbx env local example sample bak old tmp swp "
  + "pol polc lockb sum mod gradle properties plist service timer socket rc d snap map wasm so a o exe dll deb rpm ipynb dump pub gpg asc ovpn vue svelte graphql gen test spec xlsx docx parquet sock pid dockerfile mk cmake").split(" "));
const TOP_DOMAINS = new Set("com org net io dev ai app co gov edu mil int info biz xyz me uk de fr eu us ca au jp cn in nl ch at it es se no fi dk pl ru br cloud tech site online store sh gg tv internal corp lan example test".split(" "));

const IPV4 = String.raw`\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?::\d{1,5}(?:-\d{1,5})?)?`;
const IPV6 = String.raw`\[[0-9a-f:.]+\](?::\d{1,5})?|(?:[0-9a-f]{0,4}:){2,7}[0-9a-f.]*(?:\/\d{1,3})?`;
const QUOTED = String.raw`"[^"\n]+"|\x60[^\x60\n]+\x60|“[^”\n]+”|«[^»\n]+»|‘[^’\n]+’|(?<![\p{L}\p{N}])'[^'\n]+'(?![\p{L}\p{N}])`;
const PATH = String.raw`(?:~|\.{1,2}(?=\/)|\$\{?\w+\}?(?=\/|$)|\/)(?:\{[^\s{}]*\}|[^\s,;"'\x60()])*|(?:\{[^\s{}]*\}|[\p{L}\p{N}_.@+*?\[\]-])*[\/*](?:\{[^\s{}]*\}|[^\s,;"'\x60()])*`;
const TOKEN = new RegExp([
  String.raw`(?<quoted>${QUOTED})`, String.raw`(?<url>https?:\/\/[^\s,;"'\x60()]+)`, String.raw`(?<address>(?:${IPV4}|${IPV6})(?![\w.]*[g-z]))`,
  String.raw`(?<local>localhost:\d{1,5}(?:-\d{1,5})?)`, String.raw`(?<flag>(?<![\p{L}\p{N}])--?[a-z][\w-]*(?:=[\w./-]*)?)`, String.raw`(?<path>${PATH})`,
  String.raw`(?<name>[\p{L}\p{N}_@+-]*(?:\.[\p{L}\p{N}_@*+?-]+)+)`, String.raw`(?<number>:?\d[\d_]*(?:\s?[-–]\s?\d+)?(?:ms|s|m|h|min|sec|hr)?(?![\p{L}\p{N}]))`,
  String.raw`(?<word>[\p{L}\p{N}_][\p{L}\p{N}\p{M}_+#’'-]*)`, String.raw`(?<stop>[.;!?\n])`, String.raw`(?<comma>[,—–]|\s-\s)`, String.raw`(?<other>\S)`,
].join("|"), "giu");

const KINDS = ["quoted", "url", "address", "local", "flag", "path", "name", "number", "word", "stop", "comma"];

/** Marks that only set text off. */
const SILENT = /^[():*\-•"'`“”‘’…[\]{}&#_]$/u;

/** Null where there is a sign that stands for nothing here. */
export function wordsOf(text: string, offset: number): { readonly words: readonly Word[]; readonly odd: readonly string[] } {
  const words: Word[] = [];
  const odd: string[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const start = offset + match.index;
    const written = match[0];
    const kind = KINDS.find((name) => match.groups?.[name] === written) ?? "other";
    if (kind === "other") {
      if (written === "&") words.push({ kind: "word", text: "and", start, end: start + 1 });
      else if (!SILENT.test(written)) odd.push(written);
    } else words.push(...wordsFrom(kind, written, start));
  }
  return { words, odd };
}

function wordsFrom(kind: string, written: string, start: number): readonly Word[] {
  const one = (as: WordKind, text: string, end = start + written.length): Word => ({ kind: as, text, start, end });
  switch (kind) {
    case "quoted": return [one("quoted", written.slice(1, -1).trim())];
    case "url": return [one("host", trimmed(written))];
    case "address": case "local": return [one("address", written.replace(/\.$/, ""))];
    case "flag": return [one("flag", written)];
    case "path": return pathWords(written, start);
    case "name": return nameWords(written, start);
    case "number": return [one("number", written.replaceAll("_", "").replace(/\s?[-–]\s?/, "-"))];
    case "word": {
      const text = plain(written);
      const count = COUNTS.get(text);
      return [count === undefined ? one("word", text) : one("number", String(count))];
    }
    case "comma": return [one("comma", ",")];
    default: return [one("stop", written)];
  }
}

/** `one` and `a` count nothing by themselves. */
const COUNTS: ReadonlyMap<string, number> = new Map([["two", 2], ["three", 3], ["four", 4], ["five", 5], ["six", 6], ["seven", 7], ["eight", 8], ["nine", 9], ["ten", 10], ["twelve", 12], ["fifteen", 15], ["twenty", 20], ["thirty", 30], ["forty", 40], ["fifty", 50], ["sixty", 60], ["hundred", 100], ["thousand", 1000]]);

const trimmed = (text: string): string => text.replace(/[.:!?]+$/, "");

/** `don’t`, `don't` and `agent's` as the lexicon has them. */
const plain = (written: string): string => written.toLowerCase().replaceAll("’", "'").replace(/(?<!^(?:it|that|there|here|let|who|what))'s$|'$|-+$/, "");

/** `read/write` are two words, `src/lib` is a path. */
const EITHER = /^(?:and|or|read|reads|reading|write|writes|writing|create|edit|modify|delete|deleting|remove|move|rename|tcp|udp|http|https|ssh|gpg|su|sudo|ci|cd|in|out|upload|download|wifi|curl|wget|npm|yarn|pnpm|block|deny|connect|bind|user|group|file|folder|files|folders|directory|input|output|change|add|access|allow|he|she|kill|signal|w|o)(?:\/(?:and|or|read|reads|reading|write|writes|writing|create|edit|modify|delete|deleting|remove|move|rename|tcp|udp|http|https|ssh|gpg|su|sudo|cd|upload|download|curl|wget|npm|yarn|pnpm|block|deny|connect|bind|user|group|file|folder|files|folders|directory|output|change|add|access|allow|she|kill|signal|o))+$/i;

function pathWords(written: string, start: number): readonly Word[] {
  const stop = /[.:!?]+$/.exec(written)?.[0] ?? "";
  const text = written.length > stop.length && !/^\.+$/.test(written) && !/(?:^|\/)\.{1,2}$/.test(written) ? written.slice(0, written.length - stop.length) : written;
  const end = start + text.length;
  const sentenceEnds: readonly Word[] = text !== written && /[.!?]/.test(stop) ? [{ kind: "stop", text: stop, start: end, end: end + stop.length }] : [];
  if (text === "*" || text === "**") return sentenceEnds;
  if (/^w\/o$/i.test(text)) return [{ kind: "word", text: "without", start, end }, ...sentenceEnds];
  if (/^and\/or$/i.test(text)) return [{ kind: "word", text: "or", start, end }, ...sentenceEnds];
  if (!EITHER.test(text)) return [{ kind: "path", text, start, end }, ...sentenceEnds];
  let at = start;
  const parts = text.split("/").flatMap((part, i): readonly Word[] => {
    const from = at;
    at += part.length + 1;
    const word: Word = { kind: "word", text: plain(part), start: from, end: from + part.length };
    return i === 0 ? [word] : [{ kind: "word", text: "or", start: from - 1, end: from }, word];
  });
  return [...parts, ...sentenceEnds];
}

/** `.env`, `package.json`, `example.com`, or two sentences without a space between them. */
function nameWords(written: string, start: number): readonly Word[] {
  const end = start + written.length;
  const lower = written.toLowerCase();
  if (/^(?:e\.g|i\.e|etc|vs|approx)$/.test(lower)) return [];
  const ending = lower.slice(lower.lastIndexOf(".") + 1);
  const isHost = !written.startsWith(".") && !FILE_ENDINGS.has(ending) && TOP_DOMAINS.has(ending);
  if (/^\d+(?:\.\d+)+$/.test(written)) return [{ kind: "word", text: lower, start, end }];
  return [{ kind: isHost ? "host" : "name", text: written, start, end }];
}

/** Names with one of these endings are files. */
export const isFileEnding = (ending: string): boolean => FILE_ENDINGS.has(ending.toLowerCase());
