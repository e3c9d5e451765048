/** Gathers what the processes of a session did, from the events of a policy that audits everything. */
import type { Attempt } from "../compiler/access.js";
import { accessOf } from "../compiler/access.js";
import { refuses } from "../compiler/ast.js";
import {
  POLICY_OBJECT_ABSTRACT, POLICY_OBJECT_ANONYMOUS, POLICY_OBJECT_INET, POLICY_OBJECT_INET6, POLICY_OBJECT_PATH, POLICY_OBJECT_UNNAMED,
  POLICY_PROTO_TCP, POLICY_PROTO_UDP,
} from "../compiler/image/abi.gen.js";
import type { DecisionEvent } from "./events.js";
import { REASON_WORDS } from "./event-record.js";
import type { Sink, Told } from "./recorder.js";

export class AttemptCollector implements Sink {
  readonly path = null;
  readonly #attempts = new Map<string, Attempt>();
  readonly #oddities = new Set<string>();
  #lost = 0;

  get attempts(): readonly Attempt[] {
    return [...this.#attempts.values()];
  }

  /** What no policy could have let through, or say: each with the reason. */
  get oddities(): readonly string[] {
    return [...this.#oddities];
  }

  /** Events that are missing. */
  get lost(): number {
    return this.#lost;
  }

  take(told: readonly Told[]): void {
    for (const { event, record } of told) {
      if ("lost" in record) this.#lost += record.lost;
      // A repeat is one of an object that was named.
      else if (event.kind === "decision") this.#add(event, `${record.op} ${record.target ?? ""}`, record.reason);
    }
  }

  close(): void { /* It has nothing open. */ }

  #add(event: DecisionEvent, text: string, reason: string | undefined): void {
    const attempt = attemptOf(event);
    if (event.effect === null || refuses(event.effect)) {
      this.#oddities.add(`${text}: refused, whatever a policy says: ${REASON_WORDS.get(reason ?? "") ?? "it could not be decided"}`);
    } else if (event.pathCut) this.#oddities.add(`${text}…: too long to be recorded whole`);
    else if (attempt === null) this.#oddities.add(`${text}: no policy can name it`);
    // The event's text is one of the access: what is escaped there is told apart.
    else this.#attempts.set(text, attempt);
  }
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

function attemptOf({ operation: op, privilege, object, path, address, port, protocol: number }: DecisionEvent): Attempt | null {
  if (privilege !== null) return { kind: "privilege", op: "privilege", privilege };
  if (op === null) return null;
  const protocol = number === POLICY_PROTO_TCP ? "tcp" : number === POLICY_PROTO_UDP ? "udp" : "other";
  switch (object) {
    case POLICY_OBJECT_PATH:
      return accessOf(op, { kind: op === "connect" || op === "bind" ? "unix-path" : "path", path: latin1(path) });
    case POLICY_OBJECT_ANONYMOUS: return accessOf(op, { kind: "anonymous" });
    case POLICY_OBJECT_INET: return accessOf(op, { kind: "network", family: 4, address: address.slice(0, 4), port, protocol });
    case POLICY_OBJECT_INET6: return accessOf(op, { kind: "network", family: 6, address, port, protocol });
    case POLICY_OBJECT_ABSTRACT: return accessOf(op, { kind: "unix-abstract", name: latin1(path) });
    case POLICY_OBJECT_UNNAMED: return accessOf(op, { kind: "unix-unnamed" });
    default: return null;
  }
}
