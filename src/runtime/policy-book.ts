/** The rules of the policies that events name. A session's policy may change while it runs. */
import { decodeImage } from "../compiler/image/decode.js";
import type { RuleNote } from "./event-record.js";
import type { PolicyEvent } from "./events.js";

/** Null where the policy is not known. */
export type RulesOf = (policy: bigint) => readonly RuleNote[] | null;

/** Fed by the pieces in a stream of events. */
export class PolicyBook {
  readonly #known = new Map<bigint, readonly RuleNote[]>();
  #pieces: Uint8Array[] = [];

  /** `own`: of the policy that this process gave; also for events that name none. */
  constructor(private readonly own: readonly RuleNote[]) {}

  readonly rulesOf: RulesOf = (policy) => (policy === 0n ? this.own : this.#known.get(policy) ?? null);

  take({ policy, size, offset, bytes }: PolicyEvent): void {
    if (size === 0n) {
      this.#known.set(policy, this.own);
      return;
    }
    this.#pieces = offset === 0n ? [bytes] : [...this.#pieces, bytes];
    if (offset + BigInt(bytes.length) < size) return;
    const rules = rulesIn(Buffer.concat(this.#pieces));
    this.#pieces = [];
    if (rules !== null) this.#known.set(policy, rules);
  }
}

/** Null where the bytes are no image. */
export function rulesIn(image: Uint8Array): readonly RuleNote[] | null {
  const decoded = decodeImage(image);
  return decoded.ok ? decoded.value.meta.rules : null;
}
