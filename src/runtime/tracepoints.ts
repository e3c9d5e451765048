/**
 * What the tracepoint backend makes of a policy. It sees what was done when it is done, and of calls that name a file nothing
 * but their numbers: what the policy denies wherever is not given to the command at all, and the rest it cannot hold.
 */
import { PRIVILEGES } from "../compiler/ast.js";
import {
  POLICY_ALLOW, POLICY_DENY, POLICY_EFFECT_SHIFT, POLICY_OP_PRIVILEGE, POLICY_RULE_NONE, STRUCTS,
} from "../compiler/image/abi.gen.js";
import type { Image } from "../compiler/image/decode.js";
import { OPERATIONS, type Operation } from "../compiler/resolved.js";
import { memoryShortcomings } from "./tracepoint-memory.js";

const ROOT = STRUCTS.policy_root.fields;
type Rule = Image["meta"]["rules"][number];

/** A statement that the backend cannot hold, and why. */
export interface Shortcoming {
  /** Null: the default. */
  readonly rule: Pick<Rule, "id"> | null;
  readonly operation: Operation | "privilege";
  readonly why: string;
}

/** Operations that change what a name means; the calls for them give a name and get none back. */
const BY_NAME = ["create", "delete", "setattr"] as const satisfies readonly Operation[];
/** Operations on what a rename, or another name, takes from under its rules. */
const BY_PLACE = ["read", "write", "exec", "load", "bind"] as const satisfies readonly Operation[];
/** Privileges that act where the backend does not look. */
const UNWATCHED = ["raw-socket", "mount", "bpf", "ptrace"] as const;

/** The sets of calls that the launcher takes away: 64 bits, in the image's byte order, which is the machine's. */
export const deniedTo = ({ sections }: Image): Buffer => sections.root.slice(0, ROOT.calls.offset, ROOT.calls.size);

export function shortcomingsOf(image: Image): readonly Shortcoming[] {
  const byName = BY_NAME.filter((operation) => isRestricted(image, operation) && !isDeniedWherever(image, operation))
    .flatMap((operation) => saying(image, operation, "what is made, removed or changed by name is not seen"));
  const byPlace = isDeniedWherever(image, "create") ? []
    : [...BY_PLACE.filter((operation) => isRestricted(image, operation))
      .flatMap((operation) => saying(image, operation, "a file that is renamed or linked keeps no rule")),
    ...sayingOfSockets(image, "a socket that is renamed or linked keeps no rule")];
  const unwatched = UNWATCHED.flatMap((name) => {
    const word = privilegeWord(image, PRIVILEGES.indexOf(name));
    const rule = POLICY_RULE_NONE - (word & POLICY_RULE_NONE);
    return isDenied(word) ? []
      : [{ rule: image.meta.rules[rule] ?? null, operation: "privilege" as const, why: `what \`${name}\` does is not seen` }];
  });
  return [...byName, ...byPlace, ...unwatched, ...memoryShortcomings(image)];
}

/** The rules, or the default, by which `operation` is denied, or told of, somewhere. */
function saying(image: Image, operation: Operation, why: string): readonly Shortcoming[] {
  const rules = rulesAbout(image, operation).filter(({ effect }) => effect !== "allow");
  const byDefault = isDenied(defaultWord(image, operation)) ? [null] : [];
  return [...byDefault, ...rules].map((rule) => ({ rule, operation, why }));
}

/** The rules, or the default, by which connecting to some sockets that are files is denied, and to others not. */
function sayingOfSockets(image: Image, why: string): readonly Shortcoming[] {
  const rules = rulesAbout(image, "connect").filter(({ file, targets }) => file !== null && targets?.some(isSocketFile) === true);
  const isDefaultDenied = isDenied(defaultWord(image, "connect"));
  if (isDefaultDenied && rules.every(({ effect }) => effect !== "allow")) return [];
  return [...(isDefaultDenied ? [null] : []), ...rules.filter(({ effect }) => effect !== "allow")]
    .map((rule) => ({ rule, operation: "connect", why }));
}

/** Of the words that `selectorText` has for a rule's target. */
const isSocketFile = (target: string): boolean => /^unix (?!@|unnamed$)/.test(target);

const rulesAbout = ({ meta }: Image, operation: Operation): readonly Rule[] =>
  meta.rules.filter(({ operations }) => operations.includes(operation));

/** Whether a rule or the default says anything but a plain `allow`. */
const isRestricted = (image: Image, operation: Operation): boolean =>
  effectOf(defaultWord(image, operation)) !== POLICY_ALLOW
    || rulesAbout(image, operation).some(({ effect }) => effect !== "allow");

const isDeniedWherever = (image: Image, operation: Operation): boolean =>
  (deniedTo(image).readBigUInt64LE() >> BigInt(POLICY_OP_PRIVILEGE + OPERATIONS.indexOf(operation)) & 1n) === 1n;

const effectOf = (word: number): number => word >>> POLICY_EFFECT_SHIFT;
const isDenied = (word: number): boolean => effectOf(word) >= POLICY_DENY;

const defaultWord = ({ sections }: Image, operation: Operation): number =>
  sections.root.u32(0, ROOT.defaults.offset + 4 * OPERATIONS.indexOf(operation));

const privilegeWord = ({ sections }: Image, privilege: number): number =>
  sections.root.u32(0, ROOT.privilege.offset + 4 * privilege) || sections.root.u32(0, ROOT.privilege_defaults.offset + 4 * privilege);
