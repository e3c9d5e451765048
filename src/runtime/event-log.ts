/** The events on record of a session: read while policyd adds to them, by any number of readers. */
import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { endianness } from "node:os";
import { join } from "node:path/posix";
import { EventReader, type SessionEvent } from "./events.js";
import type { RuleNote } from "./event-record.js";
import { type RulesOf, rulesIn } from "./policy-book.js";

const FILE = "events";
const OLD_FILE = "events.1";
/** How many frames were written before those of a file. */
const HEADER = 8;
const PIECE = 1 << 16;

export interface NewEvents {
  readonly events: readonly SessionEvent[];
  /** How many were written, and gone before they were read. */
  readonly missed: number;
}

interface OpenFile {
  readonly fd: number;
  readonly inode: number;
  at: number;
  readonly reader: EventReader;
}

export class EventLog {
  #file: OpenFile | null = null;
  #seen = 0;
  readonly #folderInode: number;
  readonly #rules = new Map<bigint, readonly RuleNote[] | null>();

  constructor(private readonly folder: string) {
    this.#folderInode = inodeOf(folder) ?? 0;
  }

  /** What is new since the last call. */
  read(): NewEvents {
    const events: SessionEvent[] = [];
    let missed = 0;
    this.#file ??= this.#isThere() ? open(join(this.folder, OLD_FILE)) ?? open(join(this.folder, FILE)) : null;
    while (this.#file !== null) {
      // Asked before the rest is read: what is added to a file that is no longer the current one was added before.
      const current = this.#isThere() ? inodeOf(join(this.folder, FILE)) : null;
      missed += this.#readOn(this.#file, events);
      if (current === null || current === this.#file.inode) break;
      const next = open(join(this.folder, FILE));
      if (next === null) break;
      closeSync(this.#file.fd);
      this.#file = next;
    }
    return { events, missed };
  }

  /** The session is no more. */
  get ended(): boolean {
    return !this.#isThere();
  }

  /** The rules of a policy that events name. */
  readonly rulesOf: RulesOf = (policy) => {
    const known = this.#rules.get(policy);
    if (known !== undefined) return known;
    const rules = this.#readRules(policy);
    this.#rules.set(policy, rules);
    return rules;
  };

  close(): void {
    if (this.#file !== null) closeSync(this.#file.fd);
    this.#file = null;
  }

  /** Another session may have the number, and the folder's name, by now. */
  #isThere(): boolean {
    return inodeOf(this.folder) === this.#folderInode;
  }

  #readOn(file: OpenFile, events: SessionEvent[]): number {
    let missed = 0;
    if (file.at === 0) {
      const header = Buffer.alloc(HEADER);
      if (readSync(file.fd, header, 0, HEADER, 0) < HEADER) return 0;
      const before = Number(endianness() === "LE" ? header.readBigUInt64LE() : header.readBigUInt64BE());
      missed = Math.max(0, before - this.#seen);
      this.#seen = before;
      file.at = HEADER;
    }
    for (;;) {
      const piece = Buffer.alloc(PIECE);
      const got = readSync(file.fd, piece, 0, PIECE, file.at);
      if (got === 0) return missed;
      file.at += got;
      const found = file.reader.push(piece.subarray(0, got));
      this.#seen += found.length;
      events.push(...found);
    }
  }

  #readRules(policy: bigint): readonly RuleNote[] | null {
    try {
      return rulesIn(readFileSync(join(this.folder, imageName(policy))));
    } catch {
      return null;
    }
  }
}

/** As a record names the image of a policy. */
export const imageName = (policy: bigint): string => `${policy.toString(16).padStart(16, "0")}.polc`;

function open(path: string): OpenFile | null {
  try {
    const fd = openSync(path, "r");
    return { fd, inode: fstatSync(fd).ino, at: 0, reader: new EventReader() };
  } catch {
    return null;
  }
}

const inodeOf = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.ino ?? null;
