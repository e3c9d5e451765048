/**
 * Which system calls the tracepoint backend does not give to a command, since it sees only their numbers and scalar arguments
 * before they are done. What belongs to which set says `bpf/calls.h`.
 */
import type { Effect, Ir, Operation, Rule } from "../ir.gen.js";
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
    || isRestricted(ir, "connect", ({ match }) => match.some(({ kind }) => kind === "network"));
}

/** A rule without a source is about sockets of services, which are connected to. */
function saysOfUnixSockets(ir: Ir): boolean {
  return ir.defaults.connect !== "allow" || isRestricted(ir, "connect", ({ source }) => source !== null);
}

const isAbout = ({ operations }: Rule, operation: Operation): boolean => operations.includes(operation);

const isRestricted = ({ rules }: Ir, operation: Operation, holds: (rule: Rule) => boolean): boolean =>
  rules.some((rule) => rule.effect !== "allow" && isAbout(rule, operation) && holds(rule));

const isDenied = (effect: Effect): boolean => effect === "deny" || effect === "kill";

/** By the default, and by what rules say of it. */
const isDeniedWherever = ({ defaults, rules }: Ir, operation: Operation): boolean =>
  isDenied(defaults[operation]) && rules.every((rule) => isDenied(rule.effect) || !isAbout(rule, operation));

const isDeniedAnywhere = ({ defaults, rules }: Ir, operation: Operation): boolean =>
  isDenied(defaults[operation]) || rules.some((rule) => isDenied(rule.effect) && isAbout(rule, operation));
