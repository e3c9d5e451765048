/** Which of the files and sockets that processes have open a policy would have refused: by the simulator, over its image. */
import { EFFECTS, refuses, type Effect } from "../compiler/ast.js";
import { escapeBytes } from "../compiler/escape-bytes.js";
import {
  POLICY_EFFECT_SHIFT, POLICY_OP_BIND, POLICY_OP_CONNECT, POLICY_OP_READ, POLICY_OP_WRITE, POLICY_RULE_NONE,
} from "../compiler/image/abi.gen.js";
import type { Image } from "../compiler/image/decode.js";
import { addressText } from "../compiler/networks.js";
import type { Opened } from "../runtime/open-files.js";
import type { OpenSocket } from "../runtime/open-sockets.js";
import type { Query } from "../simulator/query.js";
import { simulate } from "../simulator/simulate.js";

export interface RefusedOpen {
  readonly pid: number;
  readonly fd: number;
  readonly exe: string;
  readonly op: string;
  readonly target: string;
  readonly decision: Effect;
  /** Null where a default decides. */
  readonly rule: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly because: string | null;
}

/** Something that the open file or socket is for. */
interface Use {
  readonly op: string;
  /** Its place among the words of a verdict. */
  readonly word: number;
  readonly target: string;
  readonly query: Query;
}

export function refusedOf(image: Image, opened: readonly Opened[]): readonly RefusedOpen[] {
  return opened.flatMap(({ pid, fd, exe, what }) => usesOf(what).flatMap(({ op, word, target, query }) => {
    const verdict = simulate(image, query)[word] ?? 0;
    const decision = EFFECTS[(verdict >>> POLICY_EFFECT_SHIFT) - 1];
    if (decision === undefined || !refuses(decision)) return [];
    const rule = image.meta.rules[POLICY_RULE_NONE - (verdict & POLICY_RULE_NONE)];
    return [{
      pid, fd, exe: escapeBytes(Buffer.from(exe, "latin1")), op, target, decision, rule: rule?.id ?? null,
      file: rule?.file ?? null, line: rule?.line ?? null, because: rule?.because ?? null,
    }];
  }));
}

function usesOf(what: Opened["what"]): readonly Use[] {
  if (what.kind !== "file") return socketUse(what);
  const path = Buffer.from(what.path, "latin1");
  const target = escapeBytes(path);
  const query: Query = { kind: "path", path: path.subarray(1) };
  return [
    ...(what.reads ? [{ op: "read", word: POLICY_OP_READ, target, query }] : []),
    ...(what.writes ? [{ op: "write", word: POLICY_OP_WRITE, target, query }] : []),
  ];
}

function socketUse(socket: OpenSocket): readonly Use[] {
  switch (socket.kind) {
    case "raw":
      return [{ op: "privilege", word: 0, target: "raw-socket", query: { kind: "privilege", privilege: "raw-socket" } }];
    case "unix": {
      const name = Buffer.from(socket.name, "latin1");
      const query: Query = socket.isAbstract ? { kind: "abstract", name } : { kind: "path", path: name.subarray(1) };
      return [{ op: "bind", word: POLICY_OP_BIND, target: `unix:${socket.isAbstract ? "@" : ""}${escapeBytes(name)}`, query }];
    }
    case "inet": {
      const { op, address, port, protocol } = socket;
      const text = addressText(address);
      return [{
        op, word: op === "connect" ? POLICY_OP_CONNECT : POLICY_OP_BIND,
        target: `${address.length === 4 ? text : `[${text}]`}:${port}/${protocol}`,
        query: { kind: "address", address, port, protocol },
      }];
    }
  }
}
