/** A server on loopback that speaks the API as models' servers do, or fails to as they do; it remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface Request {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers one request. */
export type Behaviour = (response: ServerResponse, request: Request) => void;

export interface FakeLlm {
  readonly url: string;
  readonly requests: readonly Request[];
  readonly close: () => Promise<void>;
}

/** Each request is answered by the next behaviour, and those after the last by the last. */
export async function fakeLlm(...behaviours: readonly Behaviour[]): Promise<FakeLlm> {
  const requests: Request[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const request = { path: incoming.url ?? "", headers: incoming.headers, body: Buffer.concat(chunks).toString() };
      const behaviour = behaviours[Math.min(requests.length, behaviours.length - 1)];
      requests.push(request);
      behaviour?.(response, request);
    });
  });
  await new Promise<void>((done) => { server.listen(0, "127.0.0.1", done); });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/v1`, requests,
    close: () => new Promise((done) => {
      server.closeAllConnections();
      server.close(() => { done(); });
    }),
  };
}

const send = (response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(typeof body === "string" ? body : JSON.stringify(body));
};

const completion = (message: object, finish = "stop"): object =>
  ({ id: "1", object: "chat.completion", created: 0, model: "fake", choices: [{ index: 0, finish_reason: finish, message: { role: "assistant", ...message } }] });

export const says = (content: unknown, finish = "stop"): Behaviour => (response) => {
  send(response, 200, completion({ content: typeof content === "string" ? content : JSON.stringify(content), refusal: null }, finish));
};
export const refuses = (refusal: string): Behaviour => (response) => { send(response, 200, completion({ content: null, refusal })); };
export const fails = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (response) => { send(response, status, { error: { message, type: "fake", code: null } }, headers); };
export const sends = (text: string): Behaviour => (response) => { send(response, 200, text); };
/** Never says a word. */
export const hangs: Behaviour = () => { /* until the other end has had enough */ };
/** Begins, and goes silent. */
export const stalls: Behaviour = (response) => { response.writeHead(200, { "content-type": "application/json" }).write('{"choices":'); };
export const hangsUp: Behaviour = (response) => { response.socket?.destroy(); };
/** Goes on until the other end has had enough. */
export const floods: Behaviour = (response) => {
  response.writeHead(200, { "content-type": "application/json" });
  const block = " ".repeat(1 << 16);
  const more = (): void => { while (!response.destroyed && response.write(block)); };
  response.on("drain", more);
  more();
};
