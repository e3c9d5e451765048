/** What a rule covers, in the words of the language, with everything substituted. */
import ipaddr from "ipaddr.js";
import { assertNever } from "../diagnostic.js";
import type { NetworkSelector, Selector } from "../ir.gen.js";

export function selectorText(selector: Selector): string {
  switch (selector.kind) {
    case "path": return selector.text;
    case "anonymous": return "anonymous";
    case "network": return networkText(selector);
    case "unix-path": return `unix ${selector.text}`;
    case "unix-abstract": return `unix @${selector.text}`;
    case "unix-unnamed": return "unix unnamed";
    default: return assertNever(selector);
  }
}

function networkText({ address, prefixLength, ports, protocol }: NetworkSelector): string {
  const bytes = ipaddr.fromByteArray([...Buffer.from(address, "hex")]);
  const range = ports === null ? ""
    : ` port ${ports.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(", ")}`;
  return `${bytes.toString()}/${prefixLength}${range}${protocol === null ? "" : ` ${protocol}`}`;
}
