/** The text of an endpoint → an address or a CIDR; everything else gets one diagnostic. */
import ipaddr from "ipaddr.js";
import { BUILTIN_LISTS } from "./ast.js";
import type { Diagnostic, Outcome, Span } from "./diagnostic.js";
import { report } from "./messages.js";

export interface Cidr {
  readonly family: 4 | 6;
  /** In ipaddr.js's normal form. */
  readonly address: string;
  readonly prefixLength: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;
const MAPPED_PREFIX_LENGTH = 96;
const HOST_NAME = /^(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?\.?$/i;

/** A v4-mapped address or CIDR is the v4 one. */
export function parseEndpoint(text: string, span: Span): Outcome<Cidr> {
  const [addressText = "", prefixText, ...more] = text.split("/");
  const bytes = more.length > 0 ? null : parseAddress(addressText);
  if (bytes === null) return failed(describeMistake(text, span));
  const family = bytes.length === 4 ? 4 : 6;
  const prefixLength = prefixText === undefined ? WIDTH[family] : parsePrefixLength(prefixText);
  if (prefixLength === null || prefixLength > WIDTH[family]) {
    const port = /:(\d+)$/.exec(text)?.[1];
    return failed(report("invalid-address", span,
      { text, reason: `not a CIDR: its prefix must be a number from 0 to ${WIDTH[family]}` },
      { help: port === undefined ? undefined : `\`"${text.slice(0, text.lastIndexOf(":"))}" port ${port}\`` }));
  }
  const masked = bytes.map((byte, index) => byte & byteMask(prefixLength - index * 8));
  const cidr = normalize(masked, prefixLength);
  if (masked.some((byte, index) => byte !== bytes[index])) {
    return failed(report("host-bits", span, { text, prefixLength },
      { help: `\`"${cidr.address}/${cidr.prefixLength}"\`` }));
  }
  return { ok: true, value: cidr, diagnostics: [] };
}

/** An address, with a prefix or a port maybe: what nobody names a file. */
export function isAddressText(text: string): boolean {
  const [, address = ""] = /^\[?([\da-f.:]+?)\]?(?:\/\d+|(?<=\]|\d\.\d+):\d+)?$/i.exec(text) ?? [];
  return address.length > 2 && parseAddress(address) !== null;
}

/** `https://example.com:8443/x` → `example.com` and `8443`. */
export function partsOfUrl(text: string): { readonly host: string; readonly port: string } | null {
  const [, scheme = "", host, port] = /^([a-z]+):\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/]+)(?::(\d+))?(?:\/.*)?$/is.exec(text) ?? [];
  if (host === undefined) return null;
  return { host: host.replace(/^\[|\]$/g, ""), port: port ?? (scheme === "http" ? "80" : "443") };
}

/** 4 bytes or 16. Dotted tails are read here: ipaddr.js takes `::1.2.3.4` for a v4-mapped address. */
function parseAddress(text: string): readonly number[] | null {
  // Asking whether it is one takes an exception where it is not.
  if (!text.includes(":")) return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text).toByteArray() : null;
  const [, head, dotted] = /^(.*:)([^:]*\.[^:]*)$/.exec(text) ?? [];
  const groups = dotted === undefined || head === undefined ? text : `${head}${dottedToGroups(dotted)}`;
  return /^[0-9a-f:]+$/i.test(groups) && ipaddr.IPv6.isValid(groups) ? ipaddr.IPv6.parse(groups).toByteArray() : null;
}

/** `1.2.3.4` → `102:304`; anything else is left as it is, and is no address. */
function dottedToGroups(text: string): string {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return text;
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(text).toByteArray();
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

function parsePrefixLength(text: string): number | null {
  return /^(0|[1-9]\d{0,2})$/.test(text) ? Number(text) : null;
}

/** For a byte of which `bits` belong to the prefix; out of range is none, or all. */
function byteMask(bits: number): number {
  return bits <= 0 ? 0 : bits >= 8 ? 0xff : (0xff << (8 - bits)) & 0xff;
}

function normalize(bytes: readonly number[], prefixLength: number): Cidr {
  if (bytes.length === 4) {
    return { family: 4, address: new ipaddr.IPv4([...bytes]).toString(), prefixLength };
  }
  const address = new ipaddr.IPv6([...bytes]);
  return address.isIPv4MappedAddress() && prefixLength >= MAPPED_PREFIX_LENGTH
    ? normalize(bytes.slice(12), prefixLength - MAPPED_PREFIX_LENGTH)
    : { family: 6, address: address.toString(), prefixLength };
}

function describeMistake(text: string, span: Span): Diagnostic {
  const list = BUILTIN_LISTS.find((name) => name === text);
  if (list !== undefined) {
    return report("invalid-address", span, { text, reason: "a built-in list, which stands without quotes" },
      { help: `write \`${list}\`` });
  }
  if (text === "localhost") {
    return report("not-enforced-yet", span, { what: "the host name `localhost`" }, { help: "write `loopback`" });
  }
  if (HOST_NAME.test(text)) return report("not-enforced-yet", span, { what: `the host name \`${text}\`` });
  if (text === "*") {
    return report("invalid-address", span, { text, reason: "a pattern of files, not an address" }, { help: "write `any`" });
  }
  const url = partsOfUrl(text);
  if (url !== null) {
    return report("invalid-address", span, { text, reason: "a URL, of which the kernel sees the address and the port" },
      { help: `\`"${url.host}" port ${url.port}\`` });
  }
  if (text.startsWith("@")) {
    return report("invalid-address", span, { text, reason: "not an address" }, { help: `write \`unix "${text}"\`` });
  }
  const withPort = /^\[?([^[\]]*?)\]?:(\d+)$/.exec(text);
  if (withPort?.[1] !== undefined && (parseAddress(withPort[1]) !== null || HOST_NAME.test(withPort[1]))) {
    return report("invalid-address", span, { text, reason: "an address and a port in one" },
      { help: `\`"${withPort[1]}" port ${withPort[2] ?? ""}\`` });
  }
  const bracketed = /^\[(.*)\]$/.exec(text)?.[1];
  if (bracketed !== undefined && parseAddress(bracketed) !== null) {
    return report("invalid-address", span, { text, reason: "an address in brackets" }, { help: `\`"${bracketed}"\`` });
  }
  if (/^[~/]|^\.{0,2}\/|^[^:/]+\/[^:]*[a-z]/i.test(text)) {
    return report("invalid-address", span, { text, reason: "a path, not an address" },
      { help: `a unix socket is \`unix "${text}"\`` });
  }
  if (text.includes("%")) {
    return report("invalid-address", span, { text, reason: "an address with a zone, which is not compared" },
      { help: `\`"${text.replace(/%.*/s, "")}"\`` });
  }
  if (/^[\d.]+$/.test(text)) {
    return report("invalid-address", span, { text, reason: "not an address: IPv4 has four numbers from 0 to 255" });
  }
  const isRange = text.split("-").length === 2 && text.split("-").every((end) => parseAddress(end.trim()) !== null);
  return report("invalid-address", span, { text, reason: "neither an address, a CIDR nor a host name" },
    { help: isRange ? "a range of addresses is written as the CIDRs that make it up, such as `\"10.0.0.0/29\"`" : undefined });
}

function failed(diagnostic: Diagnostic): { readonly ok: false; readonly diagnostics: readonly Diagnostic[] } {
  return { ok: false, diagnostics: [diagnostic] };
}
