/** What a request in a table comes to: by home /home/ada and workspace /w. */
export interface AskedFor {
  readonly request: string;
  /** Denied afterwards. */
  readonly d?: readonly string[];
  /** Allowed afterwards. */
  readonly a?: readonly string[];
  /** Words that have to come back untranslated. */
  readonly un?: readonly string[];
}

export const H = "/home/ada";
export const read = (...paths: readonly string[]): readonly string[] => paths.map((path) => `read "${path}"`);
export const write = (...paths: readonly string[]): readonly string[] => paths.map((path) => `write "${path}"`);
export const create = (...paths: readonly string[]): readonly string[] => paths.map((path) => `create "${path}"`);
export const remove = (...paths: readonly string[]): readonly string[] => paths.map((path) => `delete "${path}"`);
export const run = (program: string, ...args: readonly string[]): string => `exec "/usr/bin/${program}"${args.length === 0 ? "" : ` args ${args.map((arg) => `"${arg}"`).join(", ")}`}`;
export const to = (address: string, port = 443): string => `connect "${address}" port ${port} tcp`;
export const WEB = to("203.0.113.9");
