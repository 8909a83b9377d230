import assert from "node:assert/strict";
import { runAtOnce } from "../store/format/sliced.ts";
import type { InodeRecord } from "../store/trees/entry.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";
import { ApplyError } from "./apply_error.ts";
import { checkNames, type NamesOnDisk } from "./check_names.ts";

const root = SourcePath.ROOT;
const there = root.child("there");
const made = there.child("made");

/** The root and `there` have these names; `folds` finds them in any letters. */
function disk(names: readonly string[], folds: boolean): NamesOnDisk {
  const key = (name: string) => folds ? name.toLowerCase() : name;
  const found = new Set(names.map(key));
  return {
    has: (directory, name) => directory !== made && found.has(key(name)),
    list: (directory) => directory === made ? new Set() : new Set(names),
  };
}

function check(on: NamesOnDisk, paths: readonly SourcePath[]): string {
  const after = {} as InodeRecord;
  try {
    runAtOnce(checkNames(on, paths.map((path) => ({ path, before: null, after }))));
    return "fine";
  } catch (error) {
    assert.ok(error instanceof ApplyError && error.code === "names_fold");
    return error.message;
  }
}

Deno.test("names that a file system takes for one are refused, on such a file system", () => {
  const pairs = [there.child("Makefile"), there.child("makefile")];
  assert.equal(check(disk(["x"], false), pairs), "fine");
  assert.match(check(disk(["x"], true), pairs), /^Cannot make there\/makefile: .* for Makefile,/);
  assert.equal(check(disk(["x"], true), [pairs[0]!, there.child("other")]), "fine");
});

Deno.test("so is a name that is there in other letters: it is only renamed, or is to be there as well", () => {
  const wanted = [there.child("readme")];
  assert.equal(check(disk(["README"], false), wanted), "fine");
  assert.match(check(disk(["README"], true), wanted), /^Cannot make there\/readme: .* for README,/);
  assert.equal(check(disk(["readme"], true), wanted), "fine", "somebody made it since");
});

Deno.test("a directory that is to be made is taken to be as the one above it", () => {
  const pairs = [made.child("\xc3\x84"), made.child("\xc3\xa4")];
  assert.equal(check(disk(["x"], false), pairs), "fine");
  assert.match(check(disk(["x"], true), pairs), /takes it for Ä/);
});
