/**
 * Which system calls the tracepoint backend does not give to a command, since it sees only their numbers and scalar arguments
 * before they are done. What belongs to which set says `bpf/calls.h`.
 */
import type { Ir, Operation, Rule } from "../ir.gen.js";
import { OPERATION_ORDER } from "../verdict.js";
import {
  POLICY_CALLS_ATTRIBUTES, POLICY_CALLS_DATAGRAMS, POLICY_CALLS_HIDING, POLICY_CALLS_LENGTHS, POLICY_DENY,
  POLICY_EFFECT_SHIFT, POLICY_OP_PRIVILEGE,
} from "./abi.gen.js";

/** A bit for each set; `privileges`: the words of all privileges. */
export function callsOf(ir: Ir, privileges: readonly number[]): bigint {
  const bits = [
    ...privileges.flatMap((word, i) => (word >>> POLICY_EFFECT_SHIFT >= POLICY_DENY ? [i] : [])),
    ...OPERATION_ORDER.flatMap((operation, i) => (isDeniedWherever(ir, operation) ? [POLICY_OP_PRIVILEGE + i] : [])),
    ...(watchesAddresses(ir) ? [POLICY_CALLS_HIDING] : []),
    ...(saysOfUnixSockets(ir) ? [POLICY_CALLS_DATAGRAMS] : []),
    ...(isDeniedAnywhere(ir, "write") ? [POLICY_CALLS_LENGTHS] : []),
    ...(isDeniedAnywhere(ir, "read") ? [POLICY_CALLS_ATTRIBUTES] : []),
  ];
  return bits.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n);
}

/** Whether it is not all the same to the policy which address is connected to. */
export function watchesAddresses(ir: Ir): boolean {
  return ir.defaults.connect !== "allow"
    || restrictionsOf(ir, "connect").some(({ match }) => match.some(({ kind }) => kind === "network"));
}

/** A rule without a source is about sockets of services, which are connected to. */
function saysOfUnixSockets(ir: Ir): boolean {
  return ir.defaults.connect !== "allow" || restrictionsOf(ir, "connect").some(({ source }) => source !== null);
}

const rulesAbout = ({ rules }: Ir, operation: Operation): readonly Rule[] =>
  rules.filter(({ operations }) => operations.includes(operation));

const restrictionsOf = (ir: Ir, operation: Operation): readonly Rule[] =>
  rulesAbout(ir, operation).filter(({ effect }) => effect !== "allow");

const isDenied = ({ effect }: { readonly effect: string }): boolean => effect === "deny" || effect === "kill";

/** By the default, or what rules say of it. */
const effectsOf = (ir: Ir, operation: Operation): readonly { readonly effect: string }[] =>
  [{ effect: ir.defaults[operation] }, ...rulesAbout(ir, operation)];

const isDeniedWherever = (ir: Ir, operation: Operation): boolean => effectsOf(ir, operation).every(isDenied);

const isDeniedAnywhere = (ir: Ir, operation: Operation): boolean => effectsOf(ir, operation).some(isDenied);
