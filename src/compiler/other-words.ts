/** What other tools call the words of the language: who knows one of these means ours. */
import { closest } from "./suggest-name.js";

const OTHERS: Readonly<Record<string, string>> = {
  allow: "permit grant accept enable", deny: "block forbid refuse reject prohibit disallow drop ban no not never",
  audit: "log warn watch monitor record trace", kill: "terminate abort",
  include: "import use require", let: "const var set define alias", param: "input variable parameter",
  mark: "tag taint flag", limit: "rate throttle", assert: "check prove ensure verify",
  except: "but exclude excluding", args: "with arg arguments argv", when: "if where while", because: "reason message why comment",
  exe: "program process binary by", under: "parent ancestor", on: "when if after", to: "max",
  read: "open view list", write: "append truncate", create: "mkdir add", delete: "remove unlink rm erase",
  setattr: "chmod chown", exec: "execute run spawn launch", load: "mmap", modify: "edit change rename move",
  access: "file files", connect: "network net send internet", bind: "listen serve", privilege: "capability",
  any: "all everything everywhere internet", loopback: "localhost local", private: "lan internal", tcp: "tls http https",
};
const SETS: ReadonlyMap<string, ReadonlySet<string>> =
  new Map(Object.entries(OTHERS).map(([ours, others]) => [ours, new Set(others.split(" "))]));

/** The candidate that goes by this name elsewhere, or else is spelt nearly like it. */
export function meantWord(word: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates];
  return all.find((candidate) => SETS.get(candidate)?.has(word) === true) ?? closest(word, all);
}
