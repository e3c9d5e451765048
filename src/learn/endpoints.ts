/** Recorded connections → the targets of rules: by address and port, as they were seen. */
import type { SocketTarget } from "../compiler/access.js";
import { addressText } from "../compiler/networks.js";
import { quoteText } from "../compiler/print-parts.js";
import { groupBy } from "./group.js";
import { type Folders, locate, patternName, textOf } from "./paths.js";
import { isTemporary } from "./places.js";
import { pathText } from "./pattern-text.js";

export type SocketAttempt = SocketTarget & { readonly op: "connect" | "bind" };
type NetworkAttempt = Extract<SocketAttempt, { readonly kind: "network" }>;

/** The ports that Linux gives to who asks for any (ip-sysctl docs, `ip_local_port_range`). */
const ANY_PORT = { first: 32768, last: 60999 };

/** Targets as a rule over `op` has them; an unnamed socket has none. */
export function endpointsOf(op: "connect" | "bind", all: readonly SocketAttempt[], folders: Folders): readonly string[] {
  const attempts = all.filter((attempt) => attempt.op === op);
  const network = attempts.filter((attempt) => attempt.kind === "network");
  const served = op === "connect" && all.some((attempt) => attempt.kind === "network" && attempt.op === "bind" && attempt.port === 0);
  const groups = groupBy(network, (attempt) => JSON.stringify([attempt.family, addressText(attempt.address), attempt.protocol]));
  return [
    ...[...groups.values()].map((group) => networkText(group, served)),
    ...attempts.flatMap((attempt) => unixText(attempt, folders) ?? []),
  ].toSorted().filter((text, i, texts) => text !== texts[i - 1]);
}

/** `served`: the session asked for any port, and what it got is another the next time. */
function networkText(group: readonly NetworkAttempt[], served: boolean): string {
  const [first] = group;
  if (first === undefined) return "";
  const address = quoteText(addressText(first.address));
  if (first.protocol === "other") return address;
  const folds = served && isOwn(first);
  const inRange = (port: number): boolean => folds && port >= ANY_PORT.first && port <= ANY_PORT.last;
  const ports = [...new Set(group.map(({ port }) => port))].toSorted((a, b) => a - b);
  const single = ports.filter((port) => !inRange(port)).map(String);
  const range = ports.some(inRange) ? [`${ANY_PORT.first}-${ANY_PORT.last}`] : [];
  return `${address} port ${[...single, ...range].join(", ")} ${first.protocol}`;
}

/** Loopback, and what stands for it. */
function isOwn({ family, address }: NetworkAttempt): boolean {
  const bytes = Array.from(address);
  if (family === 4) return bytes[0] === 127 || bytes.every((byte) => byte === 0);
  return bytes.slice(0, 15).every((byte) => byte === 0) && (bytes[15] ?? 0) <= 1;
}

function unixText(attempt: SocketAttempt, folders: Folders): string | null {
  switch (attempt.kind) {
    case "unix-path": {
      const located = locate(attempt.path, folders);
      const names = located.names.map((name) => (isTemporary(located) ? withoutNumbers(patternName(name)) : patternName(name)));
      return `unix ${pathText({ root: located.root, names, isExact: false })}`;
    }
    case "unix-abstract":
      return attempt.name.includes("\0") ? null : `unix "@${quoteText(withoutNumbers(patternName(attempt.name))).slice(1)}`;
    default:
      return null;
  }
}

/** Names of sockets are made up anew each time. */
const withoutNumbers = (name: string): string => name.replace(/[0-9]{3,}/g, "*");

/** For a test's case: null where it cannot be written as one. */
export function socketCase(attempt: SocketAttempt): string | null {
  switch (attempt.kind) {
    case "network":
      return attempt.protocol === "other" ? null : `${quoteText(addressText(attempt.address))} port ${attempt.port} ${attempt.protocol}`;
    case "unix-path": {
      const path = textOf(attempt.path);
      return path === null ? null : `unix ${quoteText(patternName(attempt.path))}`;
    }
    case "unix-abstract":
      return textOf(attempt.name) === null || attempt.name.includes("\0") ? null : `unix "@${quoteText(patternName(attempt.name)).slice(1)}`;
    case "unix-unnamed":
      return null;
  }
}
