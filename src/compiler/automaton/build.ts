/** From IR to path automata: contributions, lanes, a trie and a deterministic automaton each, summaries. */
import { ConditionTable } from "../conditions.js";
import { POLICY_DEAD, POLICY_LANES } from "../image/abi.gen.js";
import { buildArgumentTables } from "./arguments.js";
import type { Ir } from "../ir.gen.js";
import { sayingsOf } from "../sayings.js";
import { EMPTY_RECORD, ruleOf } from "../verdict.js";
import type { VerdictRecord } from "../verdict.js";
import { Budget, DEFAULT_BOUNDS } from "./bounds.js";
import type { Bounded, Bounds, Culprit } from "./bounds.js";
import { contributions } from "./contributions.js";
import type { Contribution } from "./contributions.js";
import { LaneAutomaton, newDraft } from "./determinize.js";
import type { DraftState, Shared } from "./determinize.js";
import { GlobTable } from "./globs.js";
import { assignLanes } from "./lanes.js";
import { numberNodes } from "./nfa.js";
import { RecordTable } from "./records.js";
import { loosestOf, reachOf, statesWithFacts, tightestOf } from "./summaries.js";
import type { Reach } from "./summaries.js";
import type { AffixRow, ByteString, PathTables, StartPlace, StateRow } from "./tables.js";
import { findTightening } from "./tightens.js";
import { buildTrie } from "./trie.js";

function automatonOf(lane: readonly Contribution[], shared: Shared): LaneAutomaton | null {
  const trie = buildTrie(lane, shared.records);
  return trie === null ? null : new LaneAutomaton(numberNodes(trie), lane, shared);
}

/** Records that states use, in order of first use; 0 stays the empty one. */
function usedRecords(drafts: readonly DraftState[]): ReadonlyMap<number, number> {
  const numbers = new Map([[0, 0]]);
  for (const { accept, sticky } of drafts) {
    for (const record of [accept, sticky]) if (!numbers.has(record)) numbers.set(record, numbers.size);
  }
  return numbers;
}

/** Of states, what `bpf/policy_abi.h` has flags for; and the numbers of their records. */
interface Findings {
  readonly tightening: ReadonlySet<number>;
  readonly facts: ReadonlySet<number>;
  readonly used: ReadonlyMap<number, number>;
}

function stateRow(
  draft: DraftState, state: number, reach: Reach, { tightening, facts, used }: Findings,
): StateRow {
  return {
    fallback: draft.fallback,
    other: draft.other,
    accept: used.get(draft.accept) ?? 0,
    sticky: used.get(draft.sticky) ?? 0,
    glob: draft.glob,
    tightens: tightening.has(state),
    facts: facts.has(state),
    tightest: tightestOf(reach.at[state] ?? 0),
    loosest: loosestOf(reach.at[state] ?? 0),
  };
}

function affixRows(
  drafts: readonly DraftState[], select: (draft: DraftState) => readonly string[], backwards: boolean,
): readonly AffixRow[] {
  return drafts.flatMap((draft, state) => select(draft).map((affix, index) => ({
    state, bytes: backwards ? reversed(affix) : affix, classId: index + 1,
  })));
}

function reversed(bytes: ByteString): ByteString {
  return Buffer.from(bytes, "latin1").reverse().toString("latin1");
}

function place(states: readonly number[], sticky: readonly VerdictRecord[]): StartPlace {
  return { states: [...states, ...new Array<number>(POLICY_LANES).fill(POLICY_DEAD)].slice(0, POLICY_LANES), sticky };
}

function tablesOf(
  shared: Shared, lanes: readonly LaneAutomaton[], abstract: LaneAutomaton | null,
): Omit<PathTables, "arguments"> {
  const { drafts, records } = shared;
  const reach = reachOf(drafts, records);
  const tightening = new Set<number>();
  for (const lane of lanes) {
    findTightening(drafts, reach, (state, name) => lane.step(state, name), lane.range, tightening);
  }
  const used = usedRecords(drafts);
  const facts = statesWithFacts(drafts, records);
  const starts = lanes.map((lane) => lane.start);
  const sticky = starts.map((state) => records.at(drafts[state]?.sticky ?? 0));
  return {
    lanes: Math.max(1, lanes.length),
    path: place(starts, sticky),
    abstract: place(abstract === null ? [] : [abstract.start], []),
    records: Array.from(used.keys(), (record) => records.at(record)),
    states: drafts.map((draft, state) => stateRow(draft, state, reach, { tightening, facts, used })),
    edges: drafts.flatMap((draft, state) => Array.from(draft.literals, ([name, target]) => ({ state, name, target }))),
    prefixes: affixRows(drafts, (draft) => draft.prefixes, false),
    suffixes: affixRows(drafts, (draft) => draft.suffixes, true),
    classes: drafts.flatMap((draft, state) => draft.classes.map((edge) => ({ state, ...edge }))),
    globRows: shared.globs.finished(),
  };
}

function statementsIn(record: VerdictRecord = EMPTY_RECORD): readonly Culprit[] {
  const words = [...record.words, ...Array.from(record.when.values()).flat()];
  return words.flatMap((word) => ruleOf(word) ?? []).map((statement) => ({ statement, text: null }));
}

/** The automata of all path, unix-path and abstract patterns of a policy. */
export function buildPathTables(ir: Ir, bounds: Bounds = DEFAULT_BOUNDS): Bounded<PathTables> {
  const budget = new Budget(bounds);
  const conditions = new ConditionTable(ir, budget);
  const shared: Shared = { records: new RecordTable(), globs: new GlobTable(budget), budget, drafts: [newDraft([])] };
  const sayings = sayingsOf(ir, conditions);
  const lanes = assignLanes(contributions(sayings, conditions.programs, ["path", "unix-path"]))
    .flatMap((lane) => automatonOf(lane, shared) ?? []);
  const abstract = automatonOf(contributions(sayings, conditions.programs, ["unix-abstract"]), shared);
  if (budget.exceeded !== null) return { ok: false, exceeded: budget.exceeded };

  const tables = { ...tablesOf(shared, lanes, abstract), arguments: buildArgumentTables(conditions.arguments, shared.globs, budget) };
  budget.spend("records", tables.records.length, () => statementsIn(tables.records[bounds.records]));
  return budget.outcome(tables);
}
