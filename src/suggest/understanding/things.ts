/** A piece → what it is about, given what is to be done with it. */
import { lazily } from "../../compiler/lazily.js";
import { CATALOGUE } from "../catalogue/all.js";
import type { Command, Entry } from "../catalogue/entry.js";
import type { Doing } from "./lexicon.js";
import { type Files, type Network, type Programs, slug, type Thing, type ThingKind } from "./objects.js";
import { sampleArgument, samplePath, samplePrograms } from "./samples.js";
import { type AddressSlot, isProgramPath, namePattern, pathPattern } from "./slots.js";

export type Resolved = { readonly ok: true; readonly thing: Thing } | { readonly ok: false; readonly reason: string };

const KINDS: Readonly<Record<Doing, readonly ThingKind[]>> = {
  read: ["files"], modify: ["files"], write: ["files"], create: ["files"], delete: ["files"], setattr: ["files"], load: ["files"],
  access: ["files", "network", "privileges", "programs"], touch: ["files"], use: ["programs", "privileges"], exec: ["programs"], connect: ["network"], bind: ["network"],
};

/** What the verbs go with, most fitting first; empty: they say nothing. */
export const kindsOf = (doings: readonly Doing[]): readonly ThingKind[] => [...new Set(doings.flatMap((doing) => KINDS[doing]))];

export function fromEntries(entries: readonly Entry[], command: Command | null, wanted: readonly ThingKind[], text: string): Resolved {
  const all = [...entries.flatMap((entry) => thingOf(entry) ?? []), ...(command === null ? [] : [fromCommand(command)])];
  const fitting = wanted.length === 0 ? all : all.filter(({ kind }) => wanted.includes(kind));
  const left = fitting.length === 0 ? all : fitting;
  const [first, ...others] = left;
  if (first === undefined) return { ok: false, reason: `\`${text}\` is not known here` };
  if (others.length === 0) return { ok: true, thing: first };
  const titles = [...entries.map(({ title }) => title), ...(command === null ? [] : [`the program \`${command.programs.join(" ")}\``])];
  return { ok: false, reason: `\`${text}\` may be ${listed(titles)}: say which` };
}

const listed = (titles: readonly string[]): string => `${titles.slice(0, -1).join(", ")} or ${titles.at(-1) ?? ""}`;

function thingOf({ id, means, places }: Entry): Thing | null {
  switch (means.kind) {
    case "files": {
      const { except, unix, unsaid, inside, outside } = means;
      return { kind: "files", patterns: places.flatMap(({ patterns }) => patterns), except, unix, unsaid, isSecret: unsaid === "access", inside, outside, id };
    }
    case "network": return { ...means, id };
    case "programs": return { kind: "programs", commands: means.commands, inside: means.inside, outside: means.outside, id };
    case "privileges": return { kind: "privileges", privileges: means.privileges, id };
    case "idiom": return null;
  }
}

export function fromCommand(command: Command): Programs {
  const { programs, args } = command;
  const lines = programs.map((program) => [samplePrograms(program), ...(args?.words ?? []).map(sampleArgument)]);
  const id = slug([programs[0]?.split("/").at(-1) ?? "", ...args?.words ?? []].join("-"));
  return { kind: "programs", commands: [command], inside: lines.slice(0, 1), outside: [], id };
}

/** `where`: words of the request that say that it is a folder, a program. */
export function fromLiteral(text: string, wanted: readonly ThingKind[], where: { readonly isFolder: boolean; readonly isProgram: boolean }): Thing {
  return where.isProgram || wanted.length === 1 && wanted[0] === "programs" ? fromCommand({ programs: [text], args: null }) : filesOf(namePattern(text, where.isFolder));
}

/** Null: the language cannot say that path. */
export function fromPath(written: string, isFolder: boolean, wanted: readonly ThingKind[]): Thing | null {
  const pattern = pathPattern(written, isFolder);
  if (pattern === null) return null;
  const bare = pattern.replace(/\/\*\*$/, "");
  if (wanted.length === 1 && wanted[0] === "programs") return fromCommand({ programs: [isProgramPath(written) ? bare : pattern], args: null });
  const isSocket = /\.sock$/.test(bare);
  return isSocket && wanted.includes("network") ? { kind: "network", addresses: [], exceptAddresses: [], ports: [], protocol: null, unix: [bare], id: slug(bare) } : filesOf(pattern);
}

export function filesOf(pattern: string): Files {
  const inside = samplePath(pattern);
  return { kind: "files", patterns: [pattern], except: [], unix: [], unsaid: "access", isSecret: isSecretPlace(pattern), inside: inside === null ? [] : [inside], outside: [], id: slug(pattern) };
}

const secretPlaces = lazily((): readonly string[] => CATALOGUE.flatMap(({ means, places }) => (means.kind === "files" && means.unsaid === "access" ? places.flatMap(({ patterns }) => patterns) : [])));

/** A path of the request where, as the catalogue has it, a secret lies; `prod.env` is an `.env`. */
const isSecretPlace = (pattern: string): boolean =>
  /\w\.env$/.test(pattern) || secretPlaces().some((secret) => secret === pattern || secret.endsWith("/**") && pattern.startsWith(secret.slice(0, -2)) || `${secret}/**` === pattern);

/** What is there, as programs. */
export const asPrograms = (files: Files): Programs => ({
  kind: "programs", commands: [{ programs: files.patterns, args: null }], inside: files.inside.map((path) => [path]), outside: [], id: files.id,
});

export const fromAddress = ({ address, ports }: AddressSlot): Network => ({
  kind: "network", addresses: [address === "localhost" ? { list: "loopback" } : address], exceptAddresses: [], ports, protocol: null, unix: [], id: slug(`to-${address}`),
});

export const fromPorts = (ports: readonly string[]): Network => ({
  kind: "network", addresses: [], exceptAddresses: [], ports, protocol: null, unix: [], id: `port-${ports.join("-")}`,
});
