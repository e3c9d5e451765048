/** Many siblings of one kind → a glob. Never wider than what is said here; the order of names does not matter. */

/** So many of one kind, and there will be another. */
const MANY = 5;
/** Files of all kinds in a folder. */
const MANY_FILES = 12;
const KIND = /^[^.].*(\.[A-Za-z0-9_]{1,10})$/;

/** `mayOpen`: asked of a folder before what is in it becomes `*` or `**`; `mayWrite`: of each pattern that would be made. */
export interface Limits {
  readonly mayOpen: (folder: readonly string[]) => boolean;
  readonly mayWrite: (pattern: readonly string[]) => boolean;
}

interface Node {
  readonly children: Map<string, Node>;
  isRecorded: boolean;
}

const newNode = (): Node => ({ children: new Map(), isRecorded: false });

/** Names as patterns have them, before and after. */
export function foldNames(paths: readonly (readonly string[])[], limits: Limits): readonly (readonly string[])[] {
  const root = newNode();
  for (const path of paths) {
    let node = root;
    for (const name of path) {
      const next = node.children.get(name) ?? newNode();
      node.children.set(name, next);
      node = next;
    }
    node.isRecorded = true;
  }
  return foldIn(root, [], limits);
}

function foldIn(node: Node, folder: readonly string[], limits: Limits): readonly (readonly string[])[] {
  const children = [...node.children].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const folders = children.filter(([, child]) => child.children.size > 0);
  const whole = [...folder, "**"];
  if (folders.length >= MANY && limits.mayOpen(folder) && limits.mayWrite(whole)) return [whole];
  const files = children.filter(([, child]) => child.isRecorded).map(([name]) => name);
  return [
    ...(node.isRecorded && folder.length === 0 ? [[]] : []),
    ...foldFiles(files, folder, limits),
    ...folders.flatMap(([name, child]) => foldIn(child, [...folder, name], limits)),
  ];
}

function foldFiles(names: readonly string[], folder: readonly string[], limits: Limits): readonly (readonly string[])[] {
  const any = [...folder, "*"];
  if (names.length >= MANY_FILES && limits.mayOpen(folder) && limits.mayWrite(any)) return [any];
  const globs = [...new Set(names.map(kindOf))].filter((kind) => kind !== null)
    .filter((kind) => names.filter((name) => kindOf(name) === kind).length >= MANY && limits.mayWrite([...folder, `*${kind}`]));
  return [
    ...globs.map((kind) => [...folder, `*${kind}`]),
    ...names.filter((name) => !globs.includes(kindOf(name) ?? "")).map((name) => [...folder, name]),
  ];
}

/** `.log`; null for a name without, or that begins with a dot. */
const kindOf = (name: string): string | null => KIND.exec(name)?.[1] ?? null;
