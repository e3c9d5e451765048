/**
 * The catalogue of diagnostics: every code once, with its severity and its words. Stages call `report`; nothing else
 * makes a `Diagnostic`. Messages: lower case, no full stop, the user's own text in backticks.
 */
import type { Diagnostic, Fix, Label, Severity, Span } from "./diagnostic.js";

interface Entry<A> {
  readonly severity: Severity;
  readonly message: (args: A) => string;
}

const error = <A>(message: (args: A) => string): Entry<A> => ({ severity: "error", message });
const warning = <A>(message: (args: A) => string): Entry<A> => ({ severity: "warning", message });

export const MESSAGES = {
  // --- text and grammar -------------------------------------------------------------------------------------------
  "unexpected-token": error((a: { found: string; expected: string }) => `expected ${a.expected}, found ${a.found}`),
  "stray-character": error((a: { character: string }) => `${a.character} means nothing here`),
  "unquoted-text": error((a: { text: string }) => `\`${a.text}\` must stand in double quotes`),
  "unterminated-string": error(() => "this string has no closing quote on its line"),
  "bad-escape": error((a: { escape: string }) => `\`${a.escape}\` is not an escape`),
  "bad-character": error((a: { written: string; problem: string }) => `\`${a.written}\` is ${a.problem}`),
  "bad-reference": error((a: { reference: string }) => `\`${a.reference}\` does not hold a name`),
  "unclosed-reference": error(() => "this `${` has no `}` in the same string"),
  "bad-name": error((a: { name: string }) =>
    `\`${a.name}\` is not a name: names are lower-case letters, digits and \`-\`, a letter first`),
  "bad-number": error((a: { text: string }) => `\`${a.text}\` is neither a number, a range nor a duration`),
  "number-too-large": error((a: { text: string; limit: string }) => `\`${a.text}\` is more than ${a.limit}`),
  "port-out-of-range": error((a: { text: string }) => `\`${a.text}\` is not a port: ports go from 0 to 65535`),
  "range-backwards": error((a: { text: string }) => `the range \`${a.text}\` ends before it begins`),
  "unclosed-block": error(() => "this `{` has no `}`"),
  "nested-too-deep": error((a: { limit: number }) => `nested more than ${a.limit} deep`),
  "duplicate-clause": error((a: { clause: string }) => `\`${a.clause}\` stands twice in one statement`),
  "duplicate-policy": error(() => "a file names its policy only once"),
  "policy-not-first": error(() => "`policy` must be the first statement"),
  "misplaced-statement": error((a: { statement: string; block: string }) =>
    `\`${a.statement}\` cannot stand inside \`${a.block}\``),
  "not-a-privilege": error((a: { name: string }) => `\`${a.name}\` is not a privilege`),

  // --- names, includes, bindings ----------------------------------------------------------------------------------
  "cannot-read-file": error((a: { path: string; reason: string }) => `cannot read \`${a.path}\`: ${a.reason}`),
  "include-cycle": error((a: { path: string }) => `\`${a.path}\` includes itself`),
  "include-too-deep": error((a: { limit: number }) => `includes are nested more than ${a.limit} deep`),
  "include-outside-std": error((a: { path: string }) => `a policy shipped with policyc cannot include \`${a.path}\``),
  "reference-not-here": error((a: { name: string; where: string }) =>
    `\`\${${a.name}}\` cannot stand in ${a.where}`),
  "duplicate-name": error((a: { kind: string; name: string }) => `the ${a.kind} \`${a.name}\` is defined twice`),
  "ambiguous-name": error((a: { name: string }) => `\`${a.name}\` is both a parameter and a let`),
  "unknown-name": error((a: { kind: string; name: string }) => `there is no ${a.kind} \`${a.name}\``),
  "list-in-string": error((a: { name: string }) => `\`${a.name}\` is a list and cannot stand in a string`),
  "parameter-as-target": error((a: { name: string }) => `the parameter \`${a.name}\` is not a target by itself`),
  "cyclic-definition": error((a: { name: string }) => `\`${a.name}\` is defined by itself`),
  "unbound-parameter": error((a: { name: string }) => `the parameter \`${a.name}\` has no value`),
  "string-too-long": error((a: { limit: number }) => `with everything substituted this is longer than ${a.limit} characters`),
  "definitions-too-deep": error((a: { limit: number }) => `definitions build on one another more than ${a.limit} deep`),
  "empty-parameter": error((a: { name: string }) =>
    `the value of \`${a.name}\` is empty, so that patterns would begin somewhere else`),
  "relative-parameter": error((a: { name: string; value: string }) =>
    `\`${a.value}\`, the value of \`${a.name}\`, is not an absolute path`),
  "unknown-binding": error((a: { name: string }) => `the policy has no parameter \`${a.name}\``),
  "home-not-absolute": error((a: { home: string }) => `the home directory \`${a.home}\` is not an absolute path`),
  "conflicting-default": error((a: { effect: string; other: string; operations: string }) =>
    `the default for ${a.operations} is both ${a.other} and ${a.effect}`),
  "empty-policy": warning(() => "the policy has no rule and no default, and permits everything"),

  "unknown-task": error((a: { name: string }) => `the policy has no task \`${a.name}\``),
  "args-not-here": error(() => "`args` is about programs that are executed, and stands with `exec` alone"),
  "privilege-event": error(() => "`privilege` is no event: what is remembered is an operation on a file or an address"),

  // --- patterns and endpoints -------------------------------------------------------------------------------------
  "mixed-operations": error((a: { one: string; other: string }) =>
    `\`${a.one}\` and \`${a.other}\` take different kinds of targets`),
  "not-a-path": error((a: { target: string; operation: string }) =>
    `${a.target} is not a path, which \`${a.operation}\` needs`),
  "not-an-endpoint": error((a: { target: string; operation: string }) =>
    `${a.target} is not an endpoint, which \`${a.operation}\` needs`),
  "anonymous-not-program": error((a: { operation: string }) =>
    `\`anonymous\` files are known to \`exec\` and \`load\` alone, not to \`${a.operation}\``),
  "port-not-here": error((a: { clause: string; target: string }) => `${a.target} has no ${a.clause}`),
  "invalid-address": error((a: { text: string; reason: string }) => `\`${a.text}\` is ${a.reason}`),
  "host-bits": error((a: { text: string; prefixLength: number }) =>
    `\`${a.text}\` has bits set beyond its prefix of ${a.prefixLength}`),
  "pattern-empty": error(() => "an empty pattern matches nothing"),
  "pattern-bare-home": error(() => "`~` alone could be the home directory or all that is in it"),
  "pattern-relative": error((a: { pattern: string }) => `the pattern \`${a.pattern}\` is relative, and to nothing`),
  "pattern-trailing-slash": error((a: { pattern: string }) => `the pattern \`${a.pattern}\` ends in \`/\``),
  "pattern-doubled-slash": error((a: { pattern: string }) => `the pattern \`${a.pattern}\` has a doubled \`/\``),
  "pattern-dot-component": error((a: { pattern: string; component: string }) =>
    `\`${a.component}\` in \`${a.pattern}\` is never part of a file's own place`),
  "pattern-empty-component": error((a: { pattern: string }) =>
    `an alternative of \`${a.pattern}\` leaves a component empty, and no name is`),
  "pattern-globstar-part": error((a: { pattern: string }) =>
    `\`**\` in \`${a.pattern}\` must be a whole component`),
  "pattern-trailing-backslash": error((a: { pattern: string }) =>
    `\`${a.pattern}\` ends in a backslash, which has nothing to escape`),
  "pattern-unterminated": error((a: { pattern: string; opening: string }) =>
    `\`${a.opening}\` in \`${a.pattern}\` is never closed`),
  "pattern-slash-inside": error((a: { pattern: string; opening: string }) =>
    `\`/\` cannot stand inside \`${a.opening}\` in \`${a.pattern}\``),
  "pattern-empty-set": error((a: { pattern: string }) => `\`[]\` in \`${a.pattern}\` matches no byte`),
  "pattern-set-not-ascii": error((a: { pattern: string; character: string }) =>
    `\`${a.character}\` in \`${a.pattern}\` is more than one byte and cannot stand in \`[…]\``),
  "pattern-range-reversed": error((a: { pattern: string; range: string }) =>
    `the range \`${a.range}\` in \`${a.pattern}\` ends before it begins`),
  "pattern-too-many-alternatives": error((a: { pattern: string; limit: number }) =>
    `\`${a.pattern}\` stands for more than ${a.limit} patterns`),
  "pattern-name-too-long": error((a: { name: string; limit: number }) =>
    `no name is as long as \`${[...a.name].slice(0, 40).join("")}…\`: the limit is ${a.limit} bytes`),
  "pattern-bad-character": error((a: { character: string }) => `no name holds ${a.character}`),
  "unix-name-empty": error(() => "`@` needs the name of a socket after it"),

  // --- what cannot be enforced ------------------------------------------------------------------------------------
  "not-enforced-yet": error((a: { what: string }) => `${a.what} cannot be enforced yet`),

  // --- tests, assertions, drafts ----------------------------------------------------------------------------------
  "target-not-concrete": error((a: { target: string; problem: string }) =>
    `${a.target} ${a.problem}: a test tries one access`),
  "event-not-concrete": error(() =>
    "what came before a case is one operation: without `except`, `unless`, `only` and `without`"),
  "false-assertion": error((a: { access: string; asserted: string; effect: string }) =>
    `\`${a.access}\` comes to \`${a.effect}\`, not to the asserted \`${a.asserted}\``),
  "assertion-too-complex": error(() => "this cannot be proved: there is too much to tell apart"),
  "unreviewed-draft": error(() => "a draft cannot be compiled or run: nobody has reviewed it"),
  "failed-case": error((a: { access: string; expected: string; effect: string }) =>
    `\`${a.access}\` comes to \`${a.effect}\`, not to the expected \`${a.expected}\``),

  // --- bounds of the image ----------------------------------------------------------------------------------------
  "too-many-rules": error((a: { limit: number }) => `the policy comes to more than ${a.limit} rules`),
  "too-much-text": error((a: { limit: number }) =>
    `names, places, patterns and reasons of the rules come to more than ${a.limit} bytes`),
  "too-many-states": error((a: { limit: number }) => `the patterns together take more than ${a.limit} states`),
  "too-many-edges": error((a: { limit: number }) => `the patterns together take more than ${a.limit} table entries`),
  "too-many-addresses": error((a: { limit: number }) =>
    `addresses and ports together take more than ${a.limit} table entries`),
  "too-many-verdicts": error((a: { limit: number }) => `the rules overlap in more than ${a.limit} ways`),
  "too-many-glob-rows": error((a: { limit: number }) => `the globs together take more than ${a.limit} states`),
  "too-many-marks": error((a: { limit: number }) => `the policy has more than ${a.limit} marks`),
  "too-many-limits": error((a: { limit: number }) => `the policy has more than ${a.limit} limits`),
  "too-many-moments": error((a: { limit: number }) => `the limits together count more than ${a.limit} operations`),
  "too-many-arguments": error((a: { limit: number }) => `\`args\` together ask for more than ${a.limit} different things`),
  "too-many-program-lists": error((a: { limit: number }) => `conditions name more than ${a.limit} different lists of programs`),
  "too-many-conditions": error((a: { limit: number }) => `the policy has more than ${a.limit} different conditions`),
  "too-many-terms": error((a: { limit: number }) => `the conditions together come to more than ${a.limit} alternatives`),
  "too-much-work": error((a: { limit: number }) => `the patterns together take more than ${a.limit} steps to compile`),

  // --- lint: what may be a mistake --------------------------------------------------------------------------------
  "unused-let": warning((a: { name: string }) => `the let \`${a.name}\` is never used`),
  "unused-parameter": warning((a: { name: string }) => `the parameter \`${a.name}\` is never used`),
  "unused-mark": warning((a: { name: string }) => `the mark \`${a.name}\` is never asked for`),
  "never-counts": warning((a: { clauses: string }) => `${a.clauses} can never hold: the statement never counts`),
  "needless-condition": warning((a: { clause: string }) => `${a.clause} changes nothing: the statement counts in any case`),
  "mark-never-set": warning((a: { name: string; why: "refused" | "excepted" }) =>
    `nothing can set the mark \`${a.name}\`: all that would is ${a.why}`),
  "limit-never-counts": warning(() => "this limit counts nothing: all that it covers is refused"),
  "args-never-match": warning((a: { needed: string; excluding: string }) =>
    `no arguments match: \`without ${a.excluding}\` excludes ${a.needed === a.excluding ? "what" : `\`${a.needed}\`, which`} must be among them`),
  "unstated-default": warning((a: { operations: string }) =>
    `no default is stated for ${a.operations}: what no rule matches is allowed`),
  "world-wide-allow": warning((a: { operations: string; everything: string }) =>
    `this allows ${a.operations} of ${a.everything}`),
  "loader-allowed": warning((a: { loader: string }) =>
    `this allows the execution of \`${a.loader}\`, which starts any program that it is given`),
  "redundant-allow": warning((a: { operations: string }) =>
    `the default for ${a.operations} is \`allow\` already, so that this rule changes nothing`),
  "duplicate-rule": warning(() => "this rule says the same as an earlier one"),
  "shadowed-rule": warning(() => "this rule never decides: wherever it matches, others decide"),
  "redundant-target": warning((a: { list: string }) => `this adds nothing: other ${a.list} of the rule cover all of it`),
  "pattern-never-matches": warning((a: { what: string }) => `${a.what} matches nothing: the rule's \`except\` takes all of it away`),
  "useless-except": warning(() => "this takes nothing away: none of the rule's targets covers any of it"),
  "address-as-path": warning((a: { name: string }) => `\`${a.name}\` is taken for the name of a file, and looks like an address`),
  "command-as-path": warning((a: { name: string }) =>
    `\`${a.name}\` is taken for the name of a program, and looks like a command with its arguments`),
  "deny-escaped": warning((a: { way: string }) => `a copy of the program escapes this rule: ${a.way}`),
  "hidden-character": warning((a: { character: string; place: string }) =>
    `${a.place} holds ${a.character}, which cannot be seen or changes how the text is shown`),
  "mixed-scripts": warning((a: { word: string; scripts: string }) =>
    `\`${a.word}\` mixes ${a.scripts} letters, which can look alike`),
  "symlink-in-path": warning((a: { link: string; target: string }) =>
    `\`${a.link}\` is a symbolic link to \`${a.target}\` here; a pattern that begins with it matches no file's own place`),
  "ignore-without-reason": warning((a: { code: string }) => `this does not say why \`${a.code}\` is ignored`),
  "ignore-unknown-code": warning((a: { code: string }) =>
    a.code === "" ? "this does not say which warning is ignored" : `\`${a.code}\` is not the code of a warning`),
  "ignore-unused": warning((a: { code: string }) => `there is no \`${a.code}\` here to be ignored`),
} as const;

export type Code = keyof typeof MESSAGES;
export type ArgsOf = { [C in Code]: Parameters<(typeof MESSAGES)[C]["message"]>[0] };
const CATALOGUE: { readonly [C in Code]: Entry<ArgsOf[C]> } = MESSAGES;

export interface Extras {
  readonly labels?: readonly Label[];
  readonly help?: string | undefined;
  readonly fixes?: readonly Fix[];
}

/** Makes the diagnostic `code` about `span`. */
export function report<C extends Code>(code: C, span: Span, args: ArgsOf[C], extras: Extras = {}): Diagnostic {
  const entry: Entry<ArgsOf[C]> = CATALOGUE[code];
  return {
    code,
    severity: entry.severity,
    message: entry.message(args),
    span,
    labels: extras.labels ?? [],
    ...(extras.help === undefined ? {} : { help: extras.help }),
    ...(extras.fixes === undefined ? {} : { fixes: extras.fixes }),
  };
}

/** The severity of `code`; undefined where there is no such code. */
export function severityOf(code: string): Severity | undefined {
  const entries: ReadonlyMap<string, { readonly severity: Severity }> = new Map(Object.entries(MESSAGES));
  return entries.get(code)?.severity;
}
