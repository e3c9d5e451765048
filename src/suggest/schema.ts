/**
 * What a model is asked for: rules in parts, each with the words that it carries out and accesses that have to come out denied
 * and allowed. Strict structured output wants every field there and no other, so what is left out is null or empty.
 */
import { z } from "zod";
import { BUILTIN_LISTS, EFFECTS, OPERATION_NAMES, PRIVILEGES, PROTOCOLS } from "../compiler/ast.js";

const strings = z.array(z.string());

const target = z.strictObject({
  kind: z.enum(["path", "unix", "address", "privilege", "anonymous", ...BUILTIN_LISTS])
    .describe("path: a path pattern; unix: the path or @name of a unix socket; address: an IP address or CIDR; the others are lists of addresses"),
  value: z.string().describe(`the pattern, address or privilege (${PRIVILEGES.join(", ")}); empty for anonymous and lists`),
  ports: strings.describe("such as 443 or 8000-8999; empty: all"),
  protocol: z.enum(PROTOCOLS).nullable(),
});

const args = z.strictObject({
  words: strings.describe("globs that must occur among the arguments, in this order"),
  only: z.boolean().describe("and no other arguments"),
  without: strings.describe("globs of which none may occur"),
});

const event = z.strictObject({
  operation: z.enum([...OPERATION_NAMES, "success"]), targets: z.array(target), except: z.array(target), args: args.nullable(),
});

const condition = z.strictObject({
  kind: z.enum(["mark", "exe", "under"]), value: z.string().describe("name of a mark, or a program"), not: z.boolean(),
});

const statement = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("rule"), name: z.string().nullable().describe("kebab-case"), effect: z.enum(EFFECTS), operations: z.array(z.enum(OPERATION_NAMES)),
    targets: z.array(target), except: z.array(target), args: args.nullable().describe("for exec alone"),
    when: z.array(condition), unless: z.array(condition), because: z.string().nullable(),
  }),
  z.strictObject({ kind: z.literal("default"), effect: z.enum(EFFECTS), operations: z.array(z.enum(OPERATION_NAMES)) }),
  z.strictObject({
    kind: z.literal("mark"), name: z.string().describe("kebab-case"), on: z.array(event), until: z.array(event), perProcess: z.boolean(), tracksFiles: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal("limit"), operations: z.array(z.enum(OPERATION_NAMES)), targets: z.array(target), count: z.int(), perMilliseconds: z.int(),
    effect: z.enum(["audit", "deny", "kill"]), because: z.string().nullable(),
  }),
]);

const access = z.strictObject({
  operation: z.enum(OPERATION_NAMES), target, args: strings, exe: z.string().nullable(), under: z.string().nullable(),
  after: z.array(event).describe("what the process did before, in order"),
});

const item = z.strictObject({
  words: z.string().describe("the words of the request that this carries out, copied exactly"),
  statements: z.array(statement), denied: z.array(access).describe("accesses that must be denied"), allowed: z.array(access).describe("accesses that must stay allowed"),
});

export const ANSWER = z.strictObject({
  items: z.array(item),
  untranslated: z.array(z.strictObject({ words: z.string().describe("words of the request, copied exactly"), reason: z.string() })),
});

export type Answer = z.infer<typeof ANSWER>;
export type AnswerTarget = z.infer<typeof target>;
export type AnswerEvent = z.infer<typeof event>;
export type AnswerAccess = z.infer<typeof access>;
export type AnswerStatement = z.infer<typeof statement>;

/** For `response_format`. */
export const answerSchema = (): Record<string, unknown> => z.toJSONSchema(ANSWER);
