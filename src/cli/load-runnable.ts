/** What `run` takes: a policy, which is compiled, or an image, which is checked. An image needs no compiler loaded. */
import { decodeImage } from "../compiler/image/decode.js";
import type { Approval } from "./require-approval.js";
import type { OutsideBindings } from "./bindings.js";
import { fail, STATUS } from "./exit.js";
import { failed, type Loaded, type Runnable } from "./loaded.js";
import { isImage, readFileOf } from "./read-sources.js";

const IMAGE_EXTENSION = ".polc";

/** Loads the code that `loadRunnable` will need, judging by the name: afterwards it may be out of our reach. */
export async function preload(path: string): Promise<void> {
  if (!path.endsWith(IMAGE_EXTENSION)) await import("./load-policy.js");
}

/** `bindings` and `searchPath` are for policies: an image is bound already. */
export async function loadRunnable(
  path: string, bindings: OutsideBindings, searchPath: string, approval: Approval | null = null,
): Promise<Loaded<Runnable>> {
  if (path.startsWith("std:")) return (await import("./load-policy.js")).compileStd(path, bindings, searchPath, approval);
  const bytes = readFileOf(path);
  if (!bytes.ok) return failed(bytes);
  if (!isImage(bytes.value)) return (await import("./load-policy.js")).compileBytes(path, bytes.value, bindings, searchPath, approval);
  return approval === null ? checkImage(path, bytes.value, bindings)
    : failed(fail(STATUS.usage, `\`${path}\` is an image, which nobody has reviewed: approvals are of policies`, "name the policy that it was compiled from"));
}

function checkImage(path: string, bytes: Uint8Array, bindings: OutsideBindings): Loaded<Runnable> {
  const [name] = Object.keys(bindings.params);
  if (name !== undefined) {
    return failed(fail(STATUS.usage, `\`--set ${name}=…\` comes too late: \`${path}\` is an image`,
      "bind parameters when the policy is compiled"));
  }
  const decoded = decodeImage(bytes);
  return decoded.ok
    ? { ok: true, value: { image: bytes, meta: decoded.value.meta, files: [path] }, warnings: [] }
    : failed(fail(STATUS.policy, `\`${path}\` is not a valid image: ${decoded.reason}`));
}
