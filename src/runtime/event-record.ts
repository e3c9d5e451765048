/** Events as `--events` writes them: one JSON object a line, with the rule and its place in the source. */
import type { Effect } from "../compiler/ast.js";
import {
  POLICY_OBJECT_ABSTRACT, POLICY_OBJECT_ANONYMOUS, POLICY_OBJECT_INET, POLICY_OBJECT_INET6, POLICY_OBJECT_PATH,
  POLICY_OBJECT_SOCKET, POLICY_OBJECT_UNNAMED, POLICY_OBJECT_UNSEEN, POLICY_PROTO_TCP, POLICY_PROTO_UDP, POLICY_REASON_CASE,
  POLICY_REASON_HIDDEN, POLICY_REASON_INTERNAL, POLICY_REASON_NO_ANCHOR, POLICY_REASON_POLICY, POLICY_REASON_PROTECTED,
  POLICY_REASON_SUBVOLUME,
  POLICY_REASON_CHANGED, POLICY_REASON_FORGETS, POLICY_REASON_TOO_COMPLEX, POLICY_REASON_TOO_DEEP, POLICY_REASON_UNKNOWN,
  POLICY_REASON_UNREADABLE, POLICY_REASON_UNSEEN, POLICY_REASON_WIDENS,
} from "../compiler/image/abi.gen.js";
import { escapeBytes } from "../compiler/escape-bytes.js";
import { addressText } from "../compiler/networks.js";
import type { DecisionEvent, LostEvent, RepeatEvent } from "./events.js";

/** What the image says about a rule; its number is its position. */
export interface RuleNote {
  readonly id: string;
  /** Null where no statement says it. */
  readonly file: string | null;
  readonly line: number | null;
  readonly because: string | null;
}

export interface EventRecord {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly session: number;
  readonly pid: number;
  readonly exe: string;
  readonly op: string;
  /** Null where `count` stands for more of what an event before it said, on targets that are not known. */
  readonly target: string | null;
  readonly decision: Effect;
  /** The rule's name, or `file:line`; `privilege NAME` where that privilege's default decided; null where another default
   *  did, or no rule could. */
  readonly rule: string | null;
  /** Null as well where no statement says it. */
  readonly file: string | null;
  readonly line: number | null;
  readonly because: string | null;
  /** How many equal ones this stands for, if more than one. */
  readonly count?: number;
  /** Why it was denied, if not by the policy's words. */
  readonly reason?: string;
  /** Of which names only the beginning is here. */
  readonly cut?: readonly ("target" | "exe")[];
}

export interface LostRecord {
  readonly time: string;
  readonly session: number;
  /** How many events were not recorded. */
  readonly lost: number;
}

/** Names for JSON; words for people are in `REASON_WORDS`. */
const REASONS: ReadonlyMap<number, string> = new Map([
  [POLICY_REASON_NO_ANCHOR, "no-anchor"],
  [POLICY_REASON_TOO_DEEP, "too-deep"],
  [POLICY_REASON_UNREADABLE, "unreadable"],
  [POLICY_REASON_WIDENS, "widens"],
  [POLICY_REASON_INTERNAL, "internal"],
  [POLICY_REASON_HIDDEN, "hidden"],
  [POLICY_REASON_CASE, "case"],
  [POLICY_REASON_SUBVOLUME, "subvolume"],
  [POLICY_REASON_PROTECTED, "protected"],
  [POLICY_REASON_UNSEEN, "unseen"],
  [POLICY_REASON_TOO_COMPLEX, "too-complex"],
  [POLICY_REASON_UNKNOWN, "unknown-circumstances"],
  [POLICY_REASON_FORGETS, "forgets"],
  [POLICY_REASON_CHANGED, "changed"],
]);

export const REASON_WORDS: ReadonlyMap<string, string> = new Map([
  ["no-anchor", "its file system was mounted within the session"],
  ["too-deep", "its path is too deep"],
  ["unreadable", "its path could not be read"],
  ["widens", "the new name would permit more"],
  ["internal", "a kernel table is full"],
  ["hidden", "it could send to another address than it names"],
  ["subvolume", "a subvolume or snapshot would be made or removed whole"],
  ["protected", "it keeps sessions confined"],
  ["unseen", "the backend does not see which file it names"],
  ["too-complex", "more rules with conditions hold for all beneath than a path can carry"],
  ["unknown-circumstances", "what the rule asks of the process or its arguments is not known"],
  ["forgets", "under the new name a mark or a limit would not see what it sees under the old one"],
  ["changed", "its arguments were changed while it was started"],
  ["case", "its folder ignores case, so its name does not say which file it is"],
]);

/** Wall-clock time of events, whose own is CLOCK_MONOTONIC. */
export function wallClock(): TimeOf {
  const offset = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  return (monotonic) => new Date(Number((monotonic + offset) / 1_000_000n)).toISOString();
}

export type TimeOf = (monotonic: bigint) => string;

/** `rules`: of the policy that the event names; null where that is not known. */
export function recordOf(event: DecisionEvent, rules: readonly RuleNote[] | null, timeOf: TimeOf): EventRecord {
  const reason = event.reason === POLICY_REASON_POLICY ? undefined : REASONS.get(event.reason) ?? "unknown";
  const cut = [...(event.pathCut ? ["target" as const] : []), ...(event.exeCut ? ["exe" as const] : [])];
  return {
    ...common(event, escapeBytes(event.exe), targetOf(event), rules, timeOf),
    ...(event.count > 1n ? { count: Number(event.count) } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(cut.length === 0 ? {} : { cut }),
  };
}

/** `exe`: of the event that it repeats. */
export function repeatRecordOf(
  event: RepeatEvent, exe: string, rules: readonly RuleNote[] | null, timeOf: TimeOf,
): EventRecord {
  return { ...common(event, exe, null, rules, timeOf), count: Number(event.count) };
}

function common(
  event: DecisionEvent | RepeatEvent, exe: string, target: string | null, rules: readonly RuleNote[] | null,
  timeOf: TimeOf,
) {
  const rule = event.rule === null ? undefined : rules === null ? unknownRule(event.rule) : rules[event.rule];
  return {
    time: timeOf(event.time),
    session: event.session,
    pid: event.pid,
    exe,
    op: event.operation ?? (event.privilege === null ? "unknown" : "privilege"),
    target: event.privilege ?? target,
    // Only a reason denies without an effect.
    decision: event.effect ?? "deny",
    rule: rule?.id ?? null,
    file: rule?.file ?? null,
    line: rule?.line ?? null,
    because: rule?.because ?? null,
  };
}

/** Its policy is on no record any more. */
const unknownRule = (number: number): RuleNote =>
  ({ id: `rule ${number + 1} of a policy that is not known any more`, file: null, line: null, because: null });

export const lostRecordOf = (event: LostEvent, timeOf: TimeOf): LostRecord =>
  ({ time: timeOf(event.time), session: event.session, lost: Number(event.count) });

function targetOf(event: DecisionEvent): string {
  switch (event.object) {
    case POLICY_OBJECT_PATH:
      return isSocketOperation(event) ? `unix:${escapeBytes(event.path)}` : escapeBytes(event.path);
    case POLICY_OBJECT_ANONYMOUS: return "anonymous";
    case POLICY_OBJECT_INET: return `${addressText(event.address.subarray(0, 4))}${transport(event)}`;
    case POLICY_OBJECT_INET6: {
      const address = addressText(event.address);
      const tail = transport(event);
      return tail === "" ? address : `[${address}]${tail}`;
    }
    case POLICY_OBJECT_ABSTRACT: return `unix:@${escapeBytes(event.path)}`;
    case POLICY_OBJECT_UNNAMED: return "unix:unnamed";
    case POLICY_OBJECT_SOCKET: return "socket";
    case POLICY_OBJECT_UNSEEN: return "anything";
    default: return "unknown";
  }
}

const isSocketOperation = (event: DecisionEvent): boolean =>
  event.operation === "connect" || event.operation === "bind";

/** `:443/tcp`; nothing for a protocol without ports. */
function transport(event: DecisionEvent): string {
  switch (event.protocol) {
    case POLICY_PROTO_TCP: return `:${event.port}/tcp`;
    case POLICY_PROTO_UDP: return `:${event.port}/udp`;
    default: return event.port === 0 ? "" : `:${event.port}`;
  }
}
