import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bindingsOf } from "../../src/cli/bindings.js";
import { folderWith } from "../support/cli.js";

describe("what `~` stands for", () => {
  const folder = folderWith();
  mkdirSync(join(folder, "var-home"));
  symlinkSync("var-home", join(folder, "home"));
  const link = join(folder, "home");
  const homeOf = (given: string | undefined, own: string) => {
    const bound = bindingsOf(given === undefined ? {} : { home: given }, () => ({ home: own }));
    return bound.ok ? bound.value.home : bound.failure;
  };

  it("is the place of the user's home where a symbolic link leads to it", () => {
    expect(homeOf(undefined, link)).toBe(join(folder, "var-home"));
  });

  it("is a home that is not there as it is", () => {
    expect(homeOf(undefined, join(folder, "gone"))).toBe(join(folder, "gone"));
  });

  it("is what --home says, whoever asks", () => {
    expect(homeOf(link, "/home/ada")).toBe(link);
  });

  it("cannot be what is no place, with help where something is", () => {
    expect(homeOf(undefined, "/nowhere/../x")).toMatchObject({ status: 2, help: "--home /x" });
    expect(homeOf(`/${"a".repeat(256)}`, "/")).not.toHaveProperty("help");
  });
});
