/** Keys for approvals: Ed25519, as `openssl genpkey -algorithm ed25519` makes them. */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";

export type KeyRead = { readonly ok: true; readonly key: KeyObject } | { readonly ok: false; readonly error: string; readonly help: string | null };

const MAKE = "to make a new one: openssl genpkey -algorithm ed25519 -out NEW.key";
const OF_OTHERS = 0o077;

/** Throws what `fs` throws. */
export function readPrivateKey(path: string): KeyRead {
  const fd = openSync(path, "r");
  try {
    const { mode } = fstatSync(fd);
    const text = readFileSync(fd);
    if (text.includes("PUBLIC KEY")) return { ok: false, error: "it is the public half of a key", help: "give the private key that it belongs to" };
    if ((mode & OF_OTHERS) !== 0) return { ok: false, error: "others than its owner may use it", help: `chmod 600 ${path}` };
    return ed25519(() => createPrivateKey(text), MAKE);
  } finally {
    closeSync(fd);
  }
}

/** Throws what `fs` throws. */
export function readPublicKey(path: string): KeyRead {
  const text = readFileSync(path);
  const help = "openssl pkey -in approval.key -pubout -out approval.pub";
  if (text.includes("PRIVATE KEY")) return { ok: false, error: "it is a private key, which is for those who approve", help };
  return ed25519(() => createPublicKey(text), help);
}

function ed25519(read: () => KeyObject, help: string): KeyRead {
  try {
    const key = read();
    return key.asymmetricKeyType === "ed25519" ? { ok: true, key } : { ok: false, error: `it is a key of another kind, ${key.asymmetricKeyType ?? "unknown"}: Ed25519 is needed`, help };
  } catch {
    return { ok: false, error: "it is no key in PEM form, or one with a passphrase", help };
  }
}
