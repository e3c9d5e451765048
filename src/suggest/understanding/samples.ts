/** Concrete accesses that a pattern covers, for probes. */

/** A path that begins with `/`, `~/` or `${workspace}/`; null where the pattern is beyond guessing. */
export function samplePath(pattern: string): string | null {
  const [head = "", ...tail] = pattern.startsWith("${workspace}") ? ["${workspace}", pattern.slice("${workspace}".length)] : ["", pattern];
  const concrete = tail.join("").replace(/\{([^{},]*),?[^{}]*\}/g, "$1").replace(/\[!?(.)[^\]]*\]/g, "$1")
    .replace(/(^|\/)\*\*(?=\/)/g, "$1a").replace(/\/\*\*$/, "/a").replace(/\*/g, "a").replaceAll("?", "a").replace(/\\(.)/g, "$1");
  if (/[{}[\]]/.test(concrete)) return null;
  if (head !== "" || /^[~/]/.test(concrete)) return `${head}${concrete}`;
  // At any depth.
  return `\${workspace}/${concrete.replace(/^a\//, "")}`;
}

/** A command line that a pattern for programs covers. */
export function samplePrograms(pattern: string): string {
  const name = pattern.replace(/\{([^{},]*),?[^{}]*\}/g, "$1").replace(/\/\*\*$/, "/a").replace(/\/\*\*\//g, "/bin/").replace(/\*/g, "").replace(/\\(.)/g, "$1");
  return /^[~/$]/.test(name) ? name : `/usr/bin/${name === "" ? "a" : name}`;
}

/** An argument that the glob matches. */
export const sampleArgument = (glob: string): string =>
  glob.replace(/\{([^{},]*),?[^{}]*\}/g, "$1").replace(/\[!(.)[^\]]*\]/g, "x").replace(/\[(.)[^\]]*\]/g, "$1").replaceAll("*", "").replace(/\\(.)/g, "$1");

/** An address in a CIDR: the first that is none of its ends. */
export function sampleAddress(cidr: string): string {
  const [address = "", prefix] = cidr.split("/");
  if (prefix === undefined) return address;
  if (cidr === "0.0.0.0/0") return "93.184.216.34";
  if (cidr === "::/0") return "2606:2800:220:1::1";
  if (address.includes(":")) return prefix === "128" ? address : address.endsWith("::") ? `${address}1` : address;
  if (Number(prefix) > 30) return address;
  const parts = address.split(".");
  return [...parts.slice(0, 3), String(Number(parts[3] ?? 0) + 1)].join(".");
}
