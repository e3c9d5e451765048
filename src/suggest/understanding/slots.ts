/** Paths, ports and addresses of a request, in the language's form. */
import { lazily } from "../../compiler/lazily.js";
import { isAddressText } from "../../compiler/endpoints.js";
import { network } from "../../compiler/networks.js";
import { CATALOGUE } from "../catalogue/all.js";
import { isFileEnding } from "./words.js";

/** Files without an ending, and dot files that are no folders. */
const PLAIN_FILES = new Set("Makefile makefile Dockerfile Containerfile Jenkinsfile Vagrantfile Procfile Gemfile Rakefile Brewfile Pipfile LICENSE LICENCE README CHANGELOG CODEOWNERS NOTICE AUTHORS COPYING CONTRIBUTING VERSION passwd shadow group gshadow hosts fstab sudoers crontab hostname motd resolv.conf environment authorized_keys known_hosts id_rsa id_ed25519 id_ecdsa id_dsa credentials docker.sock .npmrc .pypirc .netrc .pgpass .profile .gitconfig .gitignore .gitattributes .gitmodules .editorconfig .vimrc .viminfo .lesshst .wgetrc .curlrc .inputrc .xinitrc .bashrc .zshrc .zshenv .zprofile .envrc .vault-token .git-credentials .my.cnf .bash_history .zsh_history .python_history .bash_profile .bash_aliases .boto .s3cfg .dockerignore .npmignore .nvmrc .python-version .tool-versions".split(" "));
const FOLDERS_WITH_DOTS = /^\.?[\w-]*\.(?:d|git|app|framework|lproj)$/;

/** Folders that are called so wherever they lie. */
const ANYWHERE = new Set(["node_modules", ".git", "__pycache__", ".venv", "venv", "vendor", ".github", ".vscode", ".idea", ".husky", ".terraform", ".circleci", ".cargo", ".tox", ".cache"]);

/** What the catalogue knows as files. */
const knownFiles = lazily((): ReadonlySet<string> => new Set(CATALOGUE.flatMap(({ places }) => places.flatMap(({ patterns }) => patterns)).filter((pattern) => !pattern.endsWith("/**"))));

const knownFolders = lazily((): ReadonlySet<string> => new Set(CATALOGUE.flatMap(({ places }) => places.flatMap(({ patterns }) => patterns)).filter((pattern) => pattern.endsWith("/**")).map((pattern) => pattern.slice(0, -3))));

export const isKnownFolder = (path: string): boolean => knownFolders().has(path);

export const isKnownFile = (path: string): boolean => knownFiles().has(path);

const isFile = (name: string): boolean => {
  if (PLAIN_FILES.has(name) || /^\.env(?:\.|$)/.test(name)) return true;
  if (FOLDERS_WITH_DOTS.test(name) || name.startsWith(".") && !name.slice(1).includes(".")) return false;
  const dot = name.lastIndexOf(".");
  return dot > 0 && dot < name.length - 1 && (isFileEnding(name.slice(dot + 1).replace(/[*}\]]+$/, "")) || /[*{[]/.test(name) || /^[A-Za-z][\w-]{0,9}$/.test(name.slice(dot + 1)));
};

/** With everything beneath, unless it is the name of a file. Null: not a path of the language. */
export function pathPattern(written: string, isFolder: boolean): string | null {
  const text = written.replace(/^\$\{?(?:HOME)\}?(?=\/|$)/, "~").replace(/^\$\{?(?:PWD|WORKSPACE|workspace)\}?(?=\/|$)/, "${workspace}").replace(/\/{2,}/g, "/");
  if (/^\$(?!\{workspace\})|^~[^/]|(?:^|\/)\.\.(?:\/|$)|\\/.test(text) || !balanced(text)) return null;
  const rooted = rootedAt(text.replace(/^\.(?=\/|$)/, "${workspace}"));
  const bare = rooted.replace(/\/+$/, "");
  if (bare === "") return "/**";
  const name = bare.slice(bare.lastIndexOf("/") + 1);
  if (name === "**" || name === "*" && bare !== "*") return bare;
  if (bare === "~" || bare === "${workspace}") return `${bare}/**`;
  if (!isFolder && rooted === bare && (knownFiles().has(bare) || /\/\.[\w-]+\/config$/.test(bare))) return bare;
  const holds = isFolder || rooted !== bare || !isFile(name) && !/[*?[{]/.test(name);
  return holds ? `${bare}/**` : bare;
}

const balanced = (text: string): boolean => {
  const rest = text.replaceAll("${workspace}", "");
  return (rest.match(/\{/g) ?? []).length === (rest.match(/\}/g) ?? []).length && (rest.match(/\[/g) ?? []).length === (rest.match(/\]/g) ?? []).length && !/\*\*[^/]|[^/]\*\*/.test(rest) && !/\{[^}]*\//.test(rest);
};

/** Relative ones are the workspace's, `**` what it says, a name without `/` is that name anywhere. */
function rootedAt(text: string): string {
  if (/^[~/]|^\$\{workspace\}|^\*\*\//.test(text)) return text;
  const inner = text.replace(/\/+$/, "");
  if (ANYWHERE.has(inner)) return `**/${inner}/`;
  // A folder that is called by its name alone is the workspace's as well.
  return text.includes("/") ? `\${workspace}/${text}` : text;
}

/** Whether a program lies at a path like that. */
export const isProgramPath = (written: string): boolean => /(?:^|\/)s?bin\/[^/]+$|^\/(?:usr|opt)\/.*\/[^/.]+$/.test(written) && !written.endsWith("/");

/** A name without `/`: a file anywhere, or a folder of the workspace. */
export function namePattern(name: string, isFolder: boolean): string {
  if (ANYWHERE.has(name)) return `**/${name}/**`;
  return isFolder || !isFile(name) && !/[*?[]/.test(name) ? `\${workspace}/${name}/**` : name;
}

/** Whether the name alone says that it is a file. */
export const isFileName = (name: string): boolean => isFile(name) || /[*?[]/.test(name);

export interface AddressSlot {
  readonly address: string;
  readonly ports: readonly string[];
}

/** `10.0.0.5`, `10.0.0.0/8`, `10.0.0.5:443`, `[::1]:80`, `localhost:3000`. Null: none. */
export function addressSlot(text: string): AddressSlot | null {
  const [, bracketed, bracketPort] = /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? [];
  if (bracketed !== undefined) return withPorts(bracketed, bracketPort);
  const [, v4, v4Port] = /^(\d+\.\d+\.\d+\.\d+(?:\/\d+)?)(?::(\d+(?:-\d+)?))?$/.exec(text) ?? [];
  if (v4 !== undefined) return v4.split("/")[0]?.split(".").every((byte) => Number(byte) < 256) === true ? withPorts(masked(v4), v4Port) : null;
  const [, local, localPort] = /^(localhost)(?::(\d+(?:-\d+)?))?$/i.exec(text) ?? [];
  if (local !== undefined) return withPorts("localhost", localPort);
  return text.includes(":") ? withPorts(text.toLowerCase(), undefined) : null;
}

const withPorts = (address: string, port: string | undefined): AddressSlot | null =>
  (port !== undefined && !isPort(port) || address !== "localhost" && !isNetwork(address) ? null : { address, ports: port === undefined ? [] : [port] });

/** No bits beyond the prefix, which the language takes for a mistake. */
function isNetwork(text: string): boolean {
  const [address = "", prefix = ""] = text.split("/");
  const width = address.includes(":") ? 128 : 32;
  if (!isAddressText(address) || prefix !== "" && Number(prefix) > width) return false;
  const bits = network(address, width).bits;
  return prefix === "" || (bits & ((1n << BigInt(width - Number(prefix))) - 1n)) === 0n;
}

/** `10.1.2.3/8` means 10.0.0.0/8 to everybody but a compiler. */
function masked(text: string): string {
  const [address = "", prefix] = text.split("/");
  if (prefix === undefined || Number(prefix) > 32) return text;
  const bits = address.split(".").reduce((value, byte) => value * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(prefix));
  const first = Math.floor(bits / size) * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${prefix}`;
}

/** `443`, `8000-8999`. */
export function isPort(text: string): boolean {
  const [first = "", last = first] = text.split("-");
  return /^\d{1,5}$/.test(first) && /^\d{1,5}$/.test(last) && Number(first) <= Number(last) && Number(last) <= 65_535;
}

const UNITS = new Map([["ms", 1], ["s", 1000], ["sec", 1000], ["m", 60_000], ["min", 60_000], ["h", 3_600_000], ["hr", 3_600_000]]);

/** `10s`; null: a bare number. */
export function durationOf(text: string): number | null {
  const [, count = "", unit = ""] = /^(\d+)([a-z]+)$/i.exec(text) ?? [];
  const size = UNITS.get(unit.toLowerCase());
  return size === undefined ? null : Number(count) * size;
}
