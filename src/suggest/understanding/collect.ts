/** The pieces of one part of a wish → what is done, and to what. */
import type { Doing } from "./lexicon.js";
import { type Files, type Network, type Placed, slug, type Thing, type ThingKind } from "./objects.js";
import type { Piece } from "./pieces.js";
import { covers } from "./covers.js";
import { pathTarget } from "./targets.js";
import { samplePath } from "./samples.js";
import { isFileName, isKnownFile, isPort } from "./slots.js";
import { filesOf, fromAddress, fromCommand, fromEntries, fromLiteral, fromPath, fromPorts, kindsOf, type Resolved } from "./things.js";

export interface Part {
  readonly doings: readonly Doing[];
  readonly things: readonly Placed[];
  readonly generic: ReadonlySet<string>;
  readonly isOutside: boolean;
  /** A preposition stood before the first thing. */
  readonly isInside: boolean;
  /** One of the things, not all of them. */
  readonly isEither: boolean;
  readonly hasSuccess: boolean;
  readonly hasNot: boolean;
  /** What cannot be said, or is not known. */
  readonly problems: readonly string[];
}

const HOST_REASON = "rules cannot hold host names yet: give addresses or CIDRs";

/** `prefer`: kinds where the verbs say nothing. Numbers of limits are taken out before. */
/** `from`: the wish that these are exceptions of. */
export function collect(pieces: readonly Piece[], prefer: readonly ThingKind[], from: Part | null = null): Part {
  const verbs = pieces.flatMap(({ tag }) => (tag.kind === "doing" ? [tag.doing] : []));
  const implied = pieces.flatMap(({ tag }) => (tag.kind === "deny" && tag.doing !== null ? [tag.doing] : []));
  // `protect X from being deleted`: from that alone.
  const own = [...verbs, ...implied.filter((doing) => verbs.length === 0 || doing !== "touch")];
  // `executables in ~/Downloads`
  const isPrograms = own.length === 0 && pieces.some(({ tag }, i) => tag.kind === "generic" && tag.of === "program" && pieces.slice(i + 1).some(({ tag: later }) => later.kind === "preposition" && (later.word === "in" || later.word === "from")));
  const said = withoutNoun(isPrograms ? ["exec"] : own, pieces);
  const doings = [...new Set(said.length > 0 ? said : from?.doings ?? [])];
  const isOfPrograms = from !== null && from.things.length === 0 && from.generic.has("program");
  const wanted = kindsOf(doings).length > 0 ? kindsOf(doings) : isOfPrograms ? ["programs" as const] : prefer;
  const state = collector(pieces, wanted, from);
  const things = commandsOf(wholly(scoped(withoutWhole(joinNetworks(state.placed))), pieces));
  const isServer = said.length === 0 && from === null && pieces.some(({ tag, text }) => tag.kind === "generic" && /^servers?$/i.test(text));
  if (isServer && things.some(({ thing }) => thing.kind === "network" && thing.addresses.length === 0)) state.problems.push("whether connecting or listening is meant is not said");
  const generic = new Set(pieces.flatMap(({ tag }) => (tag.kind === "generic" ? [tag.of] : [])));
  const firstThing = state.placed[0];
  return {
    doings: [...new Set(said)], things, generic,
    isOutside: pieces.some(({ tag }) => tag.kind === "preposition" && tag.word === "outside"),
    isInside: firstThing?.preposition === "in" || firstThing?.preposition === "from" || pieces.some(({ tag, text }) => tag.kind === "doing" && /\s(?:from|in|inside|within|under)$/i.test(text)),
    isEither: pieces.some(({ tag, text }) => tag.kind === "conjunction" && /^(?:or|nor)$/i.test(text)),
    hasSuccess: pieces.some(({ tag }) => tag.kind === "success"), hasNot: pieces.some(({ tag }) => tag.kind === "not"),
    problems: state.problems,
  };
}

/** What one of them may be is what the others are. */
function collector(pieces: readonly Piece[], wanted: readonly ThingKind[], from: Part | null): Collector {
  const first = new Collector(pieces, wanted, from);
  const kinds = [...new Set(first.placed.map(({ thing }) => thing.kind))];
  if (first.problems.length === 0 || wanted.length > 0 || kinds.length !== 1) return first;
  const second = new Collector(pieces, kinds, from);
  return second.problems.length === 0 ? second : first;
}

/** `change the ownership of`, `changing of permissions`: the verb says nothing more. */
function withoutNoun(doings: readonly Doing[], pieces: readonly Piece[]): readonly Doing[] {
  const own = pieces.filter(({ tag }) => tag.kind !== "filler");
  const before = own.filter(({ tag }) => tag.kind !== "preposition" || tag.word !== "of");
  const isNoun = before.some(({ tag }, i) => tag.kind === "doing" && tag.doing === "setattr" && before[i - 1]?.tag.kind === "doing");
  return isNoun ? doings.filter((doing) => doing === "setattr") : doings;
}

/** Goes over the pieces once. */
class Collector {
  readonly placed: Placed[] = [];
  readonly problems: string[] = [];
  readonly #pieces: readonly Piece[];
  readonly #wanted: readonly ThingKind[];
  #preposition: Placed["preposition"] = null;
  #listed = false;
  #inPorts: boolean;
  readonly #near: readonly string[];

  constructor(pieces: readonly Piece[], wanted: readonly ThingKind[], from: Part | null) {
    this.#inPorts = from?.generic.has("port") ?? false;
    this.#near = from?.things.flatMap(({ thing }) => (thing.kind === "files" ? thing.patterns : [])) ?? [];
    this.#pieces = pieces;
    this.#wanted = wanted;
    pieces.forEach((piece, at) => { this.#take(piece, at); });
  }

  #take({ tag, text }: Piece, at: number): void {
    switch (tag.kind) {
      case "preposition": this.#preposition = tag.word; return;
      case "conjunction": case "comma": this.#listed = true; return;
      case "generic": if (tag.of === "port") this.#inPorts = true; return;
      case "doing": this.#preposition = null; this.#listed = false; return;
      case "thing": this.#resolved(this.#inFolder(text) ?? fromEntries(tag.entries, tag.command, this.#wantedAt(at), text), at); return;
      case "command": this.#place(fromCommand(tag.command), at); return;
      case "address": this.#place(fromAddress(tag.slot), at); return;
      case "number": this.#number(tag.text, text, at); return;
      case "host": this.problems.push(HOST_REASON); return;
      case "literal": this.#literal(tag.text, at); return;
      case "path": {
        const thing = fromPath(tag.written, this.#beside(at, /folder|dir/i), this.#wanted);
        if (thing === null) this.problems.push(`\`${tag.written}\` is no path that a policy can hold`);
        else this.#place(thing, at);
        return;
      }
      case "unknown": this.#unknown(tag.reason, text, at); return;
      case "reference": this.problems.push(`what \`${text}\` refers to is not clear`); return;
      case "per": case "unit": case "at-most": case "more-than": this.problems.push(`what \`${text}\` counts is not said`); return;
      case "beyond": this.problems.push(tag.reason); return;
      default: return;
    }
  }

  #literal(text: string, at: number): void {
    const where = { isFolder: this.#beside(at, /folder|dir/i), isProgram: this.#beside(at, /program|command|binary|tool|executable|cli/i) };
    // `.foo files`
    if (/^\.\w+$/.test(text) && this.#isNamed(at, /^files?$/i)) this.#place(filesOf(`*${text}`), at);
    // `avoid "any"`
    else if (this.#wanted.length === 0 && !where.isFolder && !where.isProgram && !isFileName(text) && !this.#beside(at, /file/i)) this.problems.push(`whether \`${text}\` is a file, a folder or a program is not said`);
    else this.#place(fromLiteral(text, this.#wanted, where), at);
  }

  /** A program before a verb that is not `run`, or after `by`, is who does it. */
  #wantedAt(at: number): readonly ThingKind[] {
    const isActor = this.#pieces.some(({ tag }, i) => i > at && tag.kind === "doing" && tag.doing !== "exec" && tag.doing !== "use" && !this.#isPassive(i) && !this.#isNoun(i));
    return this.#preposition === "by" || isActor ? ["programs"] : this.#wanted;
  }

  /** `no git config changes`: of it, not by it. */
  #isNoun(verb: number): boolean {
    const isLast = this.#pieces.slice(verb + 1).every(({ tag }) => tag.kind === "filler");
    return isLast && /s$/i.test(this.#pieces[verb]?.text ?? "") && ["not", "deny"].includes(this.#pieces.find(({ tag }) => tag.kind !== "filler")?.tag.kind ?? "");
  }

  /** `ssh keys except config`: a name that the catalogue knows there. */
  #inFolder(text: string): Resolved | null {
    if (!/^[\w.-]+$/.test(text)) return null;
    const found = this.#near.filter((pattern) => pattern.endsWith("/**")).map((pattern) => `${pattern.slice(0, -3)}/${text.toLowerCase()}`).find(isKnownFile);
    return found === undefined ? null : { ok: true, thing: filesOf(found) };
  }

  #isPassive(verb: number): boolean {
    return this.#pieces.slice(Math.max(0, verb - 2), verb).some(({ text }) => /(?:^|\s)(?:be|is|are|was|were|being|been|get|gets)$/i.test(text));
  }

  /** A name by what stands beside it: `the vendor folder`, `the frobctl command`. */
  #unknown(reason: string | null, text: string, at: number): void {
    const inFolder = this.#inFolder(text);
    if (inFolder !== null) {
      this.#resolved(inFolder, at);
      return;
    }
    const where = { isFolder: this.#isNamed(at, /^(?:sub)?(?:folder|directory|dir)$/i) || this.#isCalled(at, /folder|dir/i), isProgram: this.#isCalled(at, /program|command|binary|tool|executable|cli/i) };
    if (reason === null && /^[\w.+-]+$/.test(text) && (where.isFolder || where.isProgram)) this.#place(fromLiteral(text, this.#wanted, where), at);
    else this.problems.push(reason ?? `\`${text}\` is not known here`);
  }

  #resolved(resolved: Resolved, at: number): void {
    if (resolved.ok) this.#place(resolved.thing, at);
    else this.problems.push(resolved.reason);
  }

  #place(thing: Thing, at: number): void {
    this.placed.push({ thing, at, preposition: this.#preposition, listed: this.#listed });
    this.#listed = false;
    this.#inPorts = thing.kind === "network" && thing.ports.length > 0 && this.#inPorts;
    this.#preposition = null;
  }

  #number(text: string, written: string, at: number): void {
    const next = this.#pieces[at + 1]?.tag;
    const isRange = this.#preposition === "to" && this.#inPorts && this.#joinsRange(text);
    if (isRange) return;
    const before = this.#pieces.slice(0, at).findLast(({ tag }) => tag.kind !== "filler" && tag.kind !== "generic")?.text ?? "";
    const range = /^(?:below|under|less than)$/i.test(before) ? `0-${String(Number(text) - 1)}` : /^(?:above|over|beyond|greater than)$/i.test(before) ? `${String(Number(text) + 1)}-65535` : text;
    const asPort = this.#inPorts || written.startsWith(":") || next?.kind === "generic" && next.of === "port";
    if (!asPort || !isPort(range)) this.problems.push(`what \`${written}\` counts is not said`);
    else {
      this.#place(fromPorts([range]), at);
      this.#inPorts = true;
    }
  }

  /** `8000 to 8999` */
  #joinsRange(text: string): boolean {
    const last = this.placed.at(-1);
    if (last?.thing.kind !== "network" || last.thing.addresses.length > 0 || last.thing.ports.length !== 1) return false;
    const range = `${last.thing.ports[0] ?? ""}-${text}`;
    if (!isPort(range)) return false;
    this.placed[this.placed.length - 1] = { ...last, thing: fromPorts([range]) };
    this.#preposition = null;
    return true;
  }

  /** `the vendor folder` */
  #isNamed(at: number, words: RegExp): boolean {
    const next = this.#pieces[at + 1];
    return next?.tag.kind === "generic" && words.test(next.text);
  }

  /** `a program called frobctl` */
  #isCalled(at: number, words: RegExp): boolean {
    const before = this.#pieces[at - 2];
    return /^(?:called|named)$/i.test(this.#pieces[at - 1]?.text ?? "") && before?.tag.kind === "generic" && words.test(before.text);
  }

  #beside(at: number, words: RegExp): boolean {
    const isMeant = (piece: Piece | undefined): boolean => piece?.tag.kind === "generic" && words.test(piece.text);
    return isMeant(this.#pieces[at + 1]) || isMeant(this.#pieces.slice(0, at).findLast(({ tag }) => tag.kind !== "filler"));
  }
}

const hasAddress = ({ addresses, unix }: Network): boolean => addresses.length > 0 || unix.length > 0;
const hasPort = ({ ports, protocol }: Network): boolean => ports.length > 0 || protocol !== null;

/** `10.0.0.5 and 10.0.0.6 on port 80, 443` is one; `localhost and port 443` are two. */
function joinNetworks(placed: readonly Placed[]): readonly Placed[] {
  return placed.reduce<readonly Placed[]>((before, one) => {
    const last = before.at(-1);
    if (last?.thing.kind !== "network" || one.thing.kind !== "network") return [...before, one];
    const joined = joinedNetwork(last.thing, one.thing, one.listed);
    return joined === null ? [...before, one] : [...before.slice(0, -1), { ...last, thing: joined }];
  }, []);
}

/** `install packages with pip`: of the ways to do it, that program's. */
function commandsOf(placed: readonly Placed[]): readonly Placed[] {
  const [main, by] = placed;
  if (placed.length !== 2 || main?.thing.kind !== "programs" || by?.thing.kind !== "programs" || by.preposition !== "by" && by.preposition !== "on") return placed;
  const names = new Set(by.thing.commands.filter(({ args }) => args === null).flatMap(({ programs }) => programs));
  const commands = main.thing.commands.flatMap((command) => {
    const programs = command.programs.filter((program) => names.has(program));
    return programs.length === 0 ? [] : [{ ...command, programs }];
  });
  const inside = main.thing.inside.filter(([program = ""]) => [...names].some((name) => program.endsWith(`/${name}`)));
  return commands.length === 0 ? placed : [{ ...main, thing: { ...main.thing, commands, inside, id: `${main.thing.id}-${by.thing.id}` } }];
}

/** `everything in src`: not only what is usually meant by it. */
function wholly(placed: readonly Placed[], pieces: readonly Piece[]): readonly Placed[] {
  const isWhole = pieces.some(({ tag }) => tag.kind === "generic" && (tag.of === "anything" || tag.of === "file"));
  return placed.map((one) => (isWhole && one.preposition === "in" && one.thing.kind === "files" ? { ...one, thing: { ...one.thing, unsaid: "access" } } : one));
}

/** `network access to localhost` is about localhost. */
function withoutWhole(placed: readonly Placed[]): readonly Placed[] {
  const narrower = placed.some(({ thing, preposition, listed }) => thing.kind === "network" && thing.id !== "network" && !listed && (preposition === "to" || preposition === "on"));
  return narrower ? placed.filter(({ thing }) => thing.id !== "network") : placed;
}

function joinedNetwork(one: Network, other: Network, listed: boolean): Network | null {
  if (one.unix.length > 0 || other.unix.length > 0 && !listed && hasAddress(one)) return serviceOn(one, other);
  const samePlace = other.addresses.length > 0 && !hasPort(other) && one.addresses.length > 0 && !hasPort(one);
  const samePorts = other.addresses.length === 0 && one.addresses.length === 0 && other.protocol === one.protocol;
  const completes = !listed && (hasAddress(one) !== hasAddress(other) || other.addresses.length === 0 && (one.protocol === null) !== (other.protocol === null));
  const morePorts = listed && hasAddress(one) && one.ports.length > 0 && other.addresses.length === 0 && other.unix.length === 0 && other.id.startsWith("port-");
  return samePlace && listed || samePorts && listed || completes || morePorts ? union(one, other) : null;
}

/** `postgres on 10.0.0.5`: its sockets are not at that address. */
function serviceOn(one: Network, other: Network): Network | null {
  const [service, host] = one.unix.length > 0 ? [one, other] : [other, one];
  return host.addresses.length > 0 && host.ports.length === 0 && service.addresses.length === 0 ? union({ ...service, unix: [] }, host) : null;
}

/** Ports that are named count before those that a service has. */
const portsOf = (one: Network, other: Network): readonly string[] =>
  (other.id.startsWith("port-") && !one.id.includes("port-") && other.addresses.length === 0 ? other.ports : [...new Set([...one.ports, ...other.ports])]);

const union = (one: Network, other: Network): Network => ({
  kind: "network", addresses: [...one.addresses, ...other.addresses], exceptAddresses: [...one.exceptAddresses, ...other.exceptAddresses],
  ports: portsOf(one, other), protocol: one.protocol ?? other.protocol, unix: [...one.unix, ...other.unix],
  id: slug(`${one.id}-${other.id}`),
});

/** `.env files in src`: what is after `in` says where the one before is. */
function scoped(placed: readonly Placed[]): readonly Placed[] {
  return placed.reduce<readonly Placed[]>((before, one) => {
    const last = before.at(-1);
    const isScope = last !== undefined && !one.listed && ["in", "of", "from", "on"].includes(one.preposition ?? "") && one.at > last.at;
    const narrowed = isScope && last.thing.kind === "files" && one.thing.kind === "files" ? within(last.thing, one.thing) : null;
    return narrowed === null || last === undefined ? [...before, one] : [...before.slice(0, -1), { ...last, thing: narrowed }];
  }, []);
}

/** Those of the files that are in the folder; null: none can be. */
function within(files: Files, scope: Files): Files | null {
  const folders = scope.patterns.filter((pattern) => pattern.endsWith("/**")).map((pattern) => pattern.slice(0, -3));
  const inFolders = (patterns: readonly string[]): readonly string[] => patterns.flatMap((pattern) => folders.flatMap((folder) => {
    if (pattern.startsWith(`${folder}/`) || pattern === folder) return [pattern];
    if (pattern.startsWith("**/")) return [`${folder}/${pattern}`];
    return pattern.includes("/") ? [] : [`${folder}/**/${pattern}`];
  }));
  const isAll = scope.inside.length > 0 && scope.inside.every((path) => files.patterns.some((pattern) => covers(pathTarget(pattern), pathTarget(path))));
  if (isAll) return { ...files, patterns: scope.patterns, inside: scope.inside, outside: [], id: slug(`${files.id}-in-${scope.id}`) };
  const patterns = [...new Set(inFolders(files.patterns))];
  if (patterns.length === 0) return null;
  const samples = patterns.slice(0, 2).flatMap((pattern) => samplePath(pattern) ?? []);
  return { ...files, patterns, except: [...new Set(inFolders(files.except))], unix: [], inside: samples, outside: [], id: slug(`${files.id}-in-${scope.id}`) };
}
