/**
 * What a set of selectors that cover an address says, for each operation and protocol, port by port. Selectors come
 * in as prefixes get longer, so a value is made from its parent's. Rules without an except are a running maximum;
 * those with one are kept as sets, for a longer prefix may take back what a shorter one gave.
 */
import { POLICY_OP_CONNECT, POLICY_PROTO_TCP, POLICY_PROTO_UDP, POLICY_PROTOS } from "../image/abi.gen.js";
import type { NetworkSelector } from "../ir.gen.js";
import type { Saying } from "../sayings.js";
import { OPERATION_ORDER } from "../verdict.js";
import { combine, constant, joined, within } from "./steps.js";
import type { Join, Steps } from "./steps.js";

/** One selector of what is said by one statement, which has that number. */
export interface Entry {
  readonly saying: number;
  readonly word: number;
  /** `op - POLICY_OP_CONNECT` of each. */
  readonly ops: readonly number[];
  readonly isExcept: boolean;
  /** Whether there are excepts among the addresses of this family. */
  readonly conditional: boolean;
  readonly selector: NetworkSelector;
}

/** Where a rule with excepts stands: 1 for each port, by protocol, that a selector of either side covers. */
interface Standing {
  readonly word: number;
  readonly ops: readonly number[];
  readonly match: readonly Steps[];
  readonly except: readonly Steps[];
}

/** `[op - POLICY_OP_CONNECT][protocol]` */
type Grid<T> = readonly (readonly T[])[];

export interface Verdict {
  readonly free: Grid<Steps>;
  readonly standing: ReadonlyMap<number, Standing>;
}

const PROTOCOLS = Array.from({ length: POLICY_PROTOS }, (_, protocol) => protocol);
const OPS = [0, 1];
const NOTHING = constant(0);

export const NO_VERDICT: Verdict = { free: OPS.map(() => PROTOCOLS.map(() => NOTHING)), standing: new Map() };

export function networkOps({ operations }: Saying): readonly number[] {
  return OPS.filter((op) => {
    const operation = OPERATION_ORDER[POLICY_OP_CONNECT + op];
    return operation !== undefined && operations.includes(operation);
  });
}

/** `word` for the ports that the selector covers; a protocol without ports only where neither is asked for. */
function coverage({ ports, protocol }: NetworkSelector, of: number, word: number): Steps {
  const asked = { tcp: POLICY_PROTO_TCP, udp: POLICY_PROTO_UDP };
  if (protocol !== null && asked[protocol] !== of) return NOTHING;
  if (ports === null) return constant(word);
  return of === POLICY_PROTO_TCP || of === POLICY_PROTO_UDP ? within(ports, word) : NOTHING;
}

function stand(known: Standing | undefined, { word, ops, isExcept, selector }: Entry): Standing {
  const before = known ?? { word, ops, match: PROTOCOLS.map(() => NOTHING), except: PROTOCOLS.map(() => NOTHING) };
  const side = isExcept ? before.except : before.match;
  const covered = side.map((steps, protocol) => joined(steps, coverage(selector, protocol, 1), Math.max));
  return isExcept ? { ...before, except: covered } : { ...before, match: covered };
}

/** The verdict where these selectors hold as well. */
export function extend(parent: Verdict, entries: readonly Entry[], join: Join): Verdict {
  const free = parent.free.map((row) => [...row]);
  const conditional = entries.filter((entry) => entry.conditional);
  const standing = conditional.length === 0 ? parent.standing : new Map(parent.standing);
  for (const entry of entries.filter((e) => !e.conditional)) {
    for (const op of entry.ops) {
      const row = free[op];
      for (const protocol of PROTOCOLS) {
        const covered = coverage(entry.selector, protocol, entry.word);
        if (row !== undefined) row[protocol] = joined(row[protocol] ?? NOTHING, covered, join);
      }
    }
  }
  const changed = new Map<number, Standing>();
  for (const entry of conditional) {
    changed.set(entry.saying, stand(changed.get(entry.saying) ?? parent.standing.get(entry.saying), entry));
  }
  return { free, standing: conditional.length === 0 ? standing : new Map([...standing, ...changed]) };
}

/** The words that decide, by operation and protocol. */
export function decide({ free, standing }: Verdict, join: Join): Grid<Steps> {
  return free.map((row, op) => row.map((steps, protocol) => {
    let decided = steps;
    for (const { word, ops, match, except } of standing.values()) {
      if (!ops.includes(op)) continue;
      const [matched, excepted] = [match[protocol] ?? NOTHING, except[protocol] ?? NOTHING];
      decided = joined(decided, combine(matched, excepted, (m, e) => (m === 1 && e === 0 ? word : 0)), join);
    }
    return decided;
  }));
}
