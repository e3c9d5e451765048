/** What to ask of a policy: mostly what its own patterns speak of, and what stands one step beside that. */
import type { Component, GlobItem, Ir, NetworkSelector, PathSelector, Rule, Selector } from "../../src/compiler/ir.gen.js";
import { PRIVILEGES } from "../../src/compiler/ast.js";
import { isEscapeSocket } from "../../src/compiler/escape-sockets.js";
import type { Query } from "../../src/simulator/query.js";
import type { Asked } from "./answers.js";

/** Bytes as latin-1 text. */
type Bytes = string;

/** A source of small random numbers; the same seed gives the same ones. */
export class Dice {
  constructor(private state: number) {}

  /** 0 to `sides - 1`. */
  roll(sides: number): number {
    this.state = (Math.imul(this.state ^ (this.state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(this.state ^ (this.state >>> 13), 0x297a2d39);
    return ((mixed ^ (mixed >>> 16)) >>> 0) % sides;
  }

  pick<T>(from: readonly [T, ...T[]]): T {
    return from[this.roll(from.length)] ?? from[0];
  }

  chance(oneIn: number): boolean {
    return this.roll(oneIn) === 0;
  }
}

const FILLERS = ["", "a", "b", "ab", "x", "ba", "n"] as const;
const LETTERS = ["a", "b", "n", ".", "x", "\xc3"] as const;

function bytes(text: string): Bytes {
  return Buffer.from(text, "utf8").toString("latin1");
}

function globInstance(items: readonly GlobItem[], dice: Dice): Bytes {
  return items.map((item) => {
    if (item.kind === "text") return bytes(item.text);
    return item.kind === "run" ? dice.pick(FILLERS) : dice.pick(LETTERS);
  }).join("");
}

function instance(component: Component, dice: Dice): readonly Bytes[] {
  switch (component.kind) {
    case "globstar":
      return Array.from({ length: dice.roll(3) }, () => dice.pick(["a", "b", "x", "ab"]));
    case "literal":
      return [bytes(component.name)];
    case "any":
      return [dice.pick(["a", "b", "x", "abab"])];
    case "affix":
      return [overlapped(bytes(component.prefix), bytes(component.suffix), dice)];
    case "glob":
      return [globInstance(component.items, dice)];
  }
}

/** Prefix and suffix with something between, or sharing bytes where they can. */
function overlapped(prefix: Bytes, suffix: Bytes, dice: Dice): Bytes {
  const shared = Math.min(prefix.length, suffix.length, dice.roll(4));
  if (dice.chance(2) && prefix.endsWith(suffix.slice(0, shared))) return prefix + suffix.slice(shared);
  return prefix + dice.pick(FILLERS) + suffix;
}

function besideName(name: Bytes, dice: Dice): Bytes {
  const at = dice.roll(name.length + 1);
  switch (dice.roll(4)) {
    case 0:
      return name.slice(0, at) + dice.pick(LETTERS) + name.slice(at);
    case 1:
      return name.slice(0, at) + name.slice(at + 1);
    case 2:
      return name.slice(0, at) + dice.pick(LETTERS) + name.slice(at + 1);
    default:
      return name.slice(0, -1);
  }
}

function besidePath(names: readonly Bytes[], dice: Dice): readonly Bytes[] {
  const at = dice.roll(names.length + 1);
  switch (dice.roll(6)) {
    case 0:
      return names.toSpliced(at, 0, dice.pick(["a", "b", "x", "ab"]));
    case 1:
      return names.toSpliced(at, 1);
    case 2:
    case 3:
      return names.map((name, i) => (i === at ? besideName(name, dice) : name));
    case 4:
      return [...names, dice.pick(["a", "b", "x"])];
    default:
      return names;
  }
}

/** Every name of 1 to 255 bytes that a path can hold. */
function isName(name: Bytes): boolean {
  return name.length > 0 && name.length <= 255 && name !== "." && name !== "..";
}

function pathNear(components: readonly Component[], dice: Dice): Query {
  const names = components.flatMap((component) => instance(component, dice));
  return { kind: "path", path: Buffer.from(besidePath(names, dice).filter(isName).join("/"), "latin1") };
}

function flip(address: Buffer, dice: Dice, prefixLength: number): Buffer {
  const bits = 8 * address.length;
  const bit = Math.min(bits - 1, Math.max(0, prefixLength - 1 + dice.roll(3) - (dice.chance(3) ? dice.roll(4) : 0)));
  address[bit >> 3] = (address[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
  return address;
}

function addressNear({ address, prefixLength, ports }: NetworkSelector, dice: Dice): Query {
  const network = Buffer.from(address, "hex");
  const at = dice.chance(3) ? network : flip(network, dice, prefixLength);
  const { first, last } = ports?.[dice.roll(ports.length)] ?? { first: 80, last: 443 };
  const port = Math.min(65535, Math.max(0, dice.pick([first, last]) + dice.roll(3) - 1));
  const swapped = dice.chance(8) ? (port >> 8) | ((port & 255) << 8) : port;
  return { kind: "address", address: at, port: swapped, protocol: dice.pick(["tcp", "tcp", "udp", "other"]) };
}

function abstractNear(component: Component, dice: Dice): Query {
  const [name = ""] = instance(component, dice);
  const beside = dice.chance(3) ? name : besideName(name, dice);
  const odd = dice.chance(8) ? `${beside}\0` : dice.chance(8) ? `${beside}/a` : beside;
  return { kind: "abstract", name: Buffer.from(odd.slice(0, 107), "latin1") };
}

export function near(selector: Selector, dice: Dice): Query {
  switch (selector.kind) {
    case "path":
    case "unix-path":
      return pathNear(selector.components, dice);
    case "unix-abstract":
      return abstractNear(selector.name, dice);
    case "network":
      return addressNear(selector, dice);
    case "anonymous":
      return { kind: "anonymous" };
    case "unix-unnamed":
      return { kind: "unnamed" };
  }
}

const ARGUMENTS = ["x", "y", "xy", "-f", "--force", "a", "b", "a/b", "", "xay", "-", "\xc3\xa4"] as const;

/** Near the words of the policy. */
export function argvNear(ir: Ir, dice: Dice): readonly Bytes[] {
  const asked = [...ir.rules, ...ir.marks.flatMap(({ on, until }) => [...on, ...until])].flatMap(({ args }) => args ?? []);
  const one = asked[dice.roll(asked.length)];
  const listed = one === undefined || dice.chance(4) ? [] : one.words;
  const named = listed.flatMap((word) => {
    const component = word[dice.roll(word.length)];
    const [text = ""] = component === undefined ? [] : instance(component, dice);
    return dice.chance(6) ? [besideName(text, dice)] : dice.chance(8) ? [] : [text];
  });
  return Array.from({ length: dice.roll(3) === 0 ? 1 + dice.roll(2) : 0 }, () => dice.pick(ARGUMENTS))
    .reduce<readonly Bytes[]>((argv, more) => argv.toSpliced(dice.roll(argv.length + 1), 0, more), named).filter((word) => !word.includes("\0"));
}

/** Paths of programs that conditions name, and of what is executed. */
export function programNear(ir: Ir, dice: Dice): string {
  const events = ir.marks.flatMap(({ on, until }) => [...on, ...until]);
  const programs = [
    ...ir.rules.flatMap(({ when }) => programsIn(when)), ...ir.limits.flatMap(({ when }) => programsIn(when)),
    ...events.flatMap(({ unlessExe }) => unlessExe),
    ...[...ir.rules, ...events].filter(({ args }) => args !== null).flatMap(({ match }) => match),
  ].filter((selector) => selector.kind === "path");
  const components = programs[dice.roll(programs.length)]?.components;
  const query = components === undefined ? null : pathNear(components, dice);
  return query?.kind === "path" ? `/${Buffer.from(query.path).toString("latin1")}` : "/none";
}

/** The same, each by somebody: some marks are set, and what is run is near the programs of the conditions. */
export function askedNear(ir: Ir, seed: number, count: number): readonly Asked[] {
  const dice = new Dice(seed + 1);
  const some = (): readonly string[] => Array.from({ length: dice.roll(3) }, () => programNear(ir, dice));
  return queriesNear(ir, seed, count).map((query) => ({
    ...query,
    // Of what is mapped, arguments count where it is what is run.
    who: {
      exe: [...some(), ...query.kind === "path" && dice.chance(2) ? [`/${Buffer.from(query.path).toString("latin1")}`] : []], under: some(),
      args: argvNear(ir, dice), marks: new Set(ir.marks.map(({ name }) => name).filter(() => dice.chance(2))),
    },
  }));
}

/** The same, each by somebody of whom not all is known: any of the bits that there are. */
export function doubtedNear(ir: Ir, seed: number, count: number): readonly Asked[] {
  const dice = new Dice(seed + 2);
  const some = (): bigint => (dice.chance(3) ? 0n : BigInt(dice.roll(2 ** 16)) | (dice.chance(4) ? ~0n & 0xffff_ffff_ffff_ffffn : 0n));
  return askedNear(ir, seed, count).map((query) => ({ ...query, unknown: { marks: some(), exe: some(), under: some(), args: some() } }));
}

function programsIn(when: Rule["when"]): readonly PathSelector[] {
  switch (when?.kind) {
    case undefined:
    case "mark":
      return [];
    case "exe":
    case "under":
      return when.programs;
    case "not":
      return programsIn(when.operand);
    case "and":
    case "or":
      return when.operands.flatMap(programsIn);
  }
}

/** `count` queries near the patterns of `ir`. */
export function queriesNear(ir: Ir, seed: number, count: number): readonly Query[] {
  const dice = new Dice(seed);
  const events = ir.marks.flatMap(({ on, until }) => [...on, ...until]);
  const all = [...ir.rules, ...events].flatMap(({ match, except }) => [...match, ...except])
    .concat(ir.limits.flatMap(({ parts }) => parts.flatMap(({ match }) => match)));
  const isSocket = (selector: Selector): boolean => "text" in selector && isEscapeSocket(selector.text);
  // The sockets that are in every policy are many.
  const [sockets, others] = [all.filter(isSocket), all.filter((selector) => !isSocket(selector))];
  return Array.from({ length: count }, (): Query => {
    if (dice.chance(8)) return { kind: "privilege", privilege: dice.pick(PRIVILEGES) };
    const selectors = others.length === 0 || dice.chance(8) ? sockets : others;
    const selector = selectors[dice.roll(selectors.length)];
    return selector === undefined ? { kind: "path", path: Buffer.from("a") } : near(selector, dice);
  });
}
