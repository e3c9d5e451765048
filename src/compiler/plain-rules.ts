/**
 * Rules of the plainest form, most of any large policy, read without the lexer and the parser. Each begins a line and is the
 * last on one, and what stands before and behind it leaves no doubt where it begins and ends: without it, the other lines
 * come to the same statements. All that is less plain is left to the parser, and so is whatever may be wrong.
 */
import {
  BUILTIN_LISTS, EFFECTS, OPERATION_NAMES, PROTOCOLS, type OperationRef, type PortRange, type RuleStatement,
  type StringLiteral, type Target, type TargetSubject,
} from "./ast.js";
import type { Source, Span } from "./diagnostic.js";
import { readPorts } from "./numbers.js";
import { isName, readString } from "./strings.js";
import { STATEMENT_WORDS } from "./tokens.js";

export interface PlainRules {
  /** In the order of the text. */
  readonly rules: readonly RuleStatement[];
  /** The text with blanks in the place of these rules, but for those at its end: every offset stays what it is. */
  readonly rest: string;
}

/** Never the first statement: whether that is `policy`, the parser can tell. */
export function readPlainRules(source: Source): PlainRules {
  const { text } = source;
  const rules: RuleStatement[] = [];
  const rest: string[] = [];
  let [at, done, depth, mayBegin] = [0, 0, 0, false];
  while (at < text.length) {
    const rule = mayBegin && depth === 0 ? new RuleReader(source, at).rule() : null;
    if (rule !== null) {
      const { start, end } = rule.span;
      rules.push(rule);
      rest.push(text.slice(done, start), " ".repeat(end - start));
      at = done = end;
    } else {
      const end = text.indexOf("\n", at) + 1 || text.length;
      const line = text.slice(at, end).trim();
      if (line !== "") mayBegin = !NO_BEGINNING_AFTER.test(line);
      depth += depthOf(line);
      at = end;
    }
  }
  rest.push(text.slice(done));
  const last = rest.findLastIndex((piece) => /[^ \t\r\n]/.test(piece));
  return { rules, rest: rest.slice(0, last + 1).join("") };
}

/** A comment may belong to the next statement, and behind these words an effect goes on with the one before. */
const NO_BEGINNING_AFTER = /#|:$|\b(?:then|default|assert)$/;

/** How many more braces a line opens than it closes; where escapes may hide quotes, more than are ever closed. */
function depthOf(line: string): number {
  if (!/[{}]/.test(line)) return 0;
  if (line.includes("\\")) return Infinity;
  return Array.from(line.replace(/"[^"]*"|#.*$/g, "")).reduce((depth, char) => depth + (char === "{" ? 1 : char === "}" ? -1 : 0), 0);
}

const WORD = /[a-z][a-z0-9-]*(?=[ \t\r\n,:]|$)/y;
const PORTS = /[0-9]+(?:-[0-9]+)?(?=[ \t\r\n,]|$)/y;
const COMMA = /,/y;
const COLON = /:/y;
const COMMA_BEFORE_PORTS = /,(?=[ \t\r\n]*[0-9])/y;
const BLANKS = /[ \t\r\n]*/y;
/** In a string, no escape: the next quote closes it. */
const UNESCAPED = /^[^\\\r\n]*$/;
/** What follows begins a statement, or there is nothing more. */
const COMPLETE = new RegExp(
  `[ \\t\\r]*(?:\\n[ \\t\\r\\n]*(?:(?:${STATEMENT_WORDS.join("|")})(?=[ \\t\\r\\n])|[a-z][a-z0-9-]*:)|[ \\t\\r\\n]*$)`, "y");

interface Piece {
  readonly text: string;
  readonly span: Span;
}

/** Reads one rule; every method returns null where something else stands. */
class RuleReader {
  /** Where the last piece ends. */
  private end: number;

  constructor(private readonly source: Source, private at: number) {
    this.end = at;
  }

  rule(): RuleStatement | null {
    const first = this.take(WORD);
    if (first === null) return null;
    const isNamed = this.take(COLON) !== null;
    const word = isNamed ? this.take(WORD) : first;
    const effect = EFFECTS.find((one) => one === word?.text);
    if (effect === undefined || (isNamed && !isName(first.text))) return null;
    const operations = this.list(() => this.operation());
    const targets = operations === null ? null : this.targets();
    if (operations === null || targets === null) return null;
    const except = this.takeWord("except") ? this.targets() : [];
    const hasReason = this.takeWord("because");
    const because = hasReason ? this.string() : null;
    if (except === null || (hasReason && because === null) || !this.isComplete()) return null;
    return {
      kind: "rule", name: isNamed ? { kind: "name", ...first } : null, effect, operations, targets, except, args: null, when: null,
      unless: null, because, leading: [], trailing: null, span: this.since(first.span.start),
    };
  }

  private operation(): OperationRef | null {
    const word = this.take(WORD);
    const name = OPERATION_NAMES.find((one) => one === word?.text);
    // What may stand behind it is no target.
    return word === null || name === undefined || name === "privilege" ? null : { kind: "operation", name, span: word.span };
  }

  private targets(): readonly Target[] | null {
    return this.list(() => this.target());
  }

  private target(): Target | null {
    const subject = this.subject();
    if (subject === null) return null;
    const ports = this.takeWord("port") ? this.ports() : [];
    if (ports === null) return null;
    const protocol = PROTOCOLS.find((word) => this.takeWord(word)) ?? null;
    return { kind: "target", subject, ports: ports.length === 0 ? null : ports, protocol, span: this.since(subject.span.start) };
  }

  private subject(): TargetSubject | null {
    const string = this.string();
    if (string !== null) return string;
    const word = this.take(WORD);
    if (word === null) return null;
    const { text, span } = word;
    if (text === "anonymous") return { kind: "anonymous", span };
    if (text === "unix") {
      const address = this.string();
      return address === null ? null : { kind: "unix", address, span: this.since(span.start) };
    }
    const list = BUILTIN_LISTS.find((one) => one === text);
    if (list !== undefined) return { kind: "builtin", list, span };
    return isName(text) ? { kind: "name", text, span } : null;
  }

  private ports(): readonly PortRange[] | null {
    const ports: PortRange[] = [];
    do {
      const piece = this.take(PORTS);
      if (piece === null) return null;
      const { value, diagnostic } = readPorts(piece.text, piece.span);
      if (diagnostic !== undefined) return null;
      ports.push({ kind: "port-range", ...value, span: piece.span });
    } while (this.take(COMMA_BEFORE_PORTS) !== null);
    return ports;
  }

  private string(): StringLiteral | null {
    const { source, source: { text } } = this;
    const start = this.skipBlanks();
    const end = text.startsWith('"', start) ? text.indexOf('"', start + 1) + 1 : 0;
    if (end === 0 || !UNESCAPED.test(text.slice(start + 1, end - 1))) return null;
    const { literal, diagnostics } = readString(source, { source, start, end }, start + 1, end - 1);
    this.at = this.end = end;
    return diagnostics.length === 0 ? literal : null;
  }

  private list<T>(item: () => T | null): readonly T[] | null {
    const items: T[] = [];
    do {
      const one = item();
      if (one === null) return null;
      items.push(one);
    } while (this.take(COMMA) !== null);
    return items;
  }

  private isComplete(): boolean {
    COMPLETE.lastIndex = this.end;
    return COMPLETE.test(this.source.text);
  }

  // --- pieces of text -----------------------------------------------------------------------------------------------

  private takeWord(word: string): boolean {
    const start = this.skipBlanks();
    WORD.lastIndex = start;
    const { text } = this.source;
    if (!text.startsWith(word, start) || !WORD.test(text) || WORD.lastIndex !== start + word.length) return false;
    this.at = this.end = WORD.lastIndex;
    return true;
  }

  private take(form: RegExp): Piece | null {
    const start = this.skipBlanks();
    form.lastIndex = start;
    if (!form.test(this.source.text)) return null;
    this.at = this.end = form.lastIndex;
    return { text: this.source.text.slice(start, this.end), span: this.since(start) };
  }

  private skipBlanks(): number {
    BLANKS.lastIndex = this.at;
    BLANKS.test(this.source.text);
    return (this.at = BLANKS.lastIndex);
  }

  private since(start: number): Span {
    return { source: this.source, start, end: this.end };
  }
}
