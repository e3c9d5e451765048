/** Entries, written short. */
import type { Privilege, Protocol } from "../../compiler/ast.js";
import type { ProposedArgs } from "../proposal.js";
import type { Command, Document, Entry, Group, Meaning, Place } from "./entry.js";

export const document = (title: string, url: string): Document => ({ title, url });

export const place = (title: string, url: string, ...patterns: readonly string[]): Place =>
  ({ patterns, document: { title, url } });

interface Named {
  readonly id: string;
  readonly title: string;
  readonly phrases: readonly string[];
  readonly places: readonly Place[];
  readonly example: string;
}

type FilesMeaning = Extract<Meaning, { readonly kind: "files" }>;
type Optional = Partial<Omit<FilesMeaning, "kind" | "unsaid" | "inside">>;

/** The patterns of its places. */
function files(group: Group, unsaid: FilesMeaning["unsaid"], named: Named & Optional & { readonly inside: readonly string[] }): Entry {
  const { id, title, phrases, places, example, inside, except = [], unix = [], outside = [] } = named;
  return { id, group, title, phrases, places, example, means: { kind: "files", unsaid, except, unix, inside, outside } };
}

type FilesEntry = Named & Optional & { readonly inside: readonly string[] };

/** What logs in, decrypts or tells about a person: neither read nor changed. */
export const secret = (named: FilesEntry): Entry => files("credentials", "access", named);

/** What is obeyed or relied on: not changed. */
export const kept = (group: Group, named: FilesEntry): Entry => files(group, "modify", named);

/** What may be there and is not looked at. */
export const unseen = (group: Group, named: FilesEntry): Entry => files(group, "read", named);

type NetworkMeaning = Extract<Meaning, { readonly kind: "network" }>;

export function network(named: Named & Partial<Omit<NetworkMeaning, "kind">>): Entry {
  const { id, title, phrases, places, example, addresses = [], exceptAddresses = [], ports = [], protocol = null, unix = [] } = named;
  return { id, group: "network", title, phrases, places, example,
    means: { kind: "network", addresses, exceptAddresses, ports, protocol, unix } };
}

const IANA = "https://www.iana.org/assignments/service-names-port-numbers/service-names-port-numbers.xhtml";

/** A service by its registered ports; `phrases`: its names. */
export function service(
  id: string, phrases: readonly string[], ports: readonly string[], unix: readonly string[] = [], protocol: Protocol | null = null,
): Entry {
  const [name = id] = phrases;
  return {
    id: `service-${id}`, group: "services", title: `${name} connections`,
    phrases: phrases.flatMap((phrase) => [phrase, `${phrase} connection|traffic|port|server|service|protocol`]),
    places: [place("IANA, Service Name and Transport Protocol Port Number Registry", IANA, ...ports.map((port) => `port ${port}`), ...unix)],
    example: `block ${name} connections`,
    means: { kind: "network", addresses: [], exceptAddresses: [], ports, protocol, unix },
  };
}

export const args = (...words: readonly string[]): ProposedArgs => ({ only: false, words, without: [] });

export const run = (programs: string | readonly string[], ...words: readonly string[]): Command =>
  ({ programs: typeof programs === "string" ? [programs] : programs, args: words.length === 0 ? null : args(...words) });

/** With these arguments and no others. */
export const onlyRun = (program: string, ...words: readonly string[]): Command => ({ programs: [program], args: { ...args(...words), only: true } });

type ProgramsMeaning = Extract<Meaning, { readonly kind: "programs" }>;

/** `inside`, `outside`: command lines. */
export function programs(
  group: Group,
  named: Omit<Named, "places"> & Pick<ProgramsMeaning, "commands"> & { readonly source: Document } & {
    readonly inside: readonly string[]; readonly outside?: readonly string[];
  },
): Entry {
  const { id, title, phrases, example, commands, source, inside, outside = [] } = named;
  return {
    id, group, title, phrases, example,
    places: [{ patterns: commands.flatMap((command) => command.programs.map((program) => [program, ...command.args?.words ?? []].join(" "))), document: source }],
    means: { kind: "programs", commands, inside: inside.map((line) => line.split(" ")), outside: outside.map((line) => line.split(" ")) },
  };
}

export function privileges(id: string, title: string, phrases: readonly string[], names: readonly Privilege[], example: string, source: Document): Entry {
  return { id: `privilege-${id}`, group: "privileges", title, phrases, example,
    places: [{ patterns: names, document: source }], means: { kind: "privileges", privileges: names } };
}

/** Other words for a request that the grammar understands. */
export function idiom(id: string, title: string, phrases: readonly string[], request: string, example: string, source: Document): Entry {
  return { id, group: "shapes", title, phrases, example, places: [{ patterns: [request], document: source }], means: { kind: "idiom", request } };
}
