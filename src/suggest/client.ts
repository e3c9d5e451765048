/** One question to a server that speaks the OpenAI API: the text of its answer, or why there is none. */
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError } from "openai";
import type { Message } from "./prompt.js";

export interface Service {
  /** Null: that of the package, api.openai.com. */
  readonly baseUrl: string | null;
  /** Null: none is sent, as servers of one's own want it. */
  readonly key: string | null;
  readonly model: string;
  /** For one answer, in milliseconds. */
  readonly timeout: number;
  /** Told of what takes long. */
  readonly note: (text: string) => void;
}

export type Answered =
  | { readonly kind: "text"; readonly text: string }
  /** What it sent is no answer; it may be asked again. */
  | { readonly kind: "no-answer"; readonly message: string }
  /** There is nobody to ask, or no way to. */
  | { readonly kind: "unavailable"; readonly message: string; readonly help: string | null };

const MOST_BYTES = 1 << 20;
const MOST_TRIES = 3;
/** Who is told to come back later than that is told so. */
const LONGEST_WAIT = 30_000;
const FIRST_WAIT = 1000;
/** Of what a server says of itself. */
const MOST_SAID = 300;

/** From the one that says most to the one that each server has. */
type Form = "schema" | "object" | "text";
const WEAKER: Readonly<Record<Form, Form | null>> = { schema: "object", object: "text", text: null };

export class Asker {
  readonly #service: Service;
  readonly #client: OpenAI;
  readonly #schema: Readonly<Record<string, unknown>>;
  #form: Form = "schema";

  constructor(service: Service, schema: Readonly<Record<string, unknown>>) {
    this.#service = service;
    this.#schema = schema;
    this.#client = new OpenAI({
      apiKey: service.key ?? "none", baseURL: service.baseUrl, maxRetries: 0, timeout: service.timeout, organization: null, project: null,
      defaultHeaders: service.key === null ? { authorization: null } : {}, fetch: boundedFetch, logLevel: "off",
    });
  }

  async ask(messages: readonly Message[]): Promise<Answered> {
    for (let tries = 1; ; tries++) {
      const answered = await this.#try(messages);
      if (answered.kind === "weaker") {
        this.#form = answered.form;
        tries--;
        continue;
      }
      if (answered.kind !== "wait") return answered;
      const wait = answered.after ?? FIRST_WAIT * 2 ** (tries - 1);
      if (tries === MOST_TRIES || wait > LONGEST_WAIT) return answered.otherwise;
      this.#service.note(`${answered.why}; trying again in ${Math.ceil(wait / 1000)} s`);
      await new Promise((done) => { setTimeout(done, wait); });
    }
  }

  async #try(messages: readonly Message[]): Promise<Answered | Retry> {
    const signal = AbortSignal.timeout(this.#service.timeout);
    try {
      const completion = await this.#client.chat.completions.create({
        model: this.#service.model, messages: this.#form === "text" ? withSchema(messages, this.#schema) : [...messages], ...this.#format(),
      }, { signal });
      return answerIn(completion);
    } catch (thrown) {
      return this.#failure(thrown, signal.aborted);
    }
  }

  #format(): Partial<Pick<OpenAI.ChatCompletionCreateParamsNonStreaming, "response_format">> {
    if (this.#form === "schema") return { response_format: { type: "json_schema", json_schema: { name: "draft", strict: true, schema: this.#schema } } };
    return this.#form === "object" ? { response_format: { type: "json_object" } } : {};
  }

  #failure(thrown: unknown, isLate: boolean): Answered | Retry {
    const { timeout, model, baseUrl } = this.#service;
    const where = baseUrl ?? "api.openai.com";
    if (isFlood(thrown)) return { kind: "unavailable", message: `the answer of ${where} is larger than ${MOST_BYTES >> 20} MiB`, help: null };
    if (isLate || thrown instanceof APIConnectionTimeoutError) {
      return { kind: "unavailable", message: `${where} has not answered within ${timeout / 1000} s`, help: "--timeout gives it longer; --offline asks nobody" };
    }
    if (thrown instanceof APIConnectionError) {
      return { kind: "unavailable", message: `cannot reach ${where}: ${causeOf(thrown)}`, help: "is the server running, and is --base-url right? --offline asks nobody" };
    }
    if (thrown instanceof APIError) {
      const status: unknown = thrown.status;
      const headers: unknown = thrown.headers;
      return this.#refusal(thrown.message.slice(0, MOST_SAID), status, headers instanceof Headers ? headers : undefined, where, model);
    }
    return { kind: "no-answer", message: `the answer of ${where} is no JSON of the API: ${thrown instanceof Error ? thrown.message : String(thrown)}` };
  }

  #refusal(said: string, status: unknown, headers: Headers | undefined, where: string, model: string): Answered | Retry {
    const weaker = WEAKER[this.#form];
    if ((status === 400 || status === 422 || status === 501) && weaker !== null && /response_format|json_schema|json_object|structured|schema|grammar/i.test(said)) {
      return { kind: "weaker", form: weaker };
    }
    if (status === 401 || status === 403) return { kind: "unavailable", message: `${where} refuses the key: ${said}`, help: "set OPENAI_API_KEY" };
    if (status === 404) return { kind: "unavailable", message: `${where} has no model \`${model}\`, or is no such server: ${said}`, help: "choose with --model, and check --base-url" };
    const isBusy = status === 429 || status === 408 || (typeof status === "number" && status >= 500);
    const otherwise = {
      kind: "unavailable", message: `${where} answers ${String(status)}: ${said}`,
      help: isBusy ? "try again later; --offline asks nobody" : null,
    } as const;
    return isBusy ? { kind: "wait", after: waitOf(headers), why: `${where} answers ${String(status)}`, otherwise } : otherwise;
  }
}

type Retry =
  | { readonly kind: "weaker"; readonly form: Form }
  | { readonly kind: "wait"; readonly after: number | null; readonly why: string; readonly otherwise: Answered };

/** A server that does not know of schemas is told in words. */
function withSchema(messages: readonly Message[], schema: Readonly<Record<string, unknown>>): Message[] {
  const [system, ...rest] = messages;
  return [{ role: "system", content: `${system?.content ?? ""}\n\nThe JSON schema:\n${JSON.stringify(schema)}` }, ...rest];
}

function answerIn(completion: unknown): Answered {
  const choices: unknown = isRecord(completion) ? completion["choices"] : undefined;
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = isRecord(choice) ? choice["message"] : undefined;
  if (!isRecord(choice) || !isRecord(message)) return { kind: "no-answer", message: "the answer has no message in it" };
  const refusal = message["refusal"];
  if (typeof refusal === "string" && refusal !== "") return { kind: "no-answer", message: `the model refuses: ${refusal.slice(0, MOST_SAID)}` };
  if (choice["finish_reason"] === "length") return { kind: "no-answer", message: "the answer was cut off: it is too long for the model" };
  if (choice["finish_reason"] === "content_filter") return { kind: "no-answer", message: "the service's content filter has withheld the answer" };
  const content = message["content"];
  return typeof content === "string" && content.trim() !== "" ? { kind: "text", text: content } : { kind: "no-answer", message: "the answer is empty" };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** In milliseconds; null where the server does not say. */
function waitOf(headers: Headers | undefined): number | null {
  const said = headers?.get("retry-after") ?? null;
  if (said === null) return null;
  const seconds = Number(said);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(said) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

// --- bytes -----------------------------------------------------------------------------------------------------------

class Flood extends Error {}

const causes = (thrown: unknown): readonly unknown[] => (thrown instanceof Error ? [thrown, ...causes(thrown.cause)] : []);
const isFlood = (thrown: unknown): boolean => causes(thrown).some((one) => one instanceof Flood);

function causeOf(thrown: Error): string {
  const deepest = causes(thrown).at(-1);
  if (!(deepest instanceof Error)) return thrown.message;
  const first: unknown = deepest instanceof AggregateError ? deepest.errors[0] : deepest;
  return first instanceof Error ? first.message || deepest.name : deepest.message;
}

/** No answer is larger than that, however long it goes on. */
async function boundedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, { ...init, redirect: "error" });
  if (response.body === null) return response;
  let bytes = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller): void {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) controller.error(new Flood("too large"));
      else controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counting), { status: response.status, statusText: response.statusText, headers: response.headers });
}
