/** Every entry of the catalogue: it is found by its names, its rules compile, and its probes come out. */
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../../src/suggest/catalogue/all.js";
import type { Entry } from "../../../src/suggest/catalogue/entry.js";
import { entriesNamed, unfold } from "../../../src/suggest/understanding/phrases.js";
import { understand } from "../../../src/suggest/understand.js";
import { draftOf, tryDraft } from "./draft.js";

const ASKING: Readonly<Record<Entry["means"]["kind"], string>> = {
  files: "do not touch", network: "do not connect to", programs: "do not run", privileges: "deny", idiom: "no",
};

const proposalOf = (request: string) => understand(request, { from: null });

const UNIQUE = new Map(CATALOGUE.map((entry) => [entry.id, entry]));

describe("the catalogue", () => {
  it("has entries enough, each under a name of its own", () => {
    expect(CATALOGUE.length).toBeGreaterThan(250);
    expect(UNIQUE.size).toBe(CATALOGUE.length);
  });

  it("names a public document for every place", () => {
    const places = CATALOGUE.flatMap((entry) => entry.places.map(({ document, patterns }) => ({ id: entry.id, document, patterns })));
    expect(places.filter(({ document }) => !/^https:\/\/[\w.-]+\.[a-z]{2,}(?:\/\S*)?$/.test(document.url) || document.title.length < 4)).toEqual([]);
    expect(places.filter(({ patterns }) => patterns.length === 0)).toEqual([]);
    expect(CATALOGUE.filter((entry) => entry.places.length === 0).map(({ id }) => id)).toEqual([]);
  });

  it.each(CATALOGUE.map((entry): [string, Entry] => [entry.id, entry]))("%s: its example is understood, compiles, and its probes come out", (_, { example }) => {
    const proposal = proposalOf(example);
    expect(proposal.untranslated).toEqual([]);
    expect(proposal.items.flatMap(({ statements }) => statements)).not.toEqual([]);
    const { errors, failing, text } = tryDraft(draftOf(proposal));
    expect({ errors, failing }, text).toEqual({ errors: [], failing: [] });
    expect(proposal.items.flatMap(({ probes }) => probes)).not.toEqual([]);
  });

  it.each(CATALOGUE.filter(({ means }) => means.kind !== "idiom").map((entry): [string, Entry] => [entry.id, entry]))("%s: its title and its names lead to it", (_, entry) => {
    const kinds = ASKING[entry.means.kind];
    const expected = proposalOf(`${kinds} ${entry.title}`);
    expect(expected.untranslated, entry.title).toEqual([]);
    const others = entry.phrases.flatMap(unfold).filter((phrase) => {
      const named = entriesNamed(phrase.toLowerCase().split(" "));
      return named.filter(({ means }) => means.kind === entry.means.kind).every((one) => one === entry);
    });
    const astray = others.filter((phrase) => {
      const { items, untranslated } = proposalOf(`${kinds} ${phrase}`);
      return untranslated.length > 0 || JSON.stringify(items.map(({ statements }) => statements)) !== JSON.stringify(expected.items.map(({ statements }) => statements));
    });
    expect(astray).toEqual([]);
  });
});
